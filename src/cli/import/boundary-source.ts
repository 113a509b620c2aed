import type { Bounds } from '../../geography/polygons/bounds.ts'
import { boundsOf } from '../../geography/polygons/bounds.ts'
import { isRefusal } from '../../geography/refusal.ts'
import { type MapFile, readMapFile } from '../../places/import/maps/read-map.ts'
import { fileSource, siblingsOf } from '../../platform/node/byte-source.ts'
import { loadJurisdictions, type RegionFiles } from '../../regions/documents/load.ts'
import { refuse } from '../command.ts'

export interface SourceOptions {
  /** The coordinate system, where the file does not say. */
  readonly crs?: string | undefined
  /** In an archive or a topology of several: the one that is meant. */
  readonly member?: string | undefined
}

/**
 * A file of boundaries as GeoJSON in degrees, and what was repaired or assumed. A file that lies far from the present
 * boundaries is refused. Throws `bad-request`.
 */
export async function readBoundaries(
  path: string,
  present: RegionFiles,
  { crs, member }: SourceOptions,
): Promise<MapFile> {
  const read = await readMapFile(await fileSource(path), {
    crs,
    member,
    sibling: siblingsOf(path),
    within: regionBox(present),
  })
  if (isRefusal(read)) throw refuse(`${path}: ${read.why}. ${read.repair}.`)
  return read
}

/** Where the file's words about itself are shown: one line for each change, and one for its coordinate system. */
export function sourceLines({ format, coordinateSystem, changes }: MapFile): string[] {
  const { name, accuracyMeters } = coordinateSystem
  const converted =
    accuracyMeters > 0 ? [`read ${format} in ${name}, within ${accuracyMeters} m of WGS84`] : []
  return [...converted, ...changes.map(change => `repaired The file: ${change}`)]
}

function regionBox(present: RegionFiles): Bounds | undefined {
  const drawn = loadJurisdictions(present).flatMap(({ boundary }) => boundary)
  const ground = drawn.flatMap(({ coordinates }) => coordinates)
  return ground.length === 0 ? undefined : boundsOf(ground)
}
