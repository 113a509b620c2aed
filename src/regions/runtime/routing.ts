import type { MultiPolygonRings } from '../../core/geometry.ts'
import { type PreparedAtlas, prepareAtlas } from '../../geography/atlas.ts'
import type {
  Agreement,
  Area,
  Body,
  BoundaryStreetAgreement,
  RoutingSnapshot,
  Segment,
  ServiceRule,
  Validity,
} from '../../routing/types.ts'
import type { Dated } from '../documents/checks/issues.ts'
import type { ServiceDocument } from '../documents/schemas/services.ts'
import type { Documents, Jurisdiction, Snapshot } from '../documents/snapshot.ts'
import { type Calendar, isOpenAt, makeCalendar, startOfDay } from './calendar.ts'
import { layersOf, mayOffer } from './offers.ts'

/** Dates become instants; areas and segments become indices. */
export function compileRouting(
  { region: slug, version, documents }: Pick<Snapshot, 'region' | 'version' | 'documents'>,
  calendar: (body: string) => Calendar = calendarsOf(documents),
): RoutingSnapshot {
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
    version: `${slug}@${version}`,
    bodies: new Map(compileBodies(documents, calendar).map(body => [body.id, body])),
    services: new Map(services.map(service => [service.code, compileService(service)])),
    areas,
    segments,
    agreements: (agreements.agreements ?? []).map(
      (agreement): Agreement => ({
        ...validity(agreement, agreement.accountable),
        id: agreement.id,
        title: agreement.title,
        accountable: agreement.accountable,
        performer: agreement.performer,
        services: codes(agreement.services),
        areas: indices(areas.map(named), agreement.areas),
        segments: indices(
          segments.map(({ id }) => id),
          agreement.segments,
        ),
        hours: agreement.hours ?? 'always',
        urgentOnly: agreement.urgentOnly ?? false,
      }),
    ),
    boundaryStreets: (agreements.boundaryStreets ?? []).flatMap(street =>
      compileStreet(street, segments, validity),
    ),
    intake: region.intake,
    get atlas() {
      return atlasOf(documents)
    },
  }
}

const atlases = new WeakMap<Documents, PreparedAtlas>()

// Much the costliest part: prepared when it is first asked, and once for the same documents.
function atlasOf(documents: Documents): PreparedAtlas {
  const known = atlases.get(documents)
  if (known !== undefined) return known
  const atlas = prepareAtlas({
    areas: areaOutlines(documents),
    segments: documents.roads.map(({ coordinates }) => coordinates),
  })
  atlases.set(documents, atlas)
  return atlas
}

export function calendarsOf({ region, jurisdictions }: Documents): (body: string) => Calendar {
  const calendars = new Map(
    jurisdictions.map(({ slug, timezone, hours, holidays }) => [
      slug,
      makeCalendar(timezone ?? region.timezone, hours, holidays),
    ]),
  )
  const always = makeCalendar(region.timezone, undefined)
  return body => calendars.get(body) ?? always
}

type Dates = (dated: Dated, body: string) => Validity

// Dates begin at midnight in the zone of the body they concern, else the region's (S5).
function dates(calendar: (body: string) => Calendar): Dates {
  return ({ from, to }, body) => {
    const { zone } = calendar(body)
    return {
      from: from ? startOfDay(from, zone) : Number.NEGATIVE_INFINITY,
      to: to ? startOfDay(to, zone) : Number.POSITIVE_INFINITY,
    }
  }
}

// Boundaries, then areas.geojson, in the same order as `areaOutlines`.
function compileAreas({ jurisdictions, areas }: Documents, validity: Dates): Area[] {
  return [
    ...jurisdictions.flatMap(({ slug, name, boundary }) =>
      boundary.map(
        ({ properties }): Area => ({
          ...validity(properties, slug),
          id: slug,
          kind: 'boundary',
          body: slug,
          name,
        }),
      ),
    ),
    ...areas.map(
      ({ properties: { id, kind, name, partner, ...dates } }): Area => ({
        ...validity(dates, ''),
        id,
        kind,
        body: partner ?? null,
        name,
      }),
    ),
  ]
}

export function areaOutlines({ jurisdictions, areas }: Documents): MultiPolygonRings[] {
  return [...jurisdictions.flatMap(({ boundary }) => boundary), ...areas].map(
    ({ coordinates }) => coordinates,
  )
}

function compileBodies(documents: Documents, calendar: (body: string) => Calendar): Body[] {
  const validity = dates(calendar)
  const jurisdictions = documents.jurisdictions.map(
    (jurisdiction): Body => ({
      ...validity({ from: jurisdiction.from }, jurisdiction.slug),
      kind: 'jurisdiction',
      id: jurisdiction.slug,
      name: jurisdiction.name,
      layers: layersOf(jurisdiction),
      offers: offersOf(documents, jurisdiction),
      isOpen: isOpenAt(calendar(jurisdiction.slug)),
      ...(!calendar(jurisdiction.slug).isKnown && { hoursUnknown: true }),
      afterHoursDesk: jurisdiction.afterHoursDesk ?? null,
      ...(jurisdiction.to !== undefined && { leaves: validity(jurisdiction, jurisdiction.slug).to }),
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

function offersOf({ services }: Documents, jurisdiction: Jurisdiction): ReadonlySet<string> | null {
  const { offers, declines = {} } = jurisdiction
  if (Object.keys(declines).length === 0) return codes(offers)
  return new Set(services.map(({ code }) => code).filter(code => mayOffer(jurisdiction, code)))
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

function codes(written: 'all' | readonly string[] | undefined): ReadonlySet<string> | null {
  return written === undefined || written === 'all' ? null : new Set(written)
}

// Several indices where one id has several periods. null: not limited.
function indices(
  known: readonly (string | null)[],
  ids: readonly string[] | undefined,
): ReadonlySet<number> | null {
  if (ids === undefined) return null
  return new Set(known.flatMap((id, index) => (id !== null && ids.includes(id) ? [index] : [])))
}

// Agreements name areas of areas.geojson, never a boundary with the same id.
function named({ id, kind }: Area): string | null {
  return kind === 'boundary' ? null : id
}
