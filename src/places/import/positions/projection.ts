import proj4 from 'proj4'
import { isRefusal, type Refusal } from '../../../geography/refusal.ts'
import type { Position } from '../table.ts'
import { nationalGrid, unknownDatum } from './datums.ts'
import type { ToDegrees } from './position.ts'
import { statePlane } from './state-plane.ts'

const GIVE = 'Give the text of its .prj file or a PROJ string, or export it in WGS84 (EPSG:4326)'
/** Longitude and latitude as they are: WGS84, and the North American systems within 2 meters of it. */
const DEGREES = /^EPSG:(?:4326|4269|4152|4759|6318)$/
const WEB_MERCATOR = /^EPSG:(?:3857|3785|900913|102100|102113)$/

export interface CoordinateSystem {
  /** For people: `EPSG:26986`, or the name that a .prj file gives. */
  readonly name: string
  /** How far its degrees may be from WGS84, in meters. */
  readonly accuracyMeters: number
  readonly toDegrees: ToDegrees
}

/**
 * A coordinate system: a .prj text (WKT), a PROJ string, or the EPSG code of WGS84, NAD83, a State Plane zone, a UTM
 * zone, Web Mercator, the British National Grid or the Dutch RD New. Absent: degrees as they are. NAD83 is taken for
 * WGS84, from which it differs by up to 2 m.
 */
export function coordinateSystemOf(system: string | undefined): CoordinateSystem | Refusal {
  const text = system?.trim() ?? ''
  if (text === '' || DEGREES.test(text.toUpperCase())) {
    return {
      name: text || 'degrees',
      accuracyMeters: /4269|4152|4759|6318/.test(text) ? 2 : 0,
      toDegrees: position => position,
    }
  }
  if (/NAD[_ ]?(?:19)?27|North_American_(?:Datum_)?1927|datum=NAD27/i.test(text)) {
    return {
      why: 'Its coordinates are in the North American Datum of 1927, which is off by up to 200 meters without tables',
      repair: 'Export it in WGS84 (EPSG:4326), in QGIS or with ogr2ogr -t_srs EPSG:4326',
    }
  }
  const grid = nationalGrid(text)
  const datum = grid === undefined ? unknownDatum(text) : undefined
  if (datum !== undefined) {
    return {
      why: `Its coordinates are in the datum ${datum.slice(0, 60)}, which is off by up to hundreds of meters without its parameters`,
      repair: 'Export it in WGS84 (EPSG:4326), in QGIS or with ogr2ogr -t_srs EPSG:4326',
    }
  }
  const definition = grid?.definition ?? definitionOf(text)
  if (definition === undefined)
    return { why: `It is in the coordinate system ${text.slice(0, 80)}`, repair: GIVE }
  try {
    const { forward } = proj4(definition, 'EPSG:4326')
    return {
      name: grid?.name ?? nameOf(text),
      accuracyMeters: grid?.accuracyMeters ?? accuracyOf(text),
      toDegrees: ([x, y]) => orNowhere(() => forward([x, y]) as [number, number]),
    }
  } catch {
    return { why: `Its coordinate system cannot be read: ${text.slice(0, 80)}`, repair: GIVE }
  }
}

/** Degrees in WGS84 from a coordinate system, as `coordinateSystemOf` reads it. */
export function toDegreesFrom(system: string | undefined): ToDegrees | Refusal {
  const known = coordinateSystemOf(system)
  return isRefusal(known) ? known : known.toDegrees
}

// WGS84 itself; other parameters than those of the grids, of which nobody says how good they are; NAD83 and its like.
function accuracyOf(text: string): number {
  if (/TOWGS84\[|\+towgs84=(?!0,0,0)/i.test(text)) return 5
  return WEB_MERCATOR.test(text.toUpperCase()) || /WGS[_ ]?(?:19)?84|^EPSG:32[67]\d\d$/i.test(text) ? 0 : 2
}

function nameOf(text: string): string {
  return /^[A-Z]+\[\s*"?([^",\]]+)/i.exec(text)?.[1]?.replaceAll('_', ' ') ?? text.slice(0, 80)
}

// Far from where a projection is meant for, it may have no answer.
function orNowhere(project: () => Position): Position {
  try {
    return project()
  } catch {
    return [Number.NaN, Number.NaN]
  }
}

function definitionOf(text: string): string | undefined {
  if (/^\+proj=/.test(text)) return text
  // Some programs leave the quotation marks of names out.
  if (/^[A-Z]+\[/i.test(text)) return text.replace(/([A-Z]\[)\s*([A-Za-z][^",[\]]*)(?=,)/gi, '$1"$2"')
  const code = text.toUpperCase()
  if (WEB_MERCATOR.test(code)) return 'EPSG:3857'
  const plane = statePlane(code.replace(/^EPSG:/, ''))
  if (plane !== undefined) return plane
  const [, family, zone = ''] = /^EPSG:(326|327|269)(0[1-9]|[1-5]\d|60)$/.exec(code) ?? []
  if (family === undefined) return undefined
  return family === '269' ? `+proj=utm +zone=${Number(zone)} +ellps=GRS80 +towgs84=0,0,0 +units=m` : code
}
