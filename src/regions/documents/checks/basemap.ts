import type { Documents } from '../snapshot.ts'
import { type Issues, reporterOf } from './issues.ts'

const report = reporterOf('region.yaml')

export function* checkBasemap({ region: { map } }: Documents): Issues {
  if (map.basemap === undefined) return
  const { pmtiles, tiles, type, schema, maximumZoom } = map.basemap
  const path = (key: string) => ['map', 'basemap', key]
  if (pmtiles === undefined && tiles === undefined) {
    yield report.error(['map', 'basemap'], 'The base map has no source', 'Add pmtiles or tiles')
  }
  if (pmtiles !== undefined && tiles !== undefined) {
    yield report.error(path('tiles'), 'The base map has two sources', 'Remove pmtiles or tiles')
  }
  if (tiles !== undefined && type === undefined) {
    yield report.error(path('tiles'), 'It is not known what the tiles are', 'Add type: vector or raster')
  }
  if (tiles !== undefined) {
    if (type === 'raster' && schema !== undefined) {
      yield report.error(path('schema'), 'Raster tiles have no layers', 'Remove schema')
    }
    return
  }
  for (const [key, value] of Object.entries({ type, maximumZoom })) {
    if (value === undefined) continue
    yield report.error(path(key), `A PMTiles archive says its ${key} itself`, `Remove ${key}`)
  }
}
