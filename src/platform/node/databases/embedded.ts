import type { InStatement, InValue, ResultSet, Row } from '@libsql/client'
import Database from 'libsql'
import type { DatabaseClient } from '../../platform.ts'
import { isBusy, untilFree, withServingDeadlines } from '../../remote/calls.ts'

// An embedded libSQL file as a `Client`, with the native library that `@libsql/client` uses. Unlike that
// client it caches prepared statements, and commits writes that arrive together in one transaction. Calls are
// synchronous, so one connection is enough.
const BUSY_MILLISECONDS = 2000
// While serving, a wait blocks the process; the rest of the waiting happens between calls.
const BUSY_SERVING_MILLISECONDS = 50
// Pages (of 4 KB) in the write-ahead log before a checkpoint, which waits for the disk twice.
const CHECKPOINT_PAGES = 8000
// Page cache, at most: a busy database's indexes are many times SQLite's default of 2 MB.
const CACHE_KILOBYTES = 16_000
const CACHES_TOGETHER_BYTES = 256 * 1024 * 1024
const STATEMENTS_KEPT = 200
// Approximate batches per commit: each blocks the process for a few tenths of a millisecond.
const MAX_STATEMENTS_TOGETHER = 32

type Statement = ReturnType<Database.Database['prepare']>

interface Prepared {
  readonly statement: Statement
  readonly columns: readonly string[] | undefined
  readonly row: (values: readonly unknown[]) => Row
}

interface Waiting {
  readonly statements: readonly InStatement[]
  readonly resolve: (results: ResultSet[]) => void
  readonly reject: (error: unknown) => void
}

/** Whether the file can be read under this key; undefined means unencrypted. Creates nothing. */
export function canOpen(file: string, key: string | undefined): boolean {
  const db = new Database(file, options(key))
  try {
    // A prepared statement would keep the file open until it is garbage-collected.
    db.exec('SELECT count(*) FROM sqlite_master')
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'SQLITE_NOTADB') return false
    throw error
  } finally {
    db.close()
  }
}

/** The library's types lack keys. */
export function options(encryptionKey: string | undefined, timeout = BUSY_MILLISECONDS): Database.Options {
  return { timeout, ...(encryptionKey === undefined ? {} : { encryptionKey }) }
}

function openDurable(file: string, key: string | undefined): Database.Database {
  const db = new Database(file, options(key))
  try {
    db.exec('PRAGMA journal_mode = WAL')
    db.exec('PRAGMA synchronous = FULL')
    // Deleted and re-encrypted values are overwritten in the file too.
    db.exec('PRAGMA secure_delete = ON')
    // Do not trust the cell sizes of a damaged page.
    db.exec('PRAGMA cell_size_check = ON')
    db.exec(`PRAGMA cache_size = -${CACHE_KILOBYTES}`)
    db.exec(`PRAGMA soft_heap_limit = ${CACHES_TOGETHER_BYTES}`)
    db.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
    db.exec(`PRAGMA busy_timeout = ${BUSY_SERVING_MILLISECONDS}`)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/**
 * Opens a file, durable at every commit (WAL, synchronous=FULL) and, with a key, encrypted as a whole
 * (libSQL's AES-256). Throws when it cannot be opened. `onCall` runs before each call of the native library,
 * which can crash the process.
 */
export function openEmbedded(file: string, key?: string, onCall: () => void = () => {}): DatabaseClient {
  onCall()
  const db = openDurable(file, key)
  const prepared = new Map<string, Prepared>()
  let waiting: Waiting[] = []
  let isOpen = true

  const prepare = (sql: string): Prepared => {
    const known = prepared.get(sql)
    if (known !== undefined) return known
    const statement = db.prepare(sql)
    const columns = statement.reader
      ? statement
          .raw(true)
          .columns()
          .map(({ name }) => name)
      : undefined
    if (prepared.size >= STATEMENTS_KEPT) prepared.clear()
    const made = { statement, columns, row: rowMaker(columns ?? []) }
    prepared.set(sql, made)
    return made
  }

  const run = (input: InStatement): ResultSet => {
    if (!isOpen) throw Object.assign(new Error('The file has been closed'), { code: 'CLOSED' })
    onCall()
    const { sql, args = [] } = typeof input === 'string' ? { sql: input } : input
    const { statement, columns, row } = prepare(sql)
    const values = (args as InValue[]).map(bound)
    if (columns !== undefined) {
      const rows = statement.all(values) as unknown[][]
      return resultOf(columns, rows.map(row), 0, undefined)
    }
    const { changes, lastInsertRowid } = statement.run(values)
    return resultOf([], [], changes, BigInt(lastInsertRowid))
  }

  const runAll = (statements: readonly InStatement[]): ResultSet[] =>
    statements.map((input, index) => {
      try {
        return run(input)
      } catch (error) {
        throw Object.assign(error as Error, { statementIndex: index })
      }
    })

  // Asking the library about a closed file crashes the process.
  const isInTransaction = () => isOpen && db.inTransaction

  const within = <T>(begin: string, work: () => T): T => {
    run(begin)
    try {
      const result = work()
      run('COMMIT')
      return result
    } catch (error) {
      if (isInTransaction()) run('ROLLBACK')
      throw error
    }
  }

  // Waiting batches share one commit, and so one wait for the disk. Batches rarely fail, so the first try has
  // no savepoints; if any fails, all are repeated with one each. Throws what rolled back the transaction.
  const commitAll = (group: readonly Waiting[], apart: boolean): (() => void)[] =>
    within('BEGIN IMMEDIATE', () =>
      group.map(({ statements, resolve, reject }) => {
        if (!apart) {
          const results = runAll(statements)
          return () => resolve(results)
        }
        run('SAVEPOINT one')
        try {
          const results = runAll(statements)
          run('RELEASE one')
          return () => resolve(results)
        } catch (error) {
          // A full disk, for example, has already rolled back the whole transaction.
          if (!isInTransaction()) throw error
          run('ROLLBACK TO one')
          run('RELEASE one')
          return () => reject(error)
        }
      }),
    )

  const writeTogether = () => {
    const group = waiting
    waiting = []
    const undone = (error: unknown) =>
      group.map(
        ({ reject }) =>
          () =>
            reject(error),
      )
    let answers: (() => void)[]
    try {
      answers = commitAll(group, false)
    } catch (error) {
      try {
        answers = group.length === 1 || isBusy(error) ? undone(error) : commitAll(group, true)
      } catch (whole) {
        answers = undone(whole)
      }
    }
    for (const answer of answers) answer()
  }

  // Waits for more batches as long as each turn of the event loop brings some.
  const gather = (known: number) => {
    if (waiting.length > known && waiting.length < MAX_STATEMENTS_TOGETHER)
      setImmediate(gather, waiting.length)
    else writeTogether()
  }

  const write = (statements: readonly InStatement[]) =>
    new Promise<ResultSet[]>((resolve, reject) => {
      waiting.push({ statements, resolve, reject })
      if (waiting.length === 1) setImmediate(gather, 0)
    })

  const withRetries = <T>(work: () => Promise<T>) =>
    untilFree(performance.now() + withServingDeadlines.write, work)
  return {
    execute: (input: InStatement) => withRetries(async () => run(input)),
    batch(statements, mode) {
      const input = statements as InStatement[]
      return withRetries(async () => (mode === 'write' ? write(input) : within('BEGIN', () => runAll(input))))
    },
    close() {
      if (!isOpen) return
      isOpen = false
      prepared.clear()
      db.close()
    },
  }
}

function bound(value: InValue): unknown {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (value instanceof Date) return value.getTime()
  return value ?? null
}

// Makes rows that answer by column name and, for the query builder, by index.
function rowMaker(columns: readonly string[]): (values: readonly unknown[]) => Row {
  const places: PropertyDescriptorMap = { length: { value: columns.length } }
  for (const [index] of columns.entries()) {
    places[index] = {
      get(this: { values: readonly unknown[] }) {
        return this.values[index]
      },
    }
  }
  const byPlace = Object.defineProperties({}, places)
  return values => {
    const row = Object.create(byPlace, { values: { value: values } }) as Record<string, unknown>
    // Of two columns with one name, the first counts, as in the client's own rows.
    for (let index = columns.length - 1; index >= 0; index--) row[columns[index] as string] = values[index]
    return row as unknown as Row
  }
}

function resultOf(
  columns: readonly string[],
  rows: Row[],
  rowsAffected: number,
  lastInsertRowid: bigint | undefined,
): ResultSet {
  return {
    columns: [...columns],
    columnTypes: [],
    rows,
    rowsAffected,
    lastInsertRowid,
    toJSON: () => ({ columns, rows }),
  }
}
