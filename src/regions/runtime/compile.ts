import { parseTrackingNumber } from '../../core/ids.ts'
import type { Units } from '../../core/measures.ts'
import type { RoutingSnapshot } from '../../routing/types.ts'
import type { PartnerDocument } from '../documents/schemas/partner.ts'
import type { ServiceDocument } from '../documents/schemas/services.ts'
import type { Documents, Jurisdiction, Snapshot } from '../documents/snapshot.ts'
import { type Emergencies, emergenciesOf } from '../emergencies/topics.ts'
import { type FoundPlace, placeSearch } from '../places/search.ts'
import { asPartner } from '../versions/leaving.ts'
import type { Calendar } from './calendar.ts'
import { servicesOffered } from './offers.ts'
import { calendarsOf, compileRouting } from './routing.ts'

/** A region as processes cache it: one version of its configuration, compiled. */
export interface Region {
  readonly slug: string
  /** The first of its languages: the fallback for every text. */
  readonly language: string
  readonly units: Units
  readonly snapshot: Snapshot
  readonly documents: Documents
  readonly routing: RoutingSnapshot
  jurisdiction(slug: string): Jurisdiction | undefined
  /** Reads a tracking number as people type it. Undefined for a typing error. */
  caseNumber(typed: string): CaseNumber | undefined
  /** A partner, or a jurisdiction that leaves, as the partner it becomes. */
  partner(id: string): PartnerDocument | undefined
  service(code: string): ServiceDocument | undefined
  /** With the jurisdiction's own names, questions and deadlines; empty for an unknown slug. */
  servicesOffered(jurisdiction: string): readonly ServiceDocument[]
  /** A body without hours, or a partner, never closes. */
  calendar(body: string): Calendar
  searchPlaces(text: string, limit: number): readonly FoundPlace[]
  readonly emergencies: Emergencies
}

export interface CaseNumber {
  readonly id: string
  /** Where the case was filed: the number begins with its code. Undefined for the code of none. */
  readonly jurisdiction: Jurisdiction | undefined
}

/** The documents must be validated. */
export function compileRegion(snapshot: Snapshot): Region {
  const { documents } = snapshot
  const jurisdictions = new Map(
    documents.jurisdictions.map(jurisdiction => [jurisdiction.slug, jurisdiction]),
  )
  const byCode = new Map(documents.jurisdictions.map(jurisdiction => [jurisdiction.code, jurisdiction]))
  const leaving = documents.jurisdictions.filter(({ to }) => to !== undefined).map(asPartner)
  const partners = new Map([...(documents.region.partners ?? []), ...leaving].map(one => [one.id, one]))
  const services = new Map(documents.services.map(service => [service.code, service]))
  const offered = new Map<string, readonly ServiceDocument[]>()
  const calendar = calendarsOf(documents)
  const routing = compileRouting(snapshot, calendar)
  // Now, not in the first request.
  void routing.atlas
  return {
    slug: snapshot.region,
    language: documents.region.languages[0] ?? 'en',
    units: documents.region.units ?? 'us',
    snapshot,
    documents,
    routing,
    service: code => services.get(code),
    servicesOffered(slug) {
      const jurisdiction = jurisdictions.get(slug)
      if (jurisdiction === undefined) return []
      const known = offered.get(slug) ?? servicesOffered(documents, jurisdiction)
      offered.set(slug, known)
      return known
    },
    jurisdiction: slug => jurisdictions.get(slug),
    caseNumber(typed) {
      const number = parseTrackingNumber(typed)
      return number && { id: number.id, jurisdiction: byCode.get(number.code) }
    },
    partner: id => partners.get(id),
    calendar,
    searchPlaces: placeSearch(documents),
    emergencies: emergenciesOf(documents.region),
  }
}
