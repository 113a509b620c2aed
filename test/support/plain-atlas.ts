import {
  type MultiPolygonRings,
  metresPerDegree,
  type Place,
  type Position,
  type Ring,
} from '../../src/core/geometry.ts'
import type { Atlas, NearSegment } from '../../src/routing/types.ts'

/** The atlas by the book: every edge of everything, every time. For tests, and as the plain side of benchmarks. */
export function plainAtlas(
  areas: readonly MultiPolygonRings[],
  segments: readonly (readonly Position[])[],
): Atlas {
  const areasAt = (lat: number, long: number) =>
    areas.flatMap((polygons, index) => (polygons.some(rings => holds(rings, [long, lat])) ? [index] : []))
  return {
    areasAt,
    areaSetsWithin(lat, long, metres) {
      const sets = [areasAt(lat, long)]
      for (const [a, b] of areas.flat(2).flatMap(edges)) {
        if (nearest({ lat, long }, a, b).metres > metres) continue
        const { probe, normal } = nearest({ lat, long }, a, b, CLEAR_OF_CORNERS)
        for (const metresOff of [0.001, -0.001]) {
          sets.push(areasAt(probe.lat + metresOff * normal.lat, probe.long + metresOff * normal.long))
        }
      }
      return [...new Map(sets.map(set => [set.join(), set])).values()]
    },
    segmentsWithin(lat, long, metres) {
      return segments
        .map((line, segment) => nearSegment(segment, line, { lat, long }))
        .filter(near => near.metres <= metres)
        .sort((a, b) => a.metres - b.metres || a.segment - b.segment)
    },
  }
}

function holds(rings: readonly Ring[], [x, y]: Position): boolean {
  let inside = false
  for (const [a, b] of rings.flatMap(edges)) {
    const turn = (b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0])
    const beside = Math.min(a[0], b[0]) <= x && x <= Math.max(a[0], b[0])
    const level = Math.min(a[1], b[1]) <= y && y <= Math.max(a[1], b[1])
    if (turn === 0 && beside && level) return true
    if (a[1] > y !== b[1] > y && (b[1] > a[1] ? turn > 0 : turn < 0)) inside = !inside
  }
  return inside
}

function nearSegment(segment: number, line: readonly Position[], place: Place): NearSegment {
  const pieces = edges(line).map(([a, b]) => nearest(place, a, b))
  const total = pieces.reduce((sum, piece) => sum + piece.length, 0)
  let before = 0
  let best: NearSegment = { segment, metres: Number.POSITIVE_INFINITY, side: 'on', along: 0 }
  for (const { metres, turn, fraction, length } of pieces) {
    if (metres < best.metres) {
      const side = metres <= 0.5 || turn === 0 ? 'on' : turn > 0 ? 'left' : 'right'
      best = { segment, metres, side, along: (before + fraction * length) / total }
    }
    before += length
  }
  return best
}

/** Metres from an edge's ends within which its two sides are not probed: there, other edges are as near. */
const CLEAR_OF_CORNERS = 0.5

/** In the plane that touches the earth at the place. `normal` is one metre, square to the edge, in degrees. */
function nearest(place: Place, a: Position, b: Position, clear = 0) {
  const scale = metresPerDegree(place.lat)
  const [ax, ay] = [(a[0] - place.long) * scale.long, (a[1] - place.lat) * scale.lat]
  const [dx, dy] = [(b[0] - a[0]) * scale.long, (b[1] - a[1]) * scale.lat]
  const length = Math.hypot(dx, dy)
  const margin = length === 0 ? 0.5 : Math.min(0.5, clear / length)
  const foot = length === 0 ? 0 : -(ax * dx + ay * dy) / length ** 2
  const fraction = Math.min(1 - margin, Math.max(margin, foot))
  const [x, y] = [ax + fraction * dx, ay + fraction * dy]
  return {
    metres: Math.hypot(x, y),
    probe: { lat: place.lat + y / scale.lat, long: place.long + x / scale.long },
    normal: { lat: dx / (length || 1) / scale.lat, long: -dy / (length || 1) / scale.long },
    turn: dy * ax - dx * ay,
    fraction,
    length,
  }
}

function edges(line: readonly Position[]): (readonly [Position, Position])[] {
  return line.slice(1).map((to, i) => [line[i] ?? to, to])
}
