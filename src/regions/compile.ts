import { prepareAtlas } from '../geography/atlas.ts'
import type {
  Agreement,
  Area,
  Body,
  BoundaryStreetAgreement,
  RoutingSnapshot,
  Segment,
  ServiceRule,
  Validity,
} from '../routing/types.ts'
import { type Calendar, makeCalendar, openTest, startOfDay } from './calendar.ts'
import type { PartnerDocument, ServiceDocument } from './documents.ts'
import { layersOf, servicesOffered } from './offers.ts'
import { type FoundPlace, placeSearch } from './places.ts'
import type { Documents, Jurisdiction, Snapshot } from './snapshot.ts'

/** A region as a process keeps it in memory: one version of its configuration, made ready for questions. */
export interface Region {
  readonly slug: string
  /** The first of its languages: the fallback for every text. */
  readonly language: string
  readonly snapshot: Snapshot
  readonly documents: Documents
  readonly routing: RoutingSnapshot
  jurisdiction(slug: string): Jurisdiction | undefined
  partner(id: string): PartnerDocument | undefined
  /** The common catalogue's entry. */
  service(code: string): ServiceDocument | undefined
  /** What a jurisdiction offers, with its own names, questions and deadlines; none for an unknown slug. */
  servicesOffered(jurisdiction: string): readonly ServiceDocument[]
  /** A body's hours; one that keeps none, or a partner, never closes. */
  calendar(body: string): Calendar
  searchPlaces(text: string, limit: number): readonly FoundPlace[]
}

/** Makes a region of a snapshot. The documents are trusted: whoever stored them has validated them. */
export function compileRegion(snapshot: Snapshot): Region {
  const { documents } = snapshot
  const jurisdictions = new Map(
    documents.jurisdictions.map(jurisdiction => [jurisdiction.slug, jurisdiction]),
  )
  const partners = new Map((documents.region.partners ?? []).map(partner => [partner.id, partner]))
  const services = new Map(documents.services.map(service => [service.code, service]))
  const calendars = new Map(
    documents.jurisdictions.map(({ slug, timezone, hours, holidays }) => [
      slug,
      makeCalendar(timezone ?? documents.region.timezone, hours, holidays),
    ]),
  )
  const offered = new Map<string, readonly ServiceDocument[]>()
  const unhurried = makeCalendar(documents.region.timezone, undefined)
  const calendar = (body: string) => calendars.get(body) ?? unhurried
  return {
    slug: snapshot.region,
    language: documents.region.languages[0] ?? 'en',
    snapshot,
    documents,
    routing: compileRouting(snapshot, calendar),
    service: code => services.get(code),
    servicesOffered(slug) {
      const jurisdiction = jurisdictions.get(slug)
      if (jurisdiction === undefined) return []
      const known = offered.get(slug) ?? servicesOffered(documents, jurisdiction)
      offered.set(slug, known)
      return known
    },
    jurisdiction: slug => jurisdictions.get(slug),
    partner: id => partners.get(id),
    calendar,
    searchPlaces: placeSearch(documents),
  }
}

function compileRouting(snapshot: Snapshot, calendar: (body: string) => Calendar): RoutingSnapshot {
  const { documents } = snapshot
  const { region, services, agreements } = documents
  const validity = dates(calendar)
  const areas = compileAreas(documents, validity)
  const segments = documents.roads.map(
    ({ properties }): Segment => ({
      ...validity(properties, properties.owner ?? properties.lead ?? ''),
      id: properties.id,
      name: properties.name,
      kind: 'road',
      owner: properties.owner ?? null,
      sides: sidesOf(properties),
    }),
  )
  return {
    version: `${snapshot.region}@${snapshot.version}`,
    bodies: new Map(compileBodies(documents, calendar).map(body => [body.id, body])),
    services: new Map(services.map(service => [service.code, compileService(service)])),
    areas: areas.map(({ area }) => area),
    segments,
    agreements: (agreements.agreements ?? []).map(
      (agreement): Agreement => ({
        ...validity(agreement, agreement.accountable),
        id: agreement.id,
        title: agreement.title,
        accountable: agreement.accountable,
        performer: agreement.performer,
        services: codes(agreement.services),
        areas: indices(
          areas.map(({ area }) => area),
          agreement.areas,
        ),
        segments: indices(segments, agreement.segments),
        hours: agreement.hours ?? 'always',
        urgentOnly: agreement.urgentOnly ?? false,
      }),
    ),
    boundaryStreets: (agreements.boundaryStreets ?? []).flatMap(street =>
      compileStreet(street, segments, validity),
    ),
    intake: region.intake,
    atlas: prepareAtlas({
      areas: areas.map(({ coordinates }) => coordinates),
      segments: documents.roads.map(({ coordinates }) => coordinates),
    }),
  }
}

type Dated = { readonly from?: string | null | undefined; readonly to?: string | null | undefined }
type Dates = (dated: Dated, body: string) => Validity

/** Dates begin at midnight in the zone of the body they concern, else the region's (S5). */
function dates(calendar: (body: string) => Calendar): Dates {
  return ({ from, to }, body) => {
    const { zone } = calendar(body)
    return {
      from: from ? startOfDay(from, zone) : Number.NEGATIVE_INFINITY,
      to: to ? startOfDay(to, zone) : Number.POSITIVE_INFINITY,
    }
  }
}

function compileAreas({ jurisdictions, areas }: Documents, validity: Dates) {
  const boundaries = jurisdictions.flatMap(({ slug, name, boundary }) =>
    boundary.map(({ properties, coordinates }) => {
      const area: Area = { ...validity(properties, slug), id: slug, kind: 'boundary', body: slug, name }
      return { area, coordinates }
    }),
  )
  const others = areas.map(({ properties, coordinates }) => {
    const { id, kind, name, partner } = properties
    const area: Area = { ...validity(properties, ''), id, kind, body: partner ?? null, name }
    return { area, coordinates }
  })
  return [...boundaries, ...others]
}

function compileBodies(documents: Documents, calendar: (body: string) => Calendar): Body[] {
  const validity = dates(calendar)
  const jurisdictions = documents.jurisdictions.map(
    (jurisdiction): Body => ({
      ...validity(jurisdiction, jurisdiction.slug),
      kind: 'jurisdiction',
      id: jurisdiction.slug,
      name: jurisdiction.name,
      layers: layersOf(jurisdiction),
      offers: codes(jurisdiction.offers),
      isOpen: openTest(calendar(jurisdiction.slug)),
      afterHoursDesk: jurisdiction.afterHoursDesk ?? null,
    }),
  )
  const partners = (documents.region.partners ?? []).map(
    ({ id, name }): Body => ({
      ...validity({}, id),
      kind: 'partner',
      id,
      name,
      layers: [],
      offers: null,
      isOpen: () => true,
      afterHoursDesk: null,
    }),
  )
  return [...jurisdictions, ...partners]
}

function compileService(service: ServiceDocument): ServiceRule {
  const urgentAnswers = Object.entries(service.urgentAnswers ?? {})
  return {
    code: service.code,
    layers: service.layers,
    inform: service.inform ?? [],
    urgent: service.urgent ?? false,
    urgentAnswers: new Map(urgentAnswers.map(([question, keys]) => [question, new Set(keys)])),
  }
}

function compileStreet(
  street: NonNullable<Documents['agreements']['boundaryStreets']>[number],
  segments: readonly Segment[],
  validity: Dates,
): BoundaryStreetAgreement[] {
  const parts = street.parts ?? (street.lead === undefined ? [] : [{ upTo: 1, lead: street.lead }])
  const { id, title } = street
  const held = {
    ...validity(street, parts[0]?.lead ?? ''),
    id,
    title,
    services: codes(street.services),
    parts,
  }
  return segments.flatMap((segment, index) =>
    segment.id === street.segment ? [{ ...held, segment: index }] : [],
  )
}

function sidesOf({ left, right, lead }: Documents['roads'][number]['properties']): Segment['sides'] {
  return left && right && lead ? { left, right, lead } : null
}

/** `null`: every service. */
function codes(written: 'all' | readonly string[] | undefined): ReadonlySet<string> | null {
  return written === undefined || written === 'all' ? null : new Set(written)
}

/** Indices of what has one of these ids: several where one id has several periods. `null`: not limited. */
function indices(
  known: readonly { readonly id: string }[],
  ids: readonly string[] | undefined,
): ReadonlySet<number> | null {
  if (ids === undefined) return null
  return new Set(known.flatMap(({ id }, index) => (ids.includes(id) ? [index] : [])))
}
