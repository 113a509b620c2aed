import { sql } from 'drizzle-orm'
import type { PlacesDb } from '../../core/database/handles.ts'
import type { DistrictFactsRow, GivenHolder, Reject } from '../import/rows/rows.ts'
import type { ImportOutcome, ImportProgress, PlacesImport } from '../index/import.ts'
import { district, placeSource } from '../index/places-schema.ts'
import { utcDay } from './import.ts'
import { readDistrictFacts } from './read.ts'
import { factsAfter, holderChanges, type KnownDistrict, knownDistricts } from './store.ts'

/**
 * Changes facts, collection days and holders of a set's districts, which the file names by id or name; all at once.
 * Districts that it does not name stay as they are.
 */
export async function importDistrictFacts(
  db: PlacesDb,
  { source, file, table, mapping, survey, now, today = utcDay(now) }: PlacesImport,
  listener: ImportProgress,
): Promise<ImportOutcome> {
  const given = await readDistrictFacts(table, mapping, survey.positions)
  const known = await knownDistricts(db, source)
  const { named, rejects } = namedDistricts(given.districts, known)
  listener.rejects([...given.rejects, ...rejects])
  const rejected = given.rejects.length + rejects.length
  const after = new Map<string, KnownDistrict>()
  const holders = new Map<string, GivenHolder[]>()
  for (const [ref, row] of named) {
    const before = after.get(ref) ?? known.get(ref)
    if (before === undefined) continue
    after.set(ref, { ...before, ...factsAfter(row, before) })
    holders.set(ref, [...(holders.get(ref) ?? []), ...(row.holder === null ? [] : [row.holder])])
  }
  const changes = await holderChanges(db, source, holders, today)
  const changed = [...after.values()].filter(
    one => changes.districts.includes(one.ref) || JSON.stringify(one) !== JSON.stringify(known.get(one.ref)),
  )
  const entry = {
    kind: mapping.kind,
    file: file.name,
    size: file.size,
    mapping,
    startedAt: now,
    finishedAt: now,
    records: given.records,
    rejected,
  }
  await db.commit([
    ...changed.map(({ ref, facts, days, week }) =>
      db
        .update(district)
        .set({ facts, days, week, changedAt: now })
        .where(sql`${district.source} = ${source} AND ${district.ref} = ${ref}`),
    ),
    ...changes.steps,
    db
      .insert(placeSource)
      .values({ name: factsSource(source), ...entry })
      .onConflictDoUpdate({ target: placeSource.name, set: entry }),
  ])
  listener.progress(given.records)
  const unchanged = after.size - changed.length
  return {
    added: 0,
    changed: changed.length,
    removed: 0,
    unchanged,
    rejected,
    duplicates: 0,
    resumedAfter: 0,
  }
}

/** The newest file of facts of a set is listed beside the file of its outlines. */
export function factsSource(set: string): string {
  return `${set} facts`
}

function namedDistricts(
  rows: readonly DistrictFactsRow[],
  known: ReadonlyMap<string, KnownDistrict>,
): { readonly named: readonly (readonly [ref: string, DistrictFactsRow])[]; readonly rejects: Reject[] } {
  const byName = new Map([...known.values()].map(({ ref, name }) => [name.toLowerCase(), ref]))
  const named: [string, DistrictFactsRow][] = []
  const rejects: Reject[] = []
  for (const row of rows) {
    const written = row.id || row.name
    const ref = known.has(written) ? written : byName.get(written.toLowerCase())
    if (ref !== undefined) named.push([ref, row])
    else rejects.push({ record: row.record, id: written, reason: 'no-district' })
  }
  return { named, rejects }
}
