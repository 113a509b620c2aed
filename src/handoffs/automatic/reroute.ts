import { and, desc, eq, gte, inArray, lt, sql } from 'drizzle-orm'
import type { SQLiteSelect } from 'drizzle-orm/sqlite-core'
import { withAccessLog } from '../../audit/access-log.ts'
import { permitted } from '../../core/access.ts'
import type { TenantDb, TenantReader } from '../../core/database/handles.ts'
import { defineJob, enqueueJob, RETRY_ALWAYS } from '../../core/database/jobs.ts'
import { consumer } from '../../core/database/schema.ts'
import { translator } from '../../core/i18n.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { newestRegion, regionAt } from '../../regions/runtime/current.ts'
import { hasLeft } from '../../regions/versions/leaving.ts'
import { rerouteKind } from '../../regions/versions/notify.ts'
import { versionGuard } from '../../requests/case/guards.ts'
import { inquiryOf } from '../../requests/case/resolution.ts'
import { readEvent } from '../../requests/event-types.ts'
import { appendEvent } from '../../requests/events.ts'
import type { RequestRow } from '../../requests/list/find.ts'
import { event, heldAndOpen, request } from '../../requests/schema.ts'
import { changesAfter } from '../../routing/changes.ts'
import { explain } from '../../routing/explain.ts'
import { formatStep } from '../../routing/format.ts'
import { resolve } from '../../routing/resolve.ts'
import type { Resolution, RoutingSnapshot } from '../../routing/types.ts'
import { requestRerouted } from '../events.ts'
import { ANNEXATION } from '../policy.ts'
import { withdrawForLeaving } from './leaving.ts'
import { transferAfterRerouteKind } from './pending.ts'
import { dueTo } from './transfer-after-reroute.ts'

const PAGE = 200
// Per run; the next run continues. Keeps a run well within the job's lease.
const MAX_PER_RUN = 500

export interface RerouteCause {
  readonly routing: RoutingSnapshot
  readonly at: number
}

/** Undefined if the accountable body stays the same, or the new one holds or performs it already. */
export function routingChange(
  holder: string,
  row: RequestRow,
  before: RerouteCause,
  after: RerouteCause,
): { from: Resolution; to: Resolution } | undefined {
  const from = resolve(before.routing, inquiryOf(row, before.at))
  const to = resolve(after.routing, inquiryOf(row, after.at))
  const isRight = to.accountable.id === holder || to.performer.id === holder
  return from.accountable.id === to.accountable.id || isRight ? undefined : { from, to }
}

export async function* openRequests(db: TenantReader): AsyncGenerator<readonly RequestRow[]> {
  for (let last = 0; ; ) {
    const rows = await db
      .select()
      .from(request)
      .where(sql`${heldAndOpen} AND seq > ${last}`)
      .orderBy(request.seq)
      .limit(PAGE)
    if (rows.length > 0) yield rows
    if (rows.length < PAGE) return
    last = rows.at(-1)?.seq ?? last
    // Yield between pages, so that other requests are served.
    await new Promise(resolve => setTimeout(resolve, 0))
  }
}

/**
 * After each applied version, and whenever a dated boundary begins or ends: logs open requests for which
 * another body has become responsible, and transfers those whose service says so (S7).
 */
export const rerouteJob = defineJob(rerouteKind, {
  retryPolicy: RETRY_ALWAYS,
  async tenant(platform, db) {
    const region = await newestRegion(platform, db.region)
    const at = platform.clock.now()
    await withdrawForLeaving(db, region, at)
    if (region.jurisdiction(db.slug) === undefined || hasLeft(region, db.slug, at)) return undefined
    const last = await lastRun(db)
    let logged = 0
    for await (const rows of openRequests(db)) {
      const alreadyLogged = await loggedSince(db, rows, last.at)
      for (const row of rows) {
        const version = Math.max(last.version, versionOf(row.resolution))
        const isNow = version === region.snapshot.version
        const earlier = isNow ? region : await regionAt(platform, region.slug, version)
        const before = { routing: (earlier ?? region).routing, at: Math.max(last.at, row.receivedAt) }
        const rerouted = routingChange(db.slug, row, before, { routing: region.routing, at })
        if (rerouted === undefined || alreadyLogged.has(`${row.id} ${rerouted.to.accountable.id}`)) continue
        await logReroute(db, region, row, rerouted, at)
        if (++logged === MAX_PER_RUN) return at
      }
    }
    await db.commit([setCursor('reroute-version', region.snapshot.version), setCursor('reroute-at', at)])
    return changesAfter(region.routing, at)[0]
  },
})

async function logReroute(
  db: TenantDb,
  region: Region,
  row: RequestRow,
  { from, to }: { from: Resolution; to: Resolution },
  at: number,
): Promise<void> {
  const policy = region.service(row.serviceCode)?.onAnnexation ?? 'finish'
  const due = policy === 'offer' ? dueTo(region, db.slug, row, to, at) : undefined
  const because = explain(to)
  const text = formatStep(translator(region.language), region.units, because)
  const cause = `${row.id}:${to.snapshot}:${at}`
  await db.commit([
    versionGuard(row),
    sql`UPDATE request SET version = version + 1 WHERE id = ${row.id}`,
    appendEvent(
      requestRerouted,
      {
        from: from.accountable,
        to: to.accountable,
        because,
        receiver: due?.receiver ?? null,
        snapshot: to.snapshot,
      },
      { request: row.id, actor: 'system:reroute', at, public: false },
    ),
    ...(due === undefined
      ? []
      : [
          enqueueJob(transferAfterRerouteKind, at, {
            ...due,
            request: row.id,
            reason: ANNEXATION,
            text,
            cause,
          }),
        ]),
  ])
}

// 0: never.
async function lastRun(db: TenantReader): Promise<{ version: number; at: number }> {
  const rows = await db
    .select()
    .from(consumer)
    .where(inArray(consumer.name, ['reroute-version', 'reroute-at']))
  const seq = (name: string) => rows.find(row => row.name === name)?.seq ?? 0
  return { version: seq('reroute-version'), at: seq('reroute-at') }
}

function setCursor(name: string, seq: number) {
  return sql`INSERT INTO consumer (name, seq) VALUES (${name}, ${seq}) ON CONFLICT (name) DO UPDATE SET seq = excluded.seq`
}

async function loggedSince(
  db: TenantReader,
  rows: readonly RequestRow[],
  since: number,
): Promise<ReadonlySet<string>> {
  const ids = rows.map(({ id }) => id)
  const events = await db
    .select({ request: event.request, type: event.type, payload: event.payload })
    .from(event)
    .where(and(eq(event.type, requestRerouted.type), gte(event.at, since), inArray(event.request, ids)))
  return new Set(events.map(({ request: id, payload }) => `${id} ${requestRerouted.decode(payload).to.id}`))
}

function versionOf({ snapshot }: Resolution): number {
  return Number(snapshot.split('@')[1] ?? 0)
}

/** Newest first; `before` is the last `seq` of the previous page. Writes the access log. */
export async function listRerouted(db: TenantReader, before: number | undefined, limit: number) {
  const condition = and(
    eq(event.type, requestRerouted.type),
    permitted(db.access, 'read', sql`${request.serviceCode}`),
    before === undefined ? undefined : lt(event.seq, before),
  )
  const page = <T extends SQLiteSelect>(select: T) =>
    select.where(condition).orderBy(desc(event.seq)).limit(limit)
  const ofIt = eq(request.id, event.request)
  const shown = page(db.select({ id: event.request }).from(event).innerJoin(request, ofIt).$dynamic())
  const columns = { seq: event.seq, at: event.at, type: event.type, payload: event.payload, request }
  const [rows] = await withAccessLog(db, { view: 'list', shown })([
    page(db.select(columns).from(event).innerJoin(request, ofIt).$dynamic()),
  ])
  return rows.flatMap(({ seq, at, request, ...row }) => {
    const event = readEvent(requestRerouted, row)
    return event === undefined ? [] : [{ seq, at, request, event }]
  })
}
