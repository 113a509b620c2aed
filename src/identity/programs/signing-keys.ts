import { gt, sql } from 'drizzle-orm'
import { exportJWK, generateKeyPair, importJWK, type JWK, type JWK_EC_Public } from 'jose'
import { Cache } from '../../core/cache.ts'
import { openRegion } from '../../core/database/handles.ts'
import { defineJob, enqueueJob, jobKind } from '../../core/database/jobs.ts'
import { decrypt, encrypt } from '../../core/encryption/fields.ts'
import { randomText } from '../../core/ids.ts'
import { problem } from '../../core/problem.ts'
import type { Platform } from '../../platform/platform.ts'
import { signingKey } from '../region-schema.ts'

// Each key is published for a day before it signs and for a day after, so that clients that cache the key set
// can verify every token.

const DAY = 24 * 3_600_000
const SIGNS_FOR = 30 * DAY
const OVERLAP = DAY
// An unknown key may be new, but invalid tokens cause no more frequent reads than this.
const RECHECK_MILLISECONDS = 2_000
const PRIVATE = 'signing_key.private_jwk'
const rotateSigningKeyKind = jobKind('rotate-signing-key')

export const ALGORITHM = 'ES256'

type EcKey = JWK_EC_Public & { kty: 'EC' }

interface SigningKeys {
  readonly published: ReadonlyMap<string, CryptoKey>
  readonly jwks: { readonly keys: readonly JWK[] }
  readonly own: readonly Own[]
}

interface Own {
  readonly kid: string
  readonly key: CryptoKey
  readonly signsFrom: number
  readonly signsUntil: number
  readonly publishedUntil: number
}

const cache = new Cache<SigningKeys>({ fresh: 60_000, event: 'signing-keys-stale' })
const access = { kind: 'system', reason: 'signing-keys' } as const

/** Creates the region's first key if needed. Throws `not-configured` without a master key. */
export async function currentSigningKey(
  platform: Platform,
  region: string,
): Promise<{ kid: string; key: CryptoKey }> {
  const signs = ({ own }: SigningKeys) => {
    const now = platform.clock.now()
    return own.find(({ signsFrom, signsUntil }) => signsFrom <= now && now < signsUntil)
  }
  const found = signs(await signingKeys(platform, region)) ?? signs(await firstKey(platform, region))
  if (found === undefined) throw problem('fault', { cause: new Error('no signing key') })
  return found
}

/** Undefined for a key that is not published now. */
export async function publishedKey(
  platform: Platform,
  region: string,
  kid: string,
): Promise<CryptoKey | undefined> {
  const keys = await signingKeys(platform, region)
  const known = keys.published.get(kid)
  if (known !== undefined) return isPublished(keys, kid, platform.clock.now()) ? known : undefined
  const readAt = cache.peek(platform, region)?.readAt ?? -Infinity
  if (platform.clock.now() - readAt < RECHECK_MILLISECONDS) return undefined
  return (await readAgain(platform, region)).published.get(kid)
}

/** RFC 7517. Contains the next key before that one signs. */
export async function keySet(platform: Platform, region: string): Promise<{ keys: readonly JWK[] }> {
  const found = await signingKeys(platform, region)
  const keys = found.own.length > 0 ? found : await firstKey(platform, region)
  const now = platform.clock.now()
  return { keys: keys.jwks.keys.filter(({ kid = '' }) => isPublished(keys, kid, now)) }
}

function isPublished({ own }: SigningKeys, kid: string, now: number): boolean {
  return own.some(key => key.kid === kid && now < key.publishedUntil)
}

/** `atOnce`, after a theft: takes over now instead of tomorrow, and invalidates all earlier tokens. */
export async function rotateSigningKey(
  platform: Platform,
  region: string,
  { atOnce = false }: { readonly atOnce?: boolean } = {},
): Promise<string> {
  const now = platform.clock.now()
  const from = atOnce ? now : now + OVERLAP
  const kid = await addKey(platform, region, from, sql`1`, [
    sql`UPDATE ${signingKey} SET signs_until = min(signs_until, ${from}),
      published_until = min(published_until, ${atOnce ? now : from + OVERLAP})`,
  ])
  await readAgain(platform, region)
  return kid
}

// If two are created concurrently, the first insert wins.
async function firstKey(platform: Platform, region: string): Promise<SigningKeys> {
  const now = platform.clock.now()
  const none = sql`NOT EXISTS (SELECT 1 FROM ${signingKey} WHERE signs_until > ${now})`
  await addKey(platform, region, now, none, [])
  return readAgain(platform, region)
}

async function addKey(
  platform: Platform,
  region: string,
  from: number,
  condition: ReturnType<typeof sql>,
  before: readonly ReturnType<typeof sql>[],
): Promise<string> {
  const now = platform.clock.now()
  const kid = randomText(platform.random, 16)
  const { publicKey, privateKey } = await generateKeyPair(ALGORITHM, { extractable: true })
  const db = openRegion(platform, access, region)
  const open = JSON.stringify(await exportJWK(publicKey))
  const encrypted = await encrypt(platform, db, PRIVATE, JSON.stringify(await exportJWK(privateKey)))
  await db.commit([
    ...before,
    sql`INSERT INTO ${signingKey} (kid, public_jwk, private_jwk, created_at, signs_from, signs_until, published_until)
      SELECT ${kid}, ${open}, ${encrypted}, ${now}, ${from}, ${from + SIGNS_FOR}, ${from + SIGNS_FOR + OVERLAP} WHERE ${condition}`,
    enqueueJob(rotateSigningKeyKind, from + SIGNS_FOR - OVERLAP),
  ])
  return kid
}

/** Runs a day before the newest key stops signing, and deletes expired keys. */
export const rotateSigningKeyJob = defineJob(rotateSigningKeyKind, {
  async region(platform, db) {
    const now = platform.clock.now()
    const [newest] = await db.rows<{ until: number | null }>(
      sql`SELECT max(signs_until) AS until FROM ${signingKey}`,
    )
    const until = newest?.until ?? 0
    if (now < until - OVERLAP) return until - OVERLAP
    await rotateSigningKey(platform, db.region)
    await db.delete(signingKey).where(sql`published_until < ${now - DAY}`)
    return now + SIGNS_FOR
  },
})

function signingKeys(platform: Platform, region: string): Promise<SigningKeys> {
  return cache.get(platform, region, () => readKeys(platform, region), { region })
}

async function readAgain(platform: Platform, region: string): Promise<SigningKeys> {
  return cache.set(platform, region, await readKeys(platform, region))
}

async function readKeys(platform: Platform, region: string): Promise<SigningKeys> {
  const db = openRegion(platform, access, region)
  const now = platform.clock.now()
  const rows = await db
    .select()
    .from(signingKey)
    .where(gt(signingKey.publishedUntil, now))
    .orderBy(sql`signs_from DESC, kid`)
  const published = new Map<string, CryptoKey>()
  const keys: JWK[] = []
  const own: Own[] = []
  for (const { kid, publicJwk, privateJwk, signsFrom, signsUntil, publishedUntil } of rows) {
    const jwk = { ...publicJwk, kid, alg: ALGORITHM, use: 'sig' }
    const privateKey = JSON.parse(await decrypt(platform, db, PRIVATE, privateJwk)) as EcKey
    const [open, key] = await Promise.all([importJWK(jwk, ALGORITHM), importJWK(privateKey, ALGORITHM)])
    published.set(kid, open)
    keys.push(jwk)
    own.push({ kid, key, signsFrom, signsUntil, publishedUntil })
  }
  return { published, jwks: { keys }, own }
}
