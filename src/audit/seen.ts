import { type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import type { TenantReader } from '../core/db.ts'

/** How requests are shown: `schema.ts` says what each is. */
export type View = 'request' | 'list' | 'handoff' | 'history' | 'audit'

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
 * `const [rows] = await seeing(db, look)([select])`. Whatever shows requests at work is read through here. For the public
 * and the platform itself it only reads.
 */
export function seeing(db: TenantReader, look: Look): TenantReader['together'] {
  if (db.access.kind !== 'work') return db.together
  const { view, shown, contacts, notes } = look
  const numbers =
    shown &&
    sql`(WITH shown (number) AS (${shown.getSQL()}) SELECT json_group_array(DISTINCT number) FROM shown HAVING count(*) > 0)`
  const fields = sql.join([fieldIf(contacts, 'contacts'), fieldIf(notes, 'notes')], sql`, `)
  return db.noting({
    view,
    requests: numbers ?? sql`'[]'`,
    fields: sql`(SELECT json_group_array(value) FROM json_each(json_array(${fields})) WHERE value IS NOT NULL)`,
  })
}

function fieldIf(condition: SQL | undefined, field: string): SQL {
  return condition === undefined ? sql`NULL` : sql`CASE WHEN ${condition} THEN ${field} END`
}
