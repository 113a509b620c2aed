import { randomUUID } from 'node:crypto'
import { linkSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import Database from 'libsql'
import type { NewContent } from '../../platform.ts'
import { options } from './embedded.ts'

// Kinds of database, in the versions that an import from an older deployment may need.
const MAX_TEMPLATES = 8
const PART = '.new'
const ABANDONED_MILLISECONDS = 3_600_000

/**
 * Makes database files as copies of one with the same content, which is made once per process. A file is there
 * under its name when it is complete and on disk. False if another process was faster.
 */
export function templates(): (
  file: string,
  key: string | undefined,
  content: NewContent,
) => Promise<boolean> {
  const made = new Map<string, Uint8Array>()
  let isFirst = true
  const bytesOf = (content: NewContent) => {
    const known = made.get(content.mark) ?? makeTemplate(content.common)
    if (made.size >= MAX_TEMPLATES) made.clear()
    made.set(content.mark, known)
    return known
  }
  return async (file, key, content) => {
    if (isFirst) removeAbandoned(dirname(file))
    isFirst = false
    // Not the process's number: two containers on one folder may have the same.
    const part = `${file}.${randomUUID()}${PART}`
    try {
      writeFileSync(part, bytesOf(content), { mode: 0o600 })
      finish(part, key, content.own)
      await settle(part)
      linkSync(part, file)
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
      throw error
    } finally {
      for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(`${part}${suffix}`, { force: true })
    }
    await settle(dirname(file))
    return true
  }
}

// Of processes that were killed.
function removeAbandoned(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!name.endsWith(PART)) continue
    const path = join(folder, name)
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity)
    if (age > ABANDONED_MILLISECONDS) rmSync(path, { force: true })
  }
}

function makeTemplate(statements: readonly string[]): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'countyline-template-'))
  const file = join(folder, 'template.db')
  const db = new Database(file)
  try {
    db.exec('PRAGMA synchronous = OFF')
    db.exec('BEGIN')
    for (const statement of statements) db.exec(statement)
    db.exec('COMMIT')
    db.exec('VACUUM')
    db.close()
    return readFileSync(file)
  } finally {
    if (db.open) db.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

// The part has no readers yet, and is synchronized as a whole afterwards.
function finish(part: string, key: string | undefined, own: readonly string[]): void {
  const db = new Database(part, options(undefined))
  try {
    db.exec('PRAGMA synchronous = OFF')
    db.exec('PRAGMA journal_mode = MEMORY')
    for (const statement of own) db.exec(statement)
    if (key !== undefined) db.exec(`PRAGMA rekey = '${key}'`)
    // Changing to it needs the file alone, which the first who opens it may not have.
    db.exec('PRAGMA journal_mode = WAL')
  } finally {
    db.close()
  }
}

async function settle(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
