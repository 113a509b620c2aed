import { isUtf8 } from 'node:buffer'
import { existsSync } from 'node:fs'
import Database from 'libsql'

// Checks database files in its own process: some damage crashes the library, and a large file takes long.

export interface CheckRequest {
  readonly file: string
  /** Keys the file may be under; null for none. */
  readonly keys: readonly (string | null)[]
}

/** Without `damage` the file is sound. `failure`: it could not be checked, so nothing is known. */
export interface CheckAnswer {
  readonly damage?: string
  readonly failure?: string
}

const BUSY_MILLISECONDS = 10_000
const QUOTE = (name: string) => `"${name.replaceAll('"', '""')}"`

process.on('message', (request: CheckRequest) => {
  process.send?.(check(request))
})
process.on('disconnect', () => process.exit())

function check({ file, keys }: CheckRequest): CheckAnswer {
  try {
    if (!existsSync(file)) return { failure: 'the file is missing' }
    const db = firstThatOpens(file, keys)
    if (db === undefined) return { failure: 'no key opens the file, or its beginning is damaged' }
    db.exec('PRAGMA cell_size_check = ON')
    const damage = brokenPages(db) ?? brokenTexts(db)
    db.close()
    return damage === undefined ? {} : { damage }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    const message = error instanceof Error ? error.message : 'unknown'
    return /^SQLITE_(CORRUPT|NOTADB)/.test(code)
      ? { damage: message }
      : { failure: `${code} ${message}`.trim() }
  }
}

function firstThatOpens(file: string, keys: CheckRequest['keys']): Database.Database | undefined {
  for (const key of keys) {
    const opened = openUnder(file, key)
    if (opened !== undefined) return opened
  }
  return undefined
}

function openUnder(file: string, key: string | null): Database.Database | undefined {
  const options: object = { timeout: BUSY_MILLISECONDS, ...(key === null ? {} : { encryptionKey: key }) }
  const db = new Database(file, options)
  try {
    db.exec('SELECT count(*) FROM sqlite_master')
    return db
  } catch (error) {
    db.close()
    if (error instanceof Error && 'code' in error && error.code === 'SQLITE_NOTADB') return undefined
    throw error
  }
}

function brokenPages(db: Database.Database): string | undefined {
  const [first] = db.prepare('PRAGMA quick_check(1)').raw(true).all([]) as [[string]]
  return first[0] === 'ok' ? undefined : first[0]
}

// Reads text as bytes: text that is not UTF-8 would crash this process.
function brokenTexts(db: Database.Database): string | undefined {
  const tables = db
    .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'`)
    .raw(true)
    .all([]) as [string][]
  for (const [table] of [...tables, ['sqlite_schema'] as const]) {
    const columns = db.prepare('SELECT name FROM pragma_table_info(?)').raw(true).all([table]) as [string][]
    // The comma keeps two broken halves from forming a valid character.
    const texts = columns.map(
      ([name]) => `CASE typeof(${QUOTE(name)}) WHEN 'text' THEN ${QUOTE(name)} ELSE '' END`,
    )
    const rows = db
      .prepare(`SELECT CAST(${texts.join(` || ',' || `)} AS BLOB) FROM ${QUOTE(table)}`)
      .raw(true)
      .iterate([]) as Iterable<[Buffer]>
    for (const [bytes] of rows) if (!isUtf8(bytes)) return `a text in the table ${table} is not UTF-8`
  }
  return undefined
}
