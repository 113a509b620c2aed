import type { LinearRing, LongLat, MultiPolygonRings, PolygonRings } from '../../core/geometry.ts'
import type { Refusal } from '../refusal.ts'
import { boundsOf } from './bounds.ts'
import { intersection } from './clip.ts'

/** Whether an edge runs more than half around the Earth: it was drawn the short way, across the 180th meridian. */
export function crossesMeridian(ring: LinearRing): boolean {
  return ring.some(([long], i) => i > 0 && Math.abs(long - (ring[i - 1]?.[0] ?? long)) > 180)
}

/** Longitudes run on past ±180 instead of jumping. A ring that does not close then goes around a pole. */
export function unwrapped(ring: LinearRing): LinearRing | Refusal {
  if (!crossesMeridian(ring)) return ring
  const positions: LongLat[] = []
  for (const [long, lat] of ring) {
    const before = positions.at(-1)?.[0] ?? long
    positions.push([long + 360 * Math.round((before - long) / 360), lat])
  }
  if (Math.abs((positions[0]?.[0] ?? 0) - (positions.at(-1)?.[0] ?? 0)) < 180) return positions
  return { why: 'A ring goes around a pole', repair: 'Cut it at the 180th meridian (RFC 7946 § 3.1.9)' }
}

/** Brings unwrapped polygons between −180 and 180, cut at the 180th meridian where they cross it (RFC 7946 § 3.1.9). */
export function splitAtMeridian(polygons: MultiPolygonRings): MultiPolygonRings {
  return polygons.flatMap(polygon => {
    const [west, , east] = boundsOf([polygon])
    if (west >= -180 && east <= 180) return [polygon]
    const moved = shifted(polygon, -360 * Math.floor((west + 180) / 360))
    const [, south, reach, north] = boundsOf([moved])
    if (reach <= 180) return [moved]
    const side = (from: number) => intersection([moved], [rectangle(from, south - 1, from + 360, north + 1)])
    return [...side(-180), ...side(180).map(part => shifted(part, -360))]
  })
}

/** The hole of a polygon, moved to the turn of the Earth on which its outer ring was unwrapped. */
export function besideOuter(hole: LinearRing, outer: LinearRing): LinearRing {
  const [west, , east] = boundsOf([[outer]])
  const [start] = hole[0] ?? [west]
  const turns = Math.round(((west + east) / 2 - start) / 360)
  return turns === 0 ? hole : (shifted([hole], turns * 360)[0] ?? hole)
}

function shifted(polygon: PolygonRings, degrees: number): PolygonRings {
  return polygon.map(ring => ring.map(([long, lat]) => [long + degrees, lat] as const))
}

function rectangle(west: number, south: number, east: number, north: number): PolygonRings {
  return [
    [
      [west, south],
      [east, south],
      [east, north],
      [west, north],
      [west, south],
    ],
  ]
}
