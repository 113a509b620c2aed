import { and, eq, sql } from 'drizzle-orm'
import { openTenant, type TenantDb } from '../core/db.ts'
import { sha256 } from '../core/digest.ts'
import { groupBy } from '../core/group.ts'
import { type JobHandler, LONG_PATIENCE } from '../core/jobs.ts'
import { consumer } from '../core/schema.ts'
import type { Platform } from '../platform/platform.ts'
import { deadline } from '../regions/calendar.ts'
import type { Region } from '../regions/compile.ts'
import { currentRegion } from '../regions/current.ts'
import type { PartnerDocument, PartnerEndpoint } from '../regions/documents.ts'
import { readInstant } from '../regions/inquiry.ts'
import { type Element, textOf } from '../regions/open311-file.ts'
import type { PartnerSaid } from '../requests/events.ts'
import type { CloseReason } from '../requests/schema.ts'
import { askGeoReport } from './georeport.ts'
import { type ForwardRow, forward } from './schema.ts'
import { hearPartner, type PartnerWord } from './word.ts'

export const POLL = 'poll-partner'
const POLL_EVERY = '1 hour'
const MOST_FORWARDS = 500
const NUMBERS_AT_ONCE = 50
/** A partner that pours out updates is heard as far as a person could read. */
const MOST_WORDS_AT_ONCE = 20
/** Their clock and ours differ; what is heard twice counts once. */
const OVERLAP_MILLISECONDS = 2 * 3_600_000
const LONGEST_TEXT = 2000

/** Asks a partner how what was passed on to them stands, for as long as something is with them. */
export const pollJob: JobHandler = {
  kind: POLL,
  patience: LONG_PATIENCE,
  async run(platform, database, payload) {
    if (database.kind !== 'tenant') return undefined
    const { partner: id } = payload as { partner: string }
    const db = openTenant(platform, { kind: 'system', reason: POLL }, database.region, database.slug)
    const region = await currentRegion(platform, database.region)
    const partner = region.partner(id)
    const endpoint = partner?.open311
    if (partner === undefined || endpoint === undefined) return undefined
    const now = platform.clock.now()
    const known = new Map<string | null, ForwardRow>()
    for (const row of await openForwards(db, id)) {
      const { receipt, token } = await numbered(platform, db, endpoint, row)
      if (token === null) known.set(receipt, row)
    }
    const told = endpoint.updates
      ? await askUpdates(platform, db, endpoint, `${POLL}:${id}`, now)
      : await askStatuses(platform, endpoint, [...known.keys()])
    for (const [number, items] of groupBy(told, item => textOf(item, 'service_request_id'))) {
      const row = known.get(number)
      if (row === undefined) continue
      const newest = items.sort((a, b) => timeOf(a) - timeOf(b)).slice(-MOST_WORDS_AT_ONCE)
      for (const item of newest) {
        const word = await wordOf(item, endpoint.updates ? 'description' : 'status_notes')
        if (word !== undefined) await hearPartner(platform, db, region, row, word)
      }
    }
    if (endpoint.updates) await keepCursor(db, `${POLL}:${id}`, now)
    const [left] = await openForwards(db, id)
    return left === undefined ? undefined : nextPoll(region, db.slug, partner, now)
  },
}

/** When a partner is asked next. */
export function nextPoll(
  region: Region,
  slug: string,
  { pollEvery = POLL_EVERY }: PartnerDocument,
  at: number,
): number {
  return deadline(region.calendar(slug), at, pollEvery, { urgent: true })
}

function openForwards(db: TenantDb, partner: string): Promise<ForwardRow[]> {
  return db
    .select()
    .from(forward)
    .where(
      and(
        eq(forward.partner, partner),
        eq(forward.state, 'sent'),
        eq(forward.method, 'open311'),
        sql`EXISTS (SELECT 1 FROM request WHERE request.id = forward.request AND custody = 'held' AND status <> 'closed')`,
      ),
    )
    .orderBy(forward.createdAt)
    .limit(MOST_FORWARDS)
}

/** GET tokens: the number in place of the token, once they have given one (GeoReport v2, "service_request_id from a token"). */
async function numbered(
  platform: Platform,
  db: TenantDb,
  endpoint: PartnerEndpoint,
  row: ForwardRow,
): Promise<Pick<ForwardRow, 'receipt' | 'token'>> {
  if (row.token === null) return row
  const path = `tokens/${encodeURIComponent(row.token)}`
  // One that they do not know yet, or any more, must not keep the others from being asked about.
  const [answer] = await askGeoReport(platform, endpoint, { path, fields: [] }).catch(() => [])
  const receipt = textOf(answer ?? {}, 'service_request_id').slice(0, 200)
  if (receipt === '') return row
  await db.update(forward).set({ receipt, token: null }).where(eq(forward.id, row.id))
  return { receipt, token: null }
}

/** GET requests, by their numbers. */
async function askStatuses(
  platform: Platform,
  endpoint: PartnerEndpoint,
  numbers: readonly (string | null)[],
): Promise<Element[]> {
  const told: Element[] = []
  for (let at = 0; at < numbers.length; at += NUMBERS_AT_ONCE) {
    const fields = [['service_request_id', numbers.slice(at, at + NUMBERS_AT_ONCE).join(',')]] as const
    told.push(...(await askGeoReport(platform, endpoint, { path: 'requests', fields })))
  }
  return told
}

/** GET servicerequestupdates, FixMyStreet's extension: every update since the last time. */
async function askUpdates(
  platform: Platform,
  db: TenantDb,
  endpoint: PartnerEndpoint,
  name: string,
  now: number,
): Promise<Element[]> {
  const [last] = await db.select().from(consumer).where(eq(consumer.name, name))
  const since = (last?.seq ?? now) - OVERLAP_MILLISECONDS
  const written = (at: number) => `${new Date(at).toISOString().slice(0, 19)}Z`
  return askGeoReport(platform, endpoint, {
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

/** GeoReport's two statuses, FixMyStreet's extended ones, and what else is seen. Anything unknown is only a note. */
const meanings: Readonly<Record<string, readonly [said: PartnerSaid, reason?: CloseReason]>> = {
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

/** Undefined for what says nothing: no status that we know, and no words. */
async function wordOf(
  item: Element,
  words: 'description' | 'status_notes',
): Promise<PartnerWord | undefined> {
  const status = textOf(item, 'status').trim().toLowerCase().replace(/[\s-]/g, '_')
  const [said, reason] = Object.hasOwn(meanings, status) ? (meanings[status] ?? ['note']) : ['note' as const]
  const text = plain(textOf(item, words))
  if (said === 'note' && text === '') return undefined
  const update = textOf(item, 'update_id')
  const key = update === '' ? await sha256(JSON.stringify([status, text])) : update
  return { key: `${update === '' ? 'status' : 'update'}:${key.slice(0, 100)}`, said, reason, text }
}

function plain(text: string): string {
  const safe = text
    .toWellFormed()
    .replace(/[^\t\n\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '')
  return safe.trim().slice(0, LONGEST_TEXT).toWellFormed()
}

function timeOf(item: Element): number {
  return readInstant('updated_datetime', textOf(item, 'updated_datetime')).value ?? 0
}
