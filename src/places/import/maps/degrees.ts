import { formatPlace, isNear, kilometersApart } from '../../../geography/polygons/beside.ts'
import type { Bounds } from '../../../geography/polygons/bounds.ts'
import { isRefusal, type Refusal } from '../../../geography/refusal.ts'
import type { ToDegrees } from '../positions/position.ts'
import { type CoordinateSystem, coordinateSystemOf } from '../positions/projection.ts'
import type { Geometry, Position } from '../table.ts'
import { fittingSystems } from './box.ts'
import {
  type MapFeature,
  movedGeometry,
  polygonsOfCollection,
  positionsOf,
  readGeometry,
} from './geometry.ts'
import type { MapQuestion } from './read-map.ts'

export interface DegreesOptions {
  /** As the file or its reader says; undefined if neither does. */
  readonly system: string | undefined
  /** The box of the region, in degrees. */
  readonly within: Bounds | undefined
}

export interface InDegrees {
  readonly features: readonly MapFeature[]
  readonly system: CoordinateSystem
  readonly changes: readonly string[]
}

/** A hundredth of a millionth of a degree: a millimeter. */
const DIGITS = 1e8
// South of it nobody governs, so that a latitude there is the longitude of somewhere else.
const ANTARCTIC = -60
/** Of the positions of a shape: enough to see where it lies. */
const SAMPLED = 16
const asWritten: ToDegrees = position => position
const exchanged = ([x, y]: Position): Position => [y, x]

/** Features in degrees, checked against the region's box. What the coordinates cannot tell is asked, never guessed. */
export function inDegrees(
  features: readonly MapFeature[],
  { system, within }: DegreesOptions,
): InDegrees | Refusal | MapQuestion {
  const known = coordinateSystemOf(system)
  if (isRefusal(known)) return known
  const changes: string[] = []
  const read = features.map(feature => {
    const geometry = readGeometry(feature.geometry)
    return { feature, geometry: geometry ?? polygonsOfCollection(feature.geometry) }
  })
  const mixed = read.filter(({ feature, geometry }) => geometry && !readGeometry(feature.geometry)).length
  if (mixed > 0) changes.push(`Took only the areas of ${mixed} mixed geometries`)
  const written = read.flatMap(({ geometry }) => geometry ?? [])
  const toDegrees = written.length === 0 ? known.toDegrees : fittingOrder(written, known, within)
  if (typeof toDegrees !== 'function') return toDegrees ?? askFor(written, system, within)
  const isExchanged = toDegrees !== known.toDegrees
  if (isExchanged) changes.push('Exchanged latitude and longitude, which it has the other way round')
  const isMoved = system !== undefined || isExchanged
  return {
    features: read.map(({ feature, geometry }) => ({
      ...feature,
      geometry: geometry === undefined ? feature.geometry : isMoved ? moved(geometry, toDegrees) : geometry,
    })),
    system: known,
    changes,
  }
}

function moved(geometry: Geometry, toDegrees: ToDegrees): Geometry {
  return movedGeometry(geometry, written => {
    const [long, lat] = toDegrees(written)
    return [Math.round(long * DIGITS) / DIGITS, Math.round(lat * DIGITS) / DIGITS]
  })
}

/** The order in which the coordinates make sense; a refusal; or undefined where the system has to be asked for. */
function fittingOrder(
  written: readonly Geometry[],
  { name, toDegrees }: CoordinateSystem,
  within: Bounds | undefined,
): ToDegrees | Refusal | undefined {
  const isProjected = !(Math.abs(toDegrees([1, 1])[0] - 1) < 1e-6)
  if (isProjected && placed(written, asWritten) !== undefined) {
    return {
      why: `Its coordinates are in degrees already, and not in ${name}`,
      repair: 'Read it again with --crs EPSG:4326, or without its .prj file',
    }
  }
  const stride = isProjected ? SAMPLED : 1
  const turned: ToDegrees = position => toDegrees(exchanged(position))
  const asIs = placed(written, toDegrees, stride)
  if (asIs !== undefined && within !== undefined && isNear(asIs, within)) return toDegrees
  const other = placed(written, turned, stride)
  if (other !== undefined && within !== undefined && isNear(other, within)) return turned
  if (asIs === undefined) {
    if (!isProjected) return other === undefined || within !== undefined ? undefined : turned
    return {
      why: `Its coordinates are outside of ${name}`,
      repair: 'Check its coordinate system, and name another with --crs',
    }
  }
  if (within !== undefined) {
    return {
      why: `It lies at ${formatPlace(asIs)}, ${kilometersApart(asIs, within)} km from the region`,
      repair: 'Check that it is the right file and the right coordinate system (--crs)',
    }
  }
  return asIs[3] < ANTARCTIC && other !== undefined ? turned : toDegrees
}

/** The box of the shapes that have places on Earth, if that is most of them. A few wrong ones are refused by name. */
function placed(written: readonly Geometry[], move: ToDegrees, stride = 1): Bounds | undefined {
  const boxes = written.map(geometry => extent(geometry, move, stride)).filter(fitsDegrees)
  if (boxes.length === 0 || boxes.length * 2 <= written.length) return undefined
  return boxes.reduce((a, b) => [
    Math.min(a[0], b[0]),
    Math.min(a[1], b[1]),
    Math.max(a[2], b[2]),
    Math.max(a[3], b[3]),
  ])
}

function fitsDegrees([west, south, east, north]: Bounds): boolean {
  return west >= -180 && east <= 180 && south >= -90 && north <= 90
}

// Not a number anywhere where one position is not.
function extent(geometry: Geometry, move: ToDegrees, stride: number): Bounds {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity]
  let at = 0
  for (const position of positionsOf(geometry)) {
    if (at++ % stride !== 0) continue
    const [x, y] = move(position)
    west = Math.min(west, x)
    south = Math.min(south, y)
    east = Math.max(east, x)
    north = Math.max(north, y)
  }
  return [west, south, east, north]
}

function askFor(
  written: readonly Geometry[],
  system: string | undefined,
  within: Bounds | undefined,
): MapQuestion {
  const [first] = written.flatMap(geometry => [...positionsOf(geometry)].slice(0, 1))
  const choices = first === undefined ? [] : fittingSystems(first, within)
  const fitting = choices.map(({ code }) => code).join(', ')
  return {
    why:
      system === undefined
        ? 'Its coordinates are not in degrees, and it does not say which coordinate system they are in'
        : 'It says that its coordinates are in degrees, and they are not',
    repair: `Add it: --crs EPSG:2249, or put the .prj file beside it${fitting && `. Of the systems that are known, these put it into the region: ${fitting}`}`,
    ask: 'coordinate-system',
    choices: choices.map(({ code, name }) => (name === code ? code : `${code} ${name}`)),
  }
}
