import { and, desc, eq, sql } from 'drizzle-orm'
import * as v from 'valibot'
import type { TenantDb } from '../core/database/handles.ts'
import { defineJob, jobKind, LONG_RETRY } from '../core/database/jobs.ts'
import { consumer } from '../core/database/schema.ts'
import { sha256 } from '../core/encryption/digest.ts'
import { type GeoReportElement, textOf } from '../core/georeport/document.ts'
import { readInstant } from '../core/input.ts'
import type { Platform } from '../platform/platform.ts'
import type { PartnerDocument } from '../regions/documents/schemas/partner.ts'
import { deadline } from '../regions/runtime/calendar.ts'
import type { Region } from '../regions/runtime/compile.ts'
import { currentRegion } from '../regions/runtime/current.ts'
import type { CloseReason } from '../requests/schema.ts'
import { heldAndOpen } from '../requests/schema.ts'
import type { PartnerStatus } from './events.ts'
import { askGeoReport, type PartnerServer } from './georeport.ts'
import { applyPartnerUpdate, type PartnerUpdate } from './partner-update.ts'
import { type ForwardRow, forward } from './schema.ts'
import { plainWords } from './words.ts'

export const pollKind = jobKind('poll-partner', v.object({ partner: v.string() }), ({ partner }) => partner)
const POLL_EVERY = '1 hour'
const MAX_FORWARDS = 500
const NUMBERS_PER_CALL = 50
// Limits how much one response of a partner can write to a request's log.
const MAX_UPDATES_PER_REQUEST = 20
// Tolerates clock differences; updates that are received twice count once.
const OVERLAP_MILLISECONDS = 2 * 3_600_000
const MAX_TEXT_LENGTH = 2000

// A partner that reopens a request after it was done is heard for this long.
const HEARD_MILLISECONDS = 60 * 24 * 3_600_000

/** Repeats while the partner has requests that it may still say something of. */
export const pollJob = defineJob(pollKind, {
  retryPolicy: LONG_RETRY,
  async tenant(platform, db, { partner: id }) {
    const region = await currentRegion(platform, db.region)
    const partner = region.partner(id)
    const endpoint = partner?.open311
    if (partner === undefined || endpoint === undefined) return undefined
    const server = { region: region.slug, partner: id, endpoint }
    const now = platform.clock.now()
    const forwardsByNumber = new Map<string | null, ForwardRow>()
    for (const row of await heardForwards(db, id, now)) {
      const { receipt, token } = await numbered(platform, db, server, row)
      if (token === null) forwardsByNumber.set(receipt, row)
    }
    const received = endpoint.updates
      ? await askUpdates(platform, db, server, `${pollKind.kind}:${id}`, now)
      : await askStatuses(platform, server, [...forwardsByNumber.keys()])
    for (const [number, items] of Map.groupBy(received, item => textOf(item, 'service_request_id'))) {
      const row = forwardsByNumber.get(number)
      if (row === undefined) continue
      const newest = items.sort((a, b) => timeOf(a) - timeOf(b)).slice(-MAX_UPDATES_PER_REQUEST)
      for (const item of newest) {
        const update = await updateOf(item, endpoint.updates ? 'description' : 'status_notes', now)
        await applyPartnerUpdate(platform, db, region, row, update)
      }
    }
    if (endpoint.updates) await keepCursor(db, `${pollKind.kind}:${id}`, now)
    const [left] = await heardForwards(db, id, now)
    return left === undefined ? undefined : nextPoll(region, db.slug, partner, now)
  },
})

export function nextPoll(
  region: Region,
  slug: string,
  { pollEvery = POLL_EVERY }: PartnerDocument,
  at: number,
): number {
  return deadline(region.calendar(slug), at, pollEvery, { urgent: true })
}

function heardForwards(db: TenantDb, partner: string, now: number): Promise<ForwardRow[]> {
  return db
    .select()
    .from(forward)
    .where(
      and(
        eq(forward.partner, partner),
        eq(forward.method, 'open311'),
        sql`(forward.state = 'sent' AND EXISTS (SELECT 1 FROM request WHERE request.id = forward.request AND ${heldAndOpen})
          OR forward.state = 'done' AND forward.done_at > ${now - HEARD_MILLISECONDS}
            AND EXISTS (SELECT 1 FROM request WHERE request.id = forward.request AND custody = 'held'))`,
      ),
    )
    .orderBy(desc(sql`forward.state`), forward.createdAt)
    .limit(MAX_FORWARDS)
}

// GET tokens: exchanges the token for a number once there is one (GeoReport v2, "service_request_id from a
// token").
async function numbered(
  platform: Platform,
  db: TenantDb,
  server: PartnerServer,
  row: ForwardRow,
): Promise<Pick<ForwardRow, 'receipt' | 'token'>> {
  if (row.token === null) return row
  const path = `tokens/${encodeURIComponent(row.token)}`
  // An unknown or expired token must not keep the other requests from being polled.
  const [answer] = await askGeoReport(platform, server, { path, fields: [] }).catch(() => [])
  const receipt = textOf(answer ?? {}, 'service_request_id').slice(0, 200)
  if (receipt === '') return row
  await db.update(forward).set({ receipt, token: null }).where(eq(forward.id, row.id))
  return { receipt, token: null }
}

async function askStatuses(
  platform: Platform,
  server: PartnerServer,
  numbers: readonly (string | null)[],
): Promise<readonly GeoReportElement[]> {
  const elements: GeoReportElement[] = []
  for (let at = 0; at < numbers.length; at += NUMBERS_PER_CALL) {
    const fields = [['service_request_id', numbers.slice(at, at + NUMBERS_PER_CALL).join(',')]] as const
    elements.push(...(await askGeoReport(platform, server, { path: 'requests', fields })))
  }
  return elements
}

// GET servicerequestupdates, FixMyStreet's extension: all updates since the last poll.
async function askUpdates(
  platform: Platform,
  db: TenantDb,
  server: PartnerServer,
  name: string,
  now: number,
): Promise<readonly GeoReportElement[]> {
  const [last] = await db.select().from(consumer).where(eq(consumer.name, name))
  const since = (last?.seq ?? now) - OVERLAP_MILLISECONDS
  const written = (at: number) => `${new Date(at).toISOString().slice(0, 19)}Z`
  return askGeoReport(platform, server, {
    path: 'servicerequestupdates',
    withKey: true,
    fields: [
      ['start_date', written(since)],
      ['end_date', written(now)],
    ],
  })
}

async function keepCursor(db: TenantDb, name: string, now: number): Promise<void> {
  await db.commit([
    sql`INSERT INTO consumer (name, seq) VALUES (${name}, ${now}) ON CONFLICT (name) DO UPDATE SET seq = max(seq, excluded.seq)`,
  ])
}

// GeoReport's two statuses, FixMyStreet's extended ones, and others found in practice. An unknown status
// becomes a note.
const meanings: Readonly<Record<string, readonly [partnerStatus: PartnerStatus, reason?: CloseReason]>> = {
  acknowledged: ['acknowledged'],
  received: ['acknowledged'],
  investigating: ['acknowledged'],
  action_scheduled: ['in_progress'],
  in_progress: ['in_progress'],
  processing: ['in_progress'],
  closed: ['done'],
  completed: ['done'],
  fixed: ['done'],
  resolved: ['done'],
  duplicate: ['done', 'duplicate'],
  no_further_action: ['done', 'no-action'],
  unable_to_fix: ['done', 'no-action'],
  not_councils_responsibility: ['not-ours'],
  not_responsible: ['not-ours'],
}

// Said of a request that was done, these reopen it.
const opened: ReadonlySet<string> = new Set([
  'open',
  'opened',
  'reopened',
  're_opened',
  'new',
  'assigned',
  'in_review',
])

async function updateOf(
  item: GeoReportElement,
  words: 'description' | 'status_notes',
  now: number,
): Promise<PartnerUpdate> {
  const status = textOf(item, 'status').trim().toLowerCase().replace(/[\s-]/g, '_')
  const [partnerStatus, reason] = Object.hasOwn(meanings, status)
    ? (meanings[status] ?? ['note'])
    : ['note' as const]
  const text = plainWords(textOf(item, words), MAX_TEXT_LENGTH)
  const update = textOf(item, 'update_id')
  const key = update === '' ? await sha256(JSON.stringify([status, text])) : update
  return {
    key: `${update === '' ? 'status' : 'update'}:${key.slice(0, 100)}`,
    partnerStatus,
    reason,
    text,
    isOpen: opened.has(status),
    saidAt: Math.min(timeOf(item), now) || undefined,
  }
}

function timeOf(item: GeoReportElement): number {
  return readInstant('updated_datetime', textOf(item, 'updated_datetime')).value ?? 0
}
