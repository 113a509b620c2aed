import { and, eq, inArray, isNull, lt } from 'drizzle-orm'
import type { RegionDb, TenantReader } from '../core/db.ts'
import { sha256 } from '../core/digest.ts'
import { commitOnce } from '../core/idempotency.ts'
import { randomText } from '../core/ids.ts'
import { problem } from '../core/problem.ts'
import type { Platform } from '../platform/platform.ts'
import { cleanPhoto } from './photo.ts'
import { waitingPhoto } from './region-schema.ts'
import { media, request } from './schema.ts'

/** Where a photo's file is. */
export function photoKey(region: string, id: string): string {
  return `${region}/${id}`
}

/**
 * Keeps a photo for a report not yet sent, cleaned; its id is what the report then names. The file is there before
 * the row, so a row never points at nothing. Throws `too-large` or `unsupported-media`.
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
  await platform.files.put(photoKey(db.region, id), photo.bytes, photo.type)
  const row = db
    .insert(waitingPhoto)
    .values({ id, type: photo.type, bytes: photo.bytes.length, createdAt: at })
  const asked = idempotencyKey === undefined ? '' : await sha256(photo.bytes)
  return commitOnce(db, { key: idempotencyKey, asked, allowed: [], steps: [row], outcome: { id } }, at)
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
    .where(inArray(waitingPhoto.id, [...ids]))
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

const DAY = 24 * 3_600_000

/** Removes the photos of reports that were never sent: a day later. */
export async function discardWaitingPhotos(platform: Platform, db: RegionDb): Promise<void> {
  const before = platform.clock.now() - DAY
  const gone = await db
    .delete(waitingPhoto)
    .where(and(isNull(waitingPhoto.claimedAt), lt(waitingPhoto.createdAt, before)))
    .returning({ id: waitingPhoto.id })
  for (const { id } of gone) await platform.files.delete(photoKey(db.region, id))
  await db.delete(waitingPhoto).where(lt(waitingPhoto.claimedAt, before - 7 * DAY))
}
