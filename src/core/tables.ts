import { type SQL, sql } from 'drizzle-orm'
import type { Reader } from './db.ts'
import { groupBy } from './group.ts'

/* A database's tables as they are, for what takes all of them along whatever they mean: export and import. */

export type Cell = string | number | null
export type Row = Readonly<Record<string, Cell>>

export interface Table {
  readonly name: string
  readonly columns: readonly string[]
}

/** Tables with something of their own: none that SQLite keeps for an index, no queue, no ledger of the schema. */
export async function tablesOf(db: Reader): Promise<Table[]> {
  const rows = await db.rows<{ name: string; column: string }>(
    sql`SELECT kept.name AS "name", info.name AS "column" FROM sqlite_master AS kept, pragma_table_info(kept.name) AS info
      WHERE kept.type = 'table' AND kept.sql NOT LIKE 'CREATE VIRTUAL%'
        AND kept.name NOT IN ('identity', 'migration', 'job', 'idempotency')
        AND kept.name NOT LIKE 'sqlite~_%' ESCAPE '~' AND kept.name NOT LIKE 'libsql~_%' ESCAPE '~'
        AND NOT EXISTS (SELECT 1 FROM sqlite_master AS virtual WHERE virtual.sql LIKE 'CREATE VIRTUAL%'
          AND kept.name LIKE virtual.name || '~_%' ESCAPE '~')
      ORDER BY kept.name, info.cid`,
  )
  const columns = groupBy(rows, ({ name }) => name)
  return [...columns].map(([name, of]) => ({ name, columns: of.map(({ column }) => column) }))
}

const PAGE = 500

/** Every row of a table in the order in which they came, in pages. */
export async function* rowsOf(db: Reader, { name, columns }: Table): AsyncGenerator<readonly Row[]> {
  const wanted = sql.join(
    [sql`rowid AS "rowid "`, ...columns.map(column => sql`${sql.identifier(column)}`)],
    sql`, `,
  )
  for (let last = 0; ; ) {
    const found = await db.rows<Record<string, Cell>>(
      sql`SELECT ${wanted} FROM ${sql.identifier(name)} WHERE rowid > ${last} ORDER BY rowid LIMIT ${PAGE}`,
    )
    if (found.length > 0)
      yield found.map(row => Object.fromEntries(columns.map(key => [key, row[key] ?? null])))
    if (found.length < PAGE) return
    last = Number(found.at(-1)?.['rowid '])
  }
}

/** Puts a row where it was; one that is there already stays. */
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
