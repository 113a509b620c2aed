import type { Site } from '../regions/site.ts'
import type { PublicCase, RequestRow, wholeCase } from './find.ts'
import type { PublicRequest } from './public-index.ts'

/* Requests as JSON shows them. Two views: what anyone may see, and what the jurisdiction's own programs see. */

type Listed = Omit<PublicRequest, 'seq'> | (RequestRow & { readonly jurisdiction: string })

/** Public fields only; of a private service nothing but that it exists and how it stands. */
export function publicView(site: Site, row: Listed, details?: PublicCase) {
  const shared = {
    id: row.id,
    jurisdiction: row.jurisdiction,
    status: row.status,
    service_code: row.serviceCode,
    service_name: row.serviceName,
    agency_responsible: row.agencyResponsible,
    requested_at: time(row.requestedAt),
    updated_at: time(row.updatedAt),
    url: `${site.origin}${site.base}/cases/${row.id}`,
  }
  const isPrivate = 'private' in row && row.private
  if (isPrivate) return shared
  return {
    ...shared,
    description: row.description,
    address: row.address,
    lat: row.lat,
    long: row.long,
    photos: (details?.photos ?? (row.media === null ? [] : [row.media])).map(id =>
      photoUrl(site, row.jurisdiction, id),
    ),
    ...(details && {
      expected_at: time(details.request.expectedAt),
      timeline: details.timeline.map(publicEvent),
    }),
  }
}

/** Everything the jurisdiction keeps, contact details and private notes included. */
export function wholeView(
  site: Site,
  jurisdiction: string,
  row: RequestRow,
  details?: NonNullable<Awaited<ReturnType<typeof wholeCase>>>,
) {
  return {
    ...publicView(site, { ...row, jurisdiction, private: false }),
    version: row.version,
    private: row.private,
    urgent: row.urgent,
    triage: row.triage,
    close_reason: row.closeReason,
    status_notes: row.statusNotes,
    accountable: row.accountable,
    accuracy: row.accuracy,
    answers: JSON.parse(row.answers),
    channel: row.channel,
    language: row.language,
    expected_at: time(row.expectedAt),
    closed_at: time(row.closedAt),
    ...(details && {
      photos: details.photos.map(id => photoUrl(site, jurisdiction, id)),
      resolution: JSON.parse(row.resolution),
      contact: details.contact && {
        first_name: details.contact.firstName,
        last_name: details.contact.lastName,
        email: details.contact.email,
        phone: details.contact.phone,
      },
      timeline: details.timeline.map(event => ({
        ...publicEvent(event),
        public: event.public,
        actor: event.actor,
      })),
    }),
  }
}

export function photoUrl(site: Site, jurisdiction: string, id: string): string {
  return `${site.origin}${site.base}/media/${jurisdiction}/${id}`
}

function publicEvent(event: PublicCase['timeline'][number]) {
  return { type: event.type, at: time(event.at), ...(JSON.parse(event.payload) as object) }
}

/** For JSON. */
export function time(instant: number | null): string | null {
  return instant === null ? null : new Date(instant).toISOString()
}
