import { sql } from 'drizzle-orm'
import { guard, type RegionReader, type Step } from '../core/db.ts'
import { metresBetween } from '../core/geometry.ts'
import { translator } from '../core/i18n.ts'
import type { Region } from '../regions/compile.ts'
import { resolve } from '../routing/resolve.ts'
import { promisedBy } from './deadline.ts'
import { news, type RequestEvent, record } from './events.ts'
import type { EventRow, RequestRow } from './find.ts'
import { type PublicRequest, reportsNearby } from './public-index.ts'
import { resolutionOf } from './resolution.ts'
import type { Status } from './schema.ts'

/* Two cases that are one matter (S12): which may be, which of them goes on, and what that changes on either side. */

/** The codes of the services that may be about the same thing: those of its family, else itself alone. */
export function alike(region: Region, code: string): readonly string[] {
  const family = region.service(code)?.family
  if (family === undefined) return [code]
  return region.documents.services.filter(service => service.family === family).map(service => service.code)
}

export interface Candidate {
  readonly report: PublicRequest
  readonly metres: number
}

const CANDIDATES = 10

/** What may be the same matter as a request, nearest first, from any jurisdiction: public fields of public cases only. */
export async function candidatesFor(
  db: RegionReader,
  region: Region,
  row: RequestRow,
  now: number,
): Promise<Candidate[]> {
  if (row.lat === null || row.long === null) return []
  const place = { lat: row.lat, long: row.long }
  const near = await reportsNearby(db, place, alike(region, row.serviceCode), now, CANDIDATES + 1)
  return near
    .filter(({ id }) => id !== row.caseId)
    .map(report => ({
      report,
      metres: metresBetween(place, { lat: report.lat ?? Number.NaN, long: report.long ?? Number.NaN }),
    }))
}

/** What the other side has to know of a case: nothing that its public page does not show. */
export interface CaseFacts {
  readonly caseId: string
  readonly origin: string
  /** The jurisdiction that holds it. */
  readonly holder: string
  readonly serviceCode: string
  readonly lat: number | null
  readonly long: number | null
  readonly accuracy: number
  readonly urgent: boolean
  readonly incidentAt: number
  readonly requestedAt: number
}

export function factsOf(holder: string, row: RequestRow): CaseFacts {
  const { caseId, origin, serviceCode, lat, long, accuracy, urgent, requestedAt } = row
  const incidentAt = row.incidentAt ?? requestedAt
  return { caseId, origin, holder, serviceCode, lat, long, accuracy, urgent, incidentAt, requestedAt }
}

/** The number of the case that goes on: of whoever is responsible for the place, reported first or not; else the older. */
export function survivorOf(region: Region, a: CaseFacts, b: CaseFacts): string {
  const aIsOlder = a.requestedAt < b.requestedAt || (a.requestedAt === b.requestedAt && a.caseId < b.caseId)
  const [older, newer] = aIsOlder ? [a, b] : [b, a]
  const claims = ({ holder }: CaseFacts) => [a, b].filter(facts => answersFor(region, holder, facts)).length
  return claims(newer) > claims(older) ? newer.caseId : older.caseId
}

function answersFor(region: Region, body: string, facts: CaseFacts): boolean {
  const { serviceCode: service, lat, long, accuracy, incidentAt: at, urgent } = facts
  const place = lat === null || long === null ? null : { lat, long }
  const inquiry = { service, place, accuracy, at, answers: {}, urgent }
  const { accountable, performer } = resolve(region.routing, inquiry)
  return accountable.id === body || performer.id === body
}

/** What unlinking restores. */
export type Before =
  | { readonly role: 'duplicate'; readonly status: Status; readonly statusNotes: string | null }
  | { readonly role: 'survivor'; readonly expectedAt: number | null; readonly now: number | null }

/**
 * What a confirmed link changes on the side of a held request: the duplicate closes with a public reference to the case
 * that goes on; that one's deadline counts from the earlier report. Nothing where it is closed already.
 */
export function joinSteps(
  region: Region,
  row: RequestRow,
  other: CaseFacts,
  survivor: string,
  at: number,
): { steps: Step[]; before: Before | null } {
  if (row.status === 'closed') return { steps: [asRead(row)], before: null }
  if (survivor !== row.caseId) {
    const { status, statusNotes } = row
    const notes = translator(region.language)('duplicate-of', { number: survivor })
    return { steps: closeSteps(row, survivor, notes, at), before: { role: 'duplicate', status, statusNotes } }
  }
  const { expectedAt } = row
  const service = region.service(row.serviceCode)
  const since = service && promisedBy(region, service, resolutionOf(row), other.requestedAt)
  const now = expectedAt === null ? null : Math.min(expectedAt, since ?? expectedAt)
  const isEarlier = now !== expectedAt
  const steps = isEarlier
    ? [asRead(row), sql`UPDATE request SET expected_at = ${now}, version = version + 1 WHERE id = ${row.id}`]
    : [asRead(row)]
  return { steps: [...steps, ...news(at)], before: { role: 'survivor', expectedAt, now } }
}

/** Puts a request back to what it was before it was linked, unless it has gone its own way since. */
export function restoreSteps(row: RequestRow, before: Before | null, survivor: string, at: number): Step[] {
  if (before?.role === 'duplicate' && row.status === 'closed' && row.closeReason === 'duplicate') {
    const told = { from: 'closed', to: before.status, text: '', of: survivor } as const
    return statusSteps(row, told, before.statusNotes, null, at)
  }
  if (before?.role === 'survivor' && row.expectedAt === before.now && before.now !== before.expectedAt) {
    return [
      asRead(row),
      sql`UPDATE request SET expected_at = ${before.expectedAt}, version = version + 1 WHERE id = ${row.id}`,
      ...news(at),
    ]
  }
  return [asRead(row)]
}

function closeSteps(row: RequestRow, survivor: string, notes: string, at: number): Step[] {
  const told = { from: row.status, to: 'closed', reason: 'duplicate', text: '', of: survivor } as const
  return statusSteps(row, told, notes, at, at)
}

function statusSteps(
  row: RequestRow,
  told: Omit<Extract<RequestEvent, { type: 'status' }>, 'type'>,
  notes: string | null,
  closedAt: number | null,
  at: number,
): Step[] {
  return [
    asRead(row),
    record(row.id, 'system:duplicates', at, true, { type: 'status', ...told }),
    // As in change.ts: with other shares, the roll-up says how the case stands.
    sql`UPDATE request SET case_status = CASE WHEN EXISTS (SELECT 1 FROM share WHERE share.case_id = request.case_id AND held)
      THEN case_status ELSE ${told.to} END, status = ${told.to}, close_reason = ${told.reason ?? null}, status_notes = ${notes},
      closed_at = ${closedAt}, updated_at = ${at}, version = version + 1 WHERE id = ${row.id}`,
    ...news(at),
  ]
}

function asRead(row: RequestRow): Step {
  return guard(
    sql`EXISTS (SELECT 1 FROM request WHERE id = ${row.id} AND version = ${row.version})`,
    'changed-meanwhile',
  )
}

/** Which case a closed one goes on in, and how that stands as far as this one's origin was told. */
export function goesOnIn(
  row: Pick<RequestRow, 'status'>,
  timeline: readonly EventRow[],
): { readonly number: string; readonly status: Status | null } | undefined {
  if (row.status !== 'closed') return undefined
  const told = (type: string) => timeline.findLast(event => event.type === type)?.payload ?? '{}'
  const { of: number } = JSON.parse(told('status')) as { of?: string }
  if (number === undefined) return undefined
  const followed = JSON.parse(told('followed')) as { of?: string; status?: Status }
  return { number, status: followed.of === number ? (followed.status ?? null) : null }
}
