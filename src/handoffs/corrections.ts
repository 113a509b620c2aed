import { type SQL, sql } from 'drizzle-orm'
import { withAccessLog } from '../audit/access-log.ts'
import { permitted } from '../core/access.ts'
import type { TenantReader } from '../core/database/handles.ts'
import { jsonOf } from '../core/database/json.ts'
import { heldAndOpen } from '../requests/schema.ts'

export interface ProposedCorrection {
  readonly service_code: string
  /** Degrees, rounded to about a hundred meters; null for locations described in words. */
  readonly lat: number | null
  readonly long: number | null
  readonly address: string | null
  readonly times: number
  readonly refused_by: readonly string[]
  readonly proposed: readonly string[]
  readonly last_refused_at: string
  /** Own requests that were refused there, newest first; those still open here before the others. */
  readonly requests: readonly string[]
}

const REPEATED = 2

/** This service was refused repeatedly at this location, so routing is probably wrong (S11). */
export async function proposedCorrections(db: TenantReader): Promise<ProposedCorrection[]> {
  const list = (column: SQL, which = sql`true`) =>
    sql`json_group_array(DISTINCT ${column}) FILTER (WHERE ${which} AND ${column} IS NOT NULL)`
  const isOpenHere = sql`EXISTS (SELECT 1 FROM request WHERE request.id = handoff.request AND ${heldAndOpen})`
  const grouped = sql`(SELECT content ->> '$.serviceCode' AS service_code, round(content ->> '$.lat', 3) AS lat,
      round(content ->> '$.long', 3) AS long, max(content ->> '$.address') AS address, count(*) AS times,
      ${list(sql`receiver`)} AS refused_by, ${list(sql`counter`)} AS proposed, max(answered_at) AS last_refused_at,
      ${list(sql`request`, isOpenHere)} AS open_here, ${list(sql`request`, sql`NOT ${isOpenHere}`)} AS others
    FROM handoff WHERE side = 'sender' AND answer_reason IS NOT NULL
      AND ${permitted(db.access, 'read', sql`content ->> '$.serviceCode'`)}
    GROUP BY 1, 2, 3 HAVING count(*) >= ${REPEATED} ORDER BY times DESC, last_refused_at DESC LIMIT 100) AS grouped`
  const shown = sql`SELECT one.value FROM ${grouped}, json_each(open_here) AS one
    UNION SELECT one.value FROM ${grouped}, json_each(others) AS one`
  const texts = (column: string) => jsonOf<string[]>(sql`${sql.identifier(column)}`)
  const [rows] = await withAccessLog(db, { view: 'handoff', shown })([
    db
      .select({
        service_code: sql<string>`service_code`,
        lat: sql<number | null>`lat`,
        long: sql<number | null>`long`,
        address: sql<string | null>`address`,
        times: sql<number>`times`,
        refused_by: texts('refused_by'),
        proposed: texts('proposed'),
        lastRefusedAt: sql<number>`last_refused_at`,
        openHere: texts('open_here'),
        others: texts('others'),
      })
      .from(grouped),
  ])
  return rows.map(({ lastRefusedAt, openHere, others, ...row }) => ({
    ...row,
    last_refused_at: new Date(lastRefusedAt).toISOString(),
    requests: [...openHere.reverse(), ...others.reverse()],
  }))
}
