import { eq, isNull, sql } from 'drizzle-orm'
import * as v from 'valibot'
import { openTenant, type TenantDb } from '../core/database/handles.ts'
import { defineJob, enqueueJob, jobKind, LONG_RETRY } from '../core/database/jobs.ts'
import { signPayload, verifyPayload } from '../core/encryption/signing.ts'
import { problem } from '../core/problem.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/runtime/compile.ts'
import { currentRegion } from '../regions/runtime/current.ts'
import { addressOf } from '../requests/followers/follower.ts'
import { optedOutAt, recipientDb, recipientOf } from '../requests/followers/recipient.ts'
import { emailOptOut } from '../requests/followers/region-schema.ts'
import { follower } from '../requests/followers/schema.ts'

// The link appears only in the region's emails about reports, so its holder can read the mailbox: nobody can
// stop another person's emails without it.

const OPT_OUT = 'email-opt-out'
const access = { kind: 'system', reason: OPT_OUT } as const
const optOutKind = jobKind(OPT_OUT, v.object({ recipient: v.string() }), ({ recipient }) => recipient)
const BATCH = 100

export function optOutLink(platform: Platform, region: string, recipient: string): Promise<string> {
  return signPayload(platform, OPT_OUT, [region, recipient])
}

export interface OptOut {
  readonly recipient: string
  readonly isOut: boolean
}

/** Throws `not-found` for a link that is forged or of another region. */
export async function openOptOut(platform: Platform, region: Region, token: string): Promise<OptOut> {
  const [of, recipient] = (await verifyPayload(platform, OPT_OUT, token)) ?? []
  if (of !== region.slug || typeof recipient !== 'string') throw problem('not-found')
  const since = await optedOutAt(recipientDb(platform, region.slug), recipient)
  return { recipient, isOut: since !== undefined }
}

export async function optOut(platform: Platform, region: Region, recipient: string): Promise<void> {
  const at = platform.clock.now()
  await recipientDb(platform, region.slug).commit([
    sql`INSERT INTO ${emailOptOut} (recipient, created_at) VALUES (${recipient}, ${at})
      ON CONFLICT (recipient) DO UPDATE SET created_at = excluded.created_at`,
    enqueueJob(optOutKind, at, { recipient }),
  ])
}

/** Retried while a jurisdiction's database is unavailable, until all have deleted the address. */
export const optOutJob = defineJob(optOutKind, {
  retryPolicy: LONG_RETRY,
  async region(platform, db, { recipient }) {
    const region = await currentRegion(platform, db.region)
    const since = await optedOutAt(recipientDb(platform, region.slug), recipient)
    if (since === undefined) return undefined
    for (const { slug } of region.documents.jurisdictions)
      await forgetRecipient(platform, openTenant(platform, access, region.slug, slug), recipient, since)
    return undefined
  },
})

async function forgetRecipient(
  platform: Platform,
  db: TenantDb,
  recipient: string,
  since: number,
): Promise<void> {
  while (await nameRecipients(platform, db));
  const theirs = sql`SELECT id FROM follower WHERE recipient = ${recipient} AND coalesce(confirmed_at, created_at) <= ${since}`
  await db.commit([
    sql`DELETE FROM notice WHERE follower IN (${theirs})`,
    sql`DELETE FROM follower WHERE id IN (${theirs})`,
  ])
}

// Fills in `recipient` for older followers and for those from another deployment. True if more may remain.
async function nameRecipients(platform: Platform, db: TenantDb): Promise<boolean> {
  const rows = await db.select().from(follower).where(isNull(follower.recipient)).limit(BATCH)
  const region = recipientDb(platform, db.region)
  for (const row of rows) {
    const recipient = await recipientOf(platform, region, await addressOf(platform, db, row))
    await db.update(follower).set({ recipient }).where(eq(follower.id, row.id))
  }
  return rows.length === BATCH
}
