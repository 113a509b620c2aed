import { type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import type { TenantReader } from '../core/db.ts'

/** How requests are shown: `schema.ts` says what each is. */
export type View = 'request' | 'list' | 'handoff' | 'photo' | 'history' | 'audit'

export interface Look {
  readonly view: View
  /** A select of one column, the numbers of the requests that are shown; undefined: it shows none, and is noted all the same. */
  readonly shown: SQLWrapper | undefined
  /** Whether contact details are among what is shown. */
  readonly contacts?: SQL
  /** Whether anything that staff wrote privately is. */
  readonly notes?: SQL
}

/**
 * Runs selects together, in one round trip, and notes in the same transaction what somebody at work is shown by them:
 * `const [rows] = await seeing(db, look)([select])`. Whatever shows requests at work is read through here, and what an
 * operator is shown at the command line. For the public and the platform itself it only reads.
 */
export function seeing(db: TenantReader, look: Look): TenantReader['together'] {
  const { access } = db
  const isOperator = access.kind === 'system' && access.operator !== undefined
  if (access.kind !== 'work' && !isOperator) return db.together
  const { view, shown, contacts, notes } = look
  const numbers =
    shown &&
    sql`(WITH shown (number) AS (${shown.getSQL()}) SELECT nullif(json_group_array(DISTINCT number), '[]') FROM shown)`
  const fields = sql.join([fieldIf(contacts, 'contacts'), fieldIf(notes, 'notes')], sql`, `)
  return db.noting({
    view,
    requests: numbers ?? sql`'[]'`,
    fields: sql`(SELECT json_group_array(value) FROM json_each(json_array(${fields})) WHERE value IS NOT NULL)`,
  })
}

/** Notes requests whose numbers only the caller can tell, before they are shown. */
export async function noteSeen(db: TenantReader, view: View, numbers: readonly string[]): Promise<void> {
  const shown = sql`SELECT value FROM json_each(${JSON.stringify(numbers)})`
  await seeing(db, { view, shown })([db.select({ nothing: sql`1` }).from(sql`(SELECT 1)`)])
}

function fieldIf(condition: SQL | undefined, field: string): SQL {
  return condition === undefined ? sql`NULL` : sql`CASE WHEN ${condition} THEN ${field} END`
}
