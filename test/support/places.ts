import { openPlaces } from '../../src/core/database/handles.ts'
import { bytesSource } from '../../src/places/import/bytes.ts'
import { inspect } from '../../src/places/import/inspect.ts'
import { openTable } from '../../src/places/import/open.ts'
import { survey } from '../../src/places/import/survey.ts'
import { importPlaces } from '../../src/places/index/import.ts'
import { readMigrations } from '../../src/platform/node/databases/migrations.ts'
import type { Platform } from '../../src/platform/platform.ts'
import { addDatabase } from '../../src/regions/versions/migrate.ts'

/** Makes the region's database of places, if it has none, and imports the CSV of addresses, streets or common places. */
export async function importPlacesCsv(platform: Platform, region: string, csv: string): Promise<void> {
  await addDatabase(platform, { kind: 'places', region }, readMigrations())
  const bytes = new TextEncoder().encode(csv)
  const file = { name: 'places.csv', size: bytes.length }
  const table = await openTable(bytesSource(file.name, bytes))
  if ('why' in table) throw new Error(table.why)
  const guess = await inspect(table)
  if ('why' in guess) throw new Error(guess.why)
  const surveyed = await survey(table, guess.mapping)
  if ('why' in surveyed) throw new Error(surveyed.why)
  const { mapping } = guess
  await importPlaces(
    openPlaces(platform, { kind: 'system', reason: 'test' }, region),
    { source: mapping.kind, file, table, mapping, survey: surveyed, now: platform.clock.now() },
    { progress() {}, rejects() {} },
  )
}
