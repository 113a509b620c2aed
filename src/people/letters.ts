import type { RegionDb } from '../core/db.ts'
import { translator } from '../core/i18n.ts'
import { type JobHandler, LONG_PATIENCE } from '../core/jobs.ts'
import { problem } from '../core/problem.ts'
import type { Letter, Platform } from '../platform/platform.ts'
import type { Region } from '../regions/compile.ts'
import { currentRegion } from '../regions/current.ts'
import { siteAddress } from '../regions/site.ts'
import { AFTER_SIGN_IN, INVITATION_DAYS, issueLink } from './links.ts'
import { issueMailboxLink } from './mailbox.ts'
import {
  hasMailbox,
  keysOf,
  openMailbox,
  peopleDb,
  type StaffRow,
  staffById,
  staffByMailbox,
} from './staff.ts'
import { STAFF_LETTER, type WantedLetter } from './wanted-letters.ts'
import { waysOf } from './ways.ts'

/** A link is good for ten minutes: a letter that could not go out in that time is not waited for any more. */
const WORTH_SENDING = 10 * 60_000

type WantedOf<About> = Extract<WantedLetter, { about: About }>
type Written = Pick<Letter, 'to' | 'subject' | 'text'>

/**
 * Writes and sends the letters about sign-in. The link is made as the letter goes out and kept nowhere; a try that fails
 * makes a new one. Whether a mailbox is anybody's shows only here, where nobody waits for an answer.
 */
export const staffLetterJob: JobHandler = {
  kind: STAFF_LETTER,
  patience: LONG_PATIENCE,
  async run(platform, database, payload) {
    if (database.kind === 'directory') return undefined
    const { id, letter } = payload as { id: string; letter: WantedLetter }
    const region = await currentRegion(platform, database.region)
    const jurisdiction = database.kind === 'tenant' ? database.slug : ''
    const written = await write(platform, region, jurisdiction, letter)
    if (written === undefined) return undefined
    const outcome = await platform.mail.send({
      ...written,
      from: region.documents.region.name,
      id: `staff.${id}`,
      headers: { 'Auto-Submitted': 'auto-generated' },
    })
    if (outcome === 'later') throw problem('mail-away', { detail: 'The mailbox takes no letter now.' })
    if (outcome === 'refused') platform.log('warn', 'letter-not-sent', { database: region.slug, outcome })
    return undefined
  },
}

async function write(
  platform: Platform,
  region: Region,
  jurisdiction: string,
  wanted: WantedLetter,
): Promise<Written | undefined> {
  const db = peopleDb(platform, region.slug)
  if (wanted.about === 'invitation') return invitation(platform, db, region, jurisdiction, wanted)
  if (platform.clock.now() - wanted.asked.at > WORTH_SENDING) return undefined
  return wanted.about === 'sign-in'
    ? signInLetter(platform, db, region, wanted)
    : mailboxLetter(platform, db, region, wanted)
}

async function invitation(
  platform: Platform,
  db: RegionDb,
  region: Region,
  jurisdiction: string,
  { staff, role, language }: WantedOf<'invitation'>,
): Promise<Written | undefined> {
  const row = await staffById(db, staff)
  if (row === undefined || !hasMailbox(row)) return undefined
  const t = translator(language)
  const site = siteAddress(platform, region)
  const who = region.jurisdiction(jurisdiction)?.name ?? region.documents.region.name
  const { passkeys, identities } = await keysOf(db, staff)
  // Whoever has a stronger way in is not given a weaker one.
  const isNew = passkeys.length === 0 && identities.length === 0
  const token = isNew
    ? await issueLink(platform, db, { staff, device: '', to: AFTER_SIGN_IN, again: false }, 'invitation')
    : undefined
  const way =
    token === undefined
      ? t('letter-invitation-known', { url: `${site}/sign-in` })
      : t('letter-invitation-new', { url: `${site}/sign-in/link/${token}`, days: INVITATION_DAYS })
  return {
    to: await openMailbox(platform, db, row.email),
    subject: t('letter-invitation-subject', { who }),
    text: [t('letter-invitation', { who, role: t(`role-${role}`) }), way, t('letter-not-meant')].join('\n\n'),
  }
}

async function signInLetter(
  platform: Platform,
  db: RegionDb,
  region: Region,
  { mailbox, asked }: WantedOf<'sign-in'>,
): Promise<Written | undefined> {
  const row = await staffByMailbox(db, mailbox)
  if (row === undefined || !hasMailbox(row)) return undefined
  const t = translator(asked.language)
  const { link } = await waysOf(platform, db, region, row.id)
  const says = { staff: row.id, device: asked.device, to: asked.to, again: asked.again }
  const token = link ? await issueLink(platform, db, says, 'sign-in') : undefined
  if (link && token === undefined) return undefined
  return {
    to: await addressOf(platform, db, row),
    subject: t('letter-sign-in-subject', { region: region.documents.region.name }),
    text: [
      t('letter-asked', { device: asked.device || t('device-unknown') }),
      token === undefined
        ? t('letter-sign-in-otherwise', { url: `${asked.site}/sign-in` })
        : t('letter-sign-in-link', { url: `${asked.site}/sign-in/link/${token}` }),
      t('letter-not-asked'),
    ].join('\n\n'),
  }
}

async function mailboxLetter(
  platform: Platform,
  db: RegionDb,
  region: Region,
  { staff, email, asked }: WantedOf<'mailbox'>,
): Promise<Written | undefined> {
  const t = translator(asked.language)
  const token = await issueMailboxLink(platform, db, { staff, email })
  if (token === undefined) return undefined
  return {
    to: await openMailbox(platform, db, email),
    subject: t('letter-mailbox-subject', { region: region.documents.region.name }),
    text: [
      t('letter-asked', { device: asked.device || t('device-unknown') }),
      t('letter-mailbox', { url: `${asked.site}/me/mailbox/${token}` }),
      t('letter-not-asked'),
    ].join('\n\n'),
  }
}

function addressOf(platform: Platform, db: RegionDb, { email }: StaffRow): Promise<string> {
  return openMailbox(platform, db, email)
}
