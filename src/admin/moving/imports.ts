import { and, desc, eq, ne, notInArray, type SQL, sql } from 'drizzle-orm'
import * as v from 'valibot'
import { actorOf } from '../../core/access.ts'
import { appendAuditAction } from '../../core/audit-actions.ts'
import type { CleanUp } from '../../core/database/clean-up.ts'
import { guard, insertOne, type Step, type TenantDb, type TenantReader } from '../../core/database/handles.ts'
import { enqueueJob, jobKind } from '../../core/database/jobs.ts'
import { decrypt, encrypt, fieldName } from '../../core/encryption/fields.ts'
import { randomText } from '../../core/ids.ts'
import { problem } from '../../core/problem.ts'
import type { Platform } from '../../platform/platform.ts'
import { offeredMapping, type PastMapping, pastMapping } from '../../requests/past/columns.ts'
import type { PastFile } from '../../requests/past/read-file.ts'
import { importCancelled, importStarted, importUploaded } from './audit-actions.ts'
import { encryptedPiece, inPieces } from './pieces.ts'
import { type ImportState, pastImport, pastImportPiece, pastImportReject } from './schema.ts'

/* Past requests that an administrator uploads: kept in pieces, imported by a job (`job.ts`), deleted after a week. */

export type StoredImport = typeof pastImport.$inferSelect

export interface PastImport extends Omit<StoredImport, 'content'>, Content {}

const storedContent = v.object({ columns: v.array(v.string()), mapping: pastMapping })
type Content = v.InferOutput<typeof storedContent>

export const importPastKind = jobKind('import-past', v.object({ import: v.string() }), one => one.import)

export const IMPORTS_KEPT = 7 * 24 * 3_600_000
/** Stored at the same time, in one jurisdiction. */
export const MAX_IMPORTS = 20
const PIECES_IN_A_BATCH = 5

/** Throws `not-found`. */
export async function pastImportOf(platform: Platform, db: TenantReader, id: string): Promise<PastImport> {
  const found = await findImport(platform, db, id)
  if (found === undefined) throw problem('not-found')
  return found
}

export async function findImport(
  platform: Platform,
  db: TenantReader,
  id: string,
): Promise<PastImport | undefined> {
  const [found] = await db.select().from(pastImport).where(eq(pastImport.id, id))
  return found === undefined || found.state === 'uploading' ? undefined : opened(platform, db, found)
}

const contentOf = (id: string) => fieldName('past_import', 'content', id)

async function opened(
  platform: Platform,
  db: TenantReader,
  { content, ...row }: StoredImport,
): Promise<PastImport> {
  const plain = await decrypt(platform, db, contentOf(row.id), content)
  return { ...row, ...v.parse(storedContent, JSON.parse(plain)) }
}

/** Newest first. */
export function listImports(db: TenantReader): Promise<StoredImport[]> {
  return db
    .select()
    .from(pastImport)
    .where(ne(pastImport.state, 'uploading'))
    .orderBy(desc(pastImport.createdAt), sql`rowid DESC`)
    .limit(MAX_IMPORTS)
}

/** Stores what was uploaded, with the mapping of the source's last import, or as guessed. Returns its id. */
export async function storeImport(
  platform: Platform,
  db: TenantDb,
  source: string,
  { columns, rows }: PastFile,
): Promise<string> {
  const id = randomText(platform.random, 12)
  const at = platform.clock.now()
  const by = actorOf(db.access)
  const pieces = inPieces(rows)
  const mapping = offeredMapping(await lastMapping(platform, db, source), columns)
  const content = await encrypt(platform, db, contentOf(id), JSON.stringify({ columns, mapping }))
  const found = { id, source, content, rows: rows.length, pieces: pieces.length, by, createdAt: at }
  await db.commit([insertOne(pastImport, { ...found, state: 'uploading' })])
  for (let first = 0; first < pieces.length; first += PIECES_IN_A_BATCH) {
    const steps: Step[] = []
    for (const [index, piece] of pieces.slice(first, first + PIECES_IN_A_BATCH).entries()) {
      const place = { import: id, piece: first + index }
      steps.push(insertOne(pastImportPiece, await encryptedPiece(platform, db, place, piece)))
    }
    await db.commit(steps)
  }
  await db.commit([
    db.update(pastImport).set({ state: 'uploaded' }).where(eq(pastImport.id, id)),
    appendAuditAction(importUploaded, { import: id }, { actor: by, at }),
  ])
  return id
}

async function lastMapping(
  platform: Platform,
  db: TenantReader,
  source: string,
): Promise<PastMapping | undefined> {
  const [last] = await db
    .select()
    .from(pastImport)
    .where(and(eq(pastImport.source, source), notInArray(pastImport.state, ['uploading', 'uploaded'])))
    .orderBy(desc(pastImport.createdAt), sql`rowid DESC`)
    .limit(1)
  return last && (await opened(platform, db, last)).mapping
}

/** Throws `wrong-state` after it was started. */
export async function saveMapping(
  platform: Platform,
  db: TenantDb,
  { id, columns }: PastImport,
  mapping: PastMapping,
): Promise<void> {
  const content = await encrypt(platform, db, contentOf(id), JSON.stringify({ columns, mapping }))
  await db.commit([
    isIn(id, ['uploaded']),
    db.update(pastImport).set({ content }).where(eq(pastImport.id, id)),
  ])
}

/** Starts it, or goes on with one that was stopped. Throws `wrong-state` if it is in none of the states. */
export async function startImport(
  platform: Platform,
  db: TenantDb,
  id: string,
  from: readonly ImportState[],
): Promise<void> {
  const at = platform.clock.now()
  const by = actorOf(db.access)
  await db.commit([
    isIn(id, from),
    db.update(pastImport).set({ state: 'running', by, endedAt: null }).where(eq(pastImport.id, id)),
    appendAuditAction(importStarted, { import: id }, { actor: by, at }),
    enqueueJob(importPastKind, at, { import: id }),
  ])
}

/** What was imported stays. One that has not begun is deleted. Throws `wrong-state` after its end. */
export async function cancelImport(
  platform: Platform,
  db: TenantDb,
  { id, state }: PastImport,
): Promise<void> {
  const at = platform.clock.now()
  const actor = actorOf(db.access)
  await db.commit([
    isIn(id, state === 'uploaded' ? ['uploaded'] : ['running']),
    ...(state === 'uploaded'
      ? deleteSteps(sql`SELECT ${id}`)
      : [db.update(pastImport).set({ state: 'cancelled', endedAt: at }).where(eq(pastImport.id, id))]),
    appendAuditAction(importCancelled, { import: id }, { actor, at }),
  ])
}

function isIn(id: string, states: readonly ImportState[]) {
  const list = JSON.stringify(states)
  return guard(
    sql`EXISTS (SELECT 1 FROM ${pastImport} WHERE id = ${id} AND state IN (SELECT value FROM json_each(${list})))`,
    'wrong-state',
  )
}

function deleteSteps(ids: SQL): Step[] {
  return [
    sql`DELETE FROM ${pastImportPiece} WHERE import IN (${ids})`,
    sql`DELETE FROM ${pastImportReject} WHERE import IN (${ids})`,
    sql`DELETE FROM ${pastImport} WHERE id IN (${ids})`,
  ]
}

export const cleanUpImports: CleanUp = {
  async tenant({ clock }, db) {
    const before = clock.now() - IMPORTS_KEPT
    const isOld = sql`state <> 'running' AND coalesce(ended_at, created_at) < ${before}`
    await db.commit(deleteSteps(sql`SELECT id FROM ${pastImport} WHERE ${isOld}`))
    return undefined
  },
}
