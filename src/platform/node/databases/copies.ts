import type { InStatement, InValue } from '@libsql/client'
import Database from 'libsql'
import type { FileKeys } from './database-key.ts'
import { canOpen, options } from './embedded.ts'
import { collect } from './handles.ts'

/* Copies of databases in files of their own: for backups. */

// A server writes for a moment at a time.
const WAIT_MILLISECONDS = 30_000

export interface DatabaseCopy {
  readonly isEncrypted: boolean
  /** Integers as `bigint`. */
  rows(sql: string, args?: readonly InValue[]): unknown[][]
  /** One transaction. */
  run(statements: readonly InStatement[]): void
  close(): void
}

/** Of one instant, under the same key; others may be reading and writing the file. Throws if `to` exists. */
export function copyFile(file: string, keys: FileKeys, to: string): void {
  const db = new Database(file, options(keyOf(file, keys)))
  try {
    db.exec(`VACUUM INTO '${to.replaceAll("'", "''")}'`)
  } finally {
    db.close()
  }
}

/** A new file, not durable until it is synced. */
export function createCopy(file: string, { current }: FileKeys): DatabaseCopy {
  const db = new Database(file, options(current))
  db.exec('PRAGMA journal_mode = OFF')
  db.exec('PRAGMA synchronous = OFF')
  return wrap(db, current !== undefined)
}

/** Read-only unless `isWritable`: then the file changes. */
export function openCopy(file: string, keys: FileKeys, isWritable = false): DatabaseCopy {
  const key = keyOf(file, keys)
  const db = new Database(file, { ...options(key), readonly: !isWritable })
  return wrap(db, key !== undefined)
}

/** One transaction, durable at its end, in a file that others may have open. Throws if `work` does, with nothing changed. */
export async function changeFile(
  file: string,
  keys: FileKeys,
  work: (db: Pick<DatabaseCopy, 'rows' | 'run'>) => Promise<void>,
): Promise<void> {
  const db = new Database(file, options(keyOf(file, keys), WAIT_MILLISECONDS))
  try {
    db.exec('PRAGMA synchronous = FULL')
    db.exec('PRAGMA secure_delete = ON')
    db.exec('BEGIN IMMEDIATE')
    await work(wrap(db, false, ''))
    db.exec('COMMIT')
  } finally {
    // Closing undoes what was not committed.
    db.close()
  }
}

function keyOf(file: string, { current, previous }: FileKeys): string | undefined {
  for (const key of [current, previous, undefined]) if (canOpen(file, key)) return key
  throw Object.assign(new Error('no DATABASE_KEY opens the file, or it is damaged'), {
    code: 'SQLITE_NOTADB',
  })
}

const COLLECT_AFTER = 64
let closed = 0

function wrap(db: Database.Database, isEncrypted: boolean, begin = 'BEGIN'): DatabaseCopy {
  const prepared = new Map<string, ReturnType<Database.Database['prepare']>>()
  const prepare = (sql: string) => {
    const statement = prepared.get(sql) ?? db.prepare(sql)
    prepared.set(sql, statement)
    return statement
  }
  return {
    isEncrypted,
    rows(sql, args = []) {
      const statement = db.prepare(sql).raw(true).safeIntegers(true)
      return statement.all(args.map(bound)) as unknown[][]
    },
    run(statements) {
      if (begin !== '') db.exec(begin)
      try {
        for (const statement of statements) {
          if (typeof statement === 'string') db.exec(statement)
          else prepare(statement.sql).run((statement.args as InValue[]).map(bound))
        }
        if (begin !== '') db.exec('COMMIT')
      } catch (error) {
        if (begin !== '' && db.inTransaction) db.exec('ROLLBACK')
        throw error
      }
    },
    close() {
      prepared.clear()
      db.close()
      // Statements keep their memory until they are collected.
      if (++closed % COLLECT_AFTER === 0) collect()
    },
  }
}

function bound(value: InValue): unknown {
  return value instanceof ArrayBuffer ? Buffer.from(value) : value
}
