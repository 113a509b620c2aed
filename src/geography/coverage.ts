import type { MultiPolygonRings } from '../core/geometry.ts'
import { difference, intersection } from './clip.ts'
import { squareMetres } from './measure.ts'
import { tidy } from './mend.ts'

/** A body of one layer, with its boundary on the day in question. */
export interface CoveringBody {
  readonly id: string
  readonly geometry: MultiPolygonRings
}

export interface Coverage {
  /** Ground that two bodies claim, one entry a pair. */
  readonly overlaps: readonly {
    readonly bodies: readonly [string, string]
    readonly geometry: MultiPolygonRings
    readonly squareMetres: number
  }[]
  /** Ground of the whole that no body covers, one entry a connected piece, largest first. */
  readonly gaps: readonly { readonly geometry: MultiPolygonRings; readonly squareMetres: number }[]
  /** Pieces too small to count. */
  readonly slivers: number
}

/**
 * Looks for ground that two bodies of a layer claim, and ground of `whole` (the county; null: not asked) that none
 * covers. Pieces under `sliverSquareMetres` come of rounding, and are only counted.
 */
export function coverage(
  bodies: readonly CoveringBody[],
  whole: MultiPolygonRings | null,
  { sliverSquareMetres = 1 }: { readonly sliverSquareMetres?: number } = {},
): Coverage {
  let slivers = 0
  function sizable(pieces: MultiPolygonRings): MultiPolygonRings {
    const kept = pieces.filter(piece => squareMetres([piece]) >= sliverSquareMetres)
    slivers += pieces.length - kept.length
    return tidy(kept)
  }

  const overlaps = bodies.flatMap((one, i) =>
    bodies.slice(i + 1).flatMap(two => {
      const geometry = sizable(intersection(one.geometry, two.geometry))
      if (geometry.length === 0) return []
      return [{ bodies: [one.id, two.id] as const, geometry, squareMetres: squareMetres(geometry) }]
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
    .map(piece => ({ geometry: [piece], squareMetres: squareMetres([piece]) }))
    .sort((a, b) => b.squareMetres - a.squareMetres)
  return { overlaps, gaps, slivers }
}

/** Overlaps and gaps as a GeoJSON FeatureCollection (RFC 7946), to look at on a map. */
export function coverageGeoJson({ overlaps, gaps }: Coverage) {
  const feature = (geometry: MultiPolygonRings, properties: Readonly<Record<string, string | number>>) => ({
    type: 'Feature' as const,
    properties,
    geometry: { type: 'MultiPolygon' as const, coordinates: geometry },
  })
  return {
    type: 'FeatureCollection' as const,
    features: [
      ...overlaps.map(({ bodies, geometry, squareMetres }) =>
        feature(geometry, {
          kind: 'overlap',
          bodies: bodies.join(', '),
          squareMetres: Math.round(squareMetres),
        }),
      ),
      ...gaps.map(({ geometry, squareMetres }) =>
        feature(geometry, { kind: 'gap', squareMetres: Math.round(squareMetres) }),
      ),
    ],
  }
}
