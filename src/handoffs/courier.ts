import { and, eq, inArray, isNull, sql } from 'drizzle-orm'
import { openTenant, type TenantDb } from '../core/db.ts'
import { groupBy } from '../core/group.ts'
import type { JobHandler } from '../core/jobs.ts'
import { asProblem, type Problem } from '../core/problem.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/compile.ts'
import { currentRegion } from '../regions/current.ts'
import { COURIER } from './messages.ts'
import { dueMessages, envelopeOf, type MessageRow, nextDue } from './outbox.ts'
import { receive } from './receive.ts'
import { message } from './schema.ts'

/** So many that they have arrived long before the job's lease ends. */
const BATCH = 100
const TRIES = 10
const BACK_OFF_MILLISECONDS = 2_000
const LONGEST_BACK_OFF_MILLISECONDS = 5 * 60_000

/**
 * Carries messages between jurisdictions: at least once, in order within a case. The receiver applies each once. A
 * receiver that is away costs the time it is away, and nobody else's; a message that fails ten times is parked where an
 * operator sees it.
 */
export const courierJob: JobHandler = {
  kind: COURIER,
  async run(platform, database) {
    if (database.kind !== 'tenant') return undefined
    const db = openTenant(platform, { kind: 'system', reason: COURIER }, database.region, database.slug)
    const region = await currentRegion(platform, database.region)
    const rows = await dueMessages(db, platform.clock.now(), BATCH)
    const rounds = groupBy(rows, ({ receiver }) => receiver).values()
    await Promise.all([...rounds].map(round => goTo(platform, region, db, round)))
    return nextDue(db)
  },
}

interface Outcome {
  readonly row: MessageRow
  /** Undefined: it has arrived. */
  readonly failure: Problem | undefined
}

/** Takes one receiver its messages, each about another case. Whether it is there at all, the first one finds out. */
async function goTo(
  platform: Platform,
  region: Region,
  db: TenantDb,
  round: readonly MessageRow[],
): Promise<void> {
  const deliver = (row: MessageRow): Promise<Outcome> =>
    envelopeOf(platform, db, row)
      .then(envelope => receive(platform, region, row.receiver, envelope))
      .then(
        () => ({ row, failure: undefined }),
        error => ({ row, failure: asProblem(error) }),
      )
  const outcomes = await Promise.all(round.slice(0, 1).map(deliver))
  if (!outcomes.some(isAway)) outcomes.push(...(await Promise.all(round.slice(1).map(deliver))))
  const now = platform.clock.now()
  const arrived = outcomes.filter(({ failure }) => failure === undefined).map(({ row }) => row.seq)
  if (arrived.length > 0)
    await db.update(message).set({ deliveredAt: now }).where(inArray(message.seq, arrived))
  for (const outcome of outcomes) {
    const { row, failure } = outcome
    if (failure === undefined) continue
    await (isAway(outcome) ? waitForReceiver : tryLater)(db, row, failure, now)
    const told = { from: db.slug, to: row.receiver, kind: row.kind, problem: failure.slug }
    platform.log('warn', 'message-waits', told)
  }
}

function isAway({ failure }: Outcome): boolean {
  return failure?.slug === 'database-away'
}

/** Being away is nobody's fault and never parks: all that is due to it waits, up to as long again as this one has. */
async function waitForReceiver(db: TenantDb, row: MessageRow, { message: words }: Problem, now: number) {
  const wait = Math.max(BACK_OFF_MILLISECONDS, now - row.createdAt)
  const dueAt = now + Math.min(LONGEST_BACK_OFF_MILLISECONDS, wait)
  await db
    .update(message)
    .set({ dueAt, lastError: words })
    .where(and(eq(message.receiver, row.receiver), isNull(message.deliveredAt), sql`due_at <= ${now}`))
}

async function tryLater(db: TenantDb, row: MessageRow, { message: words }: Problem, now: number) {
  const attempts = row.attempts + 1
  const wait = Math.min(LONGEST_BACK_OFF_MILLISECONDS, BACK_OFF_MILLISECONDS * 2 ** row.attempts)
  const parkedAt = attempts >= TRIES ? now : null
  await db
    .update(message)
    .set({ attempts, dueAt: now + wait, lastError: words, parkedAt })
    .where(and(eq(message.seq, row.seq), isNull(message.deliveredAt)))
}
