import { sql } from 'drizzle-orm'
import type { TenantReader } from '../core/database/handles.ts'
import {
  type CoveredRow,
  type CoveredTable,
  coveredTables,
  judgeRow,
  type RowState,
  rowStates,
} from './rows.ts'

export interface BrokenRow {
  /** `row`: differs from its sealed state. `unexplained`: changed without an event that explains it. */
  readonly what: 'row' | 'unexplained'
  readonly table: string
  readonly row: string
}

const PAGE = 200

/** Stops at the first broken row. `changed` counts those whose change the log explains. */
export async function verifyRows(
  db: TenantReader,
): Promise<{ readonly changed: number; readonly broken: BrokenRow | null }> {
  const unexplained = await firstUnexplained(db)
  if (unexplained !== undefined) return { changed: 0, broken: { what: 'unexplained', ...unexplained } }
  let changed = 0
  for (const of of coveredTables) {
    for await (const row of currentRows(db, of)) {
      const judged = await judgeRow(of, row)
      if (judged.kind === 'same') continue
      changed++
      // Triggers record every change; a missing record means that someone removed it.
      const what = row['changes '] === null ? 'row' : judged.event === null ? 'unexplained' : undefined
      if (what !== undefined) return { changed, broken: { what, table: of.table, row: row['row '] } }
    }
    const removed = await firstRemoved(db, of)
    if (removed !== undefined) return { changed, broken: removed }
  }
  return { changed, broken: null }
}

// In table order, without indexes: an index may have been tampered with.
async function* currentRows(db: TenantReader, of: CoveredTable): AsyncGenerator<CoveredRow & RowState> {
  const { columns, digests } = rowStates(of, sql`t.id`)
  for (let after = 0; ; ) {
    const page = await db.rows<CoveredRow & RowState & { 'place ': number }>(
      sql`SELECT t.rowid AS "place ", ${columns} FROM ${sql.identifier(of.table)} AS t NOT INDEXED
        LEFT JOIN changed_row AS c ON c.table_name = ${of.table} AND c.row_id = t.id ${digests}
        WHERE t.rowid > ${after} ORDER BY t.rowid LIMIT ${PAGE}`,
    )
    yield* page
    if (page.length < PAGE) return
    after = page.at(-1)?.['place '] ?? after
  }
}

async function firstRemoved(db: TenantReader, { table }: CoveredTable): Promise<BrokenRow | undefined> {
  const [found] = await db.rows<{ row: string; noted: 0 | 1 }>(
    sql`SELECT d.row_id AS "row", EXISTS (SELECT 1 FROM changed_row AS c WHERE c.table_name = ${table} AND c.row_id = d.row_id) AS noted
      FROM row_digest AS d WHERE d.table_name = ${table} AND d.digest IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM ${sql.identifier(table)} AS t WHERE t.id = d.row_id)
      AND d.seq = (SELECT max(seq) FROM row_digest WHERE table_name = ${table} AND row_id = d.row_id)
      ORDER BY d.seq LIMIT 1`,
  )
  return found && { what: found.noted === 1 ? 'unexplained' : 'row', table, row: found.row }
}

// A digest without an event, with one about another row or no newer than the previous digest's, or a digest
// that no seal covers. Baseline digests precede all others of their table.
async function firstUnexplained(
  db: TenantReader,
): Promise<{ readonly table: string; readonly row: string } | undefined> {
  const [foreign] = await db.rows<{ table: string; row: string }>(
    sql`SELECT table_name AS "table", row_id AS "row" FROM row_digest
      WHERE table_name NOT IN (SELECT value FROM json_each(${JSON.stringify(coveredTables.map(({ table }) => table))}))
        OR seq < 1 OR seq > (SELECT coalesce(max(digests_to), 0) FROM seal) LIMIT 1`,
  )
  if (foreign !== undefined) return foreign
  for (const { table, isAbout } of coveredTables) {
    const [found] = await db.rows<{ row: string }>(
      sql`SELECT d.row_id AS "row" FROM row_digest AS d NOT INDEXED LEFT JOIN event ON event.seq = d.event
        WHERE d.table_name = ${table} AND CASE
          WHEN d.event IS NULL THEN true
          WHEN d.event <= 0 THEN EXISTS (SELECT 1 FROM row_digest AS o WHERE o.table_name = ${table} AND o.event > 0 AND o.seq < d.seq)
          ELSE event.seq IS NULL OR NOT ${isAbout(sql`d.row_id`)}
            OR d.event <= coalesce((SELECT abs(o.event) FROM row_digest AS o WHERE o.table_name = ${table} AND o.row_id = d.row_id
              AND o.seq < d.seq ORDER BY o.seq DESC LIMIT 1), 0) END
        ORDER BY d.seq LIMIT 1`,
    )
    if (found !== undefined) return { table, row: found.row }
  }
  return undefined
}
