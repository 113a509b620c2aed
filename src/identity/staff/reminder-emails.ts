import { Temporal } from 'temporal-polyfill'
import type { RegionDb } from '../../core/database/handles.ts'
import { isoDate } from '../../core/dates.ts'
import { translator } from '../../core/i18n.ts'
import type { Platform } from '../../platform/platform.ts'
import { nameOf } from '../../regions/coverage/on-day.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { siteAddress } from '../../regions/runtime/site.ts'
import type { PendingOf, Written } from './pending-emails.ts'
import { addressOf, hasMailbox, isMadeUp, staffById } from './staff.ts'

// What administrators are reminded of, or have to look at again. Undefined where that is no longer so.

export async function holidaysEmail(
  platform: Platform,
  db: RegionDb,
  region: Region,
  jurisdiction: string,
  { staff, last, language }: PendingOf<'holidays'>,
): Promise<Written | undefined> {
  const row = await staffById(db, staff)
  const own = region.jurisdiction(jurisdiction)
  if (own === undefined || row === undefined || !hasMailbox(row) || isMadeUp(platform, row)) return undefined
  const t = translator(language)
  const day = isoDate(t, last)
  return {
    to: await addressOf(platform, db, row),
    subject: t('email-holidays-subject', { who: own.name, day }),
    text: [t('email-holidays', { who: own.name, day }), t('email-holidays-do')].join('\n\n'),
  }
}

export async function agreementEndEmail(
  platform: Platform,
  db: RegionDb,
  region: Region,
  { staff, agreement: id, to, language }: PendingOf<'agreement-end'>,
): Promise<Written | undefined> {
  const row = await staffById(db, staff)
  const agreement = region.documents.agreements.agreements?.find(one => one.id === id)
  if (row === undefined || !hasMailbox(row) || isMadeUp(platform, row)) return undefined
  // Renewed or removed in the meantime.
  if (agreement?.to !== to) return undefined
  const t = translator(language)
  const last = Temporal.PlainDate.from(to).subtract({ days: 1 }).toString()
  const says = {
    title: agreement.title,
    day: isoDate(t, last),
    accountable: nameOf(region.documents, agreement.accountable),
    performer: nameOf(region.documents, agreement.performer),
  }
  return {
    to: await addressOf(platform, db, row),
    subject: t('email-agreement-end-subject', says),
    text: [t('email-agreement-end', says), t('email-agreement-end-do')].join('\n\n'),
  }
}

export async function draftEmail(
  platform: Platform,
  db: RegionDb,
  region: Region,
  { staff, draft, title, failed, language }: PendingOf<'draft-not-applied'>,
): Promise<Written | undefined> {
  const row = await staffById(db, staff)
  if (row === undefined || !hasMailbox(row) || isMadeUp(platform, row)) return undefined
  const t = translator(language)
  const url = `${siteAddress(platform, region)}/admin/drafts/${draft}/plan`
  return {
    to: await addressOf(platform, db, row),
    subject: t('email-draft-not-applied-subject', { title }),
    text: [
      t('email-draft-not-applied', { title }),
      t(`admin-schedule-failed-${failed}`),
      t('email-draft-not-applied-do', { url }),
    ].join('\n\n'),
  }
}
