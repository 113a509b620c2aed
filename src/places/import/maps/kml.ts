import { kml } from '@tmcw/togeojson'
import { DOMParser, type Document } from '@xmldom/xmldom'
import type { Refusal } from '../../../geography/refusal.ts'
import { type MapFeature, recordOf } from './geometry.ts'

const DAMAGED = 'Download it again, to its end'

/** The placemarks of a KML file that are areas; `leftOut` counts the points and lines beside them. */
export function kmlFeatures(
  text: string,
): { readonly features: readonly MapFeature[]; readonly leftOut: number } | Refusal {
  // Entities that a file defines itself can grow without limit, and no program writes them into KML.
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text))
    return { why: 'It is a KML file with a document type, which is not read', repair: 'Export it again' }
  let all: readonly MapFeature[]
  try {
    all = kml(parseXml(text)).features.map(({ properties, geometry }) => ({
      type: 'Feature',
      properties: recordOf(properties),
      geometry,
    }))
  } catch {
    return { why: 'It is a KML file that is damaged', repair: DAMAGED }
  }
  if (!all.some(({ geometry }) => geometry) && /<(?:\w+:)?NetworkLink[\s>]/.test(text)) {
    return {
      why: 'It is a KML file that only links to another one',
      repair: 'Open it in Google Earth, and save the places themselves',
    }
  }
  const areas = all.filter(({ geometry }) => !isPointOrLine(geometry))
  return { features: areas, leftOut: all.length - areas.length }
}

function isPointOrLine(geometry: unknown): boolean {
  return /^(?:Multi)?(?:Point|LineString)$/.test(String(recordOf(geometry).type))
}

// The browser's own parser answers a damaged file with a page about it, whose styles the pages' policy forbids.
function parseXml(text: string): Document {
  const onError = (level: string, message: string) => {
    if (level !== 'warning') throw new Error(message)
  }
  return new DOMParser({ onError }).parseFromString(text, 'text/xml')
}
