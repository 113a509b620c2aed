import proj4 from 'proj4'
import type { Refusal } from '../../../geography/refusal.ts'
import type { Position } from '../table.ts'
import type { ToDegrees } from './position.ts'
import { statePlane } from './state-plane.ts'

const GIVE = 'Give the text of its .prj file or a PROJ string, or export it in WGS84 (EPSG:4326)'
/** Longitude and latitude as they are: WGS84, and the North American systems within 2 meters of it. */
const DEGREES = /^EPSG:(?:4326|4269|4152|4759|6318)$/
const WEB_MERCATOR = /^EPSG:(?:3857|3785|900913|102100|102113)$/

/**
 * Degrees in WGS84 from a coordinate system: a .prj text (WKT), a PROJ string, or the EPSG code of WGS84, NAD83, a
 * State Plane zone, a UTM zone or Web Mercator. Absent: degrees as they are. NAD83 is taken for WGS84, from which it
 * differs by up to 2 m.
 */
export function toDegreesFrom(system: string | undefined): ToDegrees | Refusal {
  const text = system?.trim() ?? ''
  if (text === '' || DEGREES.test(text.toUpperCase())) return position => position
  if (/NAD[_ ]?(?:19)?27|North_American_(?:Datum_)?1927|datum=NAD27/i.test(text)) {
    return {
      why: 'Its coordinates are in the North American Datum of 1927, which is off by up to 200 meters without tables',
      repair: 'Export it in WGS84 (EPSG:4326), in QGIS or with ogr2ogr -t_srs EPSG:4326',
    }
  }
  const definition = definitionOf(text)
  if (definition === undefined)
    return { why: `It is in the coordinate system ${text.slice(0, 80)}`, repair: GIVE }
  try {
    const { forward } = proj4(definition, 'EPSG:4326')
    return ([x, y]) => orNowhere(() => forward([x, y]) as [number, number])
  } catch {
    return { why: `Its coordinate system cannot be read: ${text.slice(0, 80)}`, repair: GIVE }
  }
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
