import { sql } from 'drizzle-orm'
import { permitted } from '../core/access.ts'
import type { TenantReader } from '../core/database/handles.ts'
import { fromJson } from '../core/database/json.ts'

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
}

const REPEATED = 2

/** This service was refused repeatedly at this location, so routing is probably wrong (S11). */
export async function proposedCorrections(db: TenantReader): Promise<ProposedCorrection[]> {
  type Row = Omit<ProposedCorrection, 'refused_by' | 'proposed'> & { refused_by: string; proposed: string }
  const rows = await db.rows<Row>(sql`
    SELECT content ->> '$.serviceCode' AS service_code, round(content ->> '$.lat', 3) AS lat, round(content ->> '$.long', 3) AS long,
      max(content ->> '$.address') AS address, count(*) AS times, json_group_array(DISTINCT receiver) AS refused_by,
      json_group_array(DISTINCT counter) FILTER (WHERE counter IS NOT NULL) AS proposed,
      strftime('%Y-%m-%dT%H:%M:%SZ', max(answered_at) / 1000, 'unixepoch') AS last_refused_at
    FROM handoff WHERE side = 'sender' AND answer_reason IS NOT NULL
      AND ${permitted(db.access, 'read', sql`content ->> '$.serviceCode'`)}
    GROUP BY 1, 2, 3 HAVING count(*) >= ${REPEATED} ORDER BY times DESC, last_refused_at DESC LIMIT 100`)
  return rows.map(row => ({
    ...row,
    refused_by: fromJson<string[]>(row.refused_by),
    proposed: fromJson<string[]>(row.proposed),
  }))
}
