import { isRefusal } from '../geography/refusal.ts'
import { firstBytes } from '../places/import/bytes.ts'
import { openTable } from '../places/import/open.ts'
import type { ToDegrees } from '../places/import/positions/position.ts'
import { toDegreesFrom } from '../places/import/positions/projection.ts'
import type { Geometry, Position, Table } from '../places/import/table.ts'
import { orRefusal } from '../places/import/unreadable.ts'
import { fileSource, siblingsOf } from '../platform/node/byte-source.ts'
import { readBytes } from '../platform/node/tenants.ts'
import { refuse } from './command.ts'

export interface SourceOptions {
  /** The coordinate system, where the file does not say. */
  readonly crs?: string | undefined
  /** In an archive of several: the file that is meant. */
  readonly member?: string | undefined
}

const ZIP = [0x50, 0x4b]
const SHAPEFILE = [0x00, 0x00, 0x27, 0x0a]
/** A hundredth of a millionth of a degree: a millimeter. */
const DIGITS = 1e8

/** A file as GeoJSON in degrees: as it is, or made from a shapefile or a zip archive. Throws `bad-request`. */
export async function readAsGeoJson(path: string, { crs, member }: SourceOptions): Promise<Uint8Array> {
  const file = await fileSource(path)
  const start = await firstBytes(file, 4)
  const begins = (bytes: readonly number[]) => bytes.every((byte, i) => start[i] === byte)
  if (!begins(ZIP) && !begins(SHAPEFILE)) return readBytes(path)
  const table = await openTable(file, { member, sibling: siblingsOf(path) })
  if (isRefusal(table)) throw refuse(`${path}: ${table.why}. ${table.repair}.`)
  const toDegrees = toDegreesFrom(crs ?? table.coordinateSystem)
  if (isRefusal(toDegrees)) throw refuse(`${path}: ${toDegrees.why}. ${toDegrees.repair}.`)
  const read = await orRefusal(() => featuresOf(table, toDegrees))
  if (isRefusal(read)) throw refuse(`${path}: ${read.why}. ${read.repair}.`)
  if (!read.areInDegrees) {
    throw refuse(
      `${path}: Its coordinates are not in degrees, and it does not say which coordinate system they are in. Add it: --crs EPSG:2249, or put the .prj file beside it.`,
    )
  }
  return new TextEncoder().encode(JSON.stringify({ type: 'FeatureCollection', features: read.features }))
}

async function featuresOf(table: Table, toDegrees: ToDegrees) {
  const features: object[] = []
  let areInDegrees = true
  const degreesOf = (written: Position): Position => {
    const [long, lat] = toDegrees(written)
    if (!(Math.abs(long) <= 180 && Math.abs(lat) <= 90)) areInDegrees = false
    return [Math.round(long * DIGITS) / DIGITS, Math.round(lat * DIGITS) / DIGITS]
  }
  for await (const records of table.records()) {
    for (const { values, geometry, fault } of records) {
      if (fault === 'deleted') continue
      features.push({
        type: 'Feature',
        properties: values,
        geometry: geometry ? moved(geometry, degreesOf) : null,
      })
    }
  }
  return { features, areInDegrees }
}

function moved(geometry: Geometry, degreesOf: (position: Position) => Position): object {
  const each = (coordinates: unknown): unknown =>
    Array.isArray(coordinates) && typeof coordinates[0] === 'number'
      ? degreesOf(coordinates as unknown as Position)
      : (coordinates as readonly unknown[]).map(each)
  return { type: geometry.type, coordinates: each(geometry.coordinates) }
}
