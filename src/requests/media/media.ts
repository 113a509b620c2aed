import { and, eq, lt, type SQL, sql } from 'drizzle-orm'
import { withAccessLog } from '../../audit/access-log.ts'
import { type Access, permitted } from '../../core/access.ts'
import {
  openPublicRegion,
  openPublicTenant,
  type RegionDb,
  type Step,
  type TenantReader,
} from '../../core/database/handles.ts'
import { commitOnce } from '../../core/database/idempotency.ts'
import { defineJob, enqueueJob, jobKind } from '../../core/database/jobs.ts'
import { sha256 } from '../../core/encryption/digest.ts'
import { deleteFile, type OpenedFile, openFile, storeFile } from '../../core/encryption/files.ts'
import { randomText } from '../../core/ids.ts'
import { problem } from '../../core/problem.ts'
import type { Platform } from '../../platform/platform.ts'
import { waitingPhoto } from '../region-schema.ts'
import { media, request } from '../schema.ts'
import { cleanPhoto } from './photo.ts'

export const discardPhotosKind = jobKind('discard-photos')

const DAY = 24 * 3_600_000
// How long an uploaded photo waits for its report.
const WAITS = 3_600_000
const CLAIMS_KEPT = 8 * DAY
const BATCH = 200

export interface PhotoStorage {
  readonly key: string | undefined
  readonly caller: string
  readonly room: (bytes: number) => readonly Step[]
}

/** The row precedes the file. Throws `too-large`, `unsupported-media`, `damaged-photo`, `storage-unavailable`. */
export async function storePhoto(
  platform: Platform,
  db: RegionDb,
  bytes: Uint8Array<ArrayBuffer>,
  { key, caller, room }: PhotoStorage,
): Promise<{ id: string }> {
  const photo = cleanPhoto(bytes)
  const id = randomText(platform.random, 24)
  const at = platform.clock.now()
  const stepsFor = (id: string): Step[] => [
    ...room(photo.bytes.length),
    sql`INSERT INTO waiting_photo (id, type, bytes, created_at, caller)
      VALUES (${id}, ${photo.type}, ${photo.bytes.length}, ${at}, ${caller}) ON CONFLICT (id) DO NOTHING`,
    enqueueJob(discardPhotosKind, at + WAITS),
  ]
  const content = key === undefined ? '' : await sha256(photo.bytes)
  const stored = await commitOnce(db, { key, content, steps: stepsFor(id), outcome: { id } }, at)
  // A repeated upload after the row has expired restores it.
  if (stored.id !== id) await db.commit(stepsFor(stored.id))
  try {
    await storeFile(platform, db, stored.id, photo)
  } catch (error) {
    if (stored.id === id) await forget(db, id).catch(() => undefined)
    throw error
  }
  return stored
}

// Unless a report has claimed the photo.
async function forget(db: RegionDb, id: string): Promise<void> {
  await db.commit([
    sql`DELETE FROM idempotency WHERE outcome = ${JSON.stringify({ id })}
      AND EXISTS (SELECT 1 FROM waiting_photo WHERE id = ${id} AND claimed_at IS NULL)`,
    sql`DELETE FROM waiting_photo WHERE id = ${id} AND claimed_at IS NULL`,
  ])
}

/** For a form that is shown again with errors. Returns those that still exist. */
export async function extendWaitingPhotos(
  db: RegionDb,
  ids: readonly string[],
  at: number,
): Promise<string[]> {
  const these = sql`id IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`
  const [, left] = await db.commit([
    sql`UPDATE waiting_photo SET created_at = ${at} WHERE ${these} AND claimed_at IS NULL`,
    sql`SELECT id FROM waiting_photo WHERE ${these}`,
  ])
  const existing = new Set(left?.rows.map(({ id }) => String(id)))
  return ids.filter(id => existing.has(id))
}

export type ClaimedPhoto = Pick<typeof waitingPhoto.$inferSelect, 'id' | 'type' | 'bytes'>

export interface PhotoClaim {
  readonly by: string
  readonly keeper: string
}

/** Repeating a claim is fine; one whose report was never filed gives way. Throws `invalid-fields`. */
export async function claimPhotos(
  platform: Platform,
  db: RegionDb,
  ids: readonly string[],
  claim: PhotoClaim,
  at: number,
): Promise<readonly ClaimedPhoto[]> {
  if (ids.length === 0) return []
  const uniqueIds = [...new Set(ids)]
  const claimed = await take(db, uniqueIds, claim, sql`(claimed_at IS NULL OR claimed_by = ${claim.by})`, at)
  const left = uniqueIds.filter(id => !claimed.some(photo => photo.id === id))
  for (const earlier of await claimsOf(db, left)) {
    if (await isFiled(platform, db.region, earlier)) continue
    claimed.push(...(await take(db, [earlier.id], claim, sql`claimed_by = ${earlier.by}`, at)))
  }
  return uniqueIds.map(id => {
    const photo = claimed.find(row => row.id === id)
    if (photo === undefined)
      throw problem('invalid-fields', { fields: [{ field: 'media', code: 'unknown' }] })
    return photo
  })
}

async function take(
  db: RegionDb,
  ids: readonly string[],
  { by, keeper }: PhotoClaim,
  isFree: SQL,
  at: number,
): Promise<ClaimedPhoto[]> {
  const [taken] = await db.commit([
    sql`UPDATE waiting_photo SET claimed_at = ${at}, claimed_by = ${by}, keeper = ${keeper}
      WHERE id IN (SELECT value FROM json_each(${JSON.stringify(ids)})) AND created_at > ${at - DAY} AND ${isFree}
      RETURNING id, type, bytes`,
  ])
  return (taken?.rows ?? []) as unknown as ClaimedPhoto[]
}

function claimsOf(db: RegionDb, ids: readonly string[]): Promise<(PhotoClaim & { readonly id: string })[]> {
  if (ids.length === 0) return Promise.resolve([])
  return db.rows(
    sql`SELECT id, claimed_by AS "by", keeper FROM waiting_photo
      WHERE id IN (SELECT value FROM json_each(${JSON.stringify(ids)})) AND claimed_by IS NOT NULL AND keeper IS NOT NULL`,
  )
}

// Photos are never removed from a report, so one that is filed stays so.
async function isFiled(
  platform: Platform,
  region: string,
  { id, keeper }: { readonly id: string; readonly keeper: string },
): Promise<boolean> {
  const db = openPublicTenant(platform, region, keeper)
  const found = await db.select({ id: media.id }).from(media).where(eq(media.id, id)).limit(1)
  return found.length > 0
}

export async function readPhoto(platform: Platform, db: TenantReader, id: string) {
  const [row] = await db
    .select({ id: media.id })
    .from(media)
    .innerJoin(request, eq(request.id, media.request))
    .where(and(eq(media.id, id), eq(media.private, false), eq(request.private, false)))
  return row === undefined ? null : openPhoto(platform, db.region, row.id)
}

/** For staff, programs and the reporter; with `handoff`, also photos of that offer. Writes the access log. */
export async function readAnyPhoto(platform: Platform, db: TenantReader, id: string, handoff = '') {
  const { access } = db
  const shown = access.kind === 'resident' ? reportedBy(access.account, id) : readableBy(access, id, handoff)
  const select = db.select({ number: sql<string>`number` }).from(sql`(${shown})`)
  const [rows] = await withAccessLog(db, { view: 'photo', shown })([select])
  return rows.length === 0 ? null : openPhoto(platform, db.region, id)
}

function openPhoto(platform: Platform, region: string, id: string): Promise<OpenedFile | null> {
  return openFile(platform, openPublicRegion(platform, region), id)
}

function reportedBy(account: string, id: string): SQL {
  return sql`SELECT request.id AS number FROM media JOIN request ON request.id = media.request
    JOIN person ON person.id = request.person WHERE media.id = ${id} AND person.account = ${account}`
}

// The receiver and the arbitrator of an offer have no request yet: the offer lists its photos.
function readableBy(access: Access, id: string, handoff: string): SQL {
  return sql`SELECT request.id AS number FROM media JOIN request ON request.id = media.request
    WHERE media.id = ${id} AND ${permitted(access, 'read', sql`service_code`)}
    UNION SELECT case_id FROM handoff JOIN json_each(content, '$.photos') AS photo ON photo.value ->> '$.id' = ${id}
    WHERE handoff.id = ${handoff} AND ${permitted(access, 'read', sql`content ->> '$.serviceCode'`)}`
}

/** Rows go before files, so that no report claims a photo whose file is about to go. Returns when to call again. */
export async function discardWaitingPhotos(platform: Platform, db: RegionDb): Promise<number | undefined> {
  const now = platform.clock.now()
  const due = sql`claimed_at IS NULL AND created_at <= ${now - WAITS}`
  const [gone] = await db.commit([
    sql`DELETE FROM waiting_photo WHERE id IN (SELECT id FROM waiting_photo WHERE ${due} LIMIT ${BATCH}) RETURNING id`,
  ])
  const ids = gone?.rows.map(({ id }) => String(id)) ?? []
  for (const id of ids) await deleteFile(platform, db, id)
  const [next] = await db.rows<{ at: number | null }>(
    sql`SELECT min(created_at) AS at FROM waiting_photo WHERE claimed_at IS NULL`,
  )
  return next?.at == null ? undefined : Math.max(now, next.at + WAITS)
}

/** Once nobody will submit the same report again. */
export async function forgetClaimedPhotos(db: RegionDb, now: number): Promise<void> {
  await db.delete(waitingPhoto).where(lt(waitingPhoto.claimedAt, now - CLAIMS_KEPT))
}

export const discardPhotosJob = defineJob(discardPhotosKind, {
  async region(platform, db) {
    return discardWaitingPhotos(platform, db)
  },
})
