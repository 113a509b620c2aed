import { eq, sql } from 'drizzle-orm'
import { guard, openTenant, violates } from '../core/db.ts'
import type { JobHandler } from '../core/jobs.ts'
import { asProblem } from '../core/problem.ts'
import { news, record } from '../requests/events.ts'
import { forward } from './schema.ts'

export const CHECK_BACK = 'check-back'

/**
 * The day on which those who follow a case that a partner has are asked whether it is solved (S2). Only the log says that
 * it has come; who writes the letters follows the log. Nothing is closed or opened by it.
 */
export const checkBackJob: JobHandler = {
  kind: CHECK_BACK,
  async run(platform, database, payload) {
    if (database.kind !== 'tenant') return undefined
    const { forward: id } = payload as { forward: string }
    const db = openTenant(platform, { kind: 'system', reason: CHECK_BACK }, database.region, database.slug)
    const [row] = await db.select().from(forward).where(eq(forward.id, id))
    if (row === undefined) return undefined
    const at = platform.clock.now()
    try {
      await db.commit([
        sql`INSERT INTO partner_word (forward, word, at) VALUES (${id}, ${CHECK_BACK}, ${at})`,
        guard(sql`EXISTS (SELECT 1 FROM forward WHERE id = ${id} AND state = 'sent')`, 'wrong-state'),
        guard(
          sql`EXISTS (SELECT 1 FROM request WHERE id = ${row.request} AND custody = 'held' AND status <> 'closed')`,
          'wrong-state',
        ),
        record(row.request, `system:${CHECK_BACK}`, at, true, { type: 'check-back', name: row.name }),
        ...news(at),
      ])
    } catch (error) {
      if (!violates(error, 'partner_word.forward') && asProblem(error).slug !== 'wrong-state') throw error
    }
    return undefined
  },
}
