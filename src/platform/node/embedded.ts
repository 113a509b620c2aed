import type { InStatement, InValue, ResultSet, Row } from '@libsql/client'
import Database from 'libsql'
import type { DatabaseClient } from '../platform.ts'

/**
 * An embedded libSQL file as a `Client`: the same native library as `@libsql/client` uses, with two things added that a
 * server process wants. Statements are prepared once and kept, and writes that arrive together are made durable together.
 * Every call runs to its end before anything else in the process does, so one connection is enough.
 */
const BUSY_MILLISECONDS = 2000
/** Pages (of 4 KB) in the write-ahead log before they are carried over: the carrying waits for the disk twice. */
const CHECKPOINT_PAGES = 8000
/** Memory for pages, at most: a busy database's indexes are many times SQLite's own 2 MB. */
const CACHE_KILOBYTES = 16_000
const STATEMENTS_KEPT = 200
/** Batches in one commit, about: each holds up the process for a few tenths of a millisecond. */
const MOST_TOGETHER = 32

type Statement = ReturnType<Database.Database['prepare']>

interface Prepared {
  readonly statement: Statement
  /** Undefined: it answers no rows. */
  readonly columns: readonly string[] | undefined
  readonly row: (values: readonly unknown[]) => Row
}

interface Waiting {
  readonly statements: readonly InStatement[]
  readonly resolve: (results: ResultSet[]) => void
  readonly reject: (error: unknown) => void
}

/** Whether a file can be read under this key; undefined: as it stands. Makes nothing. */
export function opens(file: string, key: string | undefined): boolean {
  const db = new Database(file, options(key))
  try {
    // A prepared statement would keep the file open until it is collected.
    db.exec('SELECT count(*) FROM sqlite_master')
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'SQLITE_NOTADB') return false
    throw error
  } finally {
    db.close()
  }
}

/** For the library, whose types do not know of keys. */
export function options(encryptionKey: string | undefined, timeout = BUSY_MILLISECONDS): Database.Options {
  return { timeout, ...(encryptionKey === undefined ? {} : { encryptionKey }) }
}

/**
 * Opens a file, durable at every commit (WAL, synchronous=FULL), under the key that it was written by: the whole file
 * is encrypted then (libSQL's AES-256). Throws when it cannot be opened.
 */
export function openEmbedded(file: string, key?: string): DatabaseClient {
  const db = new Database(file, options(key))
  db.exec('PRAGMA journal_mode = WAL')
  db.exec('PRAGMA synchronous = FULL')
  // What is erased, or encrypted anew, is gone from the file too.
  db.exec('PRAGMA secure_delete = ON')
  db.exec(`PRAGMA cache_size = -${CACHE_KILOBYTES}`)
  db.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
  const prepared = new Map<string, Prepared>()
  let waiting: Waiting[] = []

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

  const run = (asked: InStatement): ResultSet => {
    const { sql, args = [] } = typeof asked === 'string' ? { sql: asked } : asked
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
    statements.map((asked, index) => {
      try {
        return run(asked)
      } catch (error) {
        throw Object.assign(error as Error, { statementIndex: index })
      }
    })

  /** One transaction around `work`; undone whole when it throws. */
  const within = <T>(begin: string, work: () => T): T => {
    run(begin)
    try {
      const result = work()
      run('COMMIT')
      return result
    } catch (error) {
      if (db.inTransaction) run('ROLLBACK')
      throw error
    }
  }

  /**
   * What waits, in one transaction: one commit, which waits for the disk, serves all. Batches rarely fail, so they are
   * first tried without a savepoint each, and all again with one if any does. Throws what undid the whole.
   */
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
          // The disk may be full, or the like: then the whole transaction is gone already.
          if (!db.inTransaction) throw error
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
        answers = group.length === 1 ? undone(error) : commitAll(group, true)
      } catch (whole) {
        answers = undone(whole)
      }
    }
    for (const answer of answers) answer()
  }

  /** As long as each turn of the process brings more, they wait for one another. */
  const gather = (known: number) => {
    if (waiting.length > known && waiting.length < MOST_TOGETHER) setImmediate(gather, waiting.length)
    else writeTogether()
  }

  const write = (statements: readonly InStatement[]) =>
    new Promise<ResultSet[]>((resolve, reject) => {
      waiting.push({ statements, resolve, reject })
      if (waiting.length === 1) setImmediate(gather, 0)
    })

  return {
    execute: async (asked: InStatement) => run(asked),
    async batch(statements, mode) {
      const asked = statements as InStatement[]
      return mode === 'write' ? write(asked) : within('BEGIN', () => runAll(asked))
    },
    close() {
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

/** Makes rows that answer by column name, and by place for the query builder. */
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
    // Of two columns with one name the first is found by it, as in the client's own rows.
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
