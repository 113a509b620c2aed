import { type Geometry, geometryOfType } from '../table.ts'

const TAGGED = /^(?:SRID=\d+;)?\s*(POINT|(?:MULTI)?(?:LINESTRING|POLYGON))\s*(?:Z|M|ZM)?\s*(\(.*\))$/i
const KINDS = {
  POINT: 'Point',
  LINESTRING: 'LineString',
  MULTILINESTRING: 'MultiLineString',
  POLYGON: 'Polygon',
  MULTIPOLYGON: 'MultiPolygon',
} as const

/**
 * Well-known text, with the longitude first, or a pair as people write it, with the latitude first: `(37.5, -122.1)`.
 * Undefined for other text.
 */
export function geometryFromText(text: string): Geometry | undefined {
  const [, tag = '', body = ''] = TAGGED.exec(text) ?? []
  if (tag === '') return pair(text)
  const type = KINDS[tag.toUpperCase() as keyof typeof KINDS]
  const coordinates = coordinatesIn(body)
  const isPoint = type === 'Point' && Array.isArray(coordinates)
  return geometryOfType(type, isPoint ? coordinates[0] : coordinates) ?? undefined
}

function pair(text: string): Geometry | undefined {
  const [, lat, long] = /\(?\s*(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)\s*\)?$/.exec(text) ?? []
  return lat === undefined ? undefined : { type: 'Point', coordinates: [Number(long), Number(lat)] }
}

// `((1 2, 3 4), (5 6, 7 8))` is JSON but for the marks.
function coordinatesIn(body: string): unknown {
  const json = body
    .replace(/(-?[\d.][^\s(),]*)\s+(-?[\d.][^\s(),]*)(?:\s+-?[\d.][^\s(),]*)*/g, '[$1,$2]')
    .replaceAll('(', '[')
    .replaceAll(')', ']')
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
