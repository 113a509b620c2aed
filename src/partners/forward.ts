import { and, eq, inArray, sql } from 'drizzle-orm'
import { guard, type Step, type TenantDb } from '../core/database/handles.ts'
import { defineJob, enqueueJob, LONG_RETRY } from '../core/database/jobs.ts'
import { translator } from '../core/i18n.ts'
import { randomText } from '../core/ids.ts'
import { asProblem, problem } from '../core/problem.ts'
import { type HeldRequest, readHeldRequest } from '../handoffs/messages/crossing.ts'
import type { Platform } from '../platform/platform.ts'
import type { PartnerDocument } from '../regions/documents/schemas/partner.ts'
import { deadline } from '../regions/runtime/calendar.ts'
import type { Region } from '../regions/runtime/compile.ts'
import { currentRegion } from '../regions/runtime/current.ts'
import { isHeldAndOpen } from '../requests/case/guards.ts'
import { decryptPerson } from '../requests/case/person.ts'
import { appendEvent, enqueueLogConsumers, forwardKind } from '../requests/events.ts'
import { checkBackKind } from './check-back.ts'
import { sendPartnerEmail } from './email.ts'
import { forwardFailed, requestForwarded } from './events.ts'
import { sendOpen311 } from './open311.ts'
import { nextPoll, pollKind } from './poll.ts'
import { type ForwardRow, forward } from './schema.ts'

export interface ForwardTask {
  readonly held: HeldRequest
  readonly partner: PartnerDocument
  readonly row: ForwardRow
}

export interface ForwardReceipt {
  readonly receipt: string
  readonly token: string | null
}

/** After a crash before the receipt is stored, it is sent again under the same key or Message-ID (S2). */
export const forwardJob = defineJob(forwardKind, {
  retryPolicy: LONG_RETRY,
  async tenant(platform, db, target) {
    const region = await currentRegion(platform, db.region)
    const partner = region.partner(target.partner)
    const read = await readHeldRequest(db, target.request)
    const held = { ...read, contact: await decryptPerson(platform, db, read.contact) }
    const isOurs = isHeldAndOpen(held.request)
    if (partner === undefined || !takesForwards(partner) || !isOurs) {
      await db.delete(forward).where(and(eq(forward.request, target.request), isUnsent))
      return undefined
    }
    const row = await begin(platform, db, held, partner)
    if (row?.state !== 'waiting' && row?.state !== 'failed') return undefined
    try {
      const task = { held, partner, row }
      await settle(platform, db, region, task, await deliver(platform, db, region, task))
    } catch (error) {
      const { slug, message } = asProblem(error)
      await db.update(forward).set({ lastError: message }).where(eq(forward.id, row.id))
      if (slug !== 'partner-refused') throw error
      await recordFailure(platform, db, row)
    }
    return undefined
  },
  async parkedInTenant(platform, db, { request, partner }) {
    const row = await current(db, request, partner)
    if (row !== undefined) await recordFailure(platform, db, row)
  },
})

const isUnsent = inArray(forward.state, ['waiting', 'failed'])

/** Residents and staff read it; the job may still be tried, and succeed. */
async function recordFailure(platform: Platform, db: TenantDb, row: ForwardRow): Promise<void> {
  const at = platform.clock.now()
  const { partner, name, method } = row
  const region = await currentRegion(platform, db.region)
  const notes = translator(region.language)('partner-status-failed', { name })
  const steps: Step[] = [
    guard(sql`EXISTS (SELECT 1 FROM forward WHERE id = ${row.id} AND state = 'waiting')`, 'wrong-state'),
    sql`UPDATE forward SET state = 'failed' WHERE id = ${row.id}`,
    appendEvent(
      forwardFailed,
      { partner, name, method },
      { request: row.request, actor: 'system:forward', at, public: true },
    ),
    sql`UPDATE request SET status_notes = ${notes}, updated_at = ${at}, version = version + 1 WHERE id = ${row.request}`,
    ...enqueueLogConsumers(at),
  ]
  try {
    await db.commit(steps)
  } catch (error) {
    if (asProblem(error).slug !== 'wrong-state') throw error
  }
}

export function takesForwards({ forward: method = 'none' }: PartnerDocument): boolean {
  return method !== 'none'
}

// Stores the id before anything is sent, so that it is the same for every attempt.
async function begin(
  platform: Platform,
  db: TenantDb,
  { request }: HeldRequest,
  partner: PartnerDocument,
): Promise<ForwardRow | undefined> {
  const method = partner.forward === 'open311' ? 'open311' : 'email'
  const started = await current(db, request.id, partner.id)
  if (started !== undefined) return started
  await db
    .insert(forward)
    .values({
      id: randomText(platform.random, 10),
      request: request.id,
      partner: partner.id,
      name: partner.name,
      method,
      createdAt: platform.clock.now(),
    })
    .onConflictDoNothing()
  return current(db, request.id, partner.id)
}

// Undefined for one that failed, if the request has since been sent to another partner.
async function current(db: TenantDb, request: string, partner: string): Promise<ForwardRow | undefined> {
  const rows = await db
    .select()
    .from(forward)
    .where(and(eq(forward.request, request), inArray(forward.state, ['waiting', 'failed', 'sent'])))
  const open = rows.find(({ state }) => state !== 'failed')
  const own = rows.find(row => row.partner === partner && row.state === 'failed')
  return open === undefined ? own : open.partner === partner ? open : undefined
}

function deliver(
  platform: Platform,
  db: TenantDb,
  region: Region,
  task: ForwardTask,
): Promise<ForwardReceipt> {
  const { partner } = task
  if (task.row.method === 'email') return sendPartnerEmail(platform, db, region, task)
  if (partner.open311 === undefined) {
    throw problem('not-configured', { detail: `${partner.name} has no Open311 endpoint.` })
  }
  const server = { region: region.slug, partner: partner.id, endpoint: partner.open311 }
  return sendOpen311(platform, db, region, task, server)
}

async function settle(
  platform: Platform,
  db: TenantDb,
  region: Region,
  { held: { request }, partner, row }: ForwardTask,
  { receipt, token }: ForwardReceipt,
): Promise<void> {
  const at = platform.clock.now()
  const { id: name, name: called } = partner
  const { method } = row
  const t = translator(region.language)
  const notes = t(method === 'email' ? 'partner-status' : 'partner-status-asked', { name: called })
  const steps: Step[] = [
    guard(
      sql`EXISTS (SELECT 1 FROM forward WHERE id = ${row.id} AND state IN ('waiting', 'failed'))`,
      'wrong-state',
    ),
    sql`UPDATE forward SET state = 'sent', receipt = ${receipt}, token = ${token}, sent_at = ${at}, last_error = NULL WHERE id = ${row.id}`,
    appendEvent(
      requestForwarded,
      { partner: name, name: called, method, receipt },
      { request: request.id, actor: 'system:forward', at, public: true },
    ),
    sql`UPDATE request SET agency_responsible = ${called}, status_notes = ${notes}, updated_at = ${at}, version = version + 1
      WHERE id = ${request.id}`,
    ...checkBackStep(db, region, partner, row, at),
    ...(method === 'open311'
      ? [enqueueJob(pollKind, nextPoll(region, db.slug, partner, at), { partner: name })]
      : []),
    ...enqueueLogConsumers(at),
  ]
  await db.commit(steps)
}

function checkBackStep(
  db: TenantDb,
  region: Region,
  { checkBackAfter }: PartnerDocument,
  { id }: ForwardRow,
  at: number,
): Step[] {
  if (checkBackAfter === undefined) return []
  const due = deadline(region.calendar(db.slug), at, checkBackAfter, { urgent: false })
  return [enqueueJob(checkBackKind, due, { forward: id })]
}
