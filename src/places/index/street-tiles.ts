import { geoJSONToTile } from '@maplibre/geojson-vt'
import { fromGeojsonVt } from '@maplibre/vt-pbf'
import { type SQL, sql } from 'drizzle-orm'
import type { PlacesReader } from '../../core/database/handles.ts'
import type { LongLat } from '../../core/geometry.ts'
import type { RoadClass } from '../import/rows/rows.ts'
import { lineOf } from './segments.ts'

/** A tile of the Web Mercator grid, counted from the north west. */
export interface Tile {
  readonly z: number
  readonly x: number
  readonly y: number
}

export interface StreetTiles {
  /** Changes with every import. */
  readonly version: number
  readonly minZoom: number
  readonly maxZoom: number
}

/** Closer in, the last tiles are enlarged. */
const [MIN_ZOOM, MAX_ZOOM] = [8, 14]
/** From here on local streets too; farther out they are too dense to tell apart. */
const LOCAL_ZOOM = 11
/** The widest roads first, then the longest pieces: what is left out farther out are short local streets. */
const MAX_SEGMENTS = [3_000, 5_000, 8_000, 8_000] as const
const EXTENT = 4096
const BUFFER = 64

interface Versioned {
  readonly version: number | null
}
const newestImport = sql`SELECT max(coalesce(finished_at, started_at)) AS version FROM place_source
  WHERE kind = 'streets' AND EXISTS (SELECT 1 FROM street_segment)`

/** Undefined without imported streets. */
export async function streetTiles(db: PlacesReader): Promise<StreetTiles | undefined> {
  const [newest] = await db.rows<Versioned>(newestImport)
  const version = newest?.version ?? undefined
  return version === undefined ? undefined : { version, minZoom: MIN_ZOOM, maxZoom: MAX_ZOOM }
}

export function isStreetTile({ z, x, y }: Tile): boolean {
  const isInGrid = [z, x, y].every(Number.isInteger) && x >= 0 && y >= 0 && x < 2 ** z && y < 2 ** z
  return isInGrid && z >= MIN_ZOOM && z <= MAX_ZOOM
}

interface Drawn {
  readonly name: string
  readonly class: RoadClass
  readonly line: string
}

/** With the version that it belongs to. Undefined without imported streets. */
export async function streetTile(
  db: PlacesReader,
  tile: Tile,
): Promise<{ readonly version: number; readonly bytes: Uint8Array<ArrayBuffer> } | undefined> {
  const [[newest], drawn] = await db.rowsTogether<[Versioned, Drawn]>([newestImport, drawnIn(tile)])
  const version = newest?.version ?? undefined
  return version === undefined ? undefined : { version, bytes: encoded(drawn, tile) }
}

function drawnIn({ z, x, y }: Tile): SQL {
  const [west, east] = [longitudeAt(x - BUFFER / EXTENT, z), longitudeAt(x + 1 + BUFFER / EXTENT, z)]
  const [south, north] = [latitudeAt(y + 1 + BUFFER / EXTENT, z), latitudeAt(y - BUFFER / EXTENT, z)]
  const segments =
    z < LOCAL_ZOOM
      ? sql`street_segment AS segment JOIN street ON street.id = segment.street
        WHERE segment.class IN ('highway', 'arterial') AND segment.east >= ${west} AND segment.west <= ${east}
          AND segment.north >= ${south} AND segment.south <= ${north}`
      : sql`street_segment_area AS area JOIN street_segment AS segment ON segment.id = area.id
          JOIN street ON street.id = segment.street
        WHERE area.east >= ${west} AND area.west <= ${east} AND area.north >= ${south} AND area.south <= ${north}`
  return sql`SELECT street.name AS name, segment.class AS class, segment.line AS line
    FROM ${segments}
    ORDER BY CASE segment.class WHEN 'highway' THEN 0 WHEN 'arterial' THEN 1 WHEN 'local' THEN 2 ELSE 3 END,
      max(segment.east - segment.west, segment.north - segment.south) DESC
    LIMIT ${MAX_SEGMENTS[Math.max(0, z - LOCAL_ZOOM)] ?? 0}`
}

/** A vector tile (MVT 2) with one layer, `streets`: lines with `name` and `class`. Empty where there are none. */
function encoded(drawn: readonly Drawn[], { z, x, y }: Tile): Uint8Array<ArrayBuffer> {
  const streets = new Map<string, { readonly properties: object; readonly coordinates: LongLat[][] }>()
  for (const { name, class: roadClass, line } of drawn) {
    const key = `${roadClass} ${name}`
    const street = streets.get(key) ?? { properties: { name, class: roadClass }, coordinates: [] }
    street.coordinates.push([...lineOf({ line })])
    streets.set(key, street)
  }
  if (streets.size === 0) return new Uint8Array()
  const features = [...streets.values()].map(({ properties, coordinates }) => ({
    type: 'Feature' as const,
    properties,
    geometry: { type: 'MultiLineString' as const, coordinates: coordinates as unknown as number[][][] },
  }))
  const cut = geoJSONToTile({ type: 'FeatureCollection', features }, z, x, y, {
    maxZoom: MAX_ZOOM,
    extent: EXTENT,
    buffer: BUFFER,
    clip: true,
  })
  return cut === null
    ? new Uint8Array()
    : new Uint8Array(fromGeojsonVt({ streets: cut }, { version: 2, extent: EXTENT }))
}

function longitudeAt(x: number, z: number): number {
  return (x / 2 ** z) * 360 - 180
}

function latitudeAt(y: number, z: number): number {
  return (Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / 2 ** z))) * 180) / Math.PI
}
