import { sql } from 'drizzle-orm'
import type { ResidentAccess } from '../core/access.ts'
import { guard, openTenant, openTenantReader } from '../core/database/handles.ts'
import { asProblem } from '../core/problem.ts'
import { type Account, noteAccountJurisdiction } from '../identity/accounts.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/runtime/compile.ts'
import { appendEvent, reportClaimed } from '../requests/events.ts'
import { readAddress } from './address.ts'
import { contactOf } from './contact.ts'
import { type OwnCase, type OwnRecords, ownCases, readOwnRecords } from './own.ts'

// Per jurisdiction. Older reports are found by number and in the download.
const MAX_SHOWN = 200

export async function casesOf(
  platform: Platform,
  access: ResidentAccess,
  reach: readonly string[],
): Promise<OwnRecords<OwnCase>> {
  const { found, unavailable } = await readOwnRecords(platform, access, access.region, reach, db =>
    ownCases(db, access.account, { limit: MAX_SHOWN }),
  )
  return { found: found.flat().sort((a, b) => b.requestedAt - a.requestedAt), unavailable }
}

/** False does not reveal whether the number is unknown, someone else's or without an address. */
export async function claimCase(
  platform: Platform,
  region: Region,
  access: ResidentAccess,
  account: Account,
  typed: string,
): Promise<boolean> {
  const number = region.caseNumber(typed)
  if (number === undefined) return false
  // Look up unknown numbers as well, so that the response time does not reveal them.
  const keeper = number.jurisdiction?.slug ?? region.documents.region.intake
  const reader = openTenantReader(platform, access, region.slug, keeper)
  const contact = await contactOf(platform, reader, number.id)
  if (contact === undefined || contact.account !== null || contact.erased) return false
  const { countryCode } = region.documents.region
  const isProved = (['email', 'phone'] as const).some(kind => {
    const own = account[kind]
    const onReport = readAddress(contact[kind] ?? '', countryCode)
    return own !== null && onReport?.kind === kind && onReport.value === own
  })
  if (!isProved) return false
  await noteAccountJurisdiction(platform, access, keeper)
  const at = platform.clock.now()
  try {
    await openTenant(platform, access, region.slug, keeper).commit([
      guard(
        sql`EXISTS (SELECT 1 FROM person WHERE id = ${contact.person} AND account IS NULL AND erased_at IS NULL
          AND erase_asked_at IS NULL)`,
        'changed-meanwhile',
      ),
      sql`UPDATE person SET account = ${access.account} WHERE id = ${contact.person}`,
      appendEvent(
        reportClaimed,
        {},
        { request: number.id, actor: `account:${access.account}`, at, public: false },
      ),
    ])
  } catch (error) {
    if (asProblem(error).slug !== 'changed-meanwhile') throw error
    return false
  }
  return true
}
