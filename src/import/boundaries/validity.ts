import type { MultiPolygonRings } from '../../core/geometry.ts'
import { intersection } from '../../geography/polygons/clip.ts'
import { squareMeters } from '../../geography/polygons/measure.ts'
import { snappedTo } from '../../geography/polygons/snap.ts'
import type { Jurisdiction } from '../../regions/documents/snapshot.ts'
import type { BoundaryImport } from './import.ts'

type Boundary = Jurisdiction['boundary']

/** The days between which a boundary is in force: from the first, and until without the second. */
export interface Validity {
  readonly from?: string | undefined
  readonly to?: string | undefined
}

/** A boundary in its place among the earlier ones: with `from` they end there, without it they are replaced. */
export function withBoundary(present: Boundary, next: MultiPolygonRings, { from, to }: Validity): Boundary {
  const earlier = from === undefined ? [] : endedBy(present, from)
  return [...earlier, { properties: { ...(from && { from }), ...(to && { to }) }, coordinates: next }]
}

function endedBy(boundary: Boundary, day: string): Boundary {
  return boundary
    .filter(({ properties: { from } }) => !from || from < day)
    .map(({ properties, coordinates }) => {
      const to = properties.to && properties.to < day ? properties.to : day
      return { properties: { ...properties, to }, coordinates }
    })
}

// Boundaries change at their edges. One that shares hardly any ground with the present one is another body's.
const MIN_SHARED = 0.1

/** Whether a boundary shares hardly any ground with the present ones. */
export function liesElsewhere(boundary: Boundary, next: MultiPolygonRings): boolean {
  const present = boundary.flatMap(({ coordinates }) => coordinates)
  const isSame = boundary.some(({ coordinates }) => JSON.stringify(coordinates) === JSON.stringify(next))
  if (present.length === 0 || isSame) return false
  const shared = squareMeters(intersection(present, next))
  return shared < MIN_SHARED * Math.min(squareMeters(present), squareMeters(next))
}

/** In order: each onto the present boundaries that stay, and onto the bodies before it, up to so many meters. */
export function withSnapped(
  imported: BoundaryImport,
  jurisdictions: ReadonlyMap<string, Jurisdiction>,
  meters: number,
): BoundaryImport {
  const slugs = new Set(imported.bodies.map(({ slug }) => slug))
  const neighbors = [...jurisdictions.values()]
    .filter(({ slug }) => !slugs.has(slug))
    .flatMap(({ boundary }) => boundary.flatMap(({ coordinates }) => coordinates))
  const repaired = [...imported.repaired]
  const bodies = imported.bodies.map(body => {
    const geometry = snappedTo(neighbors, body.geometry, meters)
    if (geometry !== undefined)
      repaired.push({ name: body.name, what: `Moved onto its neighbors, up to ${meters} m` })
    neighbors.push(...(geometry ?? body.geometry))
    if (geometry === undefined) return body
    return { ...body, geometry, vertices: geometry.flat(2).length, squareMeters: squareMeters(geometry) }
  })
  return { ...imported, bodies, repaired }
}
