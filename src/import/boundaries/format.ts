import type { Refusal } from '../../geography/refusal.ts'

const CONVERT =
  'Convert it to GeoJSON, in QGIS (Export > Save Features As) or with ogr2ogr -f GeoJSON -t_srs EPSG:4326 boundaries.geojson FILE'
const DOWNLOAD = 'Download it again, as GeoJSON'

/** The value of a GeoJSON file in UTF-8 or UTF-16, or why this file is none, by the name of its format. */
export function readGeoJson(bytes: Uint8Array): { readonly value: unknown } | Refusal {
  const read = readJson(bytes)
  return 'why' in read ? read : (jsonFormat(read.value) ?? read)
}

/** The value of a file of JSON in UTF-8 or UTF-16, whatever it describes, or why this file is none. */
export function readJson(bytes: Uint8Array): { readonly value: unknown } | Refusal {
  const binary = binaryFormat(bytes)
  if (binary !== undefined) return refusal(binary)
  const text = decoded(bytes)
  if (text === undefined) {
    return { why: 'It is neither UTF-8 nor UTF-16 text', repair: `Save it as UTF-8. ${CONVERT}` }
  }
  const format = textFormat(text)
  if (format !== undefined) return format
  try {
    const value: unknown = JSON.parse(text)
    return { value }
  } catch (error) {
    return notJson(text, (error as Error).message)
  }
}

function refusal(format: string): Refusal {
  return { why: `It is ${format}, which cannot be read here`, repair: CONVERT }
}

function decoded(bytes: Uint8Array): string | undefined {
  const [first, second] = bytes
  const encoding =
    (first === 0xff && second === 0xfe) || (first !== 0 && second === 0)
      ? 'utf-16le'
      : (first === 0xfe && second === 0xff) || (first === 0 && second !== 0)
        ? 'utf-16be'
        : 'utf-8'
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

const signatures: readonly (readonly [bytes: string, format: string])[] = [
  ['\x00\x00\x27\x0a', 'a shapefile (.shp, or its .shx)'],
  ['SQLite format 3\x00', 'a GeoPackage or another SQLite file'],
  ['fgb\x03', 'a FlatGeobuf file'],
  ['PAR1', 'a GeoParquet file'],
  ['\x1f\x8b', 'a file compressed with gzip'],
  ['7z\xbc\xaf', 'a 7-Zip archive'],
  ['Rar!', 'a RAR archive'],
  ['%PDF', 'a PDF document'],
  ['\x89PNG', 'a picture (PNG)'],
  ['\xff\xd8\xff', 'a picture (JPEG)'],
  ['II*\x00', 'a picture (TIFF)'],
  ['MM\x00*', 'a picture (TIFF)'],
  ['PMTiles', 'a PMTiles archive of map tiles'],
  ['AC10', 'a drawing (DWG)'],
]

// Names in a zip archive are not compressed.
const zipped: readonly (readonly [name: RegExp, format: string])[] = [
  [/\.kml/i, 'a zipped KML file (KMZ)'],
  [/\.shp/i, 'a zipped shapefile'],
  [/\.gdb/i, 'a zipped file geodatabase'],
  [/\.gpkg/i, 'a zipped GeoPackage'],
  [/xl\/workbook/i, 'a spreadsheet (Excel)'],
]

/** What a file that is not text is, by its first bytes: `a GeoPackage or another SQLite file`. */
export function binaryFormat(bytes: Uint8Array): string | undefined {
  const start = String.fromCharCode(...bytes.subarray(0, 16))
  if (['PK\x03\x04', 'PK\x05\x06'].some(signature => start.startsWith(signature))) {
    const names = latin1(bytes.subarray(0, 65_536)) + latin1(bytes.subarray(-65_536))
    return zipped.find(([name]) => name.test(names))?.[1] ?? 'a zip archive'
  }
  const known = signatures.find(([signature]) => start.startsWith(signature))
  if (known !== undefined) return known[1]
  // A dBASE table: its version, then the date of its last update.
  const [version, , month = 0, day = 0] = bytes
  const isTable = (version === 0x03 || version === 0x83) && month >= 1 && month <= 12 && day <= 31
  return isTable ? 'the table of a shapefile (.dbf)' : undefined
}

// Of bytes from 0x80 to 0x9f, what Windows makes of them: for names, not for signatures.
function latin1(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes)
}

/** Why a text is no GeoJSON, by the name of its format. */
export function textFormat(text: string): Refusal | undefined {
  const start = text.slice(0, 4000).trimStart()
  if (start === '') return { why: 'It is empty', repair: DOWNLOAD }
  if (start.startsWith('<')) return xmlFormat(text)
  if (/^(?:SRID=\d+;)?\s*(?:MULTI)?(?:POLYGON|LINESTRING|POINT)\s*Z?M?\s*\(/i.test(start))
    return refusal('WKT')
  if (/^(?:PROJCS|GEOGCS|PROJCRS|GEOGCRS)\s*\[/i.test(start))
    return refusal('the coordinate system of a shapefile (.prj), not its shapes')
  if (/^!table/i.test(start) || /^Version\s+\d+\s*\r?\nCharset/i.test(start)) return refusal('a MapInfo file')
  if (/^0\r?\n\s*SECTION/.test(start)) return refusal('a drawing (DXF)')
  const [heading = '', row = ''] = start.split(/\r?\n/)
  const separator = [',', ';', '\t'].find(mark => heading.split(mark).length > 1 && row.includes(mark))
  if (!/^[[{]/.test(start) && separator !== undefined) return refusal('a table (CSV)')
  const sequence =
    start.startsWith('\x1e') || /^\{.*\}\s*\r?\n\s*\{/.test(start.slice(0, start.indexOf('\n') + 100))
  if (sequence && /"type"\s*:\s*"Feature"/.test(start))
    return refusal('newline-delimited GeoJSON (GeoJSONSeq)')
  return undefined
}

const roots: readonly (readonly [root: RegExp, format: string])[] = [
  [/^kml$/i, 'a KML file'],
  [/^gpx$/i, 'a GPX file'],
  [/^osm$/i, 'OpenStreetMap data'],
  [/^svg$/i, 'a picture (SVG)'],
  [/^metadata$/i, 'metadata about a file, not its shapes'],
  [/^(?:FeatureCollection|wfs:.*|gml:.*|ogr:.*)$/i, 'a GML file'],
]

function xmlFormat(text: string): Refusal {
  const body = text.replace(/<\?[^>]*>|<!--[\s\S]*?-->|<!DOCTYPE[^>]*>/gi, '').trimStart()
  const [, qualified = ''] = /^<([\w.:-]+)/.exec(body) ?? []
  const root = qualified.replace(/^.*:/, '')
  if (/^(?:ExceptionReport|ServiceExceptionReport)$/i.test(root)) {
    const [, said = ''] = /<(?:\w+:)?(?:ExceptionText|ServiceException)\b[^>]*>([^<]*)/i.exec(body) ?? []
    return { why: `It is a server's error message: ${oneLine(said)}`, repair: DOWNLOAD }
  }
  if (/^html$/i.test(root) || /<!DOCTYPE\s+html/i.test(text.slice(0, 1000))) {
    return {
      why: 'It is a web page, not the file',
      repair: `${DOWNLOAD}, with the link of the file`,
    }
  }
  const known = roots.find(([name]) => name.test(root) || name.test(qualified))
  const isGml = /xmlns:gml\s*=|opengis\.net\/gml/i.test(body.slice(0, 4000))
  return refusal(known?.[1] ?? (isGml ? 'a GML file' : `an XML file (${qualified || 'no root'})`))
}

/** Why a value in JSON is no GeoJSON, by the name of its format. */
export function jsonFormat(value: unknown): Refusal | undefined {
  if (Array.isArray(value)) {
    return { why: 'It is a JSON list, not a GeoJSON FeatureCollection', repair: CONVERT }
  }
  if (typeof value !== 'object' || value === null) return undefined
  const file = value as Readonly<Record<string, unknown>>
  const { type, error, elements } = file
  if (typeof error === 'object' && error !== null) {
    const said = 'message' in error ? String(error.message) : JSON.stringify(error)
    return { why: `It is a server's error message: ${oneLine(said)}`, repair: DOWNLOAD }
  }
  if (type === 'Topology') {
    return {
      why: 'It is a TopoJSON file, which cannot be read here',
      repair: 'Convert it to GeoJSON, with mapshaper.org (Export > GeoJSON) or topo2geo',
    }
  }
  if (Array.isArray(elements)) return refusal('OpenStreetMap data (Overpass JSON)')
  if (type === undefined && isEsri(file)) {
    return {
      why: 'It is an EsriJSON file, which cannot be read here',
      repair: 'Ask the server for GeoJSON (f=geojson), or convert it with ogr2ogr or QGIS',
    }
  }
  if (type === undefined && ('currentVersion' in file || 'maxRecordCount' in file)) {
    return {
      why: 'It describes an ArcGIS service, and has no shapes',
      repair: 'Ask the layer for them: …/FeatureServer/0/query?where=1=1&outFields=*&f=geojson',
    }
  }
  if (
    typeof type === 'string' &&
    /^(?:Multi)?(?:Polygon|LineString|Point)$|^GeometryCollection$/.test(type)
  ) {
    return {
      why: `It is a GeoJSON ${type} without names`,
      repair: 'Export it with its attributes, as features',
    }
  }
  return undefined
}

function isEsri(file: Readonly<Record<string, unknown>>): boolean {
  if ('geometryType' in file || 'spatialReference' in file || 'displayFieldName' in file) return true
  const [first] = Array.isArray(file.features) ? (file.features as unknown[]) : []
  return typeof first === 'object' && first !== null && 'attributes' in first
}

function notJson(text: string, message: string): Refusal {
  const end = text.trimEnd().at(-1)
  if (/^\s*[[{]/.test(text) && end !== '}' && end !== ']') {
    return {
      why: `It ends in the middle, after ${text.length} characters`,
      repair: `${DOWNLOAD}, to its end`,
    }
  }
  if (/^\s*[\w$.]+\s*\(\s*\{/.test(text))
    return { why: 'It is JSONP, not JSON', repair: `${DOWNLOAD}, without a callback` }
  return { why: `It is not JSON: ${message.replace(/\s+/g, ' ')}`, repair: CONVERT }
}

function oneLine(said: string): string {
  return said.replace(/\s+/g, ' ').trim().slice(0, 200) || 'it says nothing more'
}
