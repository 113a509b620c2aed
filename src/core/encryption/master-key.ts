import { sql } from 'drizzle-orm'
import { base64url } from 'jose'
import type { Bytes, DatabaseName, Platform } from '../../platform/platform.ts'
import { keyCheck } from '../database/directory-schema.ts'
import { openDirectory, openForJobs } from '../database/handles.ts'
import { problem } from '../problem.ts'

// The deployment's master key, which wraps the data keys of all databases (`fields.ts`). The directory stores
// a check value of it, so that a process with a wrong key, or none, does not wrap keys that nobody can
// unwrap.

const NAME = 'MASTER_KEY'
const ID_BYTES = 8
const KEY_BYTES = 32
const CHECKED_MILLISECONDS = 60_000
// How many databases to search for a data key while the directory has no check value: nearly every database
// has one.
const ASKED_DATABASES = 20

export interface MasterKey {
  /** One-way derivation from the secret. Data keys name their wrapping key by it; it is also the check value. */
  readonly id: string
  readonly key: Bytes
}

/** Throws `not-configured` if it is not the key of this deployment. A rotation proves itself with the earlier key. */
export async function wrappingKey(platform: Platform): Promise<MasterKey> {
  const at = checkedAt.get(platform)
  const now = platform.clock.now()
  if (at === undefined || now - at > CHECKED_MILLISECONDS) await checkMasterKey(platform)
  return masterKey(platform)
}

const checkedAt = new WeakMap<Platform, number>()

/** The current or previous key, by id. Throws `not-configured` for any other. */
export async function unwrappingKey(platform: Platform, id: string): Promise<MasterKey> {
  const found = (await knownKeys(platform)).find(key => key.id === id)
  if (found !== undefined) return found
  throw problem('not-configured', {
    detail: `The secret ${NAME} differs from the one that encrypted the contact details here.`,
  })
}

/** Throws as `wrappingKey` does, without trusting an earlier check. */
export async function checkMasterKey(platform: Platform): Promise<void> {
  const stored = (await storedCheck(platform)) ?? (await storeFirstCheck(platform))
  await masterKey(platform)
  const known = await knownKeys(platform)
  if (!known.some(({ id }) => id === stored)) throw otherKey()
  checkedAt.set(platform, platform.clock.now())
}

export async function confirmMasterKey(platform: Platform): Promise<void> {
  const { id } = await masterKey(platform)
  const now = platform.clock.now()
  await openDirectory(platform).update(keyCheck).set({ value: id, setAt: now }).where(sql`name = ${NAME}`)
}

async function storedCheck(platform: Platform): Promise<string | undefined> {
  const [row] = await openDirectory(platform).select().from(keyCheck).where(sql`name = ${NAME}`)
  return row?.value
}

// For a deployment older than check values, the key that wraps its data keys. For a new one the current key,
// which is generated here where this process may do so. The first of two processes decides.
async function storeFirstCheck(platform: Platform): Promise<string | undefined> {
  const wrappedBy = await someWrappingId(platform)
  if (wrappedBy === undefined && platform.secrets.get(NAME) === undefined) platform.secrets.make?.(NAME)
  const { id } = await masterKey(platform)
  const known = await knownKeys(platform)
  if (wrappedBy !== undefined && !known.some(key => key.id === wrappedBy)) throw otherKey()
  await openDirectory(platform)
    .insert(keyCheck)
    .values({ name: NAME, value: wrappedBy ?? id, setAt: platform.clock.now() })
    .onConflictDoNothing()
  return storedCheck(platform)
}

// Id of a master key that wraps some data key. Skips unavailable databases.
async function someWrappingId(platform: Platform): Promise<string | undefined> {
  const rows = await openDirectory(platform).rows<{
    kind: 'region' | 'tenant'
    region: string
    slug: string
  }>(
    sql`SELECT kind, region, slug FROM "database" WHERE migrated_to != '' ORDER BY kind LIMIT ${ASKED_DATABASES}`,
  )
  for (const { kind, region, slug } of rows) {
    const name: DatabaseName = kind === 'region' ? { kind, region } : { kind, region, slug }
    const keys = openForJobs(platform, name).rows<{ master: string }>(
      sql`SELECT master FROM data_key LIMIT 1`,
    )
    const [key] = await keys.catch(() => [])
    if (key !== undefined) return key.master
  }
  return undefined
}

async function masterKey(platform: Platform): Promise<MasterKey> {
  const secret = platform.secrets.get(NAME)
  if (secret !== undefined) return derive(secret)
  throw problem('not-configured', {
    detail: `Set the secret ${NAME}, which encrypts contact details.`,
  })
}

/** One-way derivations of the current key and the one before, as the directory stores one. */
export async function masterKeyIds(platform: Platform): Promise<readonly string[]> {
  return (await knownKeys(platform)).map(({ id }) => id)
}

async function knownKeys(platform: Platform): Promise<readonly MasterKey[]> {
  const secrets = [NAME, `${NAME}_PREVIOUS`].map(name => platform.secrets.get(name))
  return Promise.all(secrets.filter(secret => secret !== undefined).map(derive))
}

function otherKey() {
  return problem('not-configured', {
    detail: `The secret ${NAME} differs from the one that this deployment uses. Set that one. To change it, set the old one as ${NAME}_PREVIOUS and run countyline keys rotate --master.`,
  })
}

async function derive(secret: string): Promise<MasterKey> {
  const utf8 = (text: string) => new TextEncoder().encode(text)
  const material = await crypto.subtle.importKey('raw', utf8(secret), 'HKDF', false, ['deriveBits'])
  const bits = async (info: string, bytes: number) => {
    const by = { name: 'HKDF', hash: 'SHA-256', salt: utf8('countyline'), info: utf8(info) }
    return new Uint8Array(await crypto.subtle.deriveBits(by, material, bytes * 8))
  }
  const [id, key] = await Promise.all([bits('name', ID_BYTES), bits('wrap', KEY_BYTES)])
  return { id: base64url.encode(id), key }
}
