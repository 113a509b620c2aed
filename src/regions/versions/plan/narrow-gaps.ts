import { type LongLat, metersPerDegree, type Place } from '../../../core/geometry.ts'
import { withWinding } from '../../../geography/polygons/rings.ts'
import type { RoutingSnapshot } from '../../../routing/types.ts'
import type { Documents } from '../../documents/snapshot.ts'
import { type Boundary, boundariesOf, contestedLayer, NARROW_METERS, SLIVER } from './coverage.ts'

/** A strip between two neighbors that neither covers, narrower than a street. */
export interface NarrowGap {
  readonly layer: string
  readonly bodies: readonly [Boundary, Boundary]
  readonly metersLong: number
  /** Mean. */
  readonly metersWide: number
  readonly at: Place
}

interface Strip {
  layer: string
  bodies: readonly [Boundary, Boundary]
  metersLong: number
  squareMeters: number
  at: Place
}

const STEP_METERS = 25
const BESIDE_METERS = 0.05

/** Looks outward from every edge: is there nobody beside it, and another body of its layer within a few meters? */
export function narrowGaps(documents: Documents, routing: RoutingSnapshot): NarrowGap[] {
  const boundaries = documents.jurisdictions.flatMap(boundariesOf)
  const strips = new Map<string, Strip>()
  const contested = contestedLayers(documents)
  const neighbors = (own: Boundary) => (area: number) => {
    const other = boundaries[area]
    return other !== undefined && other !== own && contested(own, other) !== undefined
  }
  const covers = (own: Boundary) => (area: number) =>
    routing.areas[area]?.kind === 'territory' || neighbors(own)(area)
  const drawnBy = edgesOf(boundaries)
  for (const [index, own] of boundaries.entries()) {
    // What two neighbors draw alike, from either side, leaves nothing between them: most edges of most regions.
    const isShared = ({ from, to }: Edge) =>
      drawnBy.get(keyOf({ from: to, to: from }))?.some(neighbors(own)) ?? false
    for (const { at, east, north, meters } of samplesOf(own, isShared)) {
      const scale = metersPerDegree(at[1])
      const areasAside = (aside: number) =>
        routing.atlas.areasAt(at[1] + (north * aside) / scale.lat, at[0] + (east * aside) / scale.long)
      if (areasAside(BESIDE_METERS).some(covers(own))) continue
      const neighbor = areasAside(NARROW_METERS).find(neighbors(own))
      const other = neighbor === undefined ? undefined : boundaries[neighbor]
      if (neighbor === undefined || other === undefined) continue
      const wide = nearestOf(aside => areasAside(aside).includes(neighbor))
      const bodies = index < neighbor ? ([own, other] as const) : ([other, own] as const)
      const key = [index, neighbor].sort((a, b) => a - b).join()
      const strip = strips.get(key) ?? {
        layer: contested(own, other) ?? '',
        bodies,
        metersLong: 0,
        squareMeters: 0,
        at: { lat: at[1], long: at[0] },
      }
      strips.set(key, strip)
      // Each strip is seen from both of its sides.
      strip.metersLong += meters / 2
      strip.squareMeters += (meters / 2) * wide
    }
  }
  return [...strips.values()]
    .filter(({ squareMeters }) => squareMeters >= SLIVER)
    .map(({ squareMeters, ...strip }) => ({ ...strip, metersWide: squareMeters / strip.metersLong }))
}

function contestedLayers(documents: Documents) {
  const known = new Map<Boundary, Map<Boundary, string | undefined>>()
  return (one: Boundary, other: Boundary): string | undefined => {
    const own = known.get(one) ?? new Map<Boundary, string | undefined>()
    known.set(one, own)
    if (!own.has(other)) own.set(other, contestedLayer(documents, one, other))
    return own.get(other)
  }
}

function nearestOf(reaches: (aside: number) => boolean): number {
  let [near, far] = [BESIDE_METERS, NARROW_METERS]
  for (let i = 0; i < 6; i++) {
    const middle = (near + far) / 2
    if (reaches(middle)) far = middle
    else near = middle
  }
  return (near + far) / 2
}

interface Sample {
  readonly at: LongLat
  /** Of length 1, away from the body. */
  readonly east: number
  readonly north: number
  /** The length of edge that it stands for. */
  readonly meters: number
}

interface Edge {
  readonly from: LongLat
  readonly to: LongLat
}

/** The body is to the left of each. */
function* edges({ geometry }: Boundary): Generator<Edge> {
  for (const rings of geometry) {
    for (const [i, ring] of rings.entries()) {
      const turned = withWinding(ring, i === 0)
      for (const [k, to] of turned.entries()) {
        const from = turned[k - 1]
        if (from !== undefined) yield { from, to }
      }
    }
  }
}

const keyOf = ({ from, to }: Edge) => `${from} ${to}`

/** Indices of the boundaries that have an edge, in its direction. */
function edgesOf(boundaries: readonly Boundary[]): ReadonlyMap<string, readonly number[]> {
  const known = new Map<string, number[]>()
  for (const [index, boundary] of boundaries.entries()) {
    for (const edge of edges(boundary)) {
      const key = keyOf(edge)
      const owners = known.get(key)
      if (owners === undefined) known.set(key, [index])
      else owners.push(index)
    }
  }
  return known
}

function* samplesOf(boundary: Boundary, isShared: (edge: Edge) => boolean): Generator<Sample> {
  for (const edge of edges(boundary)) {
    if (isShared(edge)) continue
    const { from, to } = edge
    const scale = metersPerDegree((from[1] + to[1]) / 2)
    const [dx, dy] = [(to[0] - from[0]) * scale.long, (to[1] - from[1]) * scale.lat]
    const length = Math.hypot(dx, dy)
    const parts = Math.ceil(length / STEP_METERS)
    for (let part = 0; part < parts; part++) {
      const share = (part + 0.5) / parts
      const at = [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share] as const
      yield { at, east: dy / length, north: -dx / length, meters: length / parts }
    }
  }
}
