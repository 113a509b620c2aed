import { and, eq, sql } from 'drizzle-orm'
import { openTenant, type Step, type TenantDb } from '../../core/database/handles.ts'
import { defineJob, RETRY_ALWAYS } from '../../core/database/jobs.ts'
import { translator } from '../../core/i18n.ts'
import { asProblem } from '../../core/problem.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { currentRegion } from '../../regions/runtime/current.ts'
import { appendEvent } from '../../requests/events.ts'
import { triageSteps } from '../../requests/triage/reasons.ts'
import { handoffDecided, TIMEOUT_ACTOR } from '../events.ts'
import type { HandoffRow } from '../find.ts'
import { readHeldRequest } from '../messages/crossing.ts'
import { find, setState, unchanged } from '../messages/effects-receiver.ts'
import { refusedSteps } from '../messages/effects-sender.ts'
import { inbox, message } from '../schema.ts'
import { withdrawalSteps } from '../withdraw.ts'
import { resumeSteps, timeoutKind } from './pending.ts'

// When to check again for an answer given in time that has not arrived yet.
const ON_ITS_WAY_MILLISECONDS = 60_000

/** No answer in time counts as refused; without a decision the request stays with the sender, in triage. */
export const timeoutJob = defineJob(timeoutKind, {
  retryPolicy: RETRY_ALWAYS,
  async tenant(platform, db, { handoff }) {
    const region = await currentRegion(platform, db.region)
    const row = await find(db, handoff, 'sender')
    if (row?.request == null || (row.state !== 'offered' && row.state !== 'appealed')) return undefined
    const at = platform.clock.now()
    // It was appealed after this job was enqueued, with a deadline of its own.
    if (row.answerBy !== null && row.answerBy > at) return row.answerBy
    if (await isAnswered(platform, db, row)) return at + ON_ITS_WAY_MILLISECONDS
    const settled =
      row.state === 'appealed'
        ? undecidedSteps(region, db.slug, row, row.request, at)
        : refusedSteps(region, row, await readHeldRequest(db, row.request), at)
    const withdrawn = withdrawalSteps(
      sql`id = ${handoff} AND side = 'sender'`,
      'timed-out',
      TIMEOUT_ACTOR,
      at,
    )
    await db.commit([unchanged(row), ...withdrawn, ...settled])
    return undefined
  },
})

function undecidedSteps(
  region: Region,
  holder: string,
  row: HandoffRow,
  request: string,
  at: number,
): Step[] {
  const text = translator(region.language)('handoff-not-decided')
  return [
    ...setState(row, 'kept'),
    appendEvent(
      handoffDecided,
      { handoff: row.id, holder, text },
      { request, actor: TIMEOUT_ACTOR, at, public: false },
    ),
    ...triageSteps(request, 'undecided', at),
    resumeSteps(sql`${request}`, at),
  ]
}

// True also while the other database is unavailable, as it may hold an answer. What an operator settled never
// arrives.
async function isAnswered(platform: Platform, db: TenantDb, row: HandoffRow): Promise<boolean> {
  const isAppealed = row.state === 'appealed'
  const whose = isAppealed ? await appealedTo(db, row.id) : row.receiver
  const answer = `${row.id}:${isAppealed ? 'decision' : 'answer'}`
  const settled = await db
    .select()
    .from(inbox)
    .where(and(eq(inbox.sender, whose), eq(inbox.message, answer)))
  if (settled.length > 0) return false
  const there = openTenant(platform, { kind: 'system', reason: timeoutKind.kind }, db.region, whose)
  try {
    const theirs = await find(there, row.id, isAppealed ? 'arbitrator' : 'receiver')
    return theirs !== undefined && theirs.state !== row.state
  } catch (error) {
    if (asProblem(error).slug === 'database-unavailable') return true
    throw error
  }
}

// The arbitrator at the time, who may have changed since.
async function appealedTo(db: TenantDb, handoff: string): Promise<string> {
  const [appeal] = await db
    .select({ receiver: message.receiver })
    .from(message)
    .where(eq(message.id, `${handoff}:appeal`))
  if (appeal === undefined) throw new Error(`handoff ${handoff} has been put before nobody`)
  return appeal.receiver
}
