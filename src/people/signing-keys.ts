import { gt, sql } from 'drizzle-orm'
import { exportJWK, generateKeyPair, importJWK, type JWK, type JWK_EC_Public } from 'jose'
import { openRegion } from '../core/db.ts'
import { decrypt, encrypt } from '../core/encryption.ts'
import { randomText } from '../core/ids.ts'
import { type JobHandler, ring } from '../core/jobs.ts'
import { problem } from '../core/problem.ts'
import type { Platform } from '../platform/platform.ts'
import { signingKey } from './region-schema.ts'

/*
 * The keys that sign a region's access tokens (ES256). Each is published a day before it signs and a day after it has, so
 * that whoever keeps the key set for a while never meets a token that it cannot check. They are kept in memory as the
 * configuration is: a token costs no read for them.
 */

const DAY = 24 * 3_600_000
const SIGNS_FOR = 30 * DAY
/** Before the first and after the last token that a key signs. */
const OVERLAP = DAY
const FRESH_MILLISECONDS = 60_000
/** An unknown key may be new; who sends nonsense makes us look no oftener than this. */
const LOOK_AGAIN_MILLISECONDS = 2_000
const PRIVATE = 'signing_key.private_jwk'
const ROTATE = 'rotate-signing-key'

export const ALGORITHM = 'ES256'

type EcKey = JWK_EC_Public & { kty: 'EC' }

interface SigningKeys {
  /** Those that may be met, by their `kid`. */
  readonly published: ReadonlyMap<string, CryptoKey>
  /** The key set, as RFC 7517 writes it. */
  readonly jwks: { readonly keys: readonly JWK[] }
  readonly own: readonly Own[]
  checkedAt: number
}

interface Own {
  readonly kid: string
  readonly key: CryptoKey
  readonly signsFrom: number
  readonly signsUntil: number
  readonly publishedUntil: number
}

const kept = new WeakMap<Platform, Map<string, SigningKeys>>()
const access = { kind: 'system', reason: 'signing-keys' } as const

/** The key that signs now. A region's first is made here. Throws `not-configured` without a master key. */
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

/** The public half of a region's key that is published now; undefined for any other name. */
export async function publishedKey(
  platform: Platform,
  region: string,
  kid: string,
): Promise<CryptoKey | undefined> {
  const keys = await signingKeys(platform, region)
  const known = keys.published.get(kid)
  if (known !== undefined) return isPublished(keys, kid, platform.clock.now()) ? known : undefined
  if (platform.clock.now() - keys.checkedAt < LOOK_AGAIN_MILLISECONDS) return undefined
  return (await readKeys(platform, region)).published.get(kid)
}

/** The region's key set (RFC 7517), with the next key in it before that one signs. */
export async function keySet(platform: Platform, region: string): Promise<{ keys: readonly JWK[] }> {
  const found = await signingKeys(platform, region)
  const keys = found.own.length > 0 ? found : await firstKey(platform, region)
  const now = platform.clock.now()
  return { keys: keys.jwks.keys.filter(({ kid = '' }) => isPublished(keys, kid, now)) }
}

function isPublished({ own }: SigningKeys, kid: string, now: number): boolean {
  return own.some(key => key.kid === kid && now < key.publishedUntil)
}

/**
 * Adds a key that takes over tomorrow, and answers its name. `atOnce`, after a key was stolen: it takes over now, and
 * nothing that an earlier key has signed is taken any longer.
 */
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
  await readKeys(platform, region)
  return kid
}

/** Of two that are made at once, the first to arrive is the one. */
async function firstKey(platform: Platform, region: string): Promise<SigningKeys> {
  const now = platform.clock.now()
  const none = sql`NOT EXISTS (SELECT 1 FROM ${signingKey} WHERE signs_until > ${now})`
  await addKey(platform, region, now, none, [])
  return readKeys(platform, region)
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
  const sealed = await encrypt(platform, db, PRIVATE, JSON.stringify(await exportJWK(privateKey)))
  await db.commit([
    ...before,
    sql`INSERT INTO ${signingKey} (kid, public_jwk, private_jwk, created_at, signs_from, signs_until, published_until)
      SELECT ${kid}, ${open}, ${sealed}, ${now}, ${from}, ${from + SIGNS_FOR}, ${from + SIGNS_FOR + OVERLAP} WHERE ${condition}`,
    ring(ROTATE, from + SIGNS_FOR - OVERLAP),
  ])
  return kid
}

/** Comes round a day before the newest key stops signing, and forgets those that nobody can meet any longer. */
export const rotateSigningKeyJob: JobHandler = {
  kind: ROTATE,
  async run(platform, database) {
    if (database.kind !== 'region') return undefined
    const db = openRegion(platform, access, database.region)
    const now = platform.clock.now()
    const [newest] = await db.rows<{ until: number | null }>(
      sql`SELECT max(signs_until) AS until FROM ${signingKey}`,
    )
    const until = newest?.until ?? 0
    if (now < until - OVERLAP) return until - OVERLAP
    await rotateSigningKey(platform, database.region)
    await db.delete(signingKey).where(sql`published_until < ${now - DAY}`)
    return now + SIGNS_FOR
  },
}

async function signingKeys(platform: Platform, region: string): Promise<SigningKeys> {
  const known = kept.get(platform)?.get(region)
  if (known === undefined) return readKeys(platform, region)
  const now = platform.clock.now()
  if (now - known.checkedAt > FRESH_MILLISECONDS) {
    known.checkedAt = now
    platform.later(
      readKeys(platform, region).catch(() => platform.log('warn', 'signing-keys-kept', { region })),
    )
  }
  return known
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
    const jwk = { ...(JSON.parse(publicJwk) as EcKey), kid, alg: ALGORITHM, use: 'sig' }
    const sealed = JSON.parse(await decrypt(platform, db, PRIVATE, privateJwk)) as EcKey
    const [open, key] = await Promise.all([importJWK(jwk, ALGORITHM), importJWK(sealed, ALGORITHM)])
    published.set(kid, open)
    keys.push(jwk)
    own.push({ kid, key, signsFrom, signsUntil, publishedUntil })
  }
  const found = { published, jwks: { keys }, own, checkedAt: now }
  const all = kept.get(platform) ?? new Map<string, SigningKeys>()
  kept.set(platform, all)
  all.set(region, found)
  return found
}
