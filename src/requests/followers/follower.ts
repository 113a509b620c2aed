import { sql } from 'drizzle-orm'
import type { Step, TenantDb, TenantReader } from '../../core/database/handles.ts'
import { decrypt, encrypt, fieldName, keyedHash } from '../../core/encryption/fields.ts'
import type { EncryptedTable } from '../../core/encryption/reencrypt.ts'
import { randomText } from '../../core/ids.ts'
import { asProblem } from '../../core/problem.ts'
import type { Platform } from '../../platform/platform.ts'
import { askerOf, recipientDb, recipientOf } from './recipient.ts'
import type { follower } from './schema.ts'

export type FollowerRow = typeof follower.$inferSelect

const HASHED = 'follower.email'

export const encryptedFollower: EncryptedTable = {
  table: 'follower',
  row: 'id',
  columns: ['email'],
  hash: { of: 'email', column: 'email_hash', what: HASHED, asHashed: mailbox },
  local: ['recipient', 'asker'],
}

export async function encryptAddress(platform: Platform, db: TenantDb, id: string, email: string) {
  const [encrypted, emailHash] = await Promise.all([
    encrypt(platform, db, fieldName('follower', 'email', id), email.trim()),
    hashOf(platform, db, email),
  ])
  return { email: encrypted, emailHash }
}

export interface FollowInput {
  readonly caseId: string
  readonly email: string
  readonly language: string
  /** Signed in by this address; all others have to confirm by email. */
  readonly isProven: boolean
  readonly network: string | undefined
}

/** The job `NOTIFY` sends the confirmation. */
export async function followStep(
  platform: Platform,
  db: TenantDb,
  { caseId, email, language, isProven, network }: FollowInput,
  at: number,
): Promise<Step> {
  const id = randomText(platform.random, 16)
  const encrypted = await encryptAddress(platform, db, id, email)
  const { recipient, asker } = await countedAs(platform, db.region, email, network)
  const confirmedAt = isProven ? at : null
  return sql`INSERT INTO follower (id, case_id, email, email_hash, language, created_at, confirmed_at, recipient, asker)
    VALUES (${id}, ${caseId}, ${encrypted.email}, ${encrypted.emailHash}, ${language}, ${at}, ${confirmedAt}, ${recipient}, ${asker})
    ON CONFLICT (case_id, email_hash) DO UPDATE SET confirmed_at = coalesce(confirmed_at, excluded.confirmed_at)`
}

// A report must not fail because the region's database is unavailable: the job fills these in.
async function countedAs(platform: Platform, region: string, email: string, network: string | undefined) {
  try {
    const db = recipientDb(platform, region)
    const asker = network === undefined ? null : await askerOf(platform, db, network)
    return { recipient: await recipientOf(platform, db, email), asker }
  } catch (error) {
    if (asProblem(error).slug !== 'database-unavailable') throw error
    return { recipient: null, asker: null }
  }
}

export function isSameMailbox(one: string, other: string): boolean {
  return mailbox(one) === mailbox(other)
}

export function hashOf(platform: Platform, db: TenantDb, email: string): Promise<string> {
  return keyedHash(platform, db, HASHED, mailbox(email))
}

export function addressOf(platform: Platform, db: TenantReader, { id, email }: FollowerRow): Promise<string> {
  return decrypt(platform, db, fieldName('follower', 'email', id), email)
}

function mailbox(email: string): string {
  return email.trim().toLowerCase()
}
