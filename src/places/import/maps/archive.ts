import type { Refusal } from '../../../geography/refusal.ts'
import { binaryFormat } from '../../../import/boundaries/format.ts'
import type { ByteSource } from '../bytes.ts'
import { type ZipEntry, zipEntries } from '../formats/zip.ts'
import type { MapQuestion } from './read-map.ts'

const MAPS = /\.(?:shp|geojson|json|topojson|kml)$/i
/** What goes along with a map, and what macOS adds. */
const BESIDE = /(?:^|\/)(?:__MACOSX\/|\.|(?:readme|licen[cs]e|metadata|attribution)[^/]*$)/i

export interface MapInArchive {
  readonly map: ZipEntry
  /** The file of the same name with another extension. */
  readonly sibling: (extension: string) => ZipEntry | undefined
}

/** The one map in an archive, or the question which one is meant. Throws `UnreadableFile`. */
export async function mapInArchive(
  source: ByteSource,
  wanted: string | undefined,
): Promise<MapInArchive | Refusal | MapQuestion> {
  const entries = await zipEntries(source)
  const names = entries.map(({ name }) => name)
  const maps = entries.filter(({ name }) => MAPS.test(name) && !BESIDE.test(name))
  const chosen = maps.filter(({ name }) => wanted === undefined || name === wanted)
  // In a KMZ archive, doc.kml is the map, and others belong to its pictures and overlays.
  const [map] = chosen.length > 1 ? chosen.filter(({ name }) => name === 'doc.kml') : chosen
  if (map === undefined && chosen.length > 1) {
    const choices = chosen.map(({ name }) => name)
    return {
      why: `It is a zip archive of several files: ${choices.join(', ')}`,
      repair: 'Name the one to import, with --member',
      ask: 'member',
      choices,
    }
  }
  if (map === undefined) return withoutMap(names, wanted)
  const sibling = (extension: string) => {
    const path = map.name.replace(/[^.]*$/, extension).toLowerCase()
    return entries.find(({ name }) => name.toLowerCase() === path)
  }
  return { map, sibling }
}

function withoutMap(names: readonly string[], wanted: string | undefined): Refusal {
  const format = binaryFormat(new TextEncoder().encode(`PK\x03\x04${names.join(' ')}`))
  const known = wanted === undefined && format !== 'a zip archive' && format !== 'a zipped shapefile'
  return {
    why: known
      ? `It is ${format}, which cannot be read here`
      : `It is a zip archive without ${wanted ?? 'a shapefile (.shp), GeoJSON, TopoJSON or KML file'}; it has ${names.slice(0, 5).join(', ') || 'nothing'}`,
    repair: 'Put the file itself in the archive, not another archive, or choose another file',
  }
}
