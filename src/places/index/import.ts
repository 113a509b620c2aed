import { sql } from 'drizzle-orm'
import type { PlacesDb, PlacesReader } from '../../core/database/handles.ts'
import { importDistricts } from '../districts/import.ts'
import { factsSource, importDistrictFacts } from '../districts/import-facts.ts'
import type { Mapping } from '../import/columns/mapping.ts'
import { readRows } from '../import/read.ts'
import type { IndexedKind, Reject, Rows, StreetRow } from '../import/rows/rows.ts'
import type { Survey } from '../import/survey.ts'
import type { Table } from '../import/table.ts'
import { beginImport, isNewestImport } from './begin.ts'
import { placeSource } from './places-schema.ts'
import { bySide } from './street-sides.ts'
import { IndexWriter } from './write.ts'

export interface PlacesImport {
  /** What the owner calls it. The next import of this name replaces it. */
  readonly source: string
  readonly file: { readonly name: string; readonly size: number }
  readonly table: Table
  readonly mapping: Mapping
  readonly survey: Survey
  readonly now: number
  /** Here, YYYY-MM-DD: the first day of a new holder whom the file gives no dates. Default: by UTC. */
  readonly today?: string
}

export interface ImportOutcome {
  readonly added: number
  readonly changed: number
  readonly removed: number
  readonly unchanged: number
  readonly rejected: number
  /** Rows of an address, a segment or a place that the file has already had: the first is taken. */
  readonly duplicates: number
  /** Records that an interrupted import of the same file had written before. */
  readonly resumedAfter: number
}

export interface ImportProgress {
  progress(records: number): void
  rejects(rejects: readonly Reject[]): void
}

const tables: Readonly<Record<IndexedKind, string>> = {
  addresses: 'address',
  streets: 'street_segment',
  'common-places': 'common_place',
}

const allTables = [...Object.values(tables), 'district', 'district_holder']

/** How many rows are written in one transaction. */
export const ROWS_AT_ONCE = 2_000

/**
 * Makes the index equal to the file: what is new is added, what differs is changed and dated, what is gone is removed,
 * all else stays. Searches go on meanwhile. Interrupted, it goes on where it was when the same file is imported again.
 * Other sources may be imported at the same time; of one source, the import that began last. Throws `changed-meanwhile`
 * when it is no longer that one, and `bad-request` for a source of another kind.
 */
export async function importPlaces(
  db: PlacesDb,
  importing: PlacesImport,
  listener: ImportProgress,
): Promise<ImportOutcome> {
  const { mapping } = importing
  const { kind } = mapping
  if (kind === 'districts') return importDistricts(db, importing, listener)
  if (kind === 'district-facts') return importDistrictFacts(db, importing, listener)
  return importIndexed(db, { ...importing, mapping: { ...mapping, kind } }, listener)
}

async function importIndexed(
  db: PlacesDb,
  { source, file, table, mapping, survey, now }: PlacesImport & { readonly mapping: Mapping<IndexedKind> },
  listener: ImportProgress,
): Promise<ImportOutcome> {
  const { startedAt, records: resumedAfter } = await beginImport(db, { source, file, mapping, now })
  const writer = new IndexWriter(db, { source, startedAt })
  let pending: Rows[IndexedKind][] = []
  let [taken, rejected] = [0, 0]
  const isNewest = isNewestImport(source, startedAt)
  const write = async (records: number) => {
    await writer.write(mapping.kind, pending, [
      isNewest,
      sql`UPDATE place_source SET records = ${records} WHERE name = ${source}`,
    ])
    pending = []
    listener.progress(records)
  }
  let before = 0
  for await (const { rows: read, rejects, records } of readRows(table, mapping, survey.positions)) {
    const rows = mapping.kind === 'streets' ? (read as readonly StreetRow[]).flatMap(bySide) : read
    taken += rows.length
    rejected += rejects.length
    listener.rejects(rejects)
    if (records > resumedAfter) {
      pending.push(...rows)
      if (pending.length >= ROWS_AT_ONCE) await write(records)
    }
    before = records
  }
  await write(before)
  const counts = await finish(db, { source, kind: mapping.kind, startedAt, rejected, now })
  const duplicates = taken - counts.added - counts.changed - counts.unchanged
  return { ...counts, rejected, duplicates, resumedAfter }
}

interface Finishing {
  readonly source: string
  readonly kind: IndexedKind
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
    isNewestImport(source, startedAt),
    sql`DELETE FROM ${table} WHERE source = ${source} AND seen_at < ${startedAt}`,
    removeEmptyStreets(source),
    ...middlesOfStreets,
    sql`UPDATE place_source SET finished_at = ${now}, rejected = ${rejected} WHERE name = ${source}`,
  ])
  const { added = 0, changed = 0, removed = 0, unchanged = 0 } = counts ?? {}
  return { added: added ?? 0, changed: changed ?? 0, removed: removed ?? 0, unchanged: unchanged ?? 0 }
}

const middlesOfStreets = [
  sql`UPDATE street SET (lat, long) = (SELECT (south + north) / 2, (west + east) / 2 FROM street_segment
      WHERE street_segment.street = street.id ORDER BY north - south + east - west DESC LIMIT 1),
    spread = (SELECT max(max(north) - min(south), max(east) - min(west)) FROM street_segment
      WHERE street_segment.street = street.id)`,
  sql`UPDATE street SET (lat, long, spread) = (SELECT avg(lat), avg(long), max(max(lat) - min(lat), max(long) - min(long))
    FROM address WHERE address.street = street.id) WHERE lat IS NULL`,
]

// Another import that has not ended may be about to write houses of a street that has none yet.
function removeEmptyStreets(source: string) {
  return sql`DELETE FROM street WHERE NOT EXISTS (SELECT 1 FROM address WHERE address.street = street.id)
    AND NOT EXISTS (SELECT 1 FROM street_segment WHERE street_segment.street = street.id)
    AND NOT EXISTS (SELECT 1 FROM place_source WHERE name <> ${source} AND finished_at IS NULL)`
}

/** All that came from a source. Returns whether there was one. */
export async function removePlaceSource(db: PlacesDb, source: string): Promise<boolean> {
  const results = await db.commit([
    ...allTables.map(table => sql`DELETE FROM ${sql.identifier(table)} WHERE source = ${source}`),
    sql`DELETE FROM place_source WHERE name = ${source}`,
    sql`DELETE FROM place_source WHERE name = ${factsSource(source)} AND kind = 'district-facts'`,
    removeEmptyStreets(source),
    ...middlesOfStreets,
  ])
  return results[allTables.length]?.rowsAffected === 1
}

export async function listPlaceSources(db: PlacesReader) {
  return db.select().from(placeSource).orderBy(placeSource.name)
}
