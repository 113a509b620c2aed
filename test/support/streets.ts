import { openPlaces } from '../../src/core/database/handles.ts'
import { bytesSource } from '../../src/places/import/bytes.ts'
import { inspect } from '../../src/places/import/inspect.ts'
import { openTable } from '../../src/places/import/open.ts'
import { survey } from '../../src/places/import/survey.ts'
import { importPlaces } from '../../src/places/index/import.ts'
import { readMigrations } from '../../src/platform/node/databases/migrations.ts'
import type { Platform } from '../../src/platform/platform.ts'
import { addDatabase } from '../../src/regions/versions/migrate.ts'
import { accepted } from './import-files.ts'

export interface Street {
  readonly name: string
  /** A census feature class: S1100 a highway, S1200 an arterial, S1400 a local street. */
  readonly mtfcc: string
  readonly line: readonly (readonly [long: number, lat: number])[]
}

/** Imports made-up center lines into the region's index, as a file of TIGER/Line. */
export async function importStreets(
  platform: Platform,
  region: string,
  streets: readonly Street[],
  now = 1000,
) {
  await addDatabase(platform, { kind: 'places', region }, readMigrations())
  const features = streets.map(({ name, mtfcc, line }, index) => ({
    type: 'Feature',
    properties: {
      TLID: index + 1,
      FULLNAME: name,
      MTFCC: mtfcc,
      LFROMADD: '',
      LTOADD: '',
      RFROMADD: '',
      RTOADD: '',
    },
    geometry: { type: 'LineString', coordinates: line },
  }))
  const bytes = new TextEncoder().encode(JSON.stringify({ type: 'FeatureCollection', features }))
  const table = accepted(await openTable(bytesSource('streets.geojson', bytes)))
  const { mapping } = accepted(await inspect(table, 'streets'))
  const surveyed = accepted(await survey(table, mapping))
  const db = openPlaces(platform, { kind: 'system', reason: 'test' }, region)
  const file = { name: `streets-${now}.geojson`, size: bytes.length }
  const silent = { progress() {}, rejects() {} }
  return importPlaces(db, { source: 'streets', file, table, mapping, survey: surveyed, now }, silent)
}
