import { type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import type { TenantReader } from '../core/database/handles.ts'

export type AccessLogView = 'request' | 'list' | 'search' | 'handoff' | 'photo' | 'history' | 'audit'

export interface AccessLogScope {
  readonly view: AccessLogView
  /** Selects one column, the tracking numbers shown; undefined: none are, but the view is logged all the same. */
  readonly shown: SQLWrapper | undefined
  readonly contacts?: SQL
  readonly notes?: SQL
}

/** Every read that shows requests to staff, programs or operators is logged here, in the same transaction. */
export function withAccessLog(db: TenantReader, scope: AccessLogScope): TenantReader['together'] {
  const { access } = db
  const isForPerson =
    access.kind === 'system' && (access.operator !== undefined || access.onBehalfOf !== undefined)
  if (access.kind !== 'work' && !isForPerson) return db.together
  const { view, shown, contacts, notes } = scope
  // A search is logged even if it finds nothing.
  const none = view === 'search' ? sql`''` : sql`'[]'`
  const numbers =
    shown &&
    sql`(WITH shown (number) AS (${shown.getSQL()}) SELECT nullif(json_group_array(DISTINCT number), ${none}) FROM shown)`
  const fields = sql.join([fieldIf(contacts, 'contacts'), fieldIf(notes, 'notes')], sql`, `)
  return db.withAccessLogEntry({
    view,
    requests: numbers ?? sql`'[]'`,
    fields: sql`(SELECT json_group_array(value) FROM json_each(json_array(${fields})) WHERE value IS NOT NULL)`,
  })
}

/** For requests whose numbers only the caller knows; call it before they are shown. */
export async function appendAccessLog(
  db: TenantReader,
  view: AccessLogView,
  numbers: readonly string[],
): Promise<void> {
  const shown = sql`SELECT value FROM json_each(${JSON.stringify(numbers)})`
  await withAccessLog(db, { view, shown })([db.select({ nothing: sql`1` }).from(sql`(SELECT 1)`)])
}

function fieldIf(condition: SQL | undefined, field: string): SQL {
  return condition === undefined ? sql`NULL` : sql`CASE WHEN ${condition} THEN ${field} END`
}
