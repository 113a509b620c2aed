import { sql } from 'drizzle-orm'
import * as v from 'valibot'
import type { Registry } from '../capability.ts'
import type { ResidentAccess } from '../core/access.ts'
import { openRegion, openTenant, type TenantReader } from '../core/database/handles.ts'
import { defineJob, enqueueJob, type JobHandler, jobKind, LONG_RETRY } from '../core/database/jobs.ts'
import { fromJson } from '../core/database/json.ts'
import { decrypt, encrypt } from '../core/encryption/fields.ts'
import { type Account, accountJurisdictions } from '../identity/accounts.ts'
import { codeHolder, codePurposes } from '../identity/sessions/codes.ts'
import { endSessionsOf } from '../identity/sessions/sessions.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/runtime/compile.ts'
import { currentRegion } from '../regions/runtime/current.ts'
import { askToErase, type EraseContacts, endedAt, eraseDue, keptUntil } from '../requests/erase.ts'
import { type OwnRecords, readOwnRecords } from './own.ts'

const ERASE = 'erase-account'
const access = { kind: 'system', reason: ERASE } as const

export interface ErasePlan {
  readonly jurisdiction: string
  readonly now: number
  readonly open: number
  readonly kept: number
  readonly until: number | null
}

export function erasePlans(
  platform: Platform,
  region: Region,
  access: ResidentAccess,
  reach: readonly string[],
): Promise<OwnRecords<ErasePlan>> {
  const now = platform.clock.now()
  return readOwnRecords(platform, access, region.slug, reach, async db => {
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

const eraseAccountKind = jobKind(
  ERASE,
  v.object({ account: v.string(), /** Encrypted. */ email: v.nullable(v.string()) }),
  ({ account }) => account,
)

/** The region deletes the account before this returns; a job erases what the jurisdictions have. */
export async function eraseAccount(platform: Platform, region: Region, account: Account): Promise<void> {
  const db = openRegion(platform, access, region.slug)
  const at = platform.clock.now()
  const addresses = (['email', 'phone'] as const).flatMap(kind => {
    const value = account[kind]
    return value === null ? [] : [{ kind, value }]
  })
  const holders = await Promise.all(
    addresses.flatMap(address =>
      codePurposes.map(action => codeHolder(platform, region.slug, address, action)),
    ),
  )
  const email = await encrypt(platform, db, 'job.email', account.email)
  // First, because it looks up the jurisdictions that have to be informed.
  await endSessionsOf(platform, region.slug, 'account', account.id)
  await db.commit([
    sql`UPDATE account SET email = NULL, email_index = NULL, phone = NULL, phone_index = NULL, erased_at = ${at} WHERE id = ${account.id}`,
    sql`DELETE FROM history_consent WHERE account = ${account.id}`,
    sql`DELETE FROM one_time WHERE holder IN (SELECT value FROM json_each(${JSON.stringify([account.id, ...holders])}))`,
    enqueueJob(eraseAccountKind, at, { account: account.id, email }),
  ])
}

/** Retried while a jurisdiction's database is unavailable, until all have been erased. */
export const eraseAccountJob = ({ eraseContacts, eraseEmail }: Registry): JobHandler =>
  defineJob(eraseAccountKind, {
    retryPolicy: LONG_RETRY,
    async region(platform, db, { account, email: encrypted }) {
      const region = await currentRegion(platform, db.region)
      const email = await decrypt(platform, db, 'job.email', encrypted)
      if (email !== null) {
        for (const { slug } of region.documents.jurisdictions)
          await eraseEmail(platform, openTenant(platform, access, region.slug, slug), email)
      }
      for (const slug of await accountJurisdictions(db, account)) {
        await eraseIn(platform, region, { jurisdiction: slug, account }, eraseContacts)
        await db.commit([
          sql`DELETE FROM account_jurisdiction WHERE account = ${account} AND jurisdiction = ${slug}`,
        ])
      }
      return undefined
    },
  })

// Erases the copies transferred with a case (S14) first, because the own records lead to them.
async function eraseIn(
  platform: Platform,
  region: Region,
  { jurisdiction: slug, account }: { readonly jurisdiction: string; readonly account: string },
  eraseContacts: EraseContacts,
): Promise<void> {
  const at = platform.clock.now()
  const db = openTenant(platform, access, region.slug, slug)
  for (const [holder, cases] of await passedOn(db, account)) {
    if (region.jurisdiction(holder) === undefined) continue
    const other = openTenant(platform, access, region.slug, holder)
    const copies = sql`SELECT person FROM request WHERE person IS NOT NULL AND case_id IN (SELECT value FROM json_each(${JSON.stringify(cases)}))`
    await askToErase(other, copies, at)
    await eraseDue(other, region, eraseContacts, at)
  }
  await askToErase(db, sql`SELECT id FROM person WHERE account = ${account}`, at)
  await eraseDue(db, region, eraseContacts, at)
}

async function passedOn(db: TenantReader, account: string): Promise<Map<string, string[]>> {
  const rows = await db.rows<{ holder: string; cases: string }>(
    sql`SELECT share.jurisdiction AS holder, json_group_array(DISTINCT share.case_id) AS cases
      FROM person JOIN request ON request.person = person.id JOIN share ON share.case_id = request.case_id
      WHERE person.account = ${account} AND share.jurisdiction <> ${db.slug} GROUP BY share.jurisdiction`,
  )
  return new Map(rows.map(({ holder, cases }) => [holder, fromJson<string[]>(cases)]))
}
