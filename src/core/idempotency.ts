import { sql } from 'drizzle-orm'
import { type Step, violates, type Writer } from './db.ts'
import { sha256 } from './digest.ts'
import { problem } from './problem.ts'
import { idempotency } from './schema.ts'

/** A change that a caller may send twice, because it did not hear the first answer. */
export interface Change<T> {
  /** The caller's Idempotency-Key, if it sent one. */
  readonly key: string | undefined
  /** What was asked, whole: the same key with anything else is refused. */
  readonly asked: unknown
  readonly steps: readonly Step[]
  /** What to answer, now and to every repetition. */
  readonly outcome: T
}

/** Commits once; sent again, answers what the first time answered. Throws `key-reused`, or what a guard throws. */
export async function commitOnce<T>(db: Writer, change: Change<T>, at: number): Promise<T> {
  const { key, steps, outcome } = change
  if (key === undefined) {
    await db.commit(steps)
    return outcome
  }
  const fingerprint = await sha256(JSON.stringify(change.asked))
  const kept = sql`INSERT INTO ${idempotency} (key, fingerprint, outcome, created_at)
    VALUES (${key}, ${fingerprint}, ${JSON.stringify(outcome)}, ${at})`
  try {
    await db.commit([kept, ...steps])
    return outcome
  } catch (error) {
    if (!violates(error, 'idempotency.key')) throw error
  }
  const [earlier] = await db.rows<{ fingerprint: string; outcome: string }>(
    sql`SELECT fingerprint, outcome FROM ${idempotency} WHERE key = ${key}`,
  )
  if (earlier?.fingerprint !== fingerprint) throw problem('key-reused')
  return JSON.parse(earlier.outcome) as T
}
