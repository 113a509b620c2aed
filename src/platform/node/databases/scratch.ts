import Database from 'libsql'
import type { Migration } from '../../../core/database/migrate.ts'

export interface SchemaColumn {
  readonly name: string
  readonly type: string
  readonly isNullable: boolean
  readonly isKey: boolean
}

export function schemaAfter(migrations: readonly Migration[]): ReadonlyMap<string, readonly SchemaColumn[]> {
  const db = new Database(':memory:')
  try {
    for (const { statements } of migrations) for (const statement of statements) db.exec(statement)
    const rows = db
      .prepare(
        `SELECT kept.name AS "table", info.name, info.type, info."notnull", info.pk
          FROM sqlite_master AS kept, pragma_table_info(kept.name) AS info WHERE kept.type = 'table' ORDER BY kept.name, info.cid`,
      )
      .all() as { table: string; name: string; type: string; notnull: number; pk: number }[]
    const tables = new Map<string, SchemaColumn[]>()
    for (const { table, name, type, notnull, pk } of rows) {
      const columns = tables.get(table) ?? []
      tables.set(table, columns)
      columns.push({ name, type: type.toUpperCase(), isNullable: notnull === 0 && pk === 0, isKey: pk > 0 })
    }
    return tables
  } finally {
    db.close()
  }
}
