import { eq, sql } from 'drizzle-orm'
import type { PlacesDb, PlacesReader } from '../../core/database/handles.ts'
import type { Mapping } from '../import/columns/mapping.ts'
import { readRows } from '../import/read.ts'
import type { ImportKind, Reject, Rows } from '../import/rows/rows.ts'
import type { Survey } from '../import/survey.ts'
import type { Table } from '../import/table.ts'
import { placeSource } from './places-schema.ts'
import { IndexWriter } from './write.ts'

export interface PlacesImport {
  /** What the owner calls it. The next import of this name replaces it. */
  readonly source: string
  readonly file: { readonly name: string; readonly size: number }
  readonly table: Table
  readonly mapping: Mapping
  readonly survey: Survey
  readonly now: number
}

export interface ImportOutcome {
  readonly added: number
  readonly changed: number
  readonly removed: number
  readonly unchanged: number
  readonly rejected: number
  /** Records that an interrupted import of the same file had written before. */
  readonly resumedAfter: number
}

export interface ImportProgress {
  progress(records: number): void
  rejects(rejects: readonly Reject[]): void
}

const tables = { addresses: 'address', streets: 'street_segment', 'common-places': 'common_place' } as const

/** How many rows are written in one transaction. */
const ROWS_AT_ONCE = 2_000

/**
 * Makes the index equal to the file: what is new is added, what differs is changed and dated, what is gone is removed,
 * all else stays. Searches go on meanwhile. Interrupted, it goes on where it was when the same file is imported again.
 */
export async function importPlaces(
  db: PlacesDb,
  { source, file, table, mapping, survey, now }: PlacesImport,
  listener: ImportProgress,
): Promise<ImportOutcome> {
  const { startedAt, records: resumedAfter } = await begin(db, { source, file, mapping, now })
  const writer = new IndexWriter(db, { source, startedAt })
  let pending: Rows[ImportKind][] = []
  let rejected = 0
  const write = async (records: number) => {
    await writer.write(mapping.kind, pending, [
      sql`UPDATE place_source SET records = ${records} WHERE name = ${source}`,
    ])
    pending = []
    listener.progress(records)
  }
  let before = 0
  for await (const { rows, rejects, records } of readRows(table, mapping, survey.positions)) {
    rejected += rejects.length
    listener.rejects(rejects)
    if (records > resumedAfter) {
      pending.push(...rows)
      if (pending.length >= ROWS_AT_ONCE) await write(records)
    }
    before = records
  }
  await write(before)
  return {
    ...(await finish(db, { source, kind: mapping.kind, startedAt, rejected, now })),
    rejected,
    resumedAfter,
  }
}

interface Begun {
  readonly source: string
  readonly file: PlacesImport['file']
  readonly mapping: Mapping
  readonly now: number
}

async function begin(db: PlacesDb, { source, file, mapping, now }: Begun) {
  const [known] = await db.select().from(placeSource).where(eq(placeSource.name, source))
  const isSame =
    known?.file === file.name &&
    known.size === file.size &&
    JSON.stringify(known.mapping) === JSON.stringify(mapping)
  if (isSame && known.finishedAt === null) return { startedAt: known.startedAt, records: known.records }
  const row = {
    kind: mapping.kind,
    file: file.name,
    size: file.size,
    mapping,
    // Later than the one before, also where the clock was set back.
    startedAt: Math.max(now, (known?.startedAt ?? 0) + 1),
    finishedAt: null,
    records: 0,
  }
  await db
    .insert(placeSource)
    .values({ name: source, ...row })
    .onConflictDoUpdate({ target: placeSource.name, set: row })
  return { startedAt: row.startedAt, records: 0 }
}

interface Finishing {
  readonly source: string
  readonly kind: ImportKind
  readonly startedAt: number
  readonly rejected: number
  readonly now: number
}

async function finish(db: PlacesDb, { source, kind, startedAt, rejected, now }: Finishing) {
  const table = sql.identifier(tables[kind])
  const [counts] = await db.rows<{ added: number; changed: number; removed: number; unchanged: number }>(
    sql`SELECT sum(added_at = ${startedAt}) AS added,
      sum(seen_at = ${startedAt} AND added_at < ${startedAt} AND changed_at = ${startedAt}) AS changed,
      sum(seen_at < ${startedAt}) AS removed,
      sum(seen_at = ${startedAt} AND changed_at < ${startedAt}) AS unchanged
      FROM ${table} WHERE source = ${source}`,
  )
  await db.commit([
    sql`DELETE FROM ${table} WHERE source = ${source} AND seen_at < ${startedAt}`,
    sql`DELETE FROM street WHERE NOT EXISTS (SELECT 1 FROM address WHERE address.street = street.id)
      AND NOT EXISTS (SELECT 1 FROM street_segment WHERE street_segment.street = street.id)`,
    sql`UPDATE street SET (lat, long, spread) = (SELECT avg(lat), avg(long), max(max(lat) - min(lat), max(long) - min(long))
      FROM address WHERE address.street = street.id)`,
    sql`UPDATE place_source SET finished_at = ${now}, rejected = ${rejected} WHERE name = ${source}`,
  ])
  const { added = 0, changed = 0, removed = 0, unchanged = 0 } = counts ?? {}
  return { added: added ?? 0, changed: changed ?? 0, removed: removed ?? 0, unchanged: unchanged ?? 0 }
}

export async function listPlaceSources(db: PlacesReader) {
  return db.select().from(placeSource).orderBy(placeSource.name)
}
