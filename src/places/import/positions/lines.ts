import { type LongLat, metersBetween } from '../../../core/geometry.ts'
import type { RejectReason } from '../rows/rows.ts'
import type { Geometry, Position } from '../table.ts'
import { inDegrees, type Positions } from './position.ts'
import { isWithin } from './region-bounds.ts'

/** The lines of a geometry in degrees, those that meet end to start joined; or why there are none. */
export function linesOf(
  geometry: Geometry | undefined,
  positions: Positions,
): readonly (readonly LongLat[])[] | RejectReason {
  const parts = partsOf(geometry)
  const lines: LongLat[][] = []
  for (const part of parts) {
    const line = lineInDegrees(part, positions)
    if (line === undefined) return 'impossible-coordinates'
    const last = lines.at(-1)
    const [start, ...rest] = line
    if (last !== undefined && start !== undefined && isSame(last.at(-1), start)) last.push(...rest)
    else lines.push(line)
  }
  const drawn = lines.filter(({ length }) => length >= 2)
  if (drawn.length === 0) return 'no-line'
  const { bounds } = positions
  const isInRegion = ([long, lat]: LongLat) => bounds === undefined || isWithin(bounds, { lat, long })
  return drawn.some(line => line.some(isInRegion)) ? drawn : 'outside'
}

function partsOf(geometry: Geometry | undefined): readonly (readonly Position[])[] {
  if (geometry?.type === 'LineString') return [geometry.coordinates]
  return geometry?.type === 'MultiLineString' ? geometry.coordinates : []
}

// To seven decimals, as the region's documents: a centimeter.
function lineInDegrees(part: readonly Position[], positions: Positions): LongLat[] | undefined {
  const line: LongLat[] = []
  for (const position of part) {
    const place = inDegrees(position, positions)
    if (place === undefined) return undefined
    const vertex: LongLat = [rounded(place.long), rounded(place.lat)]
    if (!isSame(line.at(-1), vertex)) line.push(vertex)
  }
  return line
}

function rounded(degrees: number): number {
  return Math.round(degrees * 1e7) / 1e7
}

function isSame(a: LongLat | undefined, b: LongLat): boolean {
  return a !== undefined && a[0] === b[0] && a[1] === b[1]
}

export function lengthMeters(line: readonly LongLat[]): number {
  let sum = 0
  for (const [i, [long, lat]] of line.entries()) {
    const before = line[i - 1]
    if (before !== undefined) sum += metersBetween({ lat, long }, { lat: before[1], long: before[0] })
  }
  return sum
}
