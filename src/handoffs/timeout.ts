import { eq, sql } from 'drizzle-orm'
import { openTenant, type Step, type TenantDb } from '../core/db.ts'
import { translator } from '../core/i18n.ts'
import type { JobHandler } from '../core/jobs.ts'
import { asProblem } from '../core/problem.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/compile.ts'
import { currentRegion } from '../regions/current.ts'
import { record } from '../requests/events.ts'
import { readHeld } from './crossing.ts'
import { find, setState, unchanged } from './effects-receiver.ts'
import { refusedSteps } from './effects-sender.ts'
import type { HandoffRow } from './find.ts'
import { TIMEOUT } from './offers.ts'
import { message } from './schema.ts'
import { goOn } from './waiting.ts'
import { noLongerStands } from './withdraw.ts'

/** So long an answer that was given in time may still be on its way, before it is looked for again. */
const ON_ITS_WAY_MILLISECONDS = 60_000
/** Who decides when the arbitrator has not done so in time. */
export const TIMEOUT_ACTOR = `system:${TIMEOUT}`

/**
 * An offer that nobody answered in time counts as refused. Where the arbitrator did not decide in time, the sender keeps
 * it, marked for a person's judgment: somebody has to act, and it is the one who holds it.
 */
export const timeoutJob: JobHandler = {
  kind: TIMEOUT,
  async run(platform, database, payload) {
    if (database.kind !== 'tenant') return undefined
    const { handoff } = payload as { handoff: string }
    const db = openTenant(platform, { kind: 'system', reason: TIMEOUT }, database.region, database.slug)
    const region = await currentRegion(platform, database.region)
    const row = await find(db, handoff, 'sender')
    if (row?.request == null || (row.state !== 'offered' && row.state !== 'appealed')) return undefined
    const at = platform.clock.now()
    // It went to the arbitrator since this was rung, who has time of their own.
    if (row.answerBy !== null && row.answerBy > at) return row.answerBy
    if (await isAnswered(platform, db, row)) return at + ON_ITS_WAY_MILLISECONDS
    const settled =
      row.state === 'appealed'
        ? keptSteps(region, db.slug, row, row.request, at)
        : refusedSteps(region, row, await readHeld(db, row.request), at)
    const told = noLongerStands(sql`id = ${handoff} AND side = 'sender'`, 'timed-out', TIMEOUT_ACTOR, at)
    await db.commit([unchanged(row), ...told, ...settled])
    return undefined
  },
}

function keptSteps(region: Region, holder: string, row: HandoffRow, request: string, at: number): Step[] {
  const text = translator(region.language)('handoff-not-decided')
  return [
    ...setState(row, 'kept'),
    record(request, TIMEOUT_ACTOR, at, false, { type: 'decided', handoff: row.id, holder, text }),
    sql`UPDATE request SET triage = 1 WHERE id = ${request}`,
    goOn(sql`${request}`, at),
  ]
}

/** Whether it has been answered, though that has not arrived. Whoever is away may have done so: they are asked again. */
async function isAnswered(platform: Platform, db: TenantDb, row: HandoffRow): Promise<boolean> {
  const isAppealed = row.state === 'appealed'
  const whose = isAppealed ? await appealedTo(db, row.id) : row.receiver
  const there = openTenant(platform, { kind: 'system', reason: TIMEOUT }, db.region, whose)
  try {
    const theirs = await find(there, row.id, isAppealed ? 'arbitrator' : 'receiver')
    return theirs !== undefined && theirs.state !== row.state
  } catch (error) {
    if (asProblem(error).slug === 'database-away') return true
    throw error
  }
}

/** Before whom it was put: whoever was the arbitrator then. */
async function appealedTo(db: TenantDb, handoff: string): Promise<string> {
  const [appeal] = await db
    .select({ receiver: message.receiver })
    .from(message)
    .where(eq(message.id, `${handoff}:appeal`))
  if (appeal === undefined) throw new Error(`handoff ${handoff} has been put before nobody`)
  return appeal.receiver
}
