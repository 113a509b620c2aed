import { type SQL, sql } from 'drizzle-orm'
import { base64url } from 'jose'
import { type Bytes, type DatabaseName, databaseLabel, type Platform } from '../../platform/platform.ts'
import { Cache } from '../cache.ts'
import type { RegionDb, RegionReader, Step, TenantDb, TenantReader } from '../database/handles.ts'
import { problem } from '../problem.ts'
import { unwrappingKey, wrappingKey } from './master-key.ts'

// Fields that identify a person are encrypted before they reach a database, with AES-256-GCM and a key of
// that database alone, which is wrapped by the deployment's master key (the secret MASTER_KEY). A stolen
// database or backup reveals none of them. The field and its row are authenticated as well, so a value
// decrypts nowhere else.

const VERSION = 'e1'
const IV_BYTES = 12
const KEY_BYTES = 32

// Stale ones are read before use, so that a retired key stops encrypting.
const keyrings = new Cache<Keyring>({ fresh: 5_000, stale: 60_000 })

export type Purpose = 'fields' | 'index'

type Changing = TenantDb | RegionDb
type KeyLookup = TenantReader | RegionReader

export interface DataKey {
  readonly id: number
  readonly key: Bytes
}

/** `what` names the field, such as `staff.email`; `fieldName` binds it to its row too. Null stays null. */
export async function encrypt<T extends string | null>(
  platform: Platform,
  db: Changing,
  what: string,
  value: T,
): Promise<T> {
  if (value === null) return value
  const { id, key } = await currentKey(platform, db, 'fields')
  const iv = platform.random.bytes(IV_BYTES)
  const encrypted = await platform.cipher.seal(key, iv, utf8(`${labelOf(db)} ${what}`), utf8(value))
  return `${encryptionMarker(id)}${base64url.encode(iv)}.${base64url.encode(encrypted)}` as T
}

export function encryptionMarker(key: number): string {
  return `${VERSION}.${key}.`
}

/** A field of one row: its encrypted value decrypts in no other row. */
export function fieldName(table: string, column: string, row: string): string {
  return `${table}.${column}/${row}`
}

/** A value from before encryption is returned as it is. Throws `fault` for a changed or moved one. */
export async function decrypt<T extends string | null>(
  platform: Platform,
  db: KeyLookup,
  what: string,
  value: T,
): Promise<T> {
  const [, id, iv, encrypted] = /^e1\.(\d+)\.([\w-]{16})\.([\w-]+)$/.exec(value ?? '') ?? []
  if (id === undefined || iv === undefined || encrypted === undefined) return value
  const { key } = await keyById(platform, db, Number(id))
  try {
    const additional = utf8(`${labelOf(db)} ${what}`)
    const plain = await platform.cipher.open(
      key,
      new Uint8Array(base64url.decode(iv)),
      additional,
      new Uint8Array(base64url.decode(encrypted)),
    )
    return new TextDecoder().decode(plain) as T
  } catch (cause) {
    throw problem('fault', { cause })
  }
}

export function currentFileKey(platform: Platform, db: RegionDb): Promise<DataKey> {
  return currentKey(platform, db, 'fields')
}

export function fileKeyOf(platform: Platform, db: RegionReader, id: number): Promise<DataKey> {
  return keyById(platform, db, id)
}

/** Newest first; `anew` reads the keys from the database instead of the cache. */
export async function fileKeyIds(
  platform: Platform,
  db: RegionReader,
  how: 'known' | 'anew' = 'known',
): Promise<readonly number[]> {
  const known = how === 'known' ? keyrings.peek(platform, labelOf(db))?.value : undefined
  const { rows } = known ?? (await readKeys(platform, db))
  return rows
    .filter(({ purpose }) => purpose === 'fields')
    .map(({ id }) => id)
    .reverse()
}

/** By which an encrypted value is found: equal for equal values, and only within this database. */
export async function keyedHash(
  platform: Platform,
  db: Changing,
  what: string,
  value: string,
): Promise<string> {
  return hashed(platform, await currentKey(platform, db, 'index'), what, value)
}

/** `keyedHash` for those who only read. Undefined while the database has no key: then it has no hashes either. */
export async function knownHash(
  platform: Platform,
  db: KeyLookup,
  what: string,
  value: string,
): Promise<string | undefined> {
  const keyring = await keyrings.get(platform, labelOf(db), known => readKeyring(db, known))
  const row = newest(keyring, 'index')
  return row && hashed(platform, await unwrapped(platform, db, keyring, row), what, value)
}

async function hashed({ cipher }: Platform, { key }: DataKey, what: string, value: string): Promise<string> {
  return base64url.encode(await cipher.hmac(key, utf8(`${what} ${value}`)))
}

interface KeyRow {
  readonly id: number
  readonly purpose: Purpose
  readonly wrapped: string
  readonly master: string
  readonly retired_at: number | null
}

interface Keyring {
  readonly rows: readonly KeyRow[]
  readonly unwrapped: Map<number, DataKey>
}

async function readKeyring(db: KeyLookup, known: Keyring | undefined): Promise<Keyring> {
  const rows = await db.rows<KeyRow>(
    sql`SELECT id, purpose, wrapped, master, retired_at FROM data_key ORDER BY id`,
  )
  return { rows, unwrapped: known?.unwrapped ?? new Map<number, DataKey>() }
}

async function readKeys(platform: Platform, db: KeyLookup): Promise<Keyring> {
  const name = labelOf(db)
  return keyrings.set(platform, name, await readKeyring(db, keyrings.peek(platform, name)?.value))
}

async function currentKey(platform: Platform, db: Changing, purpose: Purpose): Promise<DataKey> {
  const keyring = await keyrings.get(platform, labelOf(db), known => readKeyring(db, known))
  const row = newest(keyring, purpose) ?? newest(await addKeys(platform, db), purpose)
  if (row === undefined) throw problem('fault', { cause: new Error('no data key') })
  return unwrapped(platform, db, keyring, row)
}

export async function hasRetiredKeys(platform: Platform, db: KeyLookup): Promise<boolean> {
  return (await readKeys(platform, db)).rows.some(({ retired_at }) => retired_at !== null)
}

export async function currentKeyId(platform: Platform, db: KeyLookup): Promise<number | undefined> {
  return newest(await readKeys(platform, db), 'fields')?.id
}

function newest({ rows }: Keyring, purpose: Purpose): KeyRow | undefined {
  return rows.findLast(row => row.purpose === purpose && row.retired_at === null)
}

// If two processes make the first keys at once, the first ones stored count.
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

/** Rotates the key that encrypts; earlier keys still decrypt. `also` is part of the same batch. */
export async function renewDataKey(platform: Platform, db: Changing, also: Step): Promise<void> {
  await db.commit([
    await addKey(platform, db, 'fields', sql`1`),
    sql`UPDATE data_key SET retired_at = ${platform.clock.now()} WHERE purpose = 'fields' AND retired_at IS NULL
      AND id < (SELECT max(id) FROM data_key WHERE purpose = 'fields')`,
    also,
  ])
  await readKeys(platform, db)
}

/** Returns how many keys it wrapped again. Throws `not-configured` where no master key unwraps one. */
export async function rewrapKeys(platform: Platform, db: Changing): Promise<number> {
  const { id: master } = await wrappingKey(platform)
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

async function keyById(platform: Platform, db: KeyLookup, id: number): Promise<DataKey> {
  const known = keyrings.peek(platform, labelOf(db))?.value
  const find = ({ rows }: Keyring) => rows.find(row => row.id === id && row.purpose === 'fields')
  const keyring = known !== undefined && find(known) !== undefined ? known : await readKeys(platform, db)
  const row = find(keyring)
  if (row === undefined) throw problem('fault', { cause: new Error('unknown data key') })
  return unwrapped(platform, db, keyring, row)
}

async function unwrapped(platform: Platform, db: KeyLookup, keyring: Keyring, row: KeyRow): Promise<DataKey> {
  const known = keyring.unwrapped.get(row.id)
  if (known !== undefined) return known
  const made = { id: row.id, key: await unwrap(platform, labelOf(db), row) }
  keyring.unwrapped.set(row.id, made)
  return made
}

async function wrap(platform: Platform, label: string, bytes: Bytes) {
  const { id, key } = await wrappingKey(platform)
  const iv = platform.random.bytes(IV_BYTES)
  const encrypted = await platform.cipher.seal(key, iv, utf8(`data-key ${label}`), bytes)
  return { wrapped: `${base64url.encode(iv)}.${base64url.encode(encrypted)}`, master: id }
}

// Throws `not-configured` where the master key is not the one that wrapped it, `fault` for a changed one.
async function unwrap(platform: Platform, label: string, { wrapped, master }: KeyRow): Promise<Bytes> {
  const { key } = await unwrappingKey(platform, master)
  const [iv = '', encrypted = ''] = wrapped.split('.')
  const additional = utf8(`data-key ${label}`)
  try {
    return await platform.cipher.open(
      key,
      new Uint8Array(base64url.decode(iv)),
      additional,
      new Uint8Array(base64url.decode(encrypted)),
    )
  } catch (cause) {
    throw problem('fault', { cause })
  }
}

function labelOf(db: KeyLookup): string {
  const name: DatabaseName =
    'slug' in db
      ? { kind: 'tenant', region: db.region, slug: db.slug }
      : { kind: 'region', region: db.region }
  return databaseLabel(name)
}

const encoder = new TextEncoder()

function utf8(text: string): Bytes {
  return encoder.encode(text)
}
