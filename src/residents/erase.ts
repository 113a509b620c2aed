import { sql } from 'drizzle-orm'
import type { ResidentAccess } from '../core/access.ts'
import { openRegion, openTenant, type TenantReader } from '../core/db.ts'
import { decrypt, encrypt } from '../core/encryption.ts'
import { type JobHandler, LONG_PATIENCE, ring } from '../core/jobs.ts'
import { forgetAddress } from '../notify/follow.ts'
import { type Account, reachOf } from '../people/accounts.ts'
import { codeHolder } from '../people/codes.ts'
import { endSessionsOf } from '../people/sessions.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/compile.ts'
import { currentRegion } from '../regions/current.ts'
import { askToErase, endedAt, eraseDue, keptUntil } from '../requests/erase.ts'
import { type Gathered, gather } from './own.ts'

const ERASE = 'erase-account'
const access = { kind: 'system', reason: ERASE } as const

/** What becomes of the contact details that one jurisdiction has of a resident. */
export interface ErasePlan {
  readonly jurisdiction: string
  /** Reports of which they go at once. */
  readonly now: number
  /** Reports that are open: kept until they are closed, and then as the others. */
  readonly open: number
  /** Closed reports of which a law keeps them. */
  readonly kept: number
  /** When the last of those goes; null: there are none. */
  readonly until: number | null
}

/** What erasing would do, jurisdiction by jurisdiction, before anything is done. */
export function erasePlans(
  platform: Platform,
  region: Region,
  access: ResidentAccess,
  reach: readonly string[],
): Promise<Gathered<ErasePlan>> {
  const now = platform.clock.now()
  return gather(platform, access, region.slug, reach, async db => {
    const rows = await db.rows<{ ended: number | null }>(
      sql`SELECT ${endedAt} AS ended FROM person JOIN request ON request.person = person.id WHERE person.account = ${access.account}`,
    )
    const ends = rows.map(({ ended }) => (ended === null ? null : keptUntil(region, db.slug, ended)))
    const kept = ends.filter(end => end !== null && end > now) as number[]
    const open = ends.filter(end => end === null).length
    return {
      jurisdiction: db.slug,
      now: ends.length - open - kept.length,
      open,
      kept: kept.length,
      until: kept.length === 0 ? null : Math.max(...kept),
    }
  })
}

interface Payload {
  readonly account: string
  /** Encrypted. */
  readonly email: string | null
}

/**
 * Erases an account: it is gone from the region, with its codes, consents and sessions, when this returns. What the
 * jurisdictions have follows by a job, each by its own rules.
 */
export async function eraseAccount(platform: Platform, region: Region, account: Account): Promise<void> {
  const db = openRegion(platform, access, region.slug)
  const at = platform.clock.now()
  const addresses = (['email', 'phone'] as const).flatMap(kind => {
    const value = account[kind]
    return value === null ? [] : [{ kind, value }]
  })
  const holders = await Promise.all(addresses.map(address => codeHolder(platform, region.slug, address)))
  const payload: Payload = {
    account: account.id,
    email: await encrypt(platform, db, 'job.email', account.email),
  }
  // First: it looks the jurisdictions up that have to hear of it.
  await endSessionsOf(platform, region.slug, 'account', account.id)
  await db.commit([
    sql`UPDATE account SET email = NULL, email_index = NULL, phone = NULL, phone_index = NULL, erased_at = ${at} WHERE id = ${account.id}`,
    sql`DELETE FROM history_consent WHERE account = ${account.id}`,
    sql`DELETE FROM one_time WHERE holder IN (SELECT value FROM json_each(${JSON.stringify([account.id, ...holders])}))`,
    ring(ERASE, at, `${ERASE}:${account.id}`, payload),
  ])
  platform.wake({ kind: 'region', region: region.slug })
}

/** Where a jurisdiction's database is away, it is taken up again until all have heard. */
export const eraseAccountJob: JobHandler = {
  kind: ERASE,
  patience: LONG_PATIENCE,
  async run(platform, database, payload) {
    if (database.kind !== 'region') return undefined
    const { account, email: sealed } = payload as Payload
    const region = await currentRegion(platform, database.region)
    const db = openRegion(platform, access, region.slug)
    const email = await decrypt(platform, db, 'job.email', sealed)
    if (email !== null) {
      for (const { slug } of region.documents.jurisdictions)
        await forgetAddress(platform, openTenant(platform, access, region.slug, slug), email)
    }
    for (const slug of await reachOf(db, account)) {
      await eraseIn(platform, region, slug, account)
      await db.commit([sql`DELETE FROM account_reach WHERE account = ${account} AND jurisdiction = ${slug}`])
    }
    return undefined
  },
}

/** Copies that went along with a case go too (S14), and before what leads to them. */
async function eraseIn(platform: Platform, region: Region, slug: string, account: string): Promise<void> {
  const at = platform.clock.now()
  const db = openTenant(platform, access, region.slug, slug)
  for (const [holder, cases] of await passedOn(db, account)) {
    if (region.jurisdiction(holder) === undefined) continue
    const other = openTenant(platform, access, region.slug, holder)
    const copies = sql`SELECT person FROM request WHERE person IS NOT NULL AND case_id IN (SELECT value FROM json_each(${JSON.stringify(cases)}))`
    await askToErase(other, copies, at)
    await eraseDue(other, region, at)
  }
  await askToErase(db, sql`SELECT id FROM person WHERE account = ${account}`, at)
  await eraseDue(db, region, at)
}

/** Who has or had shares of the account's cases: jurisdiction → cases. */
async function passedOn(db: TenantReader, account: string): Promise<Map<string, string[]>> {
  const rows = await db.rows<{ holder: string; cases: string }>(
    sql`SELECT share.jurisdiction AS holder, json_group_array(DISTINCT share.case_id) AS cases
      FROM person JOIN request ON request.person = person.id JOIN share ON share.case_id = request.case_id
      WHERE person.account = ${account} AND share.jurisdiction <> ${db.slug} GROUP BY share.jurisdiction`,
  )
  return new Map(rows.map(({ holder, cases }) => [holder, JSON.parse(cases) as string[]]))
}
