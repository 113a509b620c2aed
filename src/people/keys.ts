import { desc, eq, type SQL, sql } from 'drizzle-orm'
import type { KeyScope } from '../core/access.ts'
import { type Guard, guard, type TenantDb, type TenantReader } from '../core/db.ts'
import { shortSha256 } from '../core/digest.ts'
import { randomText } from '../core/ids.ts'
import { problem } from '../core/problem.ts'
import type { Platform } from '../platform/platform.ts'
import { apiKey } from './schema.ts'

/**
 * Keys for programs: `cl_<jurisdiction>_<id>_<secret>`. The key names whose it is, so checking it needs no central
 * table; only the secret's hash is kept. 40 characters of 23 are 181 bits, so a plain hash cannot be searched.
 */
export interface PresentedKey {
  readonly jurisdiction: string
  readonly id: string
  readonly hash: string
  readonly scope: KeyScope
}

/** Makes a key and answers it: the only time that it can be read. */
export async function createKey(
  platform: Platform,
  db: TenantDb,
  name: string,
  scope: KeyScope,
): Promise<{ id: string; key: string }> {
  const id = randomText(platform.random, 10)
  const secret = randomText(platform.random, 40)
  await db
    .insert(apiKey)
    .values({ id, name, scope, hash: shortSha256(secret), createdAt: platform.clock.now() })
  return { id, key: `cl_${db.slug}_${id}_${secret}` }
}

export async function revokeKey(db: TenantDb, id: string, at: number): Promise<boolean> {
  const revoked = await db
    .update(apiKey)
    .set({ revokedAt: at })
    .where(eq(apiKey.id, id))
    .returning({ id: apiKey.id })
  return revoked.length > 0
}

export function listKeys(db: TenantDb) {
  return db
    .select({
      id: apiKey.id,
      name: apiKey.name,
      scope: apiKey.scope,
      createdAt: apiKey.createdAt,
      revokedAt: apiKey.revokedAt,
    })
    .from(apiKey)
    .orderBy(desc(apiKey.createdAt))
}

/** Reads a key as sent; undefined when it cannot be one. Whether it is valid is decided by the database: `keyIsValid`. */
export function readKey(text: string, scope: KeyScope): PresentedKey | undefined {
  const [, jurisdiction, id, secret] =
    /^cl_([a-z0-9-]{1,48})_([0-9A-Z]{10})_([0-9A-Z]{40})$/.exec(text.trim()) ?? []
  if (jurisdiction === undefined || id === undefined || secret === undefined) return undefined
  return { jurisdiction, id, hash: shortSha256(secret), scope }
}

/** The condition that a batch guards itself with: the key exists, is not revoked, and may do this. */
export function keyIsValid({ id, hash, scope }: PresentedKey): SQL {
  const scopes = scope === 'report' ? sql`('report', 'work')` : sql`('work')`
  return sql`EXISTS (SELECT 1 FROM ${apiKey} WHERE id = ${id} AND hash = ${hash} AND revoked_at IS NULL AND scope IN ${scopes})`
}

/** Throws `key-refused` unless the key is valid here. One read; a write guards itself with `keyIsValid` instead. */
export async function verifyKey(db: TenantReader, key: PresentedKey): Promise<void> {
  const [row] = await db.rows<{ valid: number }>(sql`SELECT ${keyIsValid(key)} AS valid`)
  if (key.jurisdiction !== db.slug || row?.valid !== 1) throw problem('key-refused')
}

/** The guard of a batch that a key asked for; none for what the platform does itself. */
export function keyGuard(key: PresentedKey | undefined): Guard[] {
  return key === undefined ? [] : [guard(keyIsValid(key), 'key-refused')]
}
