import type { LinearRing, LongLat, MultiPolygonRings, PolygonRings } from '../../core/geometry.ts'
import { formatPosition } from '../positions.ts'
import type { Refusal } from '../refusal.ts'
import { union } from './clip.ts'
import { squareMeters } from './measure.ts'
import { isInside } from './rings.ts'
import { sharedBorders } from './shared-borders.ts'

// Area that a repair may add or remove without refusing.
export const SPECK_SQUARE_METERS = 1

export interface Untangled {
  readonly polygons: MultiPolygonRings
  readonly met?: LongLat
}

/** Refuses rings that cross: their lobes run the other way or twice, so the measured area is wrong. */
export function untangle(rings: PolygonRings): Untangled | Refusal {
  const measured = squareMeters([rings])
  const { crossing, touch, meeting } = sharedBorders(rings)
  const at = crossing ?? touch ?? meeting
  if (at === undefined) {
    const astray = rings.slice(1).find((hole, i) => !isHoleOf(hole, rings.toSpliced(i + 1, 1)))
    if (astray?.[0] === undefined) return { polygons: withoutSpecks([rings]) }
    return {
      why: `The hole at ${formatPosition(astray[0])} is not inside its polygon`,
      repair:
        'Export separate grounds as a MultiPolygon; the rings of a Polygon after the first are its holes',
    }
  }
  const polygons = union([rings])
  if (Math.abs(squareMeters(polygons) - measured) > SPECK_SQUARE_METERS) {
    return {
      why: `The boundary crosses itself at ${formatPosition(at)}`,
      repair: 'Move the corners there so that no edge crosses another',
    }
  }
  const met = crossing ?? touch
  return { polygons: withoutSpecks(polygons), ...(met && { met }) }
}

function withoutSpecks(polygons: MultiPolygonRings): MultiPolygonRings {
  return polygons.filter(rings => squareMeters([rings]) >= SPECK_SQUARE_METERS)
}

// Inside the outer ring and in no other hole. One vertex decides, as the rings do not touch.
function isHoleOf(hole: LinearRing, others: PolygonRings): boolean {
  const [x, y] = hole[0] ?? [0, 0]
  return others.filter(ring => isInside(x, y, ring)).length % 2 === 1
}
