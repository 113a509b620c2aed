import type { TenantDb, TenantReader } from '../core/db.ts'
import { decrypt, encrypt, fieldOf, keyedHash } from '../core/encryption.ts'
import type { EncryptedTable } from '../core/reencrypt.ts'
import type { Platform } from '../platform/platform.ts'
import type { follower } from './follower-schema.ts'

export type FollowerRow = typeof follower.$inferSelect

const HASHED = 'follower.email'

export const encryptedFollower: EncryptedTable = {
  table: 'follower',
  row: 'id',
  columns: ['email'],
  hash: { of: 'email', column: 'email_hash', what: HASHED, asHashed: mailbox },
}

/** An address as the row of this id keeps it, and by what it is found again. */
export async function sealAddress(platform: Platform, db: TenantDb, id: string, email: string) {
  const [sealed, emailHash] = await Promise.all([
    encrypt(platform, db, fieldOf('follower', 'email', id), email.trim()),
    hashOf(platform, db, email),
  ])
  return { email: sealed, emailHash }
}

/** By what the rows of one mailbox are found. */
export function hashOf(platform: Platform, db: TenantDb, email: string): Promise<string> {
  return keyedHash(platform, db, HASHED, mailbox(email))
}

export function addressOf(platform: Platform, db: TenantReader, { id, email }: FollowerRow): Promise<string> {
  return decrypt(platform, db, fieldOf('follower', 'email', id), email)
}

/** One mailbox however it is written. */
function mailbox(email: string): string {
  return email.trim().toLowerCase()
}
