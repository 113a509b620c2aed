import { type SQL, sql } from 'drizzle-orm'
import type { PlacesDb } from '../../core/database/handles.ts'
import { boundsOf } from '../../geography/polygons/bounds.ts'
import { beginImport, isNewestImport } from '../index/begin.ts'
import type { ImportOutcome, ImportProgress, PlacesImport } from '../index/import.ts'
import { type GivenDistrict, readDistricts, refOf } from './read.ts'
import { factsAfter, holderChanges, type KnownDistrict, knownDistricts } from './store.ts'

/** Characters of outlines in one transaction. */
const CHARACTERS_AT_ONCE = 1_000_000

/**
 * Makes a set equal to the file, as `importPlaces` does. Facts, days and holders that the file has no columns for stay
 * as they are.
 */
export async function importDistricts(
  db: PlacesDb,
  { source, file, table, mapping, survey, now, today = utcDay(now) }: PlacesImport,
  listener: ImportProgress,
): Promise<ImportOutcome> {
  const { districts, rejects, records } = await readDistricts(table, mapping, survey.positions)
  listener.rejects(rejects)
  const { startedAt, records: resumedAfter } = await beginImport(db, { source, file, mapping, now })
  const known = await knownDistricts(db, source)
  const isNewest = isNewestImport(source, startedAt)
  let written = 0
  for (const batch of inBatches(districts.map(one => cellsOf(one, known.get(refOf(one)))))) {
    written += batch.length
    await db.commit([
      isNewest,
      upsert(`[${batch.join()}]`, source, startedAt),
      sql`UPDATE place_source SET records = ${written} WHERE name = ${source}`,
    ])
    listener.progress(Math.floor((written / districts.length) * records))
  }
  const holders = new Map(districts.map(one => [refOf(one), one.holders]))
  const changes = await holderChanges(db, source, holders, today)
  await db.commit([
    isNewest,
    ...changes.steps,
    sql`UPDATE district SET changed_at = ${startedAt} WHERE source = ${source}
      AND ref IN (SELECT value FROM json_each(${JSON.stringify(changes.districts)}))`,
  ])
  const counts = await countsOf(db, source, startedAt)
  await db.commit([
    isNewest,
    sql`DELETE FROM district WHERE source = ${source} AND seen_at < ${startedAt}`,
    sql`DELETE FROM district_holder WHERE source = ${source}
      AND district NOT IN (SELECT ref FROM district WHERE source = ${source})`,
    sql`UPDATE place_source SET finished_at = ${now}, records = ${records}, rejected = ${rejects.length}
      WHERE name = ${source}`,
  ])
  return { ...counts, rejected: rejects.length, duplicates: 0, resumedAfter }
}

export function utcDay(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}

/** As JSON. */
function cellsOf(given: GivenDistrict, known: KnownDistrict | undefined): string {
  const { facts, days, week } = factsAfter(given, known)
  const cells = [
    refOf(given),
    given.name,
    JSON.stringify(given.polygons),
    ...boundsOf(given.polygons),
    JSON.stringify(facts),
    days,
    week,
  ]
  return JSON.stringify(cells)
}

function* inBatches(rows: readonly string[]): Iterable<readonly string[]> {
  let [batch, characters]: [string[], number] = [[], 0]
  for (const row of rows) {
    if (batch.length > 0 && characters + row.length > CHARACTERS_AT_ONCE) {
      yield batch
      batch = []
      characters = 0
    }
    batch.push(row)
    characters += row.length
  }
  if (batch.length > 0) yield batch
}

function upsert(rows: string, source: string, startedAt: number): SQL {
  const cells = Array.from({ length: 10 }, (_, index) => sql.raw(`json_extract(row.value, '$[${index}]')`))
  return sql`
    INSERT INTO district (ref, name, polygons, west, south, east, north, facts, days, week,
      source, added_at, changed_at, seen_at)
    SELECT ${sql.join(cells, sql`, `)}, ${source}, ${startedAt}, ${startedAt}, ${startedAt}
    FROM json_each(${rows}) AS row WHERE true
    ON CONFLICT (source, ref) DO UPDATE SET
      changed_at = CASE WHEN name = excluded.name AND polygons = excluded.polygons AND facts = excluded.facts
        AND days = excluded.days AND week = excluded.week THEN changed_at ELSE excluded.changed_at END,
      name = excluded.name, west = excluded.west, south = excluded.south, east = excluded.east, north = excluded.north,
      facts = excluded.facts, days = excluded.days, week = excluded.week, polygons = excluded.polygons,
      seen_at = excluded.seen_at
    WHERE district.seen_at <> excluded.seen_at`
}

async function countsOf(db: PlacesDb, source: string, startedAt: number) {
  const [counts] = await db.rows<{ added: number; changed: number; removed: number; unchanged: number }>(
    sql`SELECT coalesce(sum(added_at = ${startedAt}), 0) AS added,
      coalesce(sum(seen_at = ${startedAt} AND added_at < ${startedAt} AND changed_at = ${startedAt}), 0) AS changed,
      coalesce(sum(seen_at < ${startedAt}), 0) AS removed,
      coalesce(sum(seen_at = ${startedAt} AND changed_at < ${startedAt}), 0) AS unchanged
      FROM district WHERE source = ${source}`,
  )
  return counts ?? { added: 0, changed: 0, removed: 0, unchanged: 0 }
}
