import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { type SQL, sql } from 'drizzle-orm'
import { type Bytes, type DatabaseName, databaseLabel, type Platform } from '../platform/platform.ts'
import { fromBase64Url, toBase64Url } from './base64url.ts'
import type { RegionDb, RegionReader, Step, TenantDb, TenantReader } from './db.ts'
import { problem } from './problem.ts'

/*
 * Fields that name a person are encrypted before they reach a database: AES-256-GCM by a key of that database alone,
 * which is itself wrapped by the deployment's master key (the secret MASTER_KEY). A database that is stolen, or its
 * backup, gives none of them. What a value is for and whose it is stand under its mark, so that it opens nowhere else.
 */

const VERSION = 'e1'
const IV_BYTES = 12
const KEY_BYTES = 32
const NAME_BYTES = 8

/** As old as this, what is known of the keys is looked at again beside the work. */
const FRESH_MILLISECONDS = 5_000
/** As old as this, before it: a key that was retired meanwhile encrypts nothing more. */
const STALE_MILLISECONDS = 60_000

export type Purpose = 'fields' | 'index'

type Changing = TenantDb | RegionDb
type Looking = TenantReader | RegionReader

interface DataKey {
  readonly id: number
  readonly key: Bytes
}

/**
 * A value that only this database's key opens. `what` names the field, such as `staff.email`; `fieldOf` binds it to its
 * row too. Null stays null.
 */
export async function encrypt<T extends string | null>(
  platform: Platform,
  db: Changing,
  what: string,
  value: T,
): Promise<T> {
  if (value === null) return value
  const { id, key } = await currentKey(platform, db, 'fields')
  const iv = platform.random.bytes(IV_BYTES)
  const sealed = await platform.cipher.seal(key, iv, utf8(`${labelOf(db)} ${what}`), utf8(value))
  return `${markOf(id)}${toBase64Url(iv)}.${toBase64Url(sealed)}` as T
}

/** What every value begins with that this key has encrypted. */
export function markOf(key: number): string {
  return `${VERSION}.${key}.`
}

/** A field of one row: what is encrypted for it opens in no other row. */
export function fieldOf(table: string, column: string, row: string): string {
  return `${table}.${column}/${row}`
}

/**
 * What was encrypted, for the same field of the same database. A value from before fields were encrypted is answered as
 * it is. Throws `fault` for one that was changed or moved.
 */
export async function decrypt<T extends string | null>(
  platform: Platform,
  db: Looking,
  what: string,
  value: T,
): Promise<T> {
  const [, id, iv, sealed] = /^e1\.(\d+)\.([\w-]{16})\.([\w-]+)$/.exec(value ?? '') ?? []
  if (id === undefined || iv === undefined || sealed === undefined) return value
  const { key } = await keyById(platform, db, Number(id))
  try {
    const additional = utf8(`${labelOf(db)} ${what}`)
    const plain = await platform.cipher.open(key, fromBase64Url(iv), additional, fromBase64Url(sealed))
    return new TextDecoder().decode(plain) as T
  } catch (cause) {
    throw problem('fault', { cause })
  }
}

/** By what an encrypted value is found: the same for the same value, and only in this database. */
export async function keyedHash(
  platform: Platform,
  db: Changing,
  what: string,
  value: string,
): Promise<string> {
  const { key } = await currentKey(platform, db, 'index')
  return toBase64Url(hmac(sha256, key, utf8(`${what} ${value}`)))
}

interface KeyRow {
  readonly id: number
  readonly purpose: Purpose
  readonly wrapped: string
  readonly master: string
  readonly retired_at: number | null
}

/** The keys of a database: as they stand in it, and as far as they were needed, unwrapped. */
interface Keyring {
  rows: readonly KeyRow[]
  readAt: number
  readonly unwrapped: Map<number, DataKey>
}

// Values, not promises: on Workers one request may not wait for another's.
const keyrings = new WeakMap<Platform, Map<string, Keyring>>()

async function readKeys(platform: Platform, db: Looking): Promise<Keyring> {
  const readAt = platform.clock.now()
  const rows = await db.rows<KeyRow>(
    sql`SELECT id, purpose, wrapped, master, retired_at FROM data_key ORDER BY id`,
  )
  const all = keyrings.get(platform) ?? new Map<string, Keyring>()
  keyrings.set(platform, all)
  const known = all.get(labelOf(db))
  if (known !== undefined) return Object.assign(known, { rows, readAt })
  const keyring = { rows, readAt, unwrapped: new Map<number, DataKey>() }
  all.set(labelOf(db), keyring)
  return keyring
}

async function currentKey(platform: Platform, db: Changing, purpose: Purpose): Promise<DataKey> {
  let keyring = keyrings.get(platform)?.get(labelOf(db))
  const age = platform.clock.now() - (keyring?.readAt ?? -Infinity)
  if (keyring === undefined || age > STALE_MILLISECONDS) keyring = await readKeys(platform, db)
  else if (age > FRESH_MILLISECONDS) {
    // Looked at once, however many ask meanwhile.
    keyring.readAt = platform.clock.now() - FRESH_MILLISECONDS / 2
    platform.later(readKeys(platform, db))
  }
  const row = newest(keyring, purpose) ?? newest(await addKeys(platform, db), purpose)
  if (row === undefined) throw problem('fault', { cause: new Error('no data key') })
  return unwrapped(platform, db, keyring, row)
}

/** Whether a rotation has left keys here that may still be needed. */
export async function hasRetiredKeys(platform: Platform, db: Looking): Promise<boolean> {
  return (await readKeys(platform, db)).rows.some(({ retired_at }) => retired_at !== null)
}

/** The number of the key that encrypts in this database; undefined before its first value. */
export async function currentKeyId(platform: Platform, db: Looking): Promise<number | undefined> {
  return newest(await readKeys(platform, db), 'fields')?.id
}

function newest({ rows }: Keyring, purpose: Purpose): KeyRow | undefined {
  return rows.findLast(row => row.purpose === purpose && row.retired_at === null)
}

/** A database's first keys. Of two that are made at once, the first to arrive is the one. */
async function addKeys(platform: Platform, db: Changing): Promise<Keyring> {
  const steps = []
  for (const purpose of ['fields', 'index'] as const) {
    steps.push(
      await addKey(
        platform,
        db,
        purpose,
        sql`NOT EXISTS (SELECT 1 FROM data_key WHERE purpose = ${purpose} AND retired_at IS NULL)`,
      ),
    )
  }
  await db.commit(steps)
  return readKeys(platform, db)
}

async function addKey(platform: Platform, db: Changing, purpose: Purpose, when: SQL): Promise<SQL> {
  const { wrapped, master } = await wrap(platform, labelOf(db), platform.random.bytes(KEY_BYTES))
  return sql`INSERT INTO data_key (purpose, wrapped, master, created_at)
    SELECT ${purpose}, ${wrapped}, ${master}, ${platform.clock.now()} WHERE ${when}`
}

/** From now on another key encrypts; what the ones before it have encrypted they still open. `also` is in the same batch. */
export async function renewDataKey(platform: Platform, db: Changing, also: Step): Promise<void> {
  await db.commit([
    await addKey(platform, db, 'fields', sql`1`),
    sql`UPDATE data_key SET retired_at = ${platform.clock.now()} WHERE purpose = 'fields' AND retired_at IS NULL
      AND id < (SELECT max(id) FROM data_key WHERE purpose = 'fields')`,
    also,
  ])
  await readKeys(platform, db)
}

/**
 * Wraps the keys of this database by the master key in use, where an earlier one has. Answers how many. Throws
 * `not-configured` where neither MASTER_KEY nor MASTER_KEY_PREVIOUS opens one.
 */
export async function rewrapKeys(platform: Platform, db: Changing): Promise<number> {
  const { id: master } = await masterKey(platform)
  const { rows } = await readKeys(platform, db)
  const old = rows.filter(row => row.master !== master)
  for (const row of old) {
    const made = await wrap(platform, labelOf(db), await unwrap(platform, labelOf(db), row))
    await db.commit([
      sql`UPDATE data_key SET wrapped = ${made.wrapped}, master = ${made.master}
        WHERE id = ${row.id} AND wrapped = ${row.wrapped}`,
    ])
  }
  return old.length
}

/** The key of this number that fields were encrypted by. */
async function keyById(platform: Platform, db: Looking, id: number): Promise<DataKey> {
  const known = keyrings.get(platform)?.get(labelOf(db))
  const find = ({ rows }: Keyring) => rows.find(row => row.id === id && row.purpose === 'fields')
  const keyring = known !== undefined && find(known) !== undefined ? known : await readKeys(platform, db)
  const row = find(keyring)
  if (row === undefined) throw problem('fault', { cause: new Error('unknown data key') })
  return unwrapped(platform, db, keyring, row)
}

async function unwrapped(platform: Platform, db: Looking, keyring: Keyring, row: KeyRow): Promise<DataKey> {
  const known = keyring.unwrapped.get(row.id)
  if (known !== undefined) return known
  const made = { id: row.id, key: await unwrap(platform, labelOf(db), row) }
  keyring.unwrapped.set(row.id, made)
  return made
}

/** A data key as it may be stored. */
async function wrap(platform: Platform, label: string, bytes: Bytes) {
  const { id, key } = await masterKey(platform)
  const iv = platform.random.bytes(IV_BYTES)
  const sealed = await platform.cipher.seal(key, iv, utf8(`data-key ${label}`), bytes)
  return { wrapped: `${toBase64Url(iv)}.${toBase64Url(sealed)}`, master: id }
}

/** Throws `not-configured` where the master key is not the one that wrapped it, `fault` for one that was changed. */
async function unwrap(platform: Platform, label: string, { wrapped, master }: KeyRow): Promise<Bytes> {
  const { key } = await masterKey(platform, master)
  const [iv = '', sealed = ''] = wrapped.split('.')
  const additional = utf8(`data-key ${label}`)
  try {
    return await platform.cipher.open(key, fromBase64Url(iv), additional, fromBase64Url(sealed))
  } catch (cause) {
    throw problem('fault', { cause })
  }
}

/** Throws `not-configured` where there is none: then nobody's contact details can be taken. */
export async function checkMasterKey(platform: Platform): Promise<void> {
  await masterKey(platform)
}

interface MasterKey {
  readonly id: string
  readonly key: Bytes
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
  const material = await crypto.subtle.importKey('raw', utf8(secret), 'HKDF', false, ['deriveBits'])
  const derive = async (info: string, bytes: number) => {
    const by = { name: 'HKDF', hash: 'SHA-256', salt: utf8('countyline'), info: utf8(info) }
    return new Uint8Array(await crypto.subtle.deriveBits(by, material, bytes * 8))
  }
  const [name, key] = await Promise.all([derive('name', NAME_BYTES), derive('wrap', KEY_BYTES)])
  return { id: toBase64Url(name), key }
}

function labelOf(db: Looking): string {
  const name: DatabaseName =
    'slug' in db
      ? { kind: 'tenant', region: db.region, slug: db.slug }
      : { kind: 'region', region: db.region }
  return databaseLabel(name)
}

function utf8(text: string): Bytes {
  return new TextEncoder().encode(text)
}
