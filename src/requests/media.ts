import { and, eq, gt, inArray, isNull, lt, type SQL, sql } from 'drizzle-orm'
import { seeing } from '../audit/seen.ts'
import { type Access, permitted } from '../core/access.ts'
import type { RegionDb, TenantReader } from '../core/db.ts'
import { sha256 } from '../core/digest.ts'
import { commitOnce } from '../core/idempotency.ts'
import { randomText } from '../core/ids.ts'
import { problem } from '../core/problem.ts'
import type { Platform } from '../platform/platform.ts'
import { cleanPhoto } from './photo.ts'
import { waitingPhoto } from './region-schema.ts'
import { media, request } from './schema.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** Where a photo's file is. */
export function photoKey(region: string, id: string): string {
  return `${region}/${id}`
}

/**
 * Keeps a photo for a report not yet sent, cleaned; its id is what the report then names. The row comes first, so no
 * file lies where nothing knows of it, and the id is told when the file is there: broken off between the two, sending
 * again brings the file. Throws `too-large` or `unsupported-media`.
 */
export async function storePhoto(
  platform: Platform,
  db: RegionDb,
  bytes: Uint8Array<ArrayBuffer>,
  idempotencyKey?: string,
): Promise<{ id: string }> {
  const photo = cleanPhoto(bytes)
  const id = randomText(platform.random, 24)
  const at = platform.clock.now()
  const row = db
    .insert(waitingPhoto)
    .values({ id, type: photo.type, bytes: photo.bytes.length, createdAt: at })
  const asked = idempotencyKey === undefined ? '' : await sha256(photo.bytes)
  const change = { key: idempotencyKey, asked, steps: [row], outcome: { id } }
  const kept = await commitOnce(db, change, at)
  await platform.files.put(photoKey(db.region, kept.id), photo.bytes, photo.type)
  return kept
}

export type ClaimedPhoto = Pick<typeof waitingPhoto.$inferSelect, 'id' | 'type' | 'bytes'>

/** Takes waiting photos for the report about to be filed. Claiming twice is no fault: the first try may have failed. */
export async function claimPhotos(
  db: RegionDb,
  ids: readonly string[],
  at: number,
): Promise<readonly ClaimedPhoto[]> {
  if (ids.length === 0) return []
  const claimed = await db
    .update(waitingPhoto)
    .set({ claimedAt: at })
    .where(and(inArray(waitingPhoto.id, [...ids]), gt(waitingPhoto.createdAt, at - DAY)))
    .returning({ id: waitingPhoto.id, type: waitingPhoto.type, bytes: waitingPhoto.bytes })
  return [...new Set(ids)].map(id => {
    const photo = claimed.find(row => row.id === id)
    if (photo === undefined) throw unknownPhoto()
    return photo
  })
}

/** A photo that was never sent, or that a report has already. */
export function unknownPhoto() {
  return problem('invalid-fields', { fields: [{ field: 'media', code: 'unknown' }] })
}

/** A photo of a public report. Null for anything else. */
export async function readPhoto(platform: Platform, db: TenantReader, id: string) {
  const [row] = await db
    .select({ id: media.id })
    .from(media)
    .innerJoin(request, eq(request.id, media.request))
    .where(and(eq(media.id, id), eq(request.private, false)))
  return row === undefined ? null : platform.files.get(photoKey(db.region, row.id))
}

/**
 * A photo of a report that this access may see, private or not: at work, or as the resident who reported it. At work it
 * may be one that crosses with a `handoff` as well. Null for anything else. That it was shown at work is noted.
 */
export async function readAnyPhoto(platform: Platform, db: TenantReader, id: string, handoff = '') {
  const { access } = db
  const shown = access.kind === 'resident' ? reportedBy(access.account, id) : readableBy(access, id, handoff)
  const select = db.select({ number: sql<string>`number` }).from(sql`(${shown})`)
  const [rows] = await seeing(db, { view: 'photo', shown })([select])
  return rows.length === 0 ? null : platform.files.get(photoKey(db.region, id))
}

function reportedBy(account: string, id: string): SQL {
  return sql`SELECT request.id AS number FROM media JOIN request ON request.id = media.request
    JOIN person ON person.id = request.person WHERE media.id = ${id} AND person.account = ${account}`
}

/** Whoever is asked to take a request, or to decide about it, has none of their own yet: the handoff tells of its photos. */
function readableBy(access: Access, id: string, handoff: string): SQL {
  return sql`SELECT request.id AS number FROM media JOIN request ON request.id = media.request
    WHERE media.id = ${id} AND ${permitted(access, 'read', sql`service_code`)}
    UNION SELECT case_id FROM handoff JOIN json_each(content, '$.photos') AS photo ON photo.value ->> '$.id' = ${id}
    WHERE handoff.id = ${handoff} AND ${permitted(access, 'read', sql`content ->> '$.serviceCode'`)}`
}

/** Removes the photos of reports that were never sent, the files first: an hour after they could last be claimed. */
export async function discardWaitingPhotos(platform: Platform, db: RegionDb): Promise<void> {
  const before = platform.clock.now() - DAY - HOUR
  const isForgotten = and(isNull(waitingPhoto.claimedAt), lt(waitingPhoto.createdAt, before))
  const forgotten = await db.select({ id: waitingPhoto.id }).from(waitingPhoto).where(isForgotten)
  for (const { id } of forgotten) await platform.files.delete(photoKey(db.region, id))
  await db.delete(waitingPhoto).where(isForgotten)
  await db.delete(waitingPhoto).where(lt(waitingPhoto.claimedAt, before - 7 * DAY))
}
