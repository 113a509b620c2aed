import { and, eq, gt, isNull, lt, sql } from 'drizzle-orm'
import type { RegionDb } from '../core/db.ts'
import { keyedHash } from '../core/encryption.ts'
import { randomText } from '../core/ids.ts'
import type { Platform } from '../platform/platform.ts'
import { oneTime } from './region-schema.ts'

/*
 * What may be used once, and soon: a link in a letter, a code in a message, the state of a sign-in elsewhere, a challenge.
 * The database has a keyed hash of the secret, so that it cannot be searched for there, and comparing hashes that nobody
 * can steer tells nothing by the time it takes.
 */

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** Wrong secrets, and then not even the right one counts (NIST SP 800-63B, 3.2.2). */
const MOST_ATTEMPTS = 5

export const DIGITS = '0123456789'

export interface OneTimeWish {
  /** What it is good for, such as `staff-link`: it is good for nothing else. */
  readonly purpose: string
  /** Whom it is for, if that is known: `staff.id`, `account.id`, or the keyed hash of an address. */
  readonly holder?: string | undefined
  /** By default 40 characters of 23, which nobody can guess. A code that people type: `{length: 6, alphabet: DIGITS}`. */
  readonly secret?: { readonly length: number; readonly alphabet: string } | undefined
  readonly minutes: number
  /** How many a holder may be given in an hour; by default no limit. */
  readonly mostAnHour?: number | undefined
  /** Who asks, by a keyed hash, and how many of a holder's in an hour may be theirs: nobody alone uses up another's. */
  readonly asker?: { readonly hash: string; readonly mostAnHour: number } | undefined
  /** What it is about, as JSON. Addresses in it must be encrypted. */
  readonly data?: unknown
}

export interface OneTime {
  readonly id: string
  /** Not kept anywhere: to be sent now. */
  readonly secret: string
}

/** Makes one, in one round trip. Undefined when its holder has been given too many within the hour. */
export async function issueOneTime(
  platform: Platform,
  db: RegionDb,
  { purpose, holder, secret: kind, minutes, mostAnHour, asker, data = {} }: OneTimeWish,
): Promise<OneTime | undefined> {
  const now = platform.clock.now()
  const id = randomText(platform.random, 20)
  const secret = randomText(platform.random, kind?.length ?? 40, kind?.alphabet)
  const hash = await hashOf(platform, db, purpose, id, secret)
  const kept = asker === undefined ? data : { ...(data as object), asker: asker.hash }
  const lately = sql`FROM ${oneTime} WHERE purpose = ${purpose} AND holder = ${holder ?? null} AND created_at > ${now - HOUR}`
  const isWithin = mostAnHour === undefined ? sql`1` : sql`(SELECT count(*) ${lately}) < ${mostAnHour}`
  const isTheirs =
    asker === undefined
      ? sql`1`
      : sql`(SELECT count(*) ${lately} AND data ->> '$.asker' = ${asker.hash}) < ${asker.mostAnHour}`
  const [made] = await db.rows<{ id: string }>(
    sql`INSERT INTO ${oneTime} (id, purpose, holder, hash, data, created_at, until)
      SELECT ${id}, ${purpose}, ${holder ?? null}, ${hash}, ${JSON.stringify(kept)}, ${now}, ${now + minutes * MINUTE}
      WHERE ${isWithin} AND ${isTheirs} RETURNING id`,
  )
  return made && { id, secret }
}

/**
 * Uses it up, and answers what it is about: once, with the right secret, in time, for this purpose. Everything else is
 * undefined and counts as an attempt. One round trip.
 */
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
  return JSON.parse(found.data) as Data
}

/** What it is about, without using it up. Only for secrets that nobody can guess: it counts no attempts. */
export async function lookAtOneTime<Data = unknown>(
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
  return found === undefined ? refused(platform, db, purpose) : (JSON.parse(found.data) as Data)
}

/** Wrong, used up or too late: many of them in the log are somebody who guesses. */
function refused(platform: Platform, { region }: RegionDb, purpose: string): undefined {
  platform.log('warn', 'one-time-refused', { region, purpose })
}

function isOpen(purpose: string, id: string, now: number) {
  return and(
    eq(oneTime.id, id),
    eq(oneTime.purpose, purpose),
    gt(oneTime.until, now),
    isNull(oneTime.usedAt),
    lt(oneTime.attempts, MOST_ATTEMPTS),
  )
}

function hashOf(platform: Platform, db: RegionDb, purpose: string, id: string, secret: string) {
  return keyedHash(platform, db, 'one-time', `${purpose} ${id} ${secret}`)
}
