import type { RoutingSnapshot } from '../routing/types.ts'
import type { Calendar } from './calendar.ts'
import type { PartnerDocument, ServiceDocument } from './documents.ts'
import { asPartner } from './leaving.ts'
import { servicesOffered } from './offers.ts'
import { type FoundPlace, placeSearch } from './places.ts'
import { calendarsOf, compileRouting } from './routing.ts'
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
  /** One of the region's partners, or a jurisdiction that leaves, as the partner that it becomes. */
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
  const leaving = documents.jurisdictions.filter(({ to }) => to !== undefined).map(asPartner)
  const partners = new Map([...(documents.region.partners ?? []), ...leaving].map(one => [one.id, one]))
  const services = new Map(documents.services.map(service => [service.code, service]))
  const offered = new Map<string, readonly ServiceDocument[]>()
  const calendar = calendarsOf(documents)
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
