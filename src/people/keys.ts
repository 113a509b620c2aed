import { desc, eq, type SQL, sql } from 'drizzle-orm'
import { actorOf, servicesFor, type WorkAccess } from '../core/access.ts'
import { logAct } from '../core/acts.ts'
import { guard, insertOne, openTenant, type TenantDb, type TenantReader } from '../core/db.ts'
import { shortSha256 } from '../core/digest.ts'
import { randomText } from '../core/ids.ts'
import { problem } from '../core/problem.ts'
import type { Platform } from '../platform/platform.ts'
import { rightsOfScope, type Scope, scopes } from './roles.ts'
import { apiKey } from './schema.ts'

const DAY = 24 * 3_600_000

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

export type ApiKeyRow = typeof apiKey.$inferSelect

export interface NewKey {
  /** Whose it is, in words that staff know it by. */
  readonly name: string
  readonly scope: Scope
  /** Half-open; null: until it is revoked. */
  readonly expiresAt: number | null
}

/** Makes a key and answers it: the only time that it can be read. Throws `not-allowed`. */
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

/** A row for a program, and the secret that is its own. Throws `not-allowed`. */
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
  // Whatever anybody lets in while anybody may sign in as anybody does not outlive it by long.
  const until =
    platform.demo && db.access.kind === 'work' ? Math.min(expiresAt ?? Infinity, at + DAY) : expiresAt
  const row = { id, name, scope, kind, createdBy: actor, createdAt: at, expiresAt: until }
  await db.commit([
    insertOne(apiKey, { ...row, hash: shortSha256(secret) }),
    logAct(actor, at, { type: 'key-made', key: id, kind, scope }),
  ])
  return { id, secret }
}

/** Takes a key or client back, at once. Throws `not-found`, and `wrong-state` for one that is revoked already. */
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
    logAct(actor, at, { type: 'key-revoked', key: id }),
    sql`UPDATE ${apiKey} SET revoked_at = ${at} WHERE id = ${id}`,
  ])
}

/** Throws `not-allowed` for somebody who looks after some services only: a key is no service's. */
function refuseLimited({ access }: TenantDb): void {
  if (servicesFor(access, 'keys') !== undefined) throw problem('not-allowed')
}

/** Every key and client that the jurisdiction has made, newest first, without what they are checked by. */
export function listKeys(db: TenantReader): Promise<Omit<ApiKeyRow, 'hash'>[]> {
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
    AND ${inForce(now)})`
  return {
    kind: 'work',
    region,
    jurisdiction,
    actor: `key:${id}`,
    permits: [{ rights: rightsOfScope[scope], services: undefined }],
    proof: [{ holds, otherwise: 'key-refused' }],
  }
}

/** The condition on a row that it is neither revoked nor expired. */
export function inForce(now: number): SQL {
  return sql`revoked_at IS NULL AND coalesce(expires_at, ${now + 1}) > ${now}`
}

/** Throws `key-refused` unless the key that this handle was opened by is valid: one read, as every read says it. */
export async function verifyKey(db: TenantReader): Promise<void> {
  await db.rows(sql`SELECT 1`)
}

const HOUR = 3_600_000
/** The hour in which a use of each key was last noted, by region, jurisdiction and key: of valid ones only. */
const noted = new WeakMap<Platform, Map<string, number>>()

/** Notes, to the hour, that a program was let in: once an hour, after it has been answered. */
export function noteUse(
  platform: Platform,
  { region, jurisdiction, actor }: Pick<WorkAccess, 'region' | 'jurisdiction' | 'actor'>,
): void {
  const hours = noted.get(platform) ?? new Map<string, number>()
  noted.set(platform, hours)
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
  platform.later(
    note().catch(error => {
      hours.delete(name)
      throw error
    }),
  )
}
