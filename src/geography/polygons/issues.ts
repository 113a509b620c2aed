import type { LinearRing, MultiPolygonRings, PolygonRings } from '../../core/geometry.ts'
import { isOutOfRange } from '../positions.ts'
import { isRefusal, NO_AREA, type Refusal } from '../refusal.ts'
import { boundsOf } from './bounds.ts'
import { crossesMeridian } from './meridian.ts'
import { samePosition, withoutRepeats } from './rings.ts'
import { untangle } from './untangle.ts'

/** `path` leads from the MultiPolygon's coordinates: polygon, ring, position. */
export interface BoundaryIssue extends Refusal {
  readonly path: readonly number[]
}

/** The first issue of each polygon. Repairs nothing. A ring that touches itself is valid. */
export function boundaryIssues(polygons: MultiPolygonRings): BoundaryIssue[] {
  if (polygons.length === 0)
    return [{ path: [], why: 'The boundary is empty', repair: 'Draw it, or remove it' }]
  return polygons.flatMap((rings, p) => {
    const issue = ringsIssue(rings)
    return issue === undefined ? [] : [{ ...issue, path: [p, ...issue.path] }]
  })
}

function ringsIssue(rings: PolygonRings): BoundaryIssue | undefined {
  for (const [r, ring] of rings.entries()) {
    const issue = positionIssue(ring) ?? closingIssue(ring) ?? meridianIssue(ring)
    if (issue !== undefined) return { ...issue, path: [r, ...issue.path] }
  }
  const untangled = untangle(rings.map(withoutRepeats))
  if (isRefusal(untangled)) return { ...untangled, path: [] }
  return untangled.polygons.length === 0 ? { ...NO_AREA, path: [] } : undefined
}

function positionIssue(ring: LinearRing): BoundaryIssue | undefined {
  for (const [i, [long, lat]] of ring.entries()) {
    const issue = isOutOfRange(long, lat)
    if (issue !== undefined) return { ...issue, path: [i] }
  }
  return undefined
}

function closingIssue(ring: LinearRing): BoundaryIssue | undefined {
  if (ring.length < 4) {
    const why = `A ring has only ${ring.length} position${ring.length === 1 ? '' : 's'}`
    return { path: [], why, repair: 'Give it at least four, the last equal to the first' }
  }
  if (samePosition(ring[0], ring.at(-1))) return undefined
  return { path: [], why: 'A ring is not closed', repair: 'Repeat its first position at its end' }
}

function meridianIssue(ring: LinearRing): BoundaryIssue | undefined {
  const [west, , east] = boundsOf([[ring]])
  if (east - west <= 180 && !crossesMeridian(ring)) return undefined
  const why = 'A ring crosses the 180th meridian, and would be drawn around the Earth'
  return { path: [], why, repair: 'Cut it there into two polygons, as countyline boundaries import does' }
}
