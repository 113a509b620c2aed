import { and, eq, gt, inArray, isNull, lt, type SQL, sql } from 'drizzle-orm'
import type { RegionDb } from '../../core/database/handles.ts'
import { keyedHash } from '../../core/encryption/fields.ts'
import { randomText } from '../../core/ids.ts'
import type { Platform } from '../../platform/platform.ts'
import { oneTime } from '../region-schema.ts'

// The database has only a keyed hash of the secret, so it cannot be searched there, and comparing hashes that
// nobody can choose leaks nothing by its timing.

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
// Failures after which even the right secret is refused (NIST SP 800-63B, 3.2.2).
const MAX_ATTEMPTS = 5

export const DIGITS = '0123456789'

export interface OneTimeInput {
  readonly purpose: string
  readonly holder?: string | undefined
  /** Unguessable by default: 40 characters out of 23. For typed codes: `{length: 8, alphabet: DIGITS}`. */
  readonly secret?: { readonly length: number; readonly alphabet: string } | undefined
  readonly minutes: number
  readonly maxPerHour?: number | undefined
  readonly maxPerDay?: number | undefined
  /** Limits one requester's share, so that nobody alone exhausts a holder's quota. */
  readonly asker?: { readonly hash: string; readonly maxPerHour: number } | undefined
  /** Over the limit, revives the newest unused secret, so that strangers cannot lock out its holder. Never for codes. */
  readonly revives?: boolean | undefined
  /** Stored as JSON. Addresses in it must be encrypted. */
  readonly data?: unknown
}

export interface OneTime {
  readonly id: string
  readonly secret: string
}

export async function issueOneTime(
  platform: Platform,
  db: RegionDb,
  input: OneTimeInput,
): Promise<OneTime | undefined> {
  const { purpose, holder, secret: kind, minutes, asker, data = {} } = input
  const now = platform.clock.now()
  const until = now + minutes * MINUTE
  const id = randomText(platform.random, 20)
  const secret = randomText(platform.random, kind?.length ?? 40, kind?.alphabet)
  const hash = await hashOf(platform, db, purpose, id, secret)
  const stored = asker === undefined ? data : { ...(data as object), asker: asker.hash }
  const [made] = await db.commit([
    sql`INSERT INTO ${oneTime} (id, purpose, holder, hash, data, created_at, until)
      SELECT ${id}, ${purpose}, ${holder ?? null}, ${hash}, ${JSON.stringify(stored)}, ${now}, ${until}
      WHERE ${isWithin(input, now)}`,
    ...(input.revives ? [revive(input, id, now, until)] : []),
  ])
  return made?.rowsAffected === 1 ? { id, secret } : undefined
}

// Using a secret proves the holder, so earlier requests stop counting.
function isWithin({ purpose, holder, maxPerHour, maxPerDay, asker }: OneTimeInput, now: number): SQL {
  const own = sql`purpose = ${purpose} AND holder = ${holder ?? null}`
  const used = sql`SELECT coalesce(max(used_at), 0) FROM ${oneTime} WHERE ${own}`
  const isLess = (max: number | undefined, period: number, whose = sql`1`) =>
    max === undefined
      ? sql`1`
      : sql`(SELECT count(*) FROM ${oneTime} WHERE ${own} AND created_at > ${now - period} AND created_at > (${used}) AND ${whose}) < ${max}`
  const isAskers = sql`data ->> '$.asker' = ${asker?.hash ?? null}`
  return sql`${isLess(maxPerHour, HOUR)} AND ${isLess(maxPerDay, DAY)} AND ${isLess(asker?.maxPerHour, HOUR, isAskers)}`
}

function revive({ purpose, holder, maxPerDay }: OneTimeInput, made: string, now: number, until: number): SQL {
  const after = now - (maxPerDay === undefined ? HOUR : DAY)
  return sql`UPDATE ${oneTime} SET until = max(until, ${until})
    WHERE id = (SELECT id FROM ${oneTime} WHERE purpose = ${purpose} AND holder = ${holder ?? null}
        AND used_at IS NULL AND created_at > ${after} ORDER BY created_at DESC, rowid DESC LIMIT 1)
      AND NOT EXISTS (SELECT 1 FROM ${oneTime} WHERE id = ${made})`
}

/** Removes one that could not be sent, so that it neither counts nor is revived. */
export async function discardOneTime(db: RegionDb, id: string): Promise<void> {
  await db.delete(oneTime).where(eq(oneTime.id, id))
}

export async function spendAll(
  platform: Platform,
  db: RegionDb,
  purposes: readonly string[],
  holder: string,
): Promise<void> {
  await db
    .update(oneTime)
    .set({ usedAt: platform.clock.now() })
    .where(and(inArray(oneTime.purpose, [...purposes]), eq(oneTime.holder, holder), isNull(oneTime.usedAt)))
}

/** Undefined if wrong, used, expired or of another purpose, which counts as an attempt. One round trip. */
export async function useOneTime<Data = unknown>(
  platform: Platform,
  db: RegionDb,
  purpose: string,
  id: string,
  secret: string,
): Promise<Data | undefined> {
  const now = platform.clock.now()
  const hash = await hashOf(platform, db, purpose, id, secret)
  const [found] = await db
    .update(oneTime)
    .set({
      attempts: sql`attempts + 1`,
      usedAt: sql`CASE WHEN hash = ${hash} THEN ${now} END`,
    })
    .where(isOpen(purpose, id, now))
    .returning({ usedAt: oneTime.usedAt, data: oneTime.data })
  if (found === undefined || found.usedAt === null) return refused(platform, db, purpose)
  return found.data as Data
}

/** Does not use it up. Counts no attempts, so only for secrets that cannot be guessed. */
export async function peekOneTime<Data = unknown>(
  platform: Platform,
  db: RegionDb,
  purpose: string,
  id: string,
  secret: string,
): Promise<Data | undefined> {
  const hash = await hashOf(platform, db, purpose, id, secret)
  const [found] = await db
    .select({ data: oneTime.data })
    .from(oneTime)
    .where(and(isOpen(purpose, id, platform.clock.now()), eq(oneTime.hash, hash)))
  return found === undefined ? refused(platform, db, purpose) : (found.data as Data)
}

// Logged, since many of these indicate guessing.
function refused(platform: Platform, { region }: RegionDb, purpose: string): undefined {
  platform.log('warn', 'one-time-refused', { region, purpose })
}

function isOpen(purpose: string, id: string, now: number) {
  return and(
    eq(oneTime.id, id),
    eq(oneTime.purpose, purpose),
    gt(oneTime.until, now),
    isNull(oneTime.usedAt),
    lt(oneTime.attempts, MAX_ATTEMPTS),
  )
}

function hashOf(platform: Platform, db: RegionDb, purpose: string, id: string, secret: string) {
  return keyedHash(platform, db, 'one-time', `${purpose} ${id} ${secret}`)
}
