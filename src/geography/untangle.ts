import type { MultiPolygonRings, PolygonRings, Position, Ring } from '../core/geometry.ts'
import { union } from './clip.ts'
import { contactsOf } from './contacts.ts'
import { squareMetres } from './measure.ts'
import { spoken } from './positions.ts'
import type { Refusal } from './refusal.ts'

/** Ground that a mend may add or take without asking. */
const SPECK_SQUARE_METRES = 1

export interface Untangled {
  /** None where the rings enclose no ground to speak of. */
  readonly polygons: MultiPolygonRings
  /** Where a ring met itself, if it did. */
  readonly met?: Position
}

/**
 * A polygon whose rings neither cross nor touch themselves, of closed rings without repeated positions. Rings that
 * only touch are taken apart. Rings that cross have lobes that run the other way round or twice, so the ground that
 * they enclose is not the sum that they measure: such a polygon is refused.
 */
export function untangle(rings: PolygonRings): Untangled | Refusal {
  const measured = squareMetres([rings])
  const { crossing, touch, meeting } = contactsOf(rings)
  const at = crossing ?? touch ?? meeting
  if (at === undefined) {
    const astray = rings.slice(1).find((hole, i) => !isHoleOf(hole, rings.toSpliced(i + 1, 1)))
    if (astray?.[0] === undefined) return { polygons: withoutSpecks([rings]) }
    return {
      why: `The hole at ${spoken(astray[0])} is not inside its polygon`,
      mend: 'Export separate grounds as a MultiPolygon; the rings of a Polygon after the first are its holes',
    }
  }
  const polygons = union([rings])
  if (Math.abs(squareMetres(polygons) - measured) > SPECK_SQUARE_METRES) {
    return {
      why: `The boundary crosses itself at ${spoken(at)}`,
      mend: 'Move the corners there so that no edge crosses another',
    }
  }
  const met = crossing ?? touch
  return { polygons: withoutSpecks(polygons), ...(met && { met }) }
}

function withoutSpecks(polygons: MultiPolygonRings): MultiPolygonRings {
  return polygons.filter(rings => squareMetres([rings]) >= SPECK_SQUARE_METRES)
}

/** Inside the outer ring and in no other hole; rings without contact are so wholly or not at all. */
function isHoleOf(hole: Ring, others: PolygonRings): boolean {
  const [x, y] = hole[0] ?? [0, 0]
  let inside = false
  for (const ring of others) {
    let from = ring.at(-1)
    for (const to of ring) {
      if (from !== undefined && to[1] > y !== from[1] > y) {
        if (x < to[0] + ((from[0] - to[0]) * (y - to[1])) / (from[1] - to[1])) inside = !inside
      }
      from = to
    }
  }
  return inside
}
