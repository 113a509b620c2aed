import type { Site } from '../regions/site.ts'
import { goesOnIn } from './duplicates.ts'
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
    ...('caseId' in row && { case: row.caseId }),
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
      duplicate_of: goesOnView(site, details),
      ...caseView(details),
      timeline: details.timeline.map(event => publicEvent(row.jurisdiction, event)),
    }),
  }
}

function goesOnView({ origin, base }: Site, { request, timeline }: Pick<PublicCase, 'request' | 'timeline'>) {
  const found = goesOnIn(request, timeline)
  return found && { id: found.number, status: found.status, url: `${origin}${base}/cases/${found.number}` }
}

/** Whose shares the case has, and who held them when: each body's time apart, the reporter's never reset. */
function caseView({ shares, holders }: Pick<PublicCase, 'shares' | 'holders'>) {
  return {
    shares: shares.map(share => ({
      jurisdiction: share.jurisdiction,
      agency: share.agency,
      status: share.status,
      received_at: time(share.receivedAt),
      expected_at: time(share.expectedAt),
    })),
    holders: holders.map(({ jurisdiction, from, to }) => ({ jurisdiction, from: time(from), to: time(to) })),
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
    custody: row.custody,
    passed_to: row.passedTo,
    received_at: time(row.receivedAt),
    private: row.private,
    urgent: row.urgent,
    triage: row.triage,
    close_reason: row.closeReason,
    status_notes: row.statusNotes,
    accountable: row.accountable,
    accuracy: row.accuracy,
    incident_at: time(row.incidentAt),
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
        shared: details.contact.shared,
      },
      duplicate_of: goesOnView(site, details),
      ...caseView(details),
      timeline: details.timeline.map(event => ({
        ...publicEvent(jurisdiction, event),
        public: event.public,
        actor: event.actor,
      })),
    }),
  }
}

export function photoUrl(site: Site, jurisdiction: string, id: string): string {
  return `${site.origin}${site.base}${photoPath(jurisdiction, id)}`
}

export function photoPath(jurisdiction: string, id: string): string {
  return `/media/${jurisdiction}/${id}`
}

/** With who did it: the jurisdiction itself, or the one that told of it. */
function publicEvent(here: string, { type, at, source, payload }: PublicCase['timeline'][number]) {
  return { ...(JSON.parse(payload) as object), type, at: time(at), jurisdiction: source ?? here }
}

/** For JSON. */
export function time(instant: number | null): string | null {
  return instant === null ? null : new Date(instant).toISOString()
}
