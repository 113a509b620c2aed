import type { Bounds } from '../../../geography/polygons/bounds.ts'
import { isRefusal, type Refusal } from '../../../geography/refusal.ts'
import { jsonFormat, readJson } from '../../../import/boundaries/format.ts'
import { type ByteSource, type ByteStream, bytesOf, firstBytes } from '../bytes.ts'
import { crsOf } from '../formats/geojson.ts'
import { openShapefile } from '../formats/shapefile.ts'
import { orRefusal } from '../unreadable.ts'
import { mapInArchive } from './archive.ts'
import { inDegrees } from './degrees.ts'
import { type MapFeature, recordOf } from './geometry.ts'
import { shapefileFeatures } from './shapefile.ts'
import { topologyFeatures } from './topojson.ts'

export interface MapOptions {
  /** The coordinate system, where the file does not say or says it wrong. */
  readonly crs?: string | undefined
  /** Of an archive or a topology of several: the one that is meant. */
  readonly member?: string | undefined
  /** Beside a .shp: the file of the same name with another extension, such as `dbf`. */
  readonly sibling?: ((extension: string) => Promise<ByteSource | undefined>) | undefined
  /** The box of the region: a file that lies elsewhere is refused. */
  readonly within?: Bounds | undefined
}

/** A map of boundaries, whatever its format was. */
export interface MapFile {
  readonly format: string
  /** GeoJSON in degrees: a FeatureCollection, or what else the file had, to be refused by who takes it. */
  readonly value: unknown
  readonly coordinateSystem: { readonly name: string; readonly accuracyMeters: number }
  /** What was repaired or assumed, as sentences without a full stop. */
  readonly changes: readonly string[]
}

/** A refusal that a person can answer. */
export interface MapQuestion extends Refusal {
  readonly ask: 'coordinate-system' | 'member'
  readonly choices: readonly string[]
}

export function isQuestion(result: object): result is MapQuestion {
  return 'ask' in result
}

/** In bytes, unpacked. A county's boundaries take a few million; a state's, in all detail, some ten million. */
export const MAX_MAP_BYTES = 200 * 1000 * 1000
const ZIP = [0x50, 0x4b, 0x03, 0x04]
const SHAPEFILE = [0x00, 0x00, 0x27, 0x0a]
const HEAD = 4000

/**
 * A file of boundaries as GeoJSON in degrees, by its content and not by its name: GeoJSON, TopoJSON, KML, or a
 * shapefile, alone or in a zip archive (KMZ). Never throws for what is in the file.
 */
export function readMapFile(
  source: ByteSource,
  options: MapOptions = {},
): Promise<MapFile | Refusal | MapQuestion> {
  return orRefusal<MapFile | MapQuestion>(async () => {
    const size = tooLarge(source.size)
    if (size !== undefined) return size
    const start = await firstBytes(source, 4)
    const begins = (bytes: readonly number[]) => bytes.every((byte, i) => start[i] === byte)
    if (begins(SHAPEFILE)) {
      const [dbf, prj, cpg] = await Promise.all(
        ['dbf', 'prj', 'cpg'].map(extension => options.sibling?.(extension)),
      )
      return readShapefile({ shp: source, dbf, prj, cpg }, options)
    }
    if (!begins(ZIP)) return readText(source, options)
    const found = await mapInArchive(source, options.member)
    if (isRefusal(found)) return found
    const { map, sibling } = found
    const dbf = sibling('dbf')
    const unpacked = tooLarge(map.size + (dbf?.size ?? 0))
    if (unpacked !== undefined) return unpacked
    if (!/\.shp$/i.test(map.name)) return readText(map, { ...options, member: undefined })
    return readShapefile({ shp: map, dbf, prj: sibling('prj'), cpg: sibling('cpg') }, options)
  })
}

function tooLarge(bytes: number): Refusal | undefined {
  if (bytes <= MAX_MAP_BYTES) return undefined
  const megabytes = (count: number) => `${Math.round(count / 1e6).toLocaleString('en-US')} MB`
  return {
    why: `It has ${megabytes(bytes)}, more than the ${megabytes(MAX_MAP_BYTES)} that are read`,
    repair: 'Leave out what is not a boundary, or simplify it to a few meters with mapshaper.org',
  }
}

async function readShapefile(
  parts: Parameters<typeof openShapefile>[0],
  options: MapOptions,
): Promise<MapFile | Refusal | MapQuestion> {
  const table = await openShapefile(parts)
  if (isRefusal(table)) return table
  const { features, changes } = await shapefileFeatures(table)
  const system = options.crs ?? table.coordinateSystem
  return mapFile('Shapefile', { features, changes, system }, options)
}

async function readText(stream: ByteStream, options: MapOptions): Promise<MapFile | Refusal | MapQuestion> {
  const bytes = await bytesOf(stream.read())
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, HEAD))
  const { text, changes } = unicode(bytes, head)
  if (isKml(head)) {
    // In a browser, a script of its own: few files need it.
    const { kmlFeatures } = await import('./kml.ts')
    const read = kmlFeatures(text ?? new TextDecoder().decode(bytes))
    if (isRefusal(read)) return read
    const { features, leftOut } = read
    if (leftOut > 0) changes.push(`Left out ${leftOut} points and lines`)
    // KML is in degrees, by its standard.
    return mapFile('KML', { features, changes, system: undefined }, options)
  }
  const json = readJson(text === undefined ? bytes : new TextEncoder().encode(text))
  if (isRefusal(json)) return json
  const file = recordOf(json.value)
  if (file.type === 'Topology') {
    const features = topologyFeatures(json.value, options.member)
    if (isRefusal(features)) return features
    return mapFile('TopoJSON', { features, changes, system: options.crs }, options)
  }
  const other = jsonFormat(json.value)
  if (other !== undefined) return other
  const features = file.type === 'Feature' ? [json.value] : file.features
  const value = { ...file, crs: undefined }
  if (!Array.isArray(features)) return { format: 'GeoJSON', value: json.value, ...AS_IS, changes }
  const system = options.crs ?? crsOf(file.crs)
  const read = { features: features.map(asFeature), changes, system }
  return mapFile('GeoJSON', read, options, file.type === 'Feature' ? {} : value)
}

const AS_IS = { coordinateSystem: { name: 'degrees', accuracyMeters: 0 } }

interface Read {
  readonly features: readonly MapFeature[]
  readonly changes: readonly string[]
  readonly system: string | undefined
}

// `members`: what a server says about the whole collection, such as that it is only a part.
function mapFile(
  format: string,
  { features, changes, system }: Read,
  { within }: MapOptions,
  members: Readonly<Record<string, unknown>> = {},
): MapFile | Refusal | MapQuestion {
  const none = withoutAreas(features)
  if (none !== undefined) return none
  const converted = inDegrees(features, { system, within })
  if (isRefusal(converted)) return converted
  const { name, accuracyMeters } = converted.system
  return {
    format,
    value: { ...members, type: 'FeatureCollection', features: converted.features },
    coordinateSystem: { name, accuracyMeters },
    changes: [...changes, ...converted.changes],
  }
}

function withoutAreas(features: readonly MapFeature[]): Refusal | undefined {
  const types = new Set(
    features.map(({ geometry }) => {
      const { type, coordinates } = recordOf(geometry)
      return Array.isArray(coordinates) && coordinates.length === 0 ? 'empty' : String(type ?? 'empty')
    }),
  )
  if (types.size === 0 || [...types].some(type => /Polygon$|^GeometryCollection$/.test(type)))
    return undefined
  return {
    why: `It has no areas: its shapes are ${[...types].join(', ')}`,
    repair: 'Choose the file that has the boundaries as areas (polygons)',
  }
}

function asFeature(value: unknown): MapFeature {
  const { properties, geometry } = recordOf(value)
  return { type: 'Feature', properties: recordOf(properties), geometry }
}

/** A text that is not Unicode in Windows-1252, or in the encoding that its XML names; else no text. */
function unicode(bytes: Uint8Array, head: string): { text: string | undefined; changes: string[] } {
  const [, named = ''] = /^[^<]{0,3}<\?xml[^>]*encoding=["']([\w-]+)["']/i.exec(head) ?? []
  const isOther = named !== '' && !/^utf-?(?:8|16)/i.test(named)
  try {
    if (isOther) return { text: new TextDecoder(named).decode(bytes), changes: [] }
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    if (/^\s*[{<]/.test(head) && !head.includes('\0')) {
      const text = new TextDecoder('windows-1252').decode(bytes)
      return { text, changes: ['Read it as Windows-1252, because it is not UTF-8'] }
    }
  }
  return { text: undefined, changes: [] }
}

function isKml(head: string): boolean {
  const elements = head.replace(/<!--[\s\S]*?-->|<!DOCTYPE[^>[]*(?:\[[\s\S]*?\])?[^>]*>|<\?[^>]*>/gi, '')
  return /^[^<]*<(?:\w+:)?kml[\s/>]/i.test(elements)
}
