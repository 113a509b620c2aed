import { sql } from 'drizzle-orm'
import { type DatabaseName, databaseLabel, type Platform } from '../platform/platform.ts'
import { fromBase64Url, toBase64Url } from './base64url.ts'
import type { Reader, RegionDb, RegionReader, TenantDb, TenantReader } from './db.ts'
import { problem } from './problem.ts'

/*
 * Fields that name a person are encrypted before they reach a database: AES-256-GCM by a key of that database alone,
 * which is itself wrapped by the deployment's master key (the secret MASTER_KEY). A database that is stolen, or its
 * backup, gives none of them. What a value is for and whose it is stand under its mark, so that it opens nowhere else.
 */

const VERSION = 'e1'
const IV_BYTES = 12
const KEY_BYTES = 32

export type Purpose = 'fields' | 'index'

interface DataKey {
  readonly id: number
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly key: CryptoKey
}

/** A value that only this database's key opens. `what` names the field, such as `person.email`. Null stays null. */
export async function encrypt<T extends string | null>(
  platform: Platform,
  db: TenantDb | RegionDb,
  what: string,
  value: T,
): Promise<T> {
  if (value === null) return value
  const { id, key } = await currentKey(platform, db, 'fields')
  const iv = platform.random.bytes(IV_BYTES)
  const sealed = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv, additionalData: utf8(`${labelOf(db)} ${what}`) },
    key,
    utf8(value),
  )
  return `${VERSION}.${id}.${toBase64Url(iv)}.${toBase64Url(new Uint8Array(sealed))}` as T
}

/**
 * What was encrypted, for the same field of the same database. A value from before fields were encrypted is answered as
 * it is. Throws `fault` for one that was changed or moved.
 */
export async function decrypt<T extends string | null>(
  platform: Platform,
  db: TenantReader | RegionReader,
  what: string,
  value: T,
): Promise<T> {
  const [, id, iv, sealed] = /^e1\.(\d+)\.([\w-]{16})\.([\w-]+)$/.exec(value ?? '') ?? []
  if (id === undefined || iv === undefined || sealed === undefined) return value
  const { key } = await keyById(platform, db, Number(id))
  try {
    const plain = await crypto.subtle.decrypt(
      { name: 'AES-GCM', iv: fromBase64Url(iv), additionalData: utf8(`${labelOf(db)} ${what}`) },
      key,
      fromBase64Url(sealed),
    )
    return new TextDecoder().decode(plain) as T
  } catch (cause) {
    throw problem('fault', { cause })
  }
}

/** By what an encrypted value is found: the same for the same value, and only in this database. */
export async function keyedHash(
  platform: Platform,
  db: TenantDb | RegionDb,
  what: string,
  value: string,
): Promise<string> {
  const { bytes } = await currentKey(platform, db, 'index')
  const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return toBase64Url(new Uint8Array(await crypto.subtle.sign('HMAC', key, utf8(`${what} ${value}`))))
}

/** Of each database, its keys as they were unwrapped: by number, and the one in use for each purpose. */
interface Keyring {
  readonly byId: Map<number, DataKey>
  readonly current: Map<Purpose, DataKey>
}
const keyrings = new WeakMap<Platform, Map<string, Keyring>>()

function keyringOf(platform: Platform, label: string): Keyring {
  const all = keyrings.get(platform) ?? new Map<string, Keyring>()
  keyrings.set(platform, all)
  const known = all.get(label) ?? { byId: new Map(), current: new Map() }
  all.set(label, known)
  return known
}

/** After keys were changed: what is kept in memory no longer counts. */
export function forgetKeys(platform: Platform): void {
  keyrings.delete(platform)
}

interface KeyRow {
  readonly id: number
  readonly wrapped: string
  readonly master: string
}

async function currentKey(platform: Platform, db: TenantDb | RegionDb, purpose: Purpose): Promise<DataKey> {
  const keyring = keyringOf(platform, labelOf(db))
  const known = keyring.current.get(purpose)
  if (known !== undefined) return known
  const [row = await addKey(platform, db, purpose)] = await newest(db, purpose)
  const found = await unwrap(platform, labelOf(db), row)
  keyring.byId.set(found.id, found)
  keyring.current.set(purpose, found)
  return found
}

function newest(db: Reader, purpose: Purpose): Promise<KeyRow[]> {
  return db.rows<KeyRow>(
    sql`SELECT id, wrapped, master FROM data_key WHERE purpose = ${purpose} AND retired_at IS NULL ORDER BY id LIMIT 1`,
  )
}

/** A database's first key. Of two that are made at once, the first to arrive is the one. */
async function addKey(platform: Platform, db: TenantDb | RegionDb, purpose: Purpose): Promise<KeyRow> {
  const made = await wrap(platform, labelOf(db), platform.random.bytes(KEY_BYTES))
  await db.commit([
    sql`INSERT INTO data_key (purpose, wrapped, master, created_at)
      SELECT ${purpose}, ${made.wrapped}, ${made.master}, ${platform.clock.now()}
      WHERE NOT EXISTS (SELECT 1 FROM data_key WHERE purpose = ${purpose} AND retired_at IS NULL)`,
  ])
  const [row] = await newest(db, purpose)
  if (row === undefined) throw problem('fault', { cause: new Error('no data key') })
  return row
}

async function keyById(platform: Platform, db: TenantReader | RegionReader, id: number): Promise<DataKey> {
  const { byId } = keyringOf(platform, labelOf(db))
  const known = byId.get(id)
  if (known !== undefined) return known
  const [row] = await db.rows<KeyRow>(sql`SELECT id, wrapped, master FROM data_key WHERE id = ${id}`)
  if (row === undefined) throw problem('fault', { cause: new Error('unknown data key') })
  const found = await unwrap(platform, labelOf(db), row)
  byId.set(id, found)
  return found
}

/** A data key as it may be stored. */
export async function wrap(platform: Platform, label: string, bytes: Uint8Array<ArrayBuffer>) {
  const { id, key } = await masterKey(platform)
  const iv = platform.random.bytes(IV_BYTES)
  const additionalData = utf8(`data-key ${label}`)
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData }, key, bytes)
  return { wrapped: `${toBase64Url(iv)}.${toBase64Url(new Uint8Array(sealed))}`, master: id }
}

/** Throws `not-configured` where the master key is not the one that wrapped it. */
async function unwrap(platform: Platform, label: string, { id, wrapped, master }: KeyRow): Promise<DataKey> {
  const { key } = await masterKey(platform, master)
  const [iv = '', sealed = ''] = wrapped.split('.')
  const bytes = new Uint8Array(
    await crypto.subtle.decrypt(
      { name: 'AES-GCM', iv: fromBase64Url(iv), additionalData: utf8(`data-key ${label}`) },
      key,
      fromBase64Url(sealed),
    ),
  )
  return {
    id,
    bytes,
    key: await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']),
  }
}

interface MasterKey {
  readonly id: string
  readonly key: CryptoKey
}

/** The master key in use, or the one of this name: `MASTER_KEY_PREVIOUS` still unwraps while keys are rotated. */
async function masterKey(platform: Platform, id?: string): Promise<MasterKey> {
  for (const name of ['MASTER_KEY', 'MASTER_KEY_PREVIOUS']) {
    const secret = platform.secrets.get(name)
    if (secret === undefined) continue
    const found = await deriveMaster(secret)
    if (id === undefined || found.id === id) return found
  }
  throw problem('not-configured', {
    detail:
      id === undefined
        ? 'Set the secret MASTER_KEY: contact details are encrypted by it.'
        : 'The secret MASTER_KEY is not the one that contact details here were encrypted by.',
  })
}

async function deriveMaster(secret: string): Promise<MasterKey> {
  const material = await crypto.subtle.importKey('raw', utf8(secret), 'HKDF', false, [
    'deriveKey',
    'deriveBits',
  ])
  const derive = (info: string) => ({
    name: 'HKDF',
    hash: 'SHA-256',
    salt: utf8('countyline'),
    info: utf8(info),
  })
  const [name, key] = await Promise.all([
    crypto.subtle.deriveBits(derive('name'), material, 64),
    crypto.subtle.deriveKey(derive('wrap'), material, { name: 'AES-GCM', length: 256 }, false, [
      'encrypt',
      'decrypt',
    ]),
  ])
  return { id: toBase64Url(new Uint8Array(name)), key }
}

function labelOf(db: TenantReader | RegionReader): string {
  const name: DatabaseName =
    'slug' in db
      ? { kind: 'tenant', region: db.region, slug: db.slug }
      : { kind: 'region', region: db.region }
  return databaseLabel(name)
}

function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text)
}
