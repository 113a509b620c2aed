import { desc, eq, type SQL, sql } from 'drizzle-orm'
import { actorOf, servicesFor, type WorkAccess } from '../../core/access.ts'
import { appendAuditAction } from '../../core/audit-actions.ts'
import {
  guard,
  insertOne,
  openTenant,
  type TenantDb,
  type TenantReader,
} from '../../core/database/handles.ts'
import { shortSha256 } from '../../core/encryption/digest.ts'
import { randomText } from '../../core/ids.ts'
import { problem } from '../../core/problem.ts'
import type { Platform } from '../../platform/platform.ts'
import { keyMade, keyRevoked } from '../audit-actions.ts'
import { rightsOfScope, type Scope, scopes } from '../roles.ts'
import { apiKey } from '../schema.ts'

const DAY = 24 * 3_600_000

/** Names its jurisdiction, so no central table is needed. The secret, 181 bits, is stored as a hash only. */
export interface PresentedKey {
  readonly scope: Scope
  readonly jurisdiction: string
  readonly id: string
  readonly hash: string
}

export type ApiKeyRow = typeof apiKey.$inferSelect

export interface NewKey {
  readonly name: string
  readonly scope: Scope
  /** Exclusive; null: valid until revoked. */
  readonly expiresAt: number | null
}

/** The key cannot be read again. Throws `not-allowed`. */
export async function createKey(
  platform: Platform,
  db: TenantDb,
  name: string,
  scope: Scope,
  expiresAt: number | null = null,
): Promise<{ id: string; key: string }> {
  const { id, secret } = await addSecret(platform, db, 'key', { name, scope, expiresAt })
  return { id, key: `cl_${scope}_${db.slug}_${id}_${secret}` }
}

export async function addSecret(
  platform: Platform,
  db: TenantDb,
  kind: ApiKeyRow['kind'],
  { name, scope, expiresAt }: NewKey,
): Promise<{ id: string; secret: string }> {
  refuseLimited(db)
  const at = platform.clock.now()
  const actor = actorOf(db.access)
  const id = randomText(platform.random, 10)
  const secret = randomText(platform.random, 40)
  // Keys created during a demonstration are valid only while it is on, and for a day at most.
  const demo = platform.demo && db.access.kind === 'work'
  const until = demo ? Math.min(expiresAt ?? Infinity, at + DAY) : expiresAt
  const row = { id, name, scope, kind, createdBy: actor, createdAt: at, expiresAt: until, demo }
  await db.commit([
    insertOne(apiKey, { ...row, hash: shortSha256(secret) }),
    appendAuditAction(keyMade, { key: id, kind, scope }, { actor, at }),
  ])
  return { id, secret }
}

/** Takes effect at once. Throws `not-allowed`, `not-found`, or `wrong-state` if it is revoked already. */
export async function revokeKey(db: TenantDb, id: string, at: number): Promise<void> {
  refuseLimited(db)
  const actor = actorOf(db.access)
  await db.commit([
    guard(sql`EXISTS (SELECT 1 FROM ${apiKey} WHERE id = ${id})`, 'not-found'),
    guard(
      sql`EXISTS (SELECT 1 FROM ${apiKey} WHERE id = ${id} AND revoked_at IS NULL)`,
      'wrong-state',
      'It has been revoked already.',
    ),
    appendAuditAction(keyRevoked, { key: id }, { actor, at }),
    sql`UPDATE ${apiKey} SET revoked_at = ${at} WHERE id = ${id}`,
  ])
}

// Keys belong to no service: throws `not-allowed` for staff limited to some services.
function refuseLimited({ access }: TenantDb): void {
  if (servicesFor(access, 'keys') !== undefined) throw problem('not-allowed')
}

export function listKeys(db: TenantReader): Promise<Omit<ApiKeyRow, 'hash' | 'demo'>[]> {
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
    .orderBy(desc(apiKey.createdAt), desc(apiKey.id))
    .limit(1000)
}

/** Checks only the form; `keyAccess` proves its validity. */
export function readKey(text: string): PresentedKey | undefined {
  const [, named, jurisdiction, id, secret] =
    /^cl_([a-z]+)_([a-z0-9-]{1,48})_([0-9A-Z]{10})_([0-9A-Z]{40})$/.exec(text.trim()) ?? []
  const scope = scopes.find(known => known === named)
  if (scope === undefined || jurisdiction === undefined || id === undefined || secret === undefined)
    return undefined
  return { scope, jurisdiction, id, hash: shortSha256(secret) }
}

/** Every statement proves that the key is valid, and throws `key-refused` otherwise. */
export function keyAccess(
  platform: Platform,
  region: string,
  { scope, jurisdiction, id, hash }: PresentedKey,
): WorkAccess {
  const holds = sql`EXISTS (SELECT 1 FROM ${apiKey} WHERE id = ${id} AND hash = ${hash} AND kind = 'key' AND scope = ${scope}
    AND ${inForce(platform)})`
  return {
    kind: 'work',
    region,
    jurisdiction,
    actor: `key:${id}`,
    permits: [{ rights: rightsOfScope[scope], services: undefined }],
    proof: [{ holds, otherwise: 'key-refused' }],
  }
}

export function inForce({ clock, demo }: Platform): SQL {
  const now = clock.now()
  return sql`revoked_at IS NULL AND coalesce(expires_at, ${now + 1}) > ${now} AND (demo = 0 OR ${demo ? 1 : 0})`
}

/** Throws `key-refused` unless the key that opened this handle is valid: every read proves it. */
export async function verifyKey(db: TenantReader): Promise<void> {
  await db.rows(sql`SELECT 1`)
}

const HOUR = 3_600_000
const notedHours = new WeakMap<Platform, Map<string, number>>()

/** Records the use of a program's credential, once an hour, after the response. */
export function noteUse(
  platform: Platform,
  { region, jurisdiction, actor }: Pick<WorkAccess, 'region' | 'jurisdiction' | 'actor'>,
): void {
  const hours = notedHours.get(platform) ?? new Map<string, number>()
  notedHours.set(platform, hours)
  const now = platform.clock.now()
  const hour = now - (now % HOUR)
  const name = `${region} ${jurisdiction} ${actor}`
  if (hours.get(name) === hour) return
  hours.set(name, hour)
  const id = actor.slice(actor.indexOf(':') + 1)
  const note = async () => {
    await openTenant(platform, { kind: 'system', reason: 'keys' }, region, jurisdiction)
      .update(apiKey)
      .set({ lastUsedAt: hour })
      .where(sql`${eq(apiKey.id, id)} AND coalesce(last_used_at, 0) < ${hour}`)
  }
  platform.waitUntil(
    note().catch(error => {
      hours.delete(name)
      throw error
    }),
  )
}
