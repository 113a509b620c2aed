import { type SQL, sql } from 'drizzle-orm'
import type { WorkAccess } from '../../core/access.ts'
import { type Guard, guard, type RegionDb } from '../../core/database/handles.ts'
import { keyedHash } from '../../core/encryption/fields.ts'
import { asProblem, problem } from '../../core/problem.ts'
import type { Bytes, Platform } from '../../platform/platform.ts'
import { storePhoto } from './media.ts'
import { MAX_PHOTO_BYTES } from './photo.ts'

const MB = 1024 * 1024
const HOUR = 3_600_000

const ofAddress = { waiting: 100 * MB, hourly: 300 * MB }
// Higher, since a program reports for many people.
const ofProgram = { waiting: 500 * MB, hourly: 5000 * MB }
const MAX_WAITING_OF_REGION = 2000 * MB
// Small photos cost a row and a file too.
const MIN_BYTES = 64 * 1024
const RETRY_AFTER_SECONDS = 600

export interface Uploader {
  readonly name: string
  readonly may: typeof ofAddress
}

/** A program, or the network address of a caller without a key. */
export function uploaderOf(caller: WorkAccess | string | undefined): Uploader {
  if (caller === undefined || typeof caller === 'string') return { name: caller ?? '', may: ofAddress }
  return { name: `${caller.jurisdiction} ${caller.actor}`, may: ofProgram }
}

/**
 * Throws `too-many-photos`, `uploads-full`, `too-slow`, `storage-unavailable`, `too-large`,
 * `unsupported-media`, `damaged-photo`.
 */
export async function receivePhoto(
  platform: Platform,
  db: RegionDb,
  uploader: Uploader,
  read: (max: number) => Promise<Bytes>,
  keyOf: (bytes: Bytes) => Promise<string | undefined> | string | undefined,
): Promise<{ id: string }> {
  const caller = await keyedHash(platform, db, 'waiting_photo.caller', uploader.name)
  const at = platform.clock.now()
  try {
    await db.commit(roomFor(0, caller, uploader, at))
    return await platform.uploads.inTurn(uploader.name, async () => {
      const bytes = await read(MAX_PHOTO_BYTES)
      const room = (size: number) => roomFor(size, caller, uploader, at)
      return storePhoto(platform, db, bytes, { key: await keyOf(bytes), caller, room })
    })
  } catch (error) {
    const { slug, retryAfterSeconds } = asProblem(error)
    const isFull = (slug === 'too-many-photos' || slug === 'uploads-full') && retryAfterSeconds === undefined
    throw isFull ? problem(slug, { retryAfterSeconds: RETRY_AFTER_SECONDS }) : error
  }
}

function roomFor(bytes: number, caller: string, { may }: Uploader, at: number): Guard[] {
  const more = Math.max(bytes, MIN_BYTES)
  const fits = (which: SQL, max: number) =>
    sql`(SELECT coalesce(sum(max(bytes, ${MIN_BYTES})), 0) FROM waiting_photo WHERE ${which}) <= ${max - more}`
  const isCallers = sql`caller = ${caller}`
  return [
    guard(fits(sql`${isCallers} AND claimed_at IS NULL`, may.waiting), 'too-many-photos'),
    guard(fits(sql`${isCallers} AND created_at > ${at - HOUR}`, may.hourly), 'too-many-photos'),
    guard(fits(sql`claimed_at IS NULL`, MAX_WAITING_OF_REGION), 'uploads-full'),
  ]
}
