import { eq, lt, sql } from 'drizzle-orm'
import { openRegion, type RegionDb } from '../../core/database/handles.ts'
import { keyedHash } from '../../core/encryption/fields.ts'
import type { Platform } from '../../platform/platform.ts'
import { confirmationEmail, emailOptOut } from './region-schema.ts'

// Anyone can enter anyone's address, so updates need a confirmation, confirmations are limited across the
// region, and the owner can stop even those.

const HOUR = 3_600_000
const DAY = 24 * HOUR
// Unanswered confirmations per mailbox and day.
const MAX_PER_RECIPIENT_PER_DAY = 3
// Generous, since a library or a town hall is one network.
const MAX_PER_ASKER_PER_HOUR = 20
const MAX_PER_ASKER_PER_DAY = 60

export function recipientDb(platform: Platform, region: string): RegionDb {
  return openRegion(platform, { kind: 'system', reason: 'recipients' }, region)
}

/** Keyed hash. Ignores tags (`ada+1@`) and, at Gmail, dots, which lead to the same mailbox. */
export function recipientOf(platform: Platform, db: RegionDb, email: string): Promise<string> {
  const [, local = '', domain = ''] = /^([^+@]*)[^@]*@(.*)$/.exec(email.trim().toLowerCase()) ?? []
  const plain = /^(gmail|googlemail)\.com$/.test(domain) ? local.replaceAll('.', '') : local
  return keyedHash(platform, db, 'recipient', `${plain}@${domain}`)
}

export function askerOf(platform: Platform, db: RegionDb, network: string): Promise<string> {
  return keyedHash(platform, db, 'recipient.asker', network)
}

export interface Confirmation {
  readonly id: string
  readonly recipient: string
  readonly asker: string | null
}

/** A confirmation that was allowed once is allowed for every attempt. */
export async function allowConfirmation(
  db: RegionDb,
  { id, recipient, asker }: Confirmation,
  at: number,
): Promise<boolean> {
  const count = (column: 'recipient' | 'asker', value: string | null, period: number) =>
    sql`(SELECT count(*) FROM ${confirmationEmail} WHERE ${sql.identifier(column)} = ${value} AND created_at > ${at - period})`
  const [, allowed] = await db.commit([
    sql`INSERT OR IGNORE INTO ${confirmationEmail} (id, recipient, asker, created_at)
      SELECT ${id}, ${recipient}, ${asker}, ${at}
      WHERE NOT EXISTS (SELECT 1 FROM ${emailOptOut} WHERE recipient = ${recipient})
        AND ${count('recipient', recipient, DAY)} < ${MAX_PER_RECIPIENT_PER_DAY}
        AND ${count('asker', asker, HOUR)} < ${MAX_PER_ASKER_PER_HOUR}
        AND ${count('asker', asker, DAY)} < ${MAX_PER_ASKER_PER_DAY}`,
    sql`SELECT id FROM ${confirmationEmail} WHERE id = ${id}
      AND NOT EXISTS (SELECT 1 FROM ${emailOptOut} WHERE recipient = ${recipient})`,
  ])
  return allowed?.rows.length === 1
}

export async function forgetConfirmations(db: RegionDb, recipient: string): Promise<void> {
  await db.delete(confirmationEmail).where(eq(confirmationEmail.recipient, recipient))
}

export async function optedOutAt(db: RegionDb, recipient: string): Promise<number | undefined> {
  const [row] = await db.select().from(emailOptOut).where(eq(emailOptOut.recipient, recipient))
  return row?.createdAt
}

/** Allows new confirmations; earlier subscriptions stay deleted. */
export async function optIn(db: RegionDb, recipient: string): Promise<void> {
  await db.delete(emailOptOut).where(eq(emailOptOut.recipient, recipient))
}

export async function deleteOldConfirmations(platform: Platform, region: string): Promise<void> {
  const before = platform.clock.now() - DAY
  await recipientDb(platform, region).delete(confirmationEmail).where(lt(confirmationEmail.createdAt, before))
}
