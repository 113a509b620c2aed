import type { RegionDb } from '../../core/database/handles.ts'
import { defineJob, LONG_RETRY } from '../../core/database/jobs.ts'
import { translator } from '../../core/i18n.ts'
import { problem } from '../../core/problem.ts'
import type { Mail, Platform } from '../../platform/platform.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { currentRegion } from '../../regions/runtime/current.ts'
import { sendEmail } from '../../regions/runtime/mail.ts'
import { siteAddress } from '../../regions/runtime/site.ts'
import { availableSignInMethods } from '../sessions/methods.ts'
import { acceptsSignIn, invitationFrom, type SignInSource } from '../sessions/sources.ts'
import { AFTER_SIGN_IN, discardLink, INVITATION_DAYS, issueLink } from './links.ts'
import { issueMailboxLink } from './mailbox.ts'
import { type PendingEmail, type PendingOf, staffEmailKind, type Written } from './pending-emails.ts'
import { agreementEndEmail, draftEmail, holidaysEmail } from './reminder-emails.ts'
import {
  addressOf,
  credentialsOf,
  decryptMailbox,
  hasMailbox,
  identityDb,
  isMadeUp,
  staffById,
  staffByMailbox,
} from './staff.ts'

const STILL_USEFUL = 10 * 60_000

/** Links are created on sending and never stored. Mailboxes are looked up only here, so timing reveals nothing. */
export const staffEmailJob = defineJob(staffEmailKind, {
  retryPolicy: LONG_RETRY,
  tenant: (platform, { region, slug }, { id, email }) => sendStaffEmail(platform, region, slug, id, email),
  region: (platform, { region }, { id, email }) => sendStaffEmail(platform, region, '', id, email),
})

async function sendStaffEmail(
  platform: Platform,
  of: string,
  jurisdiction: string,
  id: string,
  email: PendingEmail,
): Promise<void> {
  const region = await currentRegion(platform, of)
  const written = await write(platform, region, jurisdiction, email)
  if (written === undefined) return
  const outcome = await send(platform, region, id, written)
  if (outcome === 'later')
    throw problem('mail-unavailable', { detail: 'The mail server does not accept this email now.' })
  if (outcome === 'refused') platform.log('warn', 'email-not-sent', { database: region.slug, outcome })
}

async function send(platform: Platform, region: Region, id: string, { token = '', ...email }: Written) {
  let outcome: Awaited<ReturnType<Mail['send']>> | undefined
  try {
    outcome = await sendEmail(platform, region, {
      ...email,
      from: region.documents.region.name,
      id: `staff.${id}`,
      headers: { 'Auto-Submitted': 'auto-generated' },
    })
  } finally {
    if (outcome !== 'sent') await discardLink(identityDb(platform, region.slug), token)
  }
  return outcome
}

async function write(
  platform: Platform,
  region: Region,
  jurisdiction: string,
  pending: PendingEmail,
): Promise<Written | undefined> {
  const db = identityDb(platform, region.slug)
  if (pending.about === 'invitation') return invitation(platform, db, region, jurisdiction, pending)
  if (pending.about === 'region-administrator') return administratorEmail(platform, db, region, pending)
  if (pending.about === 'appointment') return appointment(platform, db, region, jurisdiction, pending)
  if (pending.about === 'region-invitation') return regionInvitation(platform, db, region, pending)
  if (pending.about === 'region-role') return regionRoleEmail(platform, db, region, pending)
  if (pending.about === 'holidays') return holidaysEmail(platform, db, region, jurisdiction, pending)
  if (pending.about === 'agreement-end') return agreementEndEmail(platform, db, region, pending)
  if (pending.about === 'draft-not-applied') return draftEmail(platform, db, region, pending)
  if (platform.clock.now() - pending.asked.at > STILL_USEFUL) return undefined
  return pending.about === 'sign-in'
    ? signInEmail(platform, db, region, pending)
    : mailboxEmail(platform, db, region, pending)
}

async function invitation(
  platform: Platform,
  db: RegionDb,
  region: Region,
  jurisdiction: string,
  { staff, role, language }: PendingOf<'invitation'>,
): Promise<Written | undefined> {
  const row = await staffById(db, staff)
  if (row === undefined || !hasMailbox(row) || isMadeUp(platform, row)) return undefined
  const t = translator(language)
  const site = siteAddress(platform, region)
  const who = region.jurisdiction(jurisdiction)?.name ?? region.documents.region.name
  const sources = await invitedBy(db, region, jurisdiction, staff)
  const says = { staff, sources, device: '', to: AFTER_SIGN_IN, again: false }
  const token = sources.length > 0 ? await issueLink(platform, db, says, 'invitation') : undefined
  const way =
    token === undefined
      ? t('email-invitation-known', { url: `${site}/sign-in` })
      : t('email-invitation-new', { url: `${site}/sign-in/link/${token}`, days: INVITATION_DAYS })
  return {
    to: await decryptMailbox(platform, db, row.email),
    subject: t('email-invitation-subject', { who }),
    text: [t('email-invitation', { who, role: t(`role-${role}`) }), way, t('email-not-meant')].join('\n\n'),
    token,
  }
}

async function administratorEmail(
  platform: Platform,
  db: RegionDb,
  region: Region,
  { staff, site, to, language }: PendingOf<'region-administrator'>,
): Promise<Written | undefined> {
  const row = await staffById(db, staff)
  if (row === undefined || !hasMailbox(row) || isMadeUp(platform, row)) return undefined
  const t = translator(language)
  const names = { region: region.documents.region.name }
  const says = { staff, sources: ['mailbox'], device: '', to, again: false } as const
  const token = await issueLink(platform, db, says, 'invitation')
  const url = `${site}/sign-in/link/${token}`
  return {
    to: await decryptMailbox(platform, db, row.email),
    subject: t('email-region-administrator-subject', names),
    text: [
      t('email-region-administrator', names),
      t('email-invitation-new', { url, days: INVITATION_DAYS }),
      t('email-not-meant'),
    ].join('\n\n'),
    token,
  }
}

// Empty if the invitee has a sign-in that the jurisdiction accepts: no link then. For others who can already
// sign in, the invitation counts in this jurisdiction only.
async function invitedBy(
  db: RegionDb,
  region: Region,
  jurisdiction: string,
  staff: string,
): Promise<SignInSource[]> {
  const invitation = invitationFrom(jurisdiction)
  const { passkeys, identities } = await credentialsOf(db, staff)
  if (passkeys.length === 0 && identities.length === 0) return ['mailbox', invitation]
  const known = [
    ...passkeys.flatMap(({ sources }) => sources),
    ...identities.map(({ issuer }) => `issuer:${issuer}` as const),
  ]
  const taken = [...known, 'mailbox' as const].some(source => acceptsSignIn(region, jurisdiction, source))
  return taken ? [] : [invitation]
}

async function appointment(
  platform: Platform,
  db: RegionDb,
  region: Region,
  jurisdiction: string,
  { to, appointed, by, language }: PendingOf<'appointment'>,
): Promise<Written | undefined> {
  const [reader, row, maker] = await Promise.all([
    to === null ? undefined : staffById(db, to),
    staffById(db, appointed),
    staffById(db, by),
  ])
  const own = region.jurisdiction(jurisdiction)
  const address = to === null ? own?.email : reader && (await addressOf(platform, db, reader))
  if (!address || own === undefined || row === undefined || isMadeUp(platform, row)) return undefined
  const t = translator(language)
  const email = await addressOf(platform, db, row)
  const names = { who: own.name, name: row.name, email, by: maker?.name ?? '' }
  return {
    to: address,
    subject: t('email-appointment-subject', names),
    text: [t('email-appointment', names), t('email-appointment-wrong', names)].join('\n\n'),
  }
}

// A link only for those who cannot sign in yet in a stronger way.
async function regionInvitation(
  platform: Platform,
  db: RegionDb,
  region: Region,
  { staff, role, language }: PendingOf<'region-invitation'>,
): Promise<Written | undefined> {
  const row = await staffById(db, staff)
  if (row === undefined || !hasMailbox(row) || isMadeUp(platform, row)) return undefined
  const t = translator(language)
  const site = siteAddress(platform, region)
  const who = region.documents.region.name
  const { passkeys, identities } = await credentialsOf(db, staff)
  const isNew = passkeys.length === 0 && identities.length === 0
  const says = { staff, sources: ['mailbox'], device: '', to: '/admin', again: false } as const
  const token = isNew ? await issueLink(platform, db, says, 'invitation') : undefined
  const way =
    token === undefined
      ? t('email-invitation-known', { url: `${site}/sign-in` })
      : t('email-invitation-new', { url: `${site}/sign-in/link/${token}`, days: INVITATION_DAYS })
  return {
    to: await addressOf(platform, db, row),
    subject: t('email-invitation-subject', { who }),
    text: [
      t('email-region-invitation', { who, role: t(`role-region-${role}`) }),
      way,
      t('email-not-meant'),
    ].join('\n\n'),
    token,
  }
}

async function regionRoleEmail(
  platform: Platform,
  db: RegionDb,
  region: Region,
  { to, person, role, by, hasEnded, language }: PendingOf<'region-role'>,
): Promise<Written | undefined> {
  const [reader, row, maker] = await Promise.all([to, person, by].map(id => staffById(db, id)))
  if (reader === undefined || row === undefined) return undefined
  if (!hasMailbox(reader) || isMadeUp(platform, row) || isMadeUp(platform, reader)) return undefined
  const t = translator(language)
  const names = {
    who: region.documents.region.name,
    name: row.name,
    email: await addressOf(platform, db, row),
    by: maker?.name ?? '',
    role: t(`role-region-${role}`),
  }
  const kind = hasEnded ? 'ended' : 'given'
  return {
    to: await addressOf(platform, db, reader),
    subject: t(`email-region-role-${kind}-subject`, names),
    text: [t(`email-region-role-${kind}`, names), t('email-region-role-wrong')].join('\n\n'),
  }
}

async function signInEmail(
  platform: Platform,
  db: RegionDb,
  region: Region,
  { mailbox, asked }: PendingOf<'sign-in'>,
): Promise<Written | undefined> {
  const row = await staffByMailbox(db, mailbox)
  if (row === undefined || !hasMailbox(row) || isMadeUp(platform, row)) return undefined
  const t = translator(asked.language)
  const { link } = await availableSignInMethods(platform, db, region, row.id)
  const says = {
    staff: row.id,
    sources: ['mailbox'],
    device: asked.device,
    to: asked.to,
    again: asked.again,
  } as const
  const token = link ? await issueLink(platform, db, says, 'sign-in') : undefined
  if (link && token === undefined) return undefined
  return {
    token,
    to: await addressOf(platform, db, row),
    subject: t('email-sign-in-subject', { region: region.documents.region.name }),
    text: [
      t('email-asked', { device: asked.device || t('device-unknown') }),
      token === undefined
        ? t('email-sign-in-otherwise', { url: `${asked.site}/sign-in` })
        : t('email-sign-in-link', { url: `${asked.site}/sign-in/link/${token}` }),
      t('email-not-asked'),
    ].join('\n\n'),
  }
}

async function mailboxEmail(
  platform: Platform,
  db: RegionDb,
  region: Region,
  { staff, email, asked }: PendingOf<'mailbox'>,
): Promise<Written | undefined> {
  const t = translator(asked.language)
  const token = await issueMailboxLink(platform, db, { staff, email })
  if (token === undefined) return undefined
  return {
    token,
    to: await decryptMailbox(platform, db, email),
    subject: t('email-mailbox-subject', { region: region.documents.region.name }),
    text: [
      t('email-asked', { device: asked.device || t('device-unknown') }),
      t('email-mailbox', { url: `${asked.site}/me/mailbox/${token}` }),
      t('email-not-asked'),
    ].join('\n\n'),
  }
}
