import { eq, sql } from 'drizzle-orm'
import * as v from 'valibot'
import { guard, violates } from '../core/database/handles.ts'
import { defineJob, jobKind } from '../core/database/jobs.ts'
import { asProblem } from '../core/problem.ts'
import type { FollowerLink } from '../notify/follow.ts'
import type { Platform } from '../platform/platform.ts'
import { heldGuard, openGuard } from '../requests/case/guards.ts'
import { touch } from '../requests/case/status.ts'
import { appendEvent, enqueueLogConsumers } from '../requests/events.ts'
import { checkBackAnswered, checkedBack } from './events.ts'
import { forward } from './schema.ts'

export const checkBackKind = jobKind(
  'check-back',
  v.object({ forward: v.string() }),
  ({ forward }) => forward,
)

/** Asks followers of a forwarded case whether it is solved (S2). Only appends an event and keeps the status. */
export const checkBackJob = defineJob(checkBackKind, {
  async tenant(platform, db, { forward: id }) {
    const [row] = await db.select().from(forward).where(eq(forward.id, id))
    if (row === undefined) return undefined
    const at = platform.clock.now()
    try {
      await db.commit([
        sql`INSERT INTO partner_update (forward, key, at) VALUES (${id}, ${checkBackKind.kind}, ${at})`,
        guard(sql`EXISTS (SELECT 1 FROM forward WHERE id = ${id} AND state = 'sent')`, 'wrong-state'),
        heldGuard(row.request),
        openGuard(row.request),
        appendEvent(
          checkedBack,
          { name: row.name },
          { request: row.request, actor: `system:${checkBackKind.kind}`, at, public: true },
        ),
        ...enqueueLogConsumers(at),
      ])
    } catch (error) {
      if (!violates(error, 'partner_update.forward') && asProblem(error).slug !== 'wrong-state') throw error
    }
    return undefined
  },
})

/** Adds a public note and keeps the status. Throws `not-found` for a second answer to the same question. */
export async function answerCheckBack(
  platform: Platform,
  { db, follower: row, event, caseId }: FollowerLink,
  solved: boolean,
): Promise<void> {
  const at = platform.clock.now()
  const actor = `follower:${row?.id ?? ''}`
  const answered = sql`SELECT 1 FROM event WHERE request = ${caseId} AND type = ${checkBackAnswered.type}
    AND actor = ${actor} AND seq > ${event}`
  await db.commit([
    guard(sql`NOT EXISTS (${answered})`, 'not-found'),
    appendEvent(checkBackAnswered, { solved }, { request: caseId, actor, at, public: true }),
    touch(caseId, at),
    ...enqueueLogConsumers(at),
  ])
}
