import { and, eq, sql } from 'drizzle-orm'
import { guard, openTenant, type Step, type TenantDb } from '../core/db.ts'
import { translator } from '../core/i18n.ts'
import { randomText } from '../core/ids.ts'
import { type JobHandler, LONG_PATIENCE, ring } from '../core/jobs.ts'
import { asProblem, problem } from '../core/problem.ts'
import { type Held, readHeld } from '../handoffs/crossing.ts'
import type { Platform } from '../platform/platform.ts'
import { deadline } from '../regions/calendar.ts'
import type { Region } from '../regions/compile.ts'
import { currentRegion } from '../regions/current.ts'
import type { PartnerDocument } from '../regions/documents.ts'
import { FORWARD, news, record } from '../requests/events.ts'
import { CHECK_BACK } from './check-back.ts'
import { sendLetter } from './letter.ts'
import { sendOpen311 } from './open311.ts'
import { nextPoll, POLL } from './poll.ts'
import { type ForwardRow, forward } from './schema.ts'

/** What a partner gave for what was passed on: their number of it, or a token for a number to come. */
export interface Receipt {
  readonly receipt: string
  readonly token: string | null
}

/**
 * Passes a request on to a partner and logs with what receipt (S2). Never again once there is one. What dies between the
 * partner's yes and our note of it is sent again, under the same Idempotency-Key or Message-ID.
 */
export const forwardJob: JobHandler = {
  kind: FORWARD,
  patience: LONG_PATIENCE,
  async run(platform, database, payload) {
    if (database.kind !== 'tenant') return undefined
    const asked = payload as { request: string; partner: string }
    const db = openTenant(platform, { kind: 'system', reason: FORWARD }, database.region, database.slug)
    const region = await currentRegion(platform, database.region)
    const partner = region.partner(asked.partner)
    const held = await readHeld(db, asked.request)
    const isOurs = held.request.custody === 'held' && held.request.status !== 'closed'
    if (partner === undefined || !takesForwards(partner) || !isOurs) {
      await db.delete(forward).where(and(eq(forward.request, asked.request), eq(forward.state, 'waiting')))
      return undefined
    }
    const row = await begin(platform, db, held, partner)
    if (row?.state !== 'waiting') return undefined
    try {
      const receipt = await deliver(platform, db, region, held, partner, row)
      await settle(platform, db, region, held, partner, row, receipt)
    } catch (error) {
      await db
        .update(forward)
        .set({ lastError: asProblem(error).message })
        .where(eq(forward.id, row.id))
      throw error
    }
    return undefined
  },
}

export function takesForwards({ forward: method = 'none' }: PartnerDocument): boolean {
  return method !== 'none'
}

/** Its name to the partner stands before anything is sent, and is the same for every try. */
async function begin(
  platform: Platform,
  db: TenantDb,
  { request }: Held,
  partner: PartnerDocument,
): Promise<ForwardRow | undefined> {
  const method = partner.forward === 'open311' ? 'open311' : 'email'
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
  const [row] = await db
    .select()
    .from(forward)
    .where(
      and(
        eq(forward.request, request.id),
        eq(forward.partner, partner.id),
        sql`${forward.state} IN ('waiting', 'sent')`,
      ),
    )
  return row
}

function deliver(
  platform: Platform,
  db: TenantDb,
  region: Region,
  held: Held,
  partner: PartnerDocument,
  row: ForwardRow,
): Promise<Receipt> {
  if (row.method === 'email') return sendLetter(platform, db, region, held, partner, row)
  if (partner.open311 === undefined) {
    throw problem('not-configured', { detail: `${partner.name} has no Open311 endpoint.` })
  }
  return sendOpen311(platform, db, region, held, partner.open311, row)
}

async function settle(
  platform: Platform,
  db: TenantDb,
  region: Region,
  { request }: Held,
  partner: PartnerDocument,
  row: ForwardRow,
  { receipt, token }: Receipt,
): Promise<void> {
  const at = platform.clock.now()
  const { id: name, name: called } = partner
  const { method } = row
  const say = translator(region.language)
  const notes = say(method === 'email' ? 'partner-status' : 'partner-status-asked', { name: called })
  const steps: Step[] = [
    guard(sql`EXISTS (SELECT 1 FROM forward WHERE id = ${row.id} AND state = 'waiting')`, 'wrong-state'),
    sql`UPDATE forward SET state = 'sent', receipt = ${receipt}, token = ${token}, sent_at = ${at}, last_error = NULL WHERE id = ${row.id}`,
    record(request.id, 'system:forward', at, true, {
      type: 'forwarded',
      partner: name,
      name: called,
      method,
      receipt,
    }),
    sql`UPDATE request SET agency_responsible = ${called}, status_notes = ${notes}, updated_at = ${at}, version = version + 1
      WHERE id = ${request.id}`,
    ...checkBackStep(db, region, partner, row, at),
    ...(method === 'open311'
      ? [ring(POLL, nextPoll(region, db.slug, partner, at), `${POLL}:${name}`, { partner: name })]
      : []),
    ...news(at),
  ]
  await db.commit(steps)
  platform.wake({ kind: 'tenant', region: db.region, slug: db.slug })
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
  return [ring(CHECK_BACK, due, `${CHECK_BACK}:${id}`, { forward: id })]
}
