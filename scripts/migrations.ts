import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import Database from 'libsql'
import { type Migration, newest } from '../src/core/database/migrate.ts'
import { readMigrations } from '../src/platform/node/databases/migrations.ts'

// The SQL of migrations/ as modules, for what runs where there are no files. Part of the build, so that a
// migration from another branch is in them.
const root = fileURLToPath(new URL('../', import.meta.url))
const kinds = ['directory', 'region', 'places', 'tenant'] as const
const NOTE = '// Made from migrations/ by "npm run migrations". Do not edit.\n'

export function migrationTexts(): string {
  const texts = kinds.map(kind => {
    const files = readdirSync(`${root}migrations/${kind}`).filter(file => file.endsWith('.sql'))
    const lines = files.sort().map(file => {
      const text = readFileSync(`${root}migrations/${kind}/${file}`, 'utf8')
      return `    ${JSON.stringify(file.replace(/\.sql$/, ''))}: ${JSON.stringify(text)},\n`
    })
    return `  ${kind}: {\n${lines.join('')}  },\n`
  })
  return `${NOTE}export const migrationTexts = {\n${texts.join('')}}\n`
}

/** What all migrations of a kind leave in a new database, as statements that only create. */
export function completeSchemas(): string {
  const migrations = readMigrations()
  const schemas = kinds.map(kind => {
    const lines = statementsAfter(migrations[kind]).map(statement => `      ${JSON.stringify(statement)},\n`)
    const mark = JSON.stringify(newest(migrations, kind))
    return `  ${kind}: {\n    mark: ${mark},\n    statements: [\n${lines.join('')}    ],\n  },\n`
  })
  return `${NOTE}export const completeSchemas = {\n${schemas.join('')}}\n`
}

function statementsAfter(migrations: readonly Migration[]): string[] {
  const db = new Database(':memory:')
  for (const statement of migrations.flatMap(({ statements }) => statements)) db.exec(statement)
  const texts = (sql: string) => (db.prepare(sql).raw(true).all([]) as [string][]).map(([text]) => text)
  const own = `name NOT LIKE 'sqlite_%' AND name NOT IN (SELECT name FROM pragma_table_list WHERE type = 'shadow')`
  const schema = texts(`SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND ${own}
    ORDER BY CASE type WHEN 'table' THEN 0 WHEN 'view' THEN 1 WHEN 'index' THEN 2 ELSE 3 END, rowid`)
  const tables = texts(`SELECT name FROM sqlite_schema
    WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' AND ${own} ORDER BY rowid`)
  const rows = tables.flatMap(table => {
    const columns = texts(`SELECT '"' || name || '"' FROM pragma_table_info('${table}')`)
    const values = columns.map(column => `quote(${column})`).join(` || ', ' || `)
    const into = `INSERT INTO "${table}" (${columns.join(', ')}) VALUES`
    return texts(`SELECT ${values} FROM "${table}"`).map(row => `${into} (${row})`)
  })
  db.close()
  return [...schema, ...rows]
}

// Left alone if it is the same: others watch it.
function write(file: string, text: string): void {
  const path = `${root}src/core/database/${file}`
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeFileSync(path, text)
}

if (import.meta.main) {
  write('migration-texts.ts', migrationTexts())
  write('complete-schemas.ts', completeSchemas())
}
