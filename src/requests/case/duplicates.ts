import { sql } from 'drizzle-orm'
import type { RegionReader, Step } from '../../core/database/handles.ts'
import { metersBetween } from '../../core/geometry.ts'
import { translator } from '../../core/i18n.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { resolve } from '../../routing/resolve.ts'
import {
  appendEvent,
  enqueueLogConsumers,
  lastOf,
  originalUpdated,
  type StatusChange,
  statusChanged,
} from '../events.ts'
import type { EventRow, RequestRow } from '../list/find.ts'
import { type PublicRequest, reportsNearby } from '../list/public-index.ts'
import type { Status } from '../schema.ts'
import { promisedBy } from './deadline.ts'
import { versionGuard } from './guards.ts'
import { setStatus } from './status.ts'

export function similarServices(region: Region, code: string): readonly string[] {
  const family = region.service(code)?.family
  if (family === undefined) return [code]
  return region.documents.services.filter(service => service.family === family).map(service => service.code)
}

export interface Candidate {
  readonly report: PublicRequest
  readonly meters: number
}

const CANDIDATES = 10

/** From any jurisdiction, nearest first: public fields of public cases only. */
export async function candidatesFor(
  db: RegionReader,
  region: Region,
  row: RequestRow,
  now: number,
): Promise<Candidate[]> {
  if (row.lat === null || row.long === null) return []
  const place = { lat: row.lat, long: row.long }
  const near = await reportsNearby(db, place, similarServices(region, row.serviceCode), now, CANDIDATES + 1)
  return near
    .filter(({ id }) => id !== row.caseId)
    .map(report => ({
      report,
      meters: metersBetween(place, { lat: report.lat ?? Number.NaN, long: report.long ?? Number.NaN }),
    }))
}

/** Contains nothing that the case's public page does not show. */
export interface CaseFacts {
  readonly caseId: string
  readonly origin: string
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

/** The case of the body responsible for the location, whichever was first; else the older one. */
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

export type Before =
  | { readonly role: 'duplicate'; readonly status: Status; readonly statusNotes: string | null }
  | { readonly role: 'survivor'; readonly expectedAt: number | null; readonly now: number | null }

/** The duplicate closes with a public reference; the survivor's deadline counts from the earlier report. */
export function joinSteps(
  region: Region,
  row: RequestRow,
  other: CaseFacts,
  survivor: string,
  at: number,
): { steps: Step[]; before: Before | null } {
  if (row.status === 'closed') return { steps: [versionGuard(row)], before: null }
  if (survivor !== row.caseId) {
    const { status, statusNotes } = row
    const notes = translator(region.language)('duplicate-of', { number: survivor })
    return { steps: closeSteps(row, survivor, notes, at), before: { role: 'duplicate', status, statusNotes } }
  }
  const { expectedAt } = row
  const service = region.service(row.serviceCode)
  const since = service && promisedBy(region, service, row.resolution, other.requestedAt)
  const now = expectedAt === null ? null : Math.min(expectedAt, since ?? expectedAt)
  const isEarlier = now !== expectedAt
  const steps = isEarlier
    ? [
        versionGuard(row),
        sql`UPDATE request SET expected_at = ${now}, version = version + 1 WHERE id = ${row.id}`,
      ]
    : [versionGuard(row)]
  return { steps: [...steps, ...enqueueLogConsumers(at)], before: { role: 'survivor', expectedAt, now } }
}

export function restoreSteps(row: RequestRow, before: Before | null, survivor: string, at: number): Step[] {
  if (before?.role === 'duplicate' && row.status === 'closed' && row.closeReason === 'duplicate') {
    const change = { from: 'closed', to: before.status, text: '', of: survivor } as const
    return statusSteps(row, change, before.statusNotes, null, at)
  }
  if (before?.role === 'survivor' && row.expectedAt === before.now && before.now !== before.expectedAt) {
    return [
      versionGuard(row),
      sql`UPDATE request SET expected_at = ${before.expectedAt}, version = version + 1 WHERE id = ${row.id}`,
      ...enqueueLogConsumers(at),
    ]
  }
  return [versionGuard(row)]
}

function closeSteps(row: RequestRow, survivor: string, notes: string, at: number): Step[] {
  const change = { from: row.status, to: 'closed', reason: 'duplicate', text: '', of: survivor } as const
  return statusSteps(row, change, notes, at, at)
}

function statusSteps(
  row: RequestRow,
  change: StatusChange,
  notes: string | null,
  closedAt: number | null,
  at: number,
): Step[] {
  return [
    versionGuard(row),
    appendEvent(statusChanged, change, { request: row.id, actor: 'system:duplicates', at, public: true }),
    setStatus(row.id, { to: change.to, reason: change.reason, notes, closedAt }, at),
    ...enqueueLogConsumers(at),
  ]
}

/** As last reported to this case's origin. */
export function survivesAs(
  row: Pick<RequestRow, 'status'>,
  timeline: readonly EventRow[],
): { readonly number: string; readonly status: Status | null } | undefined {
  if (row.status !== 'closed') return undefined
  const number = lastOf(timeline, statusChanged)?.of
  if (number === undefined) return undefined
  const original = lastOf(timeline, originalUpdated)
  return { number, status: original?.of === number ? original.status : null }
}
