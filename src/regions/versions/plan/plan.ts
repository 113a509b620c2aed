import type { MultiPolygonRings } from '../../../core/geometry.ts'
import { areaText, groundText, lengthText, type Units } from '../../../core/measures.ts'
import { agreementsWithoutSuccessor } from '../../../routing/agreements.ts'
import type { Documents, Snapshot } from '../../documents/snapshot.ts'
import { localDay } from '../../runtime/calendar.ts'
import { compileRouting } from '../../runtime/routing.ts'
import { changesBetween, type DocumentChange } from './changes.ts'
import { type GroundChange, type GroundRequests, groundChanges } from './ground.ts'
import { type OpenedClaim, type OpenedGap, openedClaims, openedGaps, openedShare } from './openings.ts'

export interface Plan {
  readonly units: Units
  /** The version it starts from; null: the region is new. */
  readonly from: number | null
  readonly changes: readonly DocumentChange[]
  readonly overlaps: readonly OpenedClaim[]
  readonly gaps: readonly OpenedGap[]
  readonly ground: readonly GroundChange[]
  /** Agreements that end soon, or have ended, without a successor (S5). */
  readonly ends: readonly {
    readonly agreement: string
    readonly accountable: string
    readonly daysLeft: number
  }[]
}

/** How many of the region's own requests a plan concerns: those of the last year in what it opens, by index. */
export interface PlanRequests {
  readonly ground: readonly GroundRequests[]
  readonly gaps: readonly number[]
  readonly overlaps: readonly number[]
}

/** `at` is now, in milliseconds: gaps count from today on. */
export function planRegion(current: Snapshot | undefined, next: Documents, at: number): Plan {
  const routing = compileRouting({ region: '', version: 0, documents: next })
  const today = localDay(at, next.region.timezone)
  return {
    units: next.region.units ?? 'us',
    from: current?.version ?? null,
    changes: changesBetween(current?.documents, next),
    overlaps: openedClaims(current?.documents, next),
    gaps: openedGaps(current?.documents, next, today),
    ground: groundChanges(current?.documents, next, today),
    ends: agreementsWithoutSuccessor(routing.agreements, at)
      .filter(({ warning, daysLeft }) => warning !== null || daysLeft <= 0)
      .map(({ agreement: { id, accountable }, daysLeft }) => ({ agreement: id, accountable, daysLeft })),
  }
}

export function planLines(
  { units, from, changes, overlaps, gaps, ground, ends }: Plan,
  requests?: PlanRequests,
): string[] {
  return [
    ...changeLines(changes),
    ...ground.flatMap((change, index) => groundLines(change, requests?.ground[index])),
    ...overlaps.map((overlap, index) => {
      const { layer, bodies, squareMeters, narrow } = overlap
      const [a, b] = bodies
      const kind = narrow === null ? 'overlap' : `overlap about ${lengthText(units, narrow)} wide`
      const said = openedText(units, overlap, requests?.overlaps[index])
      return `  ! ${kind}: ${a.jurisdiction.slug} and ${b.jurisdiction.slug} both cover ${areaText(units, squareMeters)} in the layer "${layer}"${said}`
    }),
    ...gaps.map((gap, index) => {
      const { day, services, squareMeters } = gap
      const said = openedText(units, gap, requests?.gaps[index])
      return `  ! gap: from ${day}, no agency is responsible for ${listed(services)} on ${areaText(units, squareMeters)}${said}`
    }),
    ...ends.map(({ agreement, accountable, daysLeft }) => {
      const when = daysLeft > 0 ? `ends in ${daysLeft} days` : 'has ended'
      return `  ! agreement ${agreement} ${when} without a successor. The work returns to ${accountable}`
    }),
    ...(changes.length === 0 ? [`  no changes: version ${from} is current`] : []),
  ]
}

function openedText(
  units: Units,
  { opened, squareMeters }: OpenedClaim | OpenedGap,
  requests: number | undefined,
): string {
  const share = openedShare(opened, squareMeters)
  if (share === 'none') return ', as in force'
  const part = share === 'some' ? `, ${areaText(units, opened.squareMeters)} of it new` : ''
  return requests === undefined ? part : `${part}, where ${requests} requests of the last year fell`
}

function groundLines({ jurisdiction, day, lost, gained }: GroundChange, requests?: GroundRequests): string[] {
  return (['lost', 'gained'] as const).flatMap(kind => {
    const { squareMeters } = kind === 'lost' ? lost : gained
    if (squareMeters === 0) return []
    const fell = requests?.[kind]
    const said = fell === undefined ? '' : `, where ${fell.total} requests fell, ${fell.open} of them open`
    const verb = kind === 'lost' ? 'loses' : 'gains'
    return [`  ! ground: from ${day}, ${jurisdiction} ${verb} ${groundText(squareMeters)}${said}`]
  })
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

export function planGeoJson({ overlaps, gaps, ground }: Plan) {
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
      ...ground.flatMap(({ jurisdiction, day, lost, gained }) =>
        Object.entries({ lost, gained })
          .filter(([, { geometry }]) => geometry.length > 0)
          .map(([kind, { geometry, squareMeters }]) =>
            feature(geometry, { kind, jurisdiction, from: day, squareMetres: Math.round(squareMeters) }),
          ),
      ),
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
export function planJson({ from, changes, overlaps, gaps, ground, ends }: Plan, requests?: PlanRequests) {
  return {
    from,
    changes,
    overlaps: overlaps.map(({ layer, bodies: [a, b], squareMeters, narrow, opened }, index) => ({
      layer,
      bodies: [a.jurisdiction.slug, b.jurisdiction.slug],
      squareMetres: Math.round(squareMeters),
      openedSquareMetres: Math.round(opened.squareMeters),
      requests: requests?.overlaps[index],
      narrow: narrow !== null,
    })),
    ground: ground.map(({ jurisdiction, day, lost, gained }, index) => ({
      jurisdiction,
      from: day,
      lostSquareMetres: Math.round(lost.squareMeters),
      gainedSquareMetres: Math.round(gained.squareMeters),
      requests: requests?.ground[index],
    })),
    gaps: gaps.map(({ day, services, squareMeters, opened }, index) => ({
      from: day,
      services,
      squareMetres: Math.round(squareMeters),
      openedSquareMetres: Math.round(opened.squareMeters),
      requests: requests?.gaps[index],
    })),
    ends,
  }
}
