import { type SQL, sql } from 'drizzle-orm'
import type { Reader } from './handles.ts'

export type CellValue = string | number | null
export type Row = Readonly<Record<string, CellValue>>

export interface Table {
  readonly name: string
  readonly columns: readonly string[]
}

/** Tables that hold data: no index tables of SQLite, no queue, no migration ledger. */
export async function tablesOf(db: Reader): Promise<Table[]> {
  const rows = await db.rows<{ name: string; column: string }>(
    sql`SELECT kept.name AS "name", info.name AS "column" FROM sqlite_master AS kept, pragma_table_info(kept.name) AS info
      WHERE kept.type = 'table' AND kept.sql NOT LIKE 'CREATE VIRTUAL%'
        AND kept.name NOT IN ('identity', 'migration', 'job', 'idempotency', 'changed_row')
        AND kept.name NOT LIKE 'sqlite~_%' ESCAPE '~' AND kept.name NOT LIKE 'libsql~_%' ESCAPE '~'
        AND NOT EXISTS (SELECT 1 FROM sqlite_master AS virtual WHERE virtual.sql LIKE 'CREATE VIRTUAL%'
          AND kept.name LIKE virtual.name || '~_%' ESCAPE '~')
      ORDER BY kept.name, info.cid`,
  )
  const columns = Map.groupBy(rows, ({ name }) => name)
  return [...columns].map(([name, of]) => ({ name, columns: of.map(({ column }) => column) }))
}

const PAGE = 500

export async function* rowsOf(db: Reader, { name, columns }: Table): AsyncGenerator<readonly Row[]> {
  const selected = sql.join(
    [sql`rowid AS "rowid "`, ...columns.map(column => sql`${sql.identifier(column)}`)],
    sql`, `,
  )
  for (let last = 0; ; ) {
    const found = await db.rows<Record<string, CellValue>>(
      sql`SELECT ${selected} FROM ${sql.identifier(name)} WHERE rowid > ${last} ORDER BY rowid LIMIT ${PAGE}`,
    )
    if (found.length > 0)
      yield found.map(row => Object.fromEntries(columns.map(key => [key, row[key] ?? null])))
    if (found.length < PAGE) return
    last = Number(found.at(-1)?.['rowid '])
  }
}

/** A row that exists already stays as it is. */
export function insertRow({ name, columns }: Table, row: Row): SQL {
  const names = sql.join(
    columns.map(column => sql.identifier(column)),
    sql`, `,
  )
  const values = sql.join(
    columns.map(column => sql`${row[column] ?? null}`),
    sql`, `,
  )
  return sql`INSERT OR IGNORE INTO ${sql.identifier(name)} (${names}) VALUES (${values})`
}
