import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import Database from 'libsql'
import { canOpen, options } from './embedded.ts'

const PAGE_BYTES = 4096

/** Atomic: killed at any point, one of the two files is there. False when the file is open elsewhere. */
export function rewriteFile(file: string, from: string | undefined, to: string): boolean {
  const part = `${file}.part`
  for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(`${part}${suffix}`, { force: true })
  // A process that opened the old file while it was locked must not continue in it: its first page is
  // destroyed at the end.
  const old = openSync(file, 'r+')
  const db = new Database(file, options(from, 0))
  try {
    if (!lockAlone(db)) return false
    db.exec(`VACUUM INTO '${part.replaceAll("'", "''")}'`)
    const made = new Database(part, options(from))
    made.exec(`PRAGMA rekey = '${to}'`)
    made.close()
    if (!canOpen(part, to)) throw new Error('the rewritten file does not open')
    settle(part)
    renameSync(part, file)
    writeSync(old, randomBytes(PAGE_BYTES), 0, PAGE_BYTES, 0)
    return true
  } finally {
    db.close()
    closeSync(old)
  }
}

function settle(file: string): void {
  const made = openSync(file, 'r+')
  fsyncSync(made)
  closeSync(made)
}

// Leaves WAL mode and locks the file until it is closed.
function lockAlone(db: Database.Database): boolean {
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE')
    db.exec('PRAGMA journal_mode = DELETE')
    db.exec('BEGIN EXCLUSIVE')
    db.exec('COMMIT')
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY'))
      return false
    throw error
  }
}
