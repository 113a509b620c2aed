import { eq, sql } from 'drizzle-orm'
import { openTenant, type Step, type TenantDb } from '../../core/database/handles.ts'
import { enqueueJob } from '../../core/database/jobs.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { versionGuard } from '../../requests/case/guards.ts'
import { appendEvent, enqueueLogConsumers } from '../../requests/events.ts'
import { request } from '../../requests/schema.ts'
import { handoffGranted } from '../events.ts'
import type { HandoffRow } from '../find.ts'
import { courierKind } from '../messages/messages.ts'
import { insertHandoff, offerOf } from '../offers.ts'
import { handoff } from '../schema.ts'
import { withdrawOffersOf } from '../withdraw.ts'
import {
  arrivalsLostBy,
  endStaleOffers,
  grantsLostBy,
  type LostArrival,
  type LostGrant,
  partnersOf,
} from './lost-messages.ts'

// After a restore some databases are older than others. Every message has one name for life, the outbox and
// the inbox keep them all, and so each side can be told what it has forgotten: what it had received is
// delivered again, and custody that it had given stays given.

const ACTOR = 'system:restore'

export interface RestoreSettled {
  /** Messages that will be delivered once more, because the receiver has forgotten them. */
  readonly redelivered: number
  /** Requests that `from` had passed on after its backup was made. */
  readonly passed: readonly { readonly caseId: string; readonly from: string; readonly to: string }[]
  /** Offers that one side no longer knows or that have ended. */
  readonly ended: number
}

/** `restored` are jurisdictions of the region. Can be interrupted and repeated. */
export async function settleAfterRestore(
  platform: Platform,
  region: Region,
  jurisdictions: readonly string[],
  restored: ReadonlySet<string>,
): Promise<RestoreSettled> {
  const all = jurisdictions.map(slug =>
    openTenant(platform, { kind: 'system', reason: 'restore' }, region.slug, slug),
  )
  const at = platform.clock.now()
  const passed: { caseId: string; from: string; to: string }[] = []
  const known = await partnersOf(all)
  let [redelivered, ended] = [0, 0]
  for (const db of all.filter(({ slug }) => restored.has(slug))) {
    const grants: LostGrant[] = []
    const arrivals: LostArrival[] = []
    for (const other of all.filter(({ slug }) => known.get(db.slug)?.has(slug))) {
      grants.push(...(await grantsLostBy(db, other)))
      arrivals.push(...(await arrivalsLostBy(db, other)))
      ended += await endStaleOffers(db, other)
      ended += await endStaleOffers(other, db)
    }
    const { given, outdated, again } = lastWordOf(grants, arrivals)
    for (const grant of given) {
      if (await giveAgain(region, db, grant, at))
        passed.push({ caseId: grant.row.caseId, from: db.slug, to: grant.to })
    }
    await noteAsReceived(db, outdated, at)
    for (const [sender, ids] of again) redelivered += await sendAgain(all, sender, db.slug, ids, at)
  }
  return { redelivered, passed, ended }
}

// A case may have come and gone several times: only its last move counts.
function lastWordOf(grants: readonly LostGrant[], arrivals: readonly LostArrival[]) {
  const leftAt = new Map<string, number>()
  for (const { row, at } of grants) {
    if (row.kind === 'transfer') leftAt.set(row.caseId, Math.max(at, leftAt.get(row.caseId) ?? 0))
  }
  const cameAt = new Map<string, number>()
  for (const { caseId, kind, createdAt } of arrivals) {
    if (kind === 'grant') cameAt.set(caseId, Math.max(createdAt, cameAt.get(caseId) ?? 0))
  }
  const given = grants.filter(
    ({ row, at }) =>
      row.kind === 'share' || (at === leftAt.get(row.caseId) && at >= (cameAt.get(row.caseId) ?? 0)),
  )
  const isOutdated = ({ kind, caseId, createdAt, isOver }: LostArrival) =>
    isOver || (kind === 'grant' && createdAt <= (leftAt.get(caseId) ?? 0))
  const outdated = arrivals.filter(isOutdated)
  const again = Map.groupBy(
    arrivals.filter(arrival => !isOutdated(arrival)),
    ({ sender }) => sender,
  )
  return {
    given,
    outdated,
    again: [...again].map(([sender, all]) => [sender, all.map(({ id }) => id)] as const),
  }
}

/** False where the case itself is not known: then nobody else holds it either. */
async function giveAgain(region: Region, db: TenantDb, { row, to }: LostGrant, at: number): Promise<boolean> {
  const [own] = await db.select().from(request).where(eq(request.caseId, row.caseId))
  if (own === undefined) return false
  const [known] = await db.select().from(handoff).where(sql`id = ${row.id} AND side = 'sender'`)
  await db.commit([
    versionGuard(own),
    known === undefined
      ? insertHandoff('sender', 'granted', offerOf(row), own.id)
      : sql`UPDATE handoff SET state = 'granted', receiver = ${to}, answered_at = ${at}, version = version + 1
          WHERE id = ${row.id} AND side = 'sender'`,
    ...(row.kind === 'share' ? [] : passSteps(region, own.id, to, at)),
    appendEvent(
      handoffGranted,
      { handoff: row.id, kind: row.kind, receiver: to },
      { request: own.id, actor: ACTOR, at, public: false },
    ),
    deliveredMessage(row, to, at),
    ...enqueueLogConsumers(at),
  ])
  return true
}

function passSteps(region: Region, id: string, to: string, at: number): Step[] {
  const agency = region.jurisdiction(to)?.name ?? to
  return [
    sql`UPDATE request SET custody = 'passed', passed_to = ${to}, agency_responsible = ${agency}, updated_at = ${at},
      version = version + 1 WHERE id = ${id}`,
    ...withdrawOffersOf(id, ACTOR, at),
  ]
}

function deliveredMessage(row: HandoffRow, to: string, at: number): Step {
  return sql`INSERT OR IGNORE INTO message (id, case_id, receiver, kind, body, created_at, due_at, delivered_at)
    VALUES (${`${row.id}:grant`}, ${row.caseId}, ${to}, 'grant', ${JSON.stringify(offerOf(row))}, ${at}, ${at}, ${at})`
}

async function noteAsReceived(db: TenantDb, arrivals: readonly LostArrival[], at: number): Promise<void> {
  const names = JSON.stringify(arrivals.map(({ sender, id }) => [sender, id]))
  await db.commit([
    sql`INSERT OR IGNORE INTO inbox (sender, message, at)
      SELECT value ->> 0, value ->> 1, ${at} FROM json_each(${names})`,
  ])
}

async function sendAgain(
  all: readonly TenantDb[],
  sender: string,
  receiver: string,
  ids: readonly string[],
  at: number,
): Promise<number> {
  const db = all.find(({ slug }) => slug === sender)
  const [changed] =
    (await db?.commit([
      sql`UPDATE message SET delivered_at = NULL, parked_at = NULL, attempts = 0, due_at = ${at}
        WHERE receiver = ${receiver} AND delivered_at IS NOT NULL
          AND id IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`,
      enqueueJob(courierKind, at),
    ])) ?? []
  return changed?.rowsAffected ?? 0
}
