import type { MultiPolygonRings, Place } from '../../../core/geometry.ts'
import { prepareAtlas } from '../../../geography/atlas.ts'
import type { Plan } from './plan.ts'

/** An area that a plan changes. */
export interface PlanArea {
  readonly kind: 'lost' | 'gained' | 'gap' | 'overlap'
  /** In the plan's list of that kind. */
  readonly index: number
  /** Of gaps and overlaps: the services that they concern. */
  readonly services?: ReadonlySet<string>
}

/** For places: the areas of the plan that they are in. Undefined if it has none. */
export function placesInPlan({
  ground,
  gaps,
  overlaps,
}: Pick<Plan, 'ground' | 'gaps' | 'overlaps'>): ((place: Place) => readonly PlanArea[]) | undefined {
  const areas: (PlanArea & { readonly geometry: MultiPolygonRings })[] = [
    ...ground.flatMap(({ lost, gained }, index) => [
      { kind: 'lost' as const, index, geometry: lost.geometry },
      { kind: 'gained' as const, index, geometry: gained.geometry },
    ]),
    ...gaps.map(({ services, opened }, index) => ({
      kind: 'gap' as const,
      index,
      services: new Set(services),
      geometry: opened.geometry,
    })),
    ...overlaps.map(({ services, opened }, index) => ({
      kind: 'overlap' as const,
      index,
      services: new Set(services),
      geometry: opened.geometry,
    })),
  ].filter(({ geometry }) => geometry.length > 0)
  if (areas.length === 0) return undefined
  const atlas = prepareAtlas({ areas: areas.map(({ geometry }) => geometry), segments: [] })
  return ({ lat, long }) => atlas.areasAt(lat, long).flatMap(index => areas[index] ?? [])
}
