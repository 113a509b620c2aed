import { sql } from 'drizzle-orm'
import { senderOf } from '../access.ts'
import { sha256 } from '../encryption/digest.ts'
import { problem } from '../problem.ts'
import { insertOne, type RegionDb, type Step, type TenantDb, violates } from './handles.ts'
import { idempotency } from './schema.ts'

// Anonymous callers cannot be told apart, so their key is combined with the content of the call.

export interface IdempotentChange<T> {
  readonly key: string | undefined
  /** The whole input. The same key with another input is refused. */
  readonly content: unknown
  readonly steps: readonly Step[]
  readonly outcome: T
}

type Changing = TenantDb | RegionDb

/** Commits once; a repetition returns the first outcome. Throws `key-reused`, or the problem of a guard. */
export async function commitOnce<T>(db: Changing, change: IdempotentChange<T>, at: number): Promise<T> {
  const { steps, outcome } = change
  if (change.key === undefined) {
    await db.commit(steps)
    return outcome
  }
  const fingerprint = await sha256(JSON.stringify(change.content))
  const key = ownKey(db, change.key, fingerprint)
  const record = insertOne(idempotency, { key, fingerprint, outcome: JSON.stringify(outcome), createdAt: at })
  try {
    await db.commit([record, ...steps])
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

/** Claims a key where the change it protects is no single batch. Throws `key-reused`. */
export async function claimIdempotencyKey(db: Changing, key: string, at: number): Promise<void> {
  const row = { key: ownKey(db, key, ''), fingerprint: '', outcome: 'null', createdAt: at }
  try {
    await db.insert(idempotency).values(row)
  } catch (error) {
    throw violates(error, 'idempotency.key') ? problem('key-reused') : error
  }
}

// The key follows the last space, so two senders never share a row. No sender is called `anonymous …`.
function ownKey(db: Changing, key: string, fingerprint: string): string {
  const sender = senderOf(db.access)
  return sender === undefined ? `anonymous ${key} ${fingerprint}` : `${sender} ${key}`
}
