import type { Place } from '../../../core/geometry.ts'
import { columnsFor, type Mapping } from '../columns/mapping.ts'
import { geometryFromText } from '../formats/wkt.ts'
import type { RejectReason } from '../rows/rows.ts'
import { numberOf, textOf } from '../rows/values.ts'
import type { FileRecord, Geometry, Position } from '../table.ts'
import { isWithin, type RegionBounds } from './region-bounds.ts'
import { pointInside } from './representative-point.ts'

/** Degrees of a position in the file's coordinate system. */
export type ToDegrees = (position: Position) => Position

/** How the positions of one file become places. */
export interface Positions {
  readonly toDegrees: ToDegrees
  /** The file has latitudes where longitudes belong. */
  readonly isSwapped: boolean
  readonly bounds?: RegionBounds | undefined
}

/** Where a record is, or why that cannot be said. */
export function placeOf(record: FileRecord, mapping: Mapping, positions: Positions): Place | RejectReason {
  const written = writtenPosition(record, mapping)
  if (written === undefined) return 'no-coordinates'
  if (written[0] === 0 && written[1] === 0) return 'zero-coordinates'
  const place = inDegrees(written, positions)
  if (place === undefined) return 'impossible-coordinates'
  return positions.bounds === undefined || isWithin(positions.bounds, place) ? place : 'outside'
}

/** Undefined where no place on earth has these coordinates. */
export function inDegrees(written: Position, { toDegrees, isSwapped }: Positions): Place | undefined {
  const [long, lat] = toDegrees(isSwapped ? [written[1], written[0]] : written)
  return Math.abs(lat) <= 90 && Math.abs(long) <= 180 ? { lat, long } : undefined
}

/** As the file has it, in its coordinate system. */
export function writtenPosition(record: FileRecord, mapping: Mapping): Position | undefined {
  const geometry = geometryOf(record, mapping)
  if (geometry) return finite(pointOf(geometry))
  const [longColumn] = columnsFor(mapping, 'long')
  const [latColumn] = columnsFor(mapping, 'lat')
  if (longColumn === undefined || latColumn === undefined) return undefined
  const [x, y] = [numberOf(record.values[longColumn]), numberOf(record.values[latColumn])]
  return x === undefined || y === undefined ? undefined : [x, y]
}

/** Of the record itself, or from the column that has it as text. */
export function geometryOf({ values, geometry }: FileRecord, mapping: Mapping): Geometry | undefined {
  const [column] = columnsFor(mapping, 'geometry')
  return geometry ?? (column === undefined ? undefined : geometryFromText(textOf(values[column])))
}

function pointOf(geometry: Geometry): Position | undefined {
  switch (geometry.type) {
    case 'Point':
      return geometry.coordinates
    case 'Polygon':
      return pointInside([geometry.coordinates])
    case 'MultiPolygon':
      return pointInside(geometry.coordinates)
    case 'MultiPoint':
      return geometry.coordinates[0]
    case 'LineString':
      return geometry.coordinates[Math.floor(geometry.coordinates.length / 2)]
    case 'MultiLineString':
      return geometry.coordinates[0]?.[0]
  }
}

// Shapefiles write "no data" as a number below -10^38.
function finite(position: Position | undefined): Position | undefined {
  return position?.slice(0, 2).every(value => Number.isFinite(value) && value > -1e38) ? position : undefined
}
