import type { InStatement, InValue } from '@libsql/client'

/* Everything in a database, tables of full-text and place indexes included, from one to another. */

export type Values = readonly InValue[]

export interface Source {
  /** Integers as `bigint`. */
  rows(sql: string, args?: Values): Promise<readonly Values[]>
}

export interface Sink {
  run(statements: readonly InStatement[]): Promise<void>
}

interface Entry {
  readonly type: string
  readonly name: string
  readonly sql: string
}

const PAGE_ROWS = 500
const BATCH_BYTES = 1_000_000
const FIRST_ROWID = -(2n ** 63n)
const shadows = ['data', 'idx', 'content', 'docsize', 'config', 'node', 'rowid', 'parent']

/**
 * Into an empty database, in one transaction of the source. `identity` comes last: a database without it is
 * not complete, and no server uses it.
 */
export async function copyContent(from: Source, to: Sink): Promise<void> {
  const entries = await entriesOf(from)
  const tables = entries.filter(({ type }) => type === 'table')
  const virtual = tables.filter(({ sql }) => /^CREATE VIRTUAL TABLE/i.test(sql))
  const isShadow = shadowsOf(virtual)
  const plain = tables.filter(table => !virtual.includes(table) && !isShadow(table.name))
  const shadow = tables.filter(({ name }) => isShadow(name))
  await to.run([...plain, ...virtual].map(({ sql }) => sql))
  await to.run(shadow.map(({ name }) => `DELETE FROM ${quoted(name)}`))
  const identity = plain.filter(({ name }) => name === 'identity')
  for (const table of [...plain, ...shadow]) if (!identity.includes(table)) await copyRows(from, to, table)
  await copySequences(from, to)
  await to.run(entries.filter(({ type }) => type !== 'table').map(({ sql }) => sql))
  for (const table of identity) await copyRows(from, to, table)
}

/** Empties a database. */
export async function dropStatements(from: Source): Promise<string[]> {
  const entries = await entriesOf(from)
  const tables = entries.filter(({ type }) => type === 'table')
  const virtual = tables.filter(({ sql }) => /^CREATE VIRTUAL TABLE/i.test(sql))
  const isShadow = shadowsOf(virtual)
  const views = entries.filter(({ type }) => type === 'view')
  const plain = tables.filter(table => !virtual.includes(table) && !isShadow(table.name))
  return [
    ...views.map(({ name }) => `DROP VIEW ${quoted(name)}`),
    ...[...virtual, ...plain].map(({ name }) => `DROP TABLE ${quoted(name)}`),
  ]
}

/** How many rows each table has that is not a part of an index. */
export async function countRows(from: Source): Promise<Record<string, number>> {
  const tables = (await entriesOf(from)).filter(({ type }) => type === 'table')
  const virtual = tables.filter(({ sql }) => /^CREATE VIRTUAL TABLE/i.test(sql))
  const isShadow = shadowsOf(virtual)
  const counted: Record<string, number> = {}
  for (const table of tables) {
    if (virtual.includes(table) || isShadow(table.name)) continue
    const [row] = await from.rows(`SELECT count(*) FROM ${quoted(table.name)}`)
    counted[table.name] = Number(row?.[0])
  }
  return counted
}

async function entriesOf(from: Source): Promise<Entry[]> {
  const rows = await from.rows(
    `SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
      AND name NOT LIKE '\\_litestream%' ESCAPE '\\' AND name NOT LIKE 'libsql\\_%' ESCAPE '\\' ORDER BY rowid`,
  )
  return rows.map(([type, name, sql]) => ({ type: String(type), name: String(name), sql: String(sql) }))
}

function shadowsOf(virtual: readonly Entry[]): (name: string) => boolean {
  const names = new Set(virtual.flatMap(({ name }) => shadows.map(part => `${name}_${part}`)))
  return name => names.has(name)
}

async function copyRows(from: Source, to: Sink, table: Entry): Promise<void> {
  const columns = await from.rows('SELECT name, type, pk FROM pragma_table_info(?)', [table.name])
  const keys = columns.filter(([, , pk]) => Number(pk) > 0)
  const isRowid = (column: Values) =>
    keys.length === 1 && Number(column[2]) === 1 && String(column[1]).toUpperCase() === 'INTEGER'
  const hasRowid = !/WITHOUT\s+ROWID\s*;?\s*$/i.test(table.sql)
  const names = columns.filter(column => !(hasRowid && isRowid(column))).map(([name]) => quoted(String(name)))
  const all = [...(hasRowid ? ['rowid'] : []), ...names]
  const marks = all.map(() => '?').join(', ')
  const insert = `INSERT INTO ${quoted(table.name)} (${all.join(', ')}) VALUES (${marks})`
  const order = hasRowid ? 'rowid' : keys.map(([name]) => quoted(String(name))).join(', ')
  const where = hasRowid ? 'WHERE rowid > ?' : ''
  const page = `SELECT ${all.join(', ')} FROM ${quoted(table.name)} ${where} ORDER BY ${order} LIMIT ?`
  let last: InValue = FIRST_ROWID
  let done = 0
  for (let limit = PAGE_ROWS; ; ) {
    const rows = await pageOf(
      from,
      hasRowid ? page : `${page} OFFSET ?`,
      l => (hasRowid ? [last, l] : [l, done]),
      limit,
    )
    limit = rows.limit
    await inBatches(
      to,
      rows.values.map(args => ({ sql: insert, args: [...args] })),
    )
    done += rows.values.length
    last = rows.values.at(-1)?.[0] ?? last
    if (rows.values.length < limit) return
  }
}

// A server limits the size of an answer, not the number of its rows.
async function pageOf(from: Source, sql: string, args: (limit: number) => Values, limit: number) {
  for (let size = limit; ; size = Math.ceil(size / 4)) {
    try {
      return { values: await from.rows(sql, args(size)), limit: size }
    } catch (error) {
      const isTooLarge = error instanceof Error && /RESPONSE_TOO_LARGE|too large/i.test(error.message)
      if (!isTooLarge || size === 1) throw error
    }
  }
}

async function inBatches(to: Sink, statements: readonly { sql: string; args: InValue[] }[]): Promise<void> {
  let batch: InStatement[] = []
  let bytes = 0
  for (const statement of statements) {
    batch.push(statement)
    bytes += 100 + statement.args.reduce<number>((sum, value) => sum + sizeOf(value), 0)
    if (bytes < BATCH_BYTES) continue
    await to.run(batch)
    batch = []
    bytes = 0
  }
  await to.run(batch)
}

function sizeOf(value: InValue): number {
  if (typeof value === 'string') return value.length
  return value instanceof ArrayBuffer || value instanceof Uint8Array ? value.byteLength : 8
}

async function copySequences(from: Source, to: Sink): Promise<void> {
  const [found] = await from.rows(`SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_sequence'`)
  if (Number(found?.[0]) === 0) return
  const rows = await from.rows('SELECT name, seq FROM sqlite_sequence')
  await to.run([
    'DELETE FROM sqlite_sequence',
    ...rows.map(args => ({ sql: 'INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)', args: [...args] })),
  ])
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
