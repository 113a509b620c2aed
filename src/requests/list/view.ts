import type { Site } from '../../regions/runtime/site.ts'
import { survivesAs } from '../case/duplicates.ts'
import { payloadOf, type StoredEvent } from '../event-types.ts'
import type { PublicCase, RequestRow, wholeCase } from './find.ts'
import type { PublicRequest } from './public-index.ts'

type Listed = Omit<PublicRequest, 'seq'> | (RequestRow & { readonly jurisdiction: string })

function standingView(site: Site, row: Listed) {
  return {
    id: row.id,
    jurisdiction: row.jurisdiction,
    status: row.status,
    service_code: row.serviceCode,
    service_name: row.serviceName,
    agency_responsible: row.agencyResponsible,
    requested_at: isoTime(row.requestedAt),
    updated_at: isoTime(row.updatedAt),
    url: `${site.origin}${site.base}/cases/${row.id}`,
    ...('caseId' in row && { case: row.caseId }),
  }
}

/** For requests that anyone may see. */
export function publicView(site: Site, row: Listed) {
  return {
    ...standingView(site, row),
    description: row.description,
    address: row.address,
    lat: row.lat,
    long: row.long,
    photos: row.media === null ? [] : [photoUrl(site, row.jurisdiction, row.media)],
  }
}

export function publicCaseView(
  site: Site,
  row: RequestRow & { readonly jurisdiction: string },
  details: PublicCase,
) {
  if (row.private) return standingView(site, row)
  return {
    ...publicView(site, row),
    photos: details.photos.map(id => photoUrl(site, row.jurisdiction, id)),
    expected_at: isoTime(details.request.expectedAt),
    duplicate_of: survivorView(site, details),
    ...caseView(details),
    timeline: details.timeline.map(event => publicEvent(row.jurisdiction, event)),
  }
}

function survivorView(
  { origin, base }: Site,
  { request, timeline }: Pick<PublicCase, 'request' | 'timeline'>,
) {
  const found = survivesAs(request, timeline)
  return found && { id: found.number, status: found.status, url: `${origin}${base}/cases/${found.number}` }
}

function caseView({ shares, holders }: Pick<PublicCase, 'shares' | 'holders'>) {
  return {
    shares: shares.map(share => ({
      jurisdiction: share.jurisdiction,
      agency: share.agency,
      status: share.status,
      received_at: isoTime(share.receivedAt),
      expected_at: isoTime(share.expectedAt),
    })),
    holders: holders.map(({ jurisdiction, from, to }) => ({
      jurisdiction,
      from: isoTime(from),
      to: isoTime(to),
    })),
  }
}

export function wholeView(
  site: Site,
  jurisdiction: string,
  row: RequestRow,
  details?: NonNullable<Awaited<ReturnType<typeof wholeCase>>>,
) {
  return {
    ...publicView(site, { ...row, jurisdiction }),
    version: row.version,
    custody: row.custody,
    passed_to: row.passedTo,
    received_at: isoTime(row.receivedAt),
    private: row.private,
    urgent: row.urgent,
    triage: row.triage,
    triage_reasons: row.triageReasons,
    triage_since: isoTime(row.triageSince),
    close_reason: row.closeReason,
    status_notes: row.statusNotes,
    accountable: row.accountable,
    accuracy: row.accuracy,
    incident_at: isoTime(row.incidentAt),
    answers: row.answers,
    channel: row.channel,
    language: row.language,
    expected_at: isoTime(row.expectedAt),
    closed_at: isoTime(row.closedAt),
    ...(details && {
      photos: details.photos.map(id => photoUrl(site, jurisdiction, id)),
      resolution: row.resolution,
      contact: details.contact && {
        first_name: details.contact.firstName,
        last_name: details.contact.lastName,
        email: details.contact.email,
        phone: details.contact.phone,
        shared: details.contact.shared,
      },
      duplicate_of: survivorView(site, details),
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

export function publicEvent(here: string, row: StoredEvent & { at: number; source: string | null }) {
  const { type, at, source } = row
  return { ...payloadOf(row), type, at: isoTime(at), jurisdiction: source ?? here }
}

export function isoTime(instant: number): string
export function isoTime(instant: number | null): string | null
export function isoTime(instant: number | null): string | null {
  return instant === null ? null : new Date(instant).toISOString()
}
