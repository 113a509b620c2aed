import { desc, sql } from 'drizzle-orm'
import { actorOf, type WorkAccess } from '../core/access.ts'
import { logAct } from '../core/acts.ts'
import { insertOne, type TenantDb, type TenantReader } from '../core/db.ts'
import { shortSha256 } from '../core/digest.ts'
import { randomText } from '../core/ids.ts'
import type { Platform } from '../platform/platform.ts'
import { rightsOfScope, type Scope, scopes } from './roles.ts'
import { apiKey } from './schema.ts'

/**
 * Keys for programs: `cl_<scope>_<jurisdiction>_<id>_<secret>`. The key names whose it is and what for, so checking it
 * needs no central table; only the secret's hash is kept. 40 characters of 23 are 181 bits, so a plain hash cannot be
 * searched.
 */
export interface PresentedKey {
  readonly scope: Scope
  readonly jurisdiction: string
  readonly id: string
  readonly hash: string
}

/** Makes a key and answers it: the only time that it can be read. */
export async function createKey(
  platform: Platform,
  db: TenantDb,
  name: string,
  scope: Scope,
  expiresAt: number | null = null,
): Promise<{ id: string; key: string }> {
  const id = randomText(platform.random, 10)
  const secret = randomText(platform.random, 40)
  const by = actorOf(db.access)
  const at = platform.clock.now()
  const row = { id, name, scope, hash: shortSha256(secret), createdBy: by, createdAt: at, expiresAt }
  await db.commit([insertOne(apiKey, row), logAct(by, at, { type: 'key-made', key: id, scope })])
  return { id, key: `cl_${scope}_${db.slug}_${id}_${secret}` }
}

/** Answers whether there was such a key to revoke. */
export async function revokeKey(db: TenantDb, id: string, at: number): Promise<boolean> {
  const isOpen = sql`EXISTS (SELECT 1 FROM ${apiKey} WHERE id = ${id} AND revoked_at IS NULL)`
  const [, revoked] = await db.commit([
    logAct(actorOf(db.access), at, { type: 'key-revoked', key: id }, isOpen),
    sql`UPDATE ${apiKey} SET revoked_at = ${at} WHERE id = ${id} AND revoked_at IS NULL`,
  ])
  return revoked?.rowsAffected === 1
}

export function listKeys(db: TenantReader) {
  return db
    .select({
      id: apiKey.id,
      name: apiKey.name,
      scope: apiKey.scope,
      kind: apiKey.kind,
      createdBy: apiKey.createdBy,
      createdAt: apiKey.createdAt,
      expiresAt: apiKey.expiresAt,
      lastUsedAt: apiKey.lastUsedAt,
      revokedAt: apiKey.revokedAt,
    })
    .from(apiKey)
    .orderBy(desc(apiKey.createdAt))
}

/** Reads a key as sent; undefined when it cannot be one. Whether it is valid, the database says: `keyAccess`. */
export function readKey(text: string): PresentedKey | undefined {
  const [, named, jurisdiction, id, secret] =
    /^cl_([a-z]+)_([a-z0-9-]{1,48})_([0-9A-Z]{10})_([0-9A-Z]{40})$/.exec(text.trim()) ?? []
  const scope = scopes.find(known => known === named)
  if (scope === undefined || jurisdiction === undefined || id === undefined || secret === undefined)
    return undefined
  return { scope, jurisdiction, id, hash: shortSha256(secret) }
}

/** What a key opens, if the jurisdiction's database knows it as valid: `key-refused` for anything else. */
export function keyAccess(
  region: string,
  { scope, jurisdiction, id, hash }: PresentedKey,
  now: number,
): WorkAccess {
  const holds = sql`EXISTS (SELECT 1 FROM ${apiKey} WHERE id = ${id} AND hash = ${hash} AND kind = 'key' AND scope = ${scope}
    AND revoked_at IS NULL AND coalesce(expires_at, ${now + 1}) > ${now})`
  return {
    kind: 'work',
    region,
    jurisdiction,
    actor: `key:${id}`,
    permits: [{ rights: rightsOfScope[scope], services: undefined }],
    proof: [{ holds, otherwise: 'key-refused' }],
  }
}

/** Throws `key-refused` unless the key that this handle was opened by is valid: one read, as every read says it. */
export async function verifyKey(db: TenantReader): Promise<void> {
  await db.rows(sql`SELECT 1`)
}
