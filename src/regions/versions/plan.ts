import type { MultiPolygonRings } from '../../core/geometry.ts'
import { areaText, type Units } from '../../core/measures.ts'
import { agreementsWithoutSuccessor } from '../../routing/agreements.ts'
import type { Documents, Snapshot } from '../documents/snapshot.ts'
import { localDay } from '../runtime/calendar.ts'
import { compileRouting } from '../runtime/routing.ts'
import { changesBetween, type DocumentChange } from './changes.ts'
import { type CoverageGap, coverageGaps, overlappingClaims, type TerritoryClaim } from './coverage.ts'

export interface Plan {
  readonly units: Units
  /** The version it starts from; null: the region is new. */
  readonly from: number | null
  readonly changes: readonly DocumentChange[]
  readonly overlaps: readonly TerritoryClaim[]
  readonly gaps: readonly CoverageGap[]
  /** Agreements that end soon, or have ended, without a successor (S5). */
  readonly ends: readonly {
    readonly agreement: string
    readonly accountable: string
    readonly daysLeft: number
  }[]
}

/** `at` is now, in milliseconds: gaps count from today on. */
export function planRegion(current: Snapshot | undefined, next: Documents, at: number): Plan {
  const routing = compileRouting({ region: '', version: 0, documents: next })
  return {
    units: next.region.units ?? 'us',
    from: current?.version ?? null,
    changes: changesBetween(current?.documents, next),
    overlaps: overlappingClaims(next),
    gaps: coverageGaps(next, localDay(at, next.region.timezone)),
    ends: agreementsWithoutSuccessor(routing.agreements, at)
      .filter(({ warning, daysLeft }) => warning !== null || daysLeft <= 0)
      .map(({ agreement: { id, accountable }, daysLeft }) => ({ agreement: id, accountable, daysLeft })),
  }
}

export function planLines({ units, from, changes, overlaps, gaps, ends }: Plan): string[] {
  return [
    ...changeLines(changes),
    ...overlaps.map(({ layer, bodies: [a, b], squareMeters }) => {
      return `  ! overlap: ${a.jurisdiction.slug} and ${b.jurisdiction.slug} both cover ${areaText(units, squareMeters)} in the layer "${layer}"`
    }),
    ...gaps.map(({ day, services, squareMeters }) => {
      return `  ! gap: from ${day}, no agency is responsible for ${listed(services)} on ${areaText(units, squareMeters)}`
    }),
    ...ends.map(({ agreement, accountable, daysLeft }) => {
      const when = daysLeft > 0 ? `ends in ${daysLeft} days` : 'has ended'
      return `  ! agreement ${agreement} ${when} without a successor. The work returns to ${accountable}`
    }),
    ...(changes.length === 0 ? [`  no changes: version ${from} is current`] : []),
  ]
}

// Above this many, additions or removals of one kind are only counted.
const NAMED = 12

function changeLines(changes: readonly DocumentChange[]): string[] {
  const signs = { added: '+', removed: '-', changed: '~' } as const
  const nouns = [...new Set(changes.map(({ noun }) => noun))]
  return nouns.flatMap(noun =>
    (['added', 'removed', 'changed'] as const).flatMap(kind => {
      const alike = changes.filter(change => change.noun === noun && change.kind === kind)
      if (kind !== 'changed' && alike.length > NAMED) {
        return [`  ${signs[kind]} ${alike.length} × ${noun}: ${listed(alike.map(({ id }) => id))}`]
      }
      return alike.map(({ id, details }) => {
        const what = details.length > 0 ? ` (${details.join('; ')})` : ''
        return `  ${signs[kind]} ${noun} ${id}${what}`
      })
    }),
  )
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ')
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown
}

export function planGeoJson({ overlaps, gaps }: Plan) {
  const feature = (
    coordinates: MultiPolygonRings,
    properties: Readonly<Record<string, string | number>>,
  ) => ({
    type: 'Feature',
    properties,
    geometry: { type: 'MultiPolygon', coordinates },
  })
  return {
    type: 'FeatureCollection',
    features: [
      ...overlaps.map(({ layer, bodies: [a, b], geometry, squareMeters }) => {
        const bodies = `${a.jurisdiction.slug}, ${b.jurisdiction.slug}`
        return feature(geometry, { kind: 'overlap', layer, bodies, squareMetres: Math.round(squareMeters) })
      }),
      ...gaps.map(({ day, services, geometry, squareMeters }) =>
        feature(geometry, {
          kind: 'gap',
          from: day,
          services: services.join(', '),
          squareMetres: Math.round(squareMeters),
        }),
      ),
    ],
  }
}

/** Areas in square meters; their shapes are in `planGeoJson`. */
export function planJson({ from, changes, overlaps, gaps, ends }: Plan) {
  return {
    from,
    changes,
    overlaps: overlaps.map(({ layer, bodies: [a, b], squareMeters }) => ({
      layer,
      bodies: [a.jurisdiction.slug, b.jurisdiction.slug],
      squareMetres: Math.round(squareMeters),
    })),
    gaps: gaps.map(({ day, services, squareMeters }) => ({
      from: day,
      services,
      squareMetres: Math.round(squareMeters),
    })),
    ends,
  }
}
