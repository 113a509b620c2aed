import type { MultiPolygonRings } from '../core/geometry.ts'
import { difference, intersection } from './polygons/clip.ts'
import { squareMeters } from './polygons/measure.ts'
import { cleanRing } from './polygons/repair.ts'

export interface CoveringBody {
  readonly id: string
  readonly geometry: MultiPolygonRings
}

export interface Coverage {
  readonly overlaps: readonly {
    readonly bodies: readonly [string, string]
    readonly geometry: MultiPolygonRings
    readonly squareMeters: number
  }[]
  /** Territory of the whole that no body covers, one entry per connected piece, largest first. */
  readonly gaps: readonly { readonly geometry: MultiPolygonRings; readonly squareMeters: number }[]
  readonly slivers: number
}

/** Gaps are within `whole` (null: not checked). Pieces under `sliverSquareMeters` are only counted. */
export function coverage(
  bodies: readonly CoveringBody[],
  whole: MultiPolygonRings | null,
  { sliverSquareMeters = 1 }: { readonly sliverSquareMeters?: number } = {},
): Coverage {
  let slivers = 0
  function sizable(pieces: MultiPolygonRings): MultiPolygonRings {
    const kept = pieces.filter(piece => squareMeters([piece]) >= sliverSquareMeters)
    slivers += pieces.length - kept.length
    return cleanRing(kept)
  }

  const overlaps = bodies.flatMap((one, i) =>
    bodies.slice(i + 1).flatMap(two => {
      const geometry = sizable(intersection(one.geometry, two.geometry))
      if (geometry.length === 0) return []
      return [{ bodies: [one.id, two.id] as const, geometry, squareMeters: squareMeters(geometry) }]
    }),
  )
  const uncovered =
    whole === null
      ? []
      : sizable(
          difference(
            whole,
            bodies.map(body => body.geometry),
          ),
        )
  const gaps = uncovered
    .map(piece => ({ geometry: [piece], squareMeters: squareMeters([piece]) }))
    .sort((a, b) => b.squareMeters - a.squareMeters)
  return { overlaps, gaps, slivers }
}

export function coverageGeoJson({ overlaps, gaps }: Coverage) {
  const feature = (geometry: MultiPolygonRings, properties: Readonly<Record<string, string | number>>) => ({
    type: 'Feature' as const,
    properties,
    geometry: { type: 'MultiPolygon' as const, coordinates: geometry },
  })
  return {
    type: 'FeatureCollection' as const,
    features: [
      ...overlaps.map(({ bodies, geometry, squareMeters }) =>
        feature(geometry, {
          kind: 'overlap',
          bodies: bodies.join(', '),
          squareMetres: Math.round(squareMeters),
        }),
      ),
      ...gaps.map(({ geometry, squareMeters }) =>
        feature(geometry, { kind: 'gap', squareMetres: Math.round(squareMeters) }),
      ),
    ],
  }
}
