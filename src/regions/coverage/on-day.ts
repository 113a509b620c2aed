import type { MultiPolygonRings } from '../../core/geometry.ts'
import { difference, intersection } from '../../geography/polygons/clip.ts'
import { squareMeters } from '../../geography/polygons/measure.ts'
import type { AgreementDocument } from '../documents/schemas/agreements.ts'
import type { ServiceDocument } from '../documents/schemas/services.ts'
import type { Documents } from '../documents/snapshot.ts'
import { layersOf, mayOffer } from '../runtime/offers.ts'
import { type Boundary, datesOf, heldOn, holdsOn, isWide } from '../versions/plan/coverage.ts'
import { type Ground, groundOf, NO_GROUND } from '../versions/plan/ground.ts'

// Who serves a service where, on a day: routing's own rules, for ground instead of a place.

/** The ground on which one body is responsible for the service. */
export interface CoverageShare {
  readonly body: string
  readonly name: string
  readonly kind: 'jurisdiction' | 'partner'
  /** The layer that decides; `territory` for a partner's ground. */
  readonly layer: string
  readonly ground: Ground
  readonly agreements: readonly CoveringAgreement[]
  /** The day on which its boundary or the body itself ends, if it does. */
  readonly to: string | null
}

/** An agreement by which another body does the work on a share, or on a part of it. */
export interface CoveringAgreement {
  readonly id: string
  readonly title: string
  readonly performer: string
  readonly performerName: string
  readonly hours: 'always' | 'open' | 'closed'
  readonly urgentOnly: boolean
  readonly to: string | null
  /** On all of the share, on this part of it, or on some roads. */
  readonly where: 'all' | 'part' | 'roads'
  readonly ground: Ground
}

export interface ServiceCoverage {
  readonly service: string
  readonly day: string
  readonly shares: readonly CoverageShare[]
  /** Ground of some jurisdiction where nobody is responsible for the service. */
  readonly gap: Ground
  /** Ground that two bodies of the deciding layer cover. */
  readonly overlaps: readonly { readonly bodies: readonly [string, string]; readonly ground: Ground }[]
  /** The owner of a road is responsible on it, before anybody else. */
  readonly roadOwners: readonly string[]
}

/** Undefined for a service that the documents do not have. */
export function coverageOn(documents: Documents, service: string, day: string): ServiceCoverage | undefined {
  const found = documents.services.find(({ code }) => code === service)
  if (found === undefined) return undefined
  const held = heldOn(documents, day)
  const shares: CoverageShare[] = []
  const overlaps: ServiceCoverage['overlaps'][number][] = []
  const taken: MultiPolygonRings[] = []
  for (const { body, name, geometry, to } of territoriesOn(documents, day)) {
    const ground = groundOf(geometry, taken.flat())
    taken.push(geometry)
    if (ground.squareMeters > 0)
      shares.push({ body, name, kind: 'partner', layer: 'territory', ground, agreements: [], to })
  }
  for (const layer of found.layers.filter(name => !name.startsWith('asset:'))) {
    const own = held.filter(({ jurisdiction }) => serves(jurisdiction, found, layer))
    overlaps.push(...overlapsIn(own, taken.flat()))
    for (const [slug, boundaries] of Map.groupBy(own, ({ jurisdiction }) => jurisdiction.slug)) {
      const geometry = boundaries.flatMap(boundary => boundary.geometry)
      const ground = groundOf(geometry, taken.flat())
      taken.push(geometry)
      const [first] = boundaries
      if (first === undefined || ground.squareMeters === 0) continue
      const agreements = agreementsOn(documents, { service, day, body: slug, ground })
      const { name } = first.jurisdiction
      shares.push({
        body: slug,
        name,
        kind: 'jurisdiction',
        layer,
        ground,
        agreements,
        to: endOf(boundaries),
      })
    }
  }
  return {
    service,
    day,
    shares,
    gap: gapOf(held, taken),
    overlaps,
    roadOwners: roadOwnersOn(documents, found, day),
  }
}

type Jurisdiction = Boundary['jurisdiction']

function serves(jurisdiction: Jurisdiction, { code }: ServiceDocument, layer: string): boolean {
  return mayOffer(jurisdiction, code) && layersOf(jurisdiction).includes(layer)
}

function territoriesOn({ areas, region }: Documents, day: string) {
  const names = new Map((region.partners ?? []).map(({ id, name }) => [id, name]))
  return areas
    .filter(({ properties }) => properties.kind === 'territory' && holdsOn(properties, day))
    .map(({ properties: { partner = '', name, to }, coordinates }) => ({
      body: partner ?? '',
      name: names.get(partner ?? '') ?? name,
      geometry: coordinates,
      to: to ?? null,
    }))
}

function gapOf(held: readonly Boundary[], taken: readonly MultiPolygonRings[]): Ground {
  const open = difference(
    held.flatMap(({ geometry }) => geometry),
    taken,
  ).filter(isWide)
  return open.length === 0 ? NO_GROUND : { geometry: open, squareMeters: squareMeters(open) }
}

function overlapsIn(own: readonly Boundary[], taken: MultiPolygonRings): ServiceCoverage['overlaps'] {
  return own.flatMap((one, index) =>
    own.slice(index + 1).flatMap(other => {
      if (one.jurisdiction === other.jurisdiction) return []
      const both = intersection(one.geometry, other.geometry)
      const geometry = (taken.length === 0 ? both : difference(both, [taken])).filter(isWide)
      if (geometry.length === 0) return []
      const bodies = [one.jurisdiction.slug, other.jurisdiction.slug] as const
      return [{ bodies, ground: { geometry, squareMeters: squareMeters(geometry) } }]
    }),
  )
}

// The first day on which some of its ground ends.
function endOf(boundaries: readonly Boundary[]): string | null {
  const ends = boundaries.flatMap(boundary => datesOf(boundary).to ?? [])
  return ends.sort()[0] ?? null
}

interface Share {
  readonly service: string
  readonly day: string
  readonly body: string
  readonly ground: Ground
}

function agreementsOn(documents: Documents, { service, day, body, ground }: Share): CoveringAgreement[] {
  const applies = ({ accountable, services = 'all', ...dated }: AgreementDocument) =>
    accountable === body && holdsOn(dated, day) && (services === 'all' || services.includes(service))
  return (documents.agreements.agreements ?? []).filter(applies).flatMap(agreement => {
    const { id, title, performer, hours = 'always', urgentOnly = false, to = null } = agreement
    const covered = groundUnder(documents, agreement, day, ground)
    const where = agreement.areas !== undefined ? 'part' : agreement.segments !== undefined ? 'roads' : 'all'
    if (where === 'part' && covered.squareMeters === 0 && agreement.segments === undefined) return []
    const performerName = nameOf(documents, performer)
    return [{ id, title, performer, performerName, hours, urgentOnly, to, where, ground: covered }]
  })
}

function groundUnder(
  { areas }: Documents,
  agreement: AgreementDocument,
  day: string,
  ground: Ground,
): Ground {
  if (agreement.areas === undefined) return agreement.segments === undefined ? ground : NO_GROUND
  const limits = areas.filter(
    ({ properties }) => agreement.areas?.includes(properties.id) && holdsOn(properties, day),
  )
  const geometry = intersection(
    ground.geometry,
    limits.flatMap(({ coordinates }) => coordinates),
  )
  return { geometry, squareMeters: squareMeters(geometry) }
}

export function nameOf({ jurisdictions, region }: Documents, body: string): string {
  const jurisdiction = jurisdictions.find(({ slug }) => slug === body)
  return jurisdiction?.name ?? region.partners?.find(({ id }) => id === body)?.name ?? body
}

function roadOwnersOn(documents: Documents, { layers }: ServiceDocument, day: string): string[] {
  if (!layers.includes('asset:road')) return []
  const roads = documents.roads.filter(({ properties }) => holdsOn(properties, day))
  const owners = new Set(roads.flatMap(({ properties: { owner } }) => owner ?? []))
  return [...owners].map(owner => nameOf(documents, owner)).sort()
}
