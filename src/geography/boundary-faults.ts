import type { MultiPolygonRings, PolygonRings, Ring } from '../core/geometry.ts'
import { misplaced } from './positions.ts'
import { isRefusal, NO_GROUND, type Refusal } from './refusal.ts'
import { samePosition, withoutRepeats } from './rings.ts'
import { untangle } from './untangle.ts'

/** A fault in a boundary; `path` leads to it from the MultiPolygon's coordinates: polygon, ring, position. */
export interface BoundaryFault extends Refusal {
  readonly path: readonly number[]
}

/**
 * What keeps coordinates from bounding ground, the first fault of each polygon: positions off the globe or with the
 * latitude first, rings that are open, too short or cross, holes outside. Nothing is mended here: a document is taken
 * as it stands or refused. A ring that touches itself passes.
 */
export function boundaryFaults(polygons: MultiPolygonRings): BoundaryFault[] {
  if (polygons.length === 0)
    return [{ path: [], why: 'The boundary is empty', mend: 'Draw it, or leave it out' }]
  return polygons.flatMap((rings, p) => {
    const fault = ringsFault(rings)
    return fault === undefined ? [] : [{ ...fault, path: [p, ...fault.path] }]
  })
}

function ringsFault(rings: PolygonRings): BoundaryFault | undefined {
  for (const [r, ring] of rings.entries()) {
    const fault = positionFault(ring) ?? closingFault(ring)
    if (fault !== undefined) return { ...fault, path: [r, ...fault.path] }
  }
  const untangled = untangle(rings.map(withoutRepeats))
  if (isRefusal(untangled)) return { ...untangled, path: [] }
  return untangled.polygons.length === 0 ? { ...NO_GROUND, path: [] } : undefined
}

function positionFault(ring: Ring): BoundaryFault | undefined {
  for (const [i, [long, lat]] of ring.entries()) {
    const fault = misplaced(long, lat)
    if (fault !== undefined) return { ...fault, path: [i] }
  }
  return undefined
}

function closingFault(ring: Ring): BoundaryFault | undefined {
  if (ring.length < 4) {
    const why = `A ring has only ${ring.length} position${ring.length === 1 ? '' : 's'}`
    return { path: [], why, mend: 'Give it at least four, the last equal to the first' }
  }
  if (samePosition(ring[0], ring.at(-1))) return undefined
  return { path: [], why: 'A ring is not closed', mend: 'Repeat its first position at its end' }
}
