import { sql } from 'drizzle-orm'
import type { ResidentAccess } from '../core/access.ts'
import { guard, openTenant, openTenantReader } from '../core/db.ts'
import { parseTrackingNumber } from '../core/ids.ts'
import { asProblem } from '../core/problem.ts'
import { type Account, noteResidentReach } from '../people/accounts.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/compile.ts'
import { record } from '../requests/events.ts'
import { readAddress } from './address.ts'
import { contactOf } from './contact.ts'
import { type Gathered, gather, type OwnCase, ownCases } from './own.ts'

/** Of each jurisdiction; a resident who has reported more finds the rest by their numbers, and all in the download. */
const MOST_SHOWN = 200

/** What a resident has reported across the region, newest first. */
export async function casesOf(
  platform: Platform,
  access: ResidentAccess,
  reach: readonly string[],
): Promise<Gathered<OwnCase>> {
  const { found, away } = await gather(platform, access, access.region, reach, db =>
    ownCases(db, access.account, { limit: MOST_SHOWN }),
  )
  return { found: found.flat().sort((a, b) => b.requestedAt - a.requestedAt), away }
}

/**
 * Adds an earlier report to an account, if the address on it is one that the account's holder has proved. False for any
 * other number, and the answer does not tell why: nobody's, somebody else's, or without an address.
 */
export async function claimCase(
  platform: Platform,
  region: Region,
  access: ResidentAccess,
  account: Account,
  typed: string,
): Promise<boolean> {
  const number = parseTrackingNumber(typed)
  if (number === undefined) return false
  // A number of nobody's here is looked for too, so that it takes as long.
  const { jurisdictions, region: own } = region.documents
  const keeper = jurisdictions.find(({ code }) => code === number.code)?.slug ?? own.intake
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
  await noteResidentReach(platform, access, keeper)
  const at = platform.clock.now()
  try {
    await openTenant(platform, access, region.slug, keeper).commit([
      guard(
        sql`EXISTS (SELECT 1 FROM person WHERE id = ${contact.person} AND account IS NULL AND erased_at IS NULL
          AND erase_asked_at IS NULL)`,
        'changed-meanwhile',
      ),
      sql`UPDATE person SET account = ${access.account} WHERE id = ${contact.person}`,
      record(number.id, `account:${access.account}`, at, false, { type: 'claimed' }),
    ])
  } catch (error) {
    if (asProblem(error).slug !== 'changed-meanwhile') throw error
    return false
  }
  return true
}
