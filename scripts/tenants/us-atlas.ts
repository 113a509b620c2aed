/**
 * Boundaries of the real counties, from the Census Bureau's cartographic files in the us-atlas package (public
 * domain; generalized, some hundred meters off in places): `node scripts/tenants/us-atlas.ts [folder]`.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { argv } from 'node:process'
import { fileURLToPath } from 'node:url'
import type { MultiPolygon as Coordinates } from 'geojson'
import { intersection } from 'polyclip-ts'
import { merge } from 'topojson-client'
import type { GeometryCollection, MultiPolygon, Polygon, Topology } from 'topojson-specification'
import { area, collection, writeAll } from './features.ts'
import { close, type Line, type Point } from './plane.ts'

/** County codes (FIPS) that make up each jurisdiction; neighbors share their vertices. */
const counties: Readonly<Record<string, readonly string[]>> = {
  'baltimore/baltimore-city': ['24510'],
  'baltimore/baltimore-county': ['24005'],
  'chicago/cook-county': ['17031'],
  'miami-dade/miami-dade-county': ['12086'],
  'new-york/new-york-city': ['36005', '36047', '36061', '36081', '36085'],
  'new-york/bronx': ['36005'],
  'new-york/brooklyn': ['36047'],
  'new-york/manhattan': ['36061'],
  'new-york/queens': ['36081'],
  'new-york/staten-island': ['36085'],
}

/** Chicago's boundary, drawn by hand from its main streets: a sketch, accurate to about half a mile. */
const chicago: Line = close([
  [-87.655, 42.0225],
  [-87.709, 42.0193],
  [-87.709, 41.9975],
  [-87.748, 41.9973],
  [-87.761, 42.0115],
  [-87.8065, 42.019],
  [-87.8205, 42.0115],
  [-87.822, 41.993],
  [-87.836, 41.974],
  [-87.864, 41.974],
  [-87.88, 42.002],
  [-87.915, 42.005],
  [-87.915, 41.954],
  [-87.861, 41.956],
  [-87.8365, 41.9665],
  [-87.837, 41.938],
  [-87.806, 41.938],
  [-87.8055, 41.909],
  [-87.775, 41.909],
  [-87.7745, 41.866],
  [-87.74, 41.866],
  [-87.739, 41.821],
  [-87.744, 41.8],
  [-87.8005, 41.7925],
  [-87.7985, 41.771],
  [-87.7415, 41.772],
  [-87.74, 41.735],
  [-87.721, 41.735],
  [-87.72, 41.6845],
  [-87.668, 41.685],
  [-87.666, 41.677],
  [-87.642, 41.656],
  [-87.615, 41.644],
  [-87.5, 41.644],
  [-87.5, 41.76],
  [-87.57, 41.9],
  [-87.655, 42.0225],
])

const degrees = ([x, y]: Point): [number, number] => [Math.round(x * 1e5) / 1e5, Math.round(y * 1e5) / 1e5]

/** The boundary files, by their path under `tenants/`. */
export function boundaries(): Readonly<Record<string, string>> {
  const file = createRequire(import.meta.url).resolve('us-atlas/counties-10m.json')
  const atlas: Topology<{ counties: GeometryCollection }> = JSON.parse(readFileSync(file, 'utf8'))
  const shapes = atlas.objects.counties.geometries.filter(
    shape => shape.type === 'Polygon' || shape.type === 'MultiPolygon',
  ) as (Polygon | MultiPolygon)[]
  const land = (codes: readonly string[]): Coordinates['coordinates'] =>
    merge(
      atlas,
      shapes.filter(({ id }) => codes.includes(String(id))),
    ).coordinates
  const files = Object.entries(counties).map(
    ([path, codes]) => [`${path}/boundary.geojson`, land(codes)] as const,
  )
  const city = intersection([chicago.map(degrees)], land(['17031']) as [number, number][][][])
  return Object.fromEntries(
    [...files, ['chicago/city-of-chicago/boundary.geojson', city] as const].map(([path, polygons]) => [
      path,
      collection([area(degrees, {}, ...(polygons as unknown as Line[][]))]),
    ]),
  )
}

if (argv[1] === fileURLToPath(import.meta.url))
  writeAll(argv[2] ?? fileURLToPath(new URL('../../tenants', import.meta.url)), boundaries())
