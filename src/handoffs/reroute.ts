import { and, desc, eq, gte, inArray, lt, sql } from 'drizzle-orm'
import type { SQLiteSelect } from 'drizzle-orm/sqlite-core'
import { seeing } from '../audit/seen.ts'
import { permitted } from '../core/access.ts'
import { guard, type TenantDb, type TenantReader } from '../core/db.ts'
import { translator } from '../core/i18n.ts'
import type { JobHandler } from '../core/jobs.ts'
import { consumer } from '../core/schema.ts'
import { REROUTE } from '../regions/apply.ts'
import type { Region } from '../regions/compile.ts'
import { newestRegion, regionAt } from '../regions/current.ts'
import { hasLeft } from '../regions/leaving.ts'
import { type RequestEvent, record } from '../requests/events.ts'
import type { RequestRow } from '../requests/find.ts'
import { inquiryOf, resolutionOf } from '../requests/resolution.ts'
import { event, request } from '../requests/schema.ts'
import { changesAfter } from '../routing/changes.ts'
import { explain } from '../routing/explain.ts'
import { resolve } from '../routing/resolve.ts'
import { sayStep } from '../routing/say.ts'
import type { Resolution, RoutingSnapshot } from '../routing/types.ts'
import { open } from './hand-on.ts'
import { withdrawForLeaving } from './leaving.ts'
import { dueTo, passOnStep } from './pass-on.ts'
import { ANNEXATION } from './policy.ts'

const PAGE = 200
/** Requests noted in one run; the rest in the next, long before the lease is up. */
const AT_ONCE = 500

/** What routing goes by: a version, and the instant that its dated boundaries are looked at. */
export interface Ground {
  readonly routing: RoutingSnapshot
  readonly at: number
}

/** How the accountable body changes for an open request; undefined if it does not, or is the one that has it. */
export function change(
  holder: string,
  row: RequestRow,
  before: Ground,
  after: Ground,
): { from: Resolution; to: Resolution } | undefined {
  const from = resolve(before.routing, inquiryOf(row, before.at))
  const to = resolve(after.routing, inquiryOf(row, after.at))
  const isRight = to.accountable.id === holder || to.performer.id === holder
  return from.accountable.id === to.accountable.id || isRight ? undefined : { from, to }
}

/** The open requests held here, in pages. */
export async function* openRequests(db: TenantReader): AsyncGenerator<readonly RequestRow[]> {
  for (let last = 0; ; ) {
    const rows = await db
      .select()
      .from(request)
      .where(sql`custody = 'held' AND status <> 'closed' AND seq > ${last}`)
      .orderBy(request.seq)
      .limit(PAGE)
    if (rows.length > 0) yield rows
    if (rows.length < PAGE) return
    last = rows.at(-1)?.seq ?? last
    // A jurisdiction may have a million: whoever is at the door comes in between.
    await new Promise(resolve => setTimeout(resolve, 0))
  }
}

/**
 * After each applied version, and on each day on which a dated boundary begins or ends: notes the open requests for
 * which another body has become responsible since the last look, and has those offered on whose service says so (S7).
 * Their resolution stays on file as it was. Killed and run again, each is noted once.
 */
export const rerouteJob: JobHandler = {
  kind: REROUTE,
  async run(platform, database) {
    const { db } = await open(platform, database, REROUTE)
    const region = await newestRegion(platform, db.region)
    const at = platform.clock.now()
    await withdrawForLeaving(db, region, at)
    if (region.jurisdiction(db.slug) === undefined || hasLeft(region, db.slug, at)) return undefined
    const last = await lastLook(db)
    let noted = 0
    for await (const rows of openRequests(db)) {
      const known = await notedSince(db, rows, last.at)
      for (const row of rows) {
        const version = Math.max(last.version, versionOf(resolutionOf(row)))
        const isNow = version === region.snapshot.version
        const earlier = isNow ? region : await regionAt(platform, region.slug, version)
        const before = { routing: (earlier ?? region).routing, at: Math.max(last.at, row.receivedAt) }
        const changed = change(db.slug, row, before, { routing: region.routing, at })
        if (changed === undefined || known.has(`${row.id} ${changed.to.accountable.id}`)) continue
        await note(db, region, row, changed, at)
        if (++noted === AT_ONCE) return at
      }
    }
    await db.commit([look('reroute-version', region.snapshot.version), look('reroute-at', at)])
    platform.wake({ kind: 'tenant', region: db.region, slug: db.slug })
    return changesAfter(region.routing, at)[0]
  },
}

async function note(
  db: TenantDb,
  region: Region,
  row: RequestRow,
  { from, to }: { from: Resolution; to: Resolution },
  at: number,
): Promise<void> {
  const policy = region.service(row.serviceCode)?.onAnnexation ?? 'finish'
  const due = policy === 'offer' ? dueTo(region, db.slug, row, to, at) : undefined
  const because = explain(to)
  const text = sayStep(translator(region.language), because)
  const cause = `${row.id}:${to.snapshot}:${at}`
  await db.commit([
    guard(
      sql`EXISTS (SELECT 1 FROM request WHERE id = ${row.id} AND version = ${row.version})`,
      'changed-meanwhile',
    ),
    sql`UPDATE request SET version = version + 1 WHERE id = ${row.id}`,
    record(row.id, 'system:reroute', at, false, {
      type: 'rerouted',
      from: from.accountable,
      to: to.accountable,
      because,
      receiver: due?.receiver ?? null,
      snapshot: to.snapshot,
    }),
    ...(due === undefined
      ? []
      : [passOnStep({ ...due, request: row.id, reason: ANNEXATION, text, cause }, at)]),
  ])
}

/** The version and the instant of the last look, whole or not at all; 0: there has been none. */
async function lastLook(db: TenantReader): Promise<{ version: number; at: number }> {
  const rows = await db
    .select()
    .from(consumer)
    .where(inArray(consumer.name, ['reroute-version', 'reroute-at']))
  const seq = (name: string) => rows.find(row => row.name === name)?.seq ?? 0
  return { version: seq('reroute-version'), at: seq('reroute-at') }
}

function look(name: string, seq: number) {
  return sql`INSERT INTO consumer (name, seq) VALUES (${name}, ${seq}) ON CONFLICT (name) DO UPDATE SET seq = excluded.seq`
}

/** `request body` for each that has been noted as that body's since the last look. */
async function notedSince(
  db: TenantReader,
  rows: readonly RequestRow[],
  since: number,
): Promise<ReadonlySet<string>> {
  const ids = rows.map(({ id }) => id)
  const events = await db
    .select({ request: event.request, payload: event.payload })
    .from(event)
    .where(and(eq(event.type, 'rerouted'), gte(event.at, since), inArray(event.request, ids)))
  return new Set(events.map(({ request: id, payload }) => `${id} ${reroutedOf(payload).to.id}`))
}

function versionOf({ snapshot }: Resolution): number {
  return Number(snapshot.split('@')[1] ?? 0)
}

export type Rerouted = Extract<RequestEvent, { type: 'rerouted' }>

export function reroutedOf(payload: string): Rerouted {
  return { type: 'rerouted', ...JSON.parse(payload) }
}

/** The requests for which another body has become responsible, the newest first; `before` is the last one's `seq`. Noted. */
export async function listRerouted(db: TenantReader, before: number | undefined, limit: number) {
  const wanted = and(
    eq(event.type, 'rerouted'),
    permitted(db.access, 'read', sql`${request.serviceCode}`),
    before === undefined ? undefined : lt(event.seq, before),
  )
  const page = <T extends SQLiteSelect>(select: T) =>
    select.where(wanted).orderBy(desc(event.seq)).limit(limit)
  const ofIt = eq(request.id, event.request)
  const shown = page(db.select({ id: event.request }).from(event).innerJoin(request, ofIt).$dynamic())
  const columns = { seq: event.seq, at: event.at, payload: event.payload, request }
  const [rows] = await seeing(db, { view: 'list', shown })([
    page(db.select(columns).from(event).innerJoin(request, ofIt).$dynamic()),
  ])
  return rows
}
