import { and, eq, sql } from 'drizzle-orm'
import { type Step, type TenantDb, violates } from '../../core/database/handles.ts'
import { asProblem } from '../../core/problem.ts'
import { inbox } from '../schema.ts'

export interface MessageName {
  readonly sender: string
  readonly id: string
}

/** `new`: this batch did it. Else what was done before. */
export type InboxEntry = 'new' | 'applied' | 'settled'

/** In the same batch as the steps: a message is either applied, or settled and never applied. */
export async function applyOnce(
  db: TenantDb,
  { sender, id }: MessageName,
  as: 'applied' | 'settled',
  steps: readonly Step[],
  at: number,
): Promise<InboxEntry> {
  const name =
    as === 'applied'
      ? sql`INSERT INTO inbox (sender, message, at) VALUES (${sender}, ${id}, ${at})`
      : sql`INSERT INTO inbox (sender, message, at, settled) VALUES (${sender}, ${id}, ${at}, 1)`
  try {
    await db.commit([name, ...steps])
    return 'new'
  } catch (error) {
    if (!violates(error, 'inbox.sender')) throw error
  }
  const [entry] = await db
    .select({ settled: inbox.settled })
    .from(inbox)
    .where(and(eq(inbox.sender, sender), eq(inbox.message, id)))
  return entry?.settled ? 'settled' : 'applied'
}

const TRIES = 6

/** Retries from the read when what was read has changed before the write. */
export async function retryOnConflict<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      const { slug } = asProblem(error)
      const isRace = slug === 'changed-meanwhile' || slug === 'wrong-state'
      if (!isRace || tries === TRIES) throw error
    }
  }
}
