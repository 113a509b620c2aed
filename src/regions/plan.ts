import type { MultiPolygonRings } from '../core/geometry.ts'
import { agreementsWithoutSuccessor } from '../routing/agreements.ts'
import { localDay } from './calendar.ts'
import { type Change, changesBetween } from './changes.ts'
import { type Claim, type Gap, gapsFrom, rivalClaims } from './coverage.ts'
import { compileRouting } from './routing.ts'
import type { Documents, Snapshot } from './snapshot.ts'
import { areaInWords } from './words.ts'

/** What `apply` would change, and what the ground would look like after it. */
export interface Plan {
  /** The version it starts from; null: the region is new. */
  readonly from: number | null
  readonly changes: readonly Change[]
  readonly overlaps: readonly Claim[]
  readonly gaps: readonly Gap[]
  /** Agreements that end soon, or have ended, with no successor (S5). */
  readonly ends: readonly {
    readonly agreement: string
    readonly accountable: string
    readonly daysLeft: number
  }[]
}

/** Compares documents with the stored version. `at` is now, in milliseconds: gaps count from today on. */
export function planRegion(current: Snapshot | undefined, next: Documents, at: number): Plan {
  const routing = compileRouting({ region: '', version: 0, documents: next })
  return {
    from: current?.version ?? null,
    changes: changesBetween(current?.documents, next),
    overlaps: rivalClaims(next),
    gaps: gapsFrom(next, localDay(at, next.region.timezone)),
    ends: agreementsWithoutSuccessor(routing.agreements, at)
      .filter(({ warning, daysLeft }) => warning !== null || daysLeft <= 0)
      .map(({ agreement: { id, accountable }, daysLeft }) => ({ agreement: id, accountable, daysLeft })),
  }
}

/** The plan in plain words, a line each. */
export function planLines({ from, changes, overlaps, gaps, ends }: Plan): string[] {
  return [
    ...changeLines(changes),
    ...overlaps.map(({ layer, bodies: [a, b], squareMetres }) => {
      return `  ! overlap: ${a.jurisdiction.slug} and ${b.jurisdiction.slug} both claim ${areaInWords(squareMetres)} in the layer "${layer}"`
    }),
    ...gaps.map(({ day, services, squareMetres }) => {
      return `  ! gap: from ${day}, nobody answers for ${listed(services)} on ${areaInWords(squareMetres)}`
    }),
    ...ends.map(({ agreement, accountable, daysLeft }) => {
      const when = daysLeft > 0 ? `ends in ${daysLeft} days` : 'has ended'
      return `  ! agreement ${agreement} ${when} with no successor: the work goes back to ${accountable}`
    }),
    ...(changes.length === 0 ? [`  nothing to change: version ${from} is in force`] : []),
  ]
}

/** Things of one kind that come or go together, beyond which only their number is told. */
const NAMED = 12

function changeLines(changes: readonly Change[]): string[] {
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

/** Overlaps and gaps as GeoJSON, to look at on a map. */
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
      ...overlaps.map(({ layer, bodies: [a, b], geometry, squareMetres }) => {
        const bodies = `${a.jurisdiction.slug}, ${b.jurisdiction.slug}`
        return feature(geometry, { kind: 'overlap', layer, bodies, squareMetres: Math.round(squareMetres) })
      }),
      ...gaps.map(({ day, services, geometry, squareMetres }) =>
        feature(geometry, {
          kind: 'gap',
          from: day,
          services: services.join(', '),
          squareMetres: Math.round(squareMetres),
        }),
      ),
    ],
  }
}

/** The plan as JSON: areas in square metres, their shapes left to `planGeoJson`. */
export function planJson({ from, changes, overlaps, gaps, ends }: Plan) {
  return {
    from,
    changes,
    overlaps: overlaps.map(({ layer, bodies: [a, b], squareMetres }) => ({
      layer,
      bodies: [a.jurisdiction.slug, b.jurisdiction.slug],
      squareMetres: Math.round(squareMetres),
    })),
    gaps: gaps.map(({ day, services, squareMetres }) => ({
      from: day,
      services,
      squareMetres: Math.round(squareMetres),
    })),
    ends,
  }
}
