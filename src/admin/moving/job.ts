import { and, eq, sql } from 'drizzle-orm'
import { guard, openTenant, type Step, type TenantDb } from '../../core/database/handles.ts'
import { defineJob } from '../../core/database/jobs.ts'
import { asProblem } from '../../core/problem.ts'
import type { Platform } from '../../platform/platform.ts'
import { currentRegion } from '../../regions/runtime/current.ts'
import { hasLeft } from '../../regions/versions/leaving.ts'
import { type Imported, importPast } from '../../requests/past/import.ts'
import { valuesOf } from '../../requests/past/read-file.ts'
import { type PastRequest, readPast } from '../../requests/past/record.ts'
import { findImport, importPastKind, type PastImport } from './imports.ts'
import { encryptedRejects, type Reject, rowsOfPiece } from './pieces.ts'
import { pastImport, pastImportPiece, pastImportReject } from './schema.ts'

// A run ends before its lease does, and asks for no more than a Worker may.
const RUN_MILLISECONDS = 15_000
const PIECES_IN_A_RUN = 20

/**
 * Imports an upload piece by piece. The requests of a piece, its rejects and the step to the next one are one batch: a
 * job that was killed goes on where it stopped, and of two that run at once one takes each piece.
 */
export const importPastJob = defineJob(importPastKind, {
  async tenant(platform, db, { import: id }) {
    const until = platform.clock.now() + RUN_MILLISECONDS
    for (let taken = 0; taken < PIECES_IN_A_RUN && platform.clock.now() <= until; taken++) {
      if (!(await takeNext(platform, db, id))) return undefined
    }
    return platform.clock.now()
  },
  async parkedInTenant(platform, db, { import: id }) {
    await end(platform, db, id, 'failed')
  },
})

async function takeNext(platform: Platform, db: TenantDb, id: string): Promise<boolean> {
  const row = await findImport(platform, db, id)
  if (row?.state !== 'running') return false
  const region = await currentRegion(platform, db.region)
  if (hasLeft(region, db.slug, platform.clock.now())) return end(platform, db, id, 'cancelled')
  if (row.next >= row.pieces) return end(platform, db, id, 'done')
  const reading = { region, jurisdiction: db.slug, mapping: row.mapping, now: platform.clock.now() }
  const good: PastRequest[] = []
  const rejects: Reject[] = []
  for (const { cells, brokenAt } of await rowsOfPiece(platform, db, id, row.next)) {
    const read =
      brokenAt === undefined
        ? readPast(valuesOf(row.columns, cells), reading)
        : ({ code: 'row', value: String(brokenAt) } as const)
    if ('code' in read) rejects.push({ ...read, cells: [...cells] })
    else good.push(read)
  }
  // In the log, they were imported by the person who started it.
  const access = { kind: 'system', reason: 'import', onBehalfOf: row.by } as const
  const own = openTenant(platform, access, db.region, db.slug)
  const kept =
    rejects.length === 0
      ? undefined
      : await encryptedRejects(platform, own, { import: id, piece: row.next }, rejects)
  const also = (done: Imported) => [
    ...advance(own, row, done, rejects.length),
    ...(kept === undefined ? [] : [own.insert(pastImportReject).values(kept)]),
  ]
  try {
    await importPast(platform, own, region, { source: row.source, rows: good, also })
  } catch (error) {
    // Cancelled meanwhile, or another run has taken it.
    if (asProblem(error).slug !== 'changed-meanwhile') throw error
  }
  return true
}

function advance(db: TenantDb, row: PastImport, { imported, known }: Imported, rejected: number): Step[] {
  return [
    guard(
      sql`EXISTS (SELECT 1 FROM ${pastImport} WHERE id = ${row.id} AND state = 'running' AND next = ${row.next})`,
      'changed-meanwhile',
    ),
    db
      .update(pastImport)
      .set({
        next: row.next + 1,
        imported: row.imported + imported,
        known: row.known + known,
        rejected: row.rejected + rejected,
      })
      .where(eq(pastImport.id, row.id)),
    db.delete(pastImportPiece).where(eq(pastImportPiece.id, `${row.id}/${row.next}`)),
  ]
}

async function end(
  { clock }: Platform,
  db: TenantDb,
  id: string,
  state: 'done' | 'cancelled' | 'failed',
): Promise<false> {
  await db.commit([
    db
      .update(pastImport)
      .set({ state, endedAt: clock.now() })
      .where(and(eq(pastImport.id, id), eq(pastImport.state, 'running'))),
  ])
  return false
}
