import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { problem } from '../../../core/problem.ts'
import { type DatabaseClient, type Databases, databaseLabel, type Log } from '../../platform.ts'
import type { CheckAnswer } from './check-process.ts'
import { type Checker, checker } from './checker.ts'
import { changeFile, copyFile } from './copies.ts'
import { type FileKeys, fileKeys } from './database-key.ts'
import { canOpen, openEmbedded } from './embedded.ts'
import { handles } from './handles.ts'
import { type DatabaseMonitor, databaseMonitor } from './monitor.ts'
import { type Quarantined, quarantineIn } from './quarantine.ts'
import { rewriteFile } from './rewrite.ts'
import { templates } from './template.ts'

/** `open-elsewhere`: the file is not yet under the current key, because another process has it open. */
export type RekeyResult = 'current' | 'rewritten' | 'open-elsewhere'

export interface EmbeddedDatabases extends Databases {
  labels(): string[]
  /** Puts a file under the current key. Throws `not-configured` for a file that no key opens. */
  rewrite(label: string): RekeyResult
  /** A copy of one instant in a new file, under the same key; the database may be in use. */
  copyTo(label: string, file: string): void
  /** Puts a file, under any of its keys, in the place of one that is missing, empty or in quarantine. */
  place(label: string, file: string): void
  /** One transaction; a server may have the file open. */
  change(label: string, work: Parameters<typeof changeFile>[2]): Promise<void>
  /** Whether there is a file that can be opened. */
  has(label: string): boolean
  /** Changes whenever any process has written to the file. */
  stamp(label: string): Promise<string>
  openFiles(): number
  watch(log: Log): void
  /** Checks a file in another process. A damaged one is quarantined: it is not opened any more. */
  check(label: string): Promise<CheckAnswer>
  quarantined(): Quarantined[]
  release(label: string): boolean
}

const MAX_OPEN = 256

export interface EmbeddedOptions {
  readonly secret?: ((name: string) => string | undefined) | undefined
  readonly maxOpen?: number | undefined
}

/**
 * Embedded libSQL: one file per database under `folder`, durable at every commit (WAL, synchronous=FULL).
 * With the secret DATABASE_KEY each file has its own encryption key; one that is not yet encrypted is
 * rewritten when opened.
 */
export function embeddedDatabases(
  folder: string,
  { secret = () => undefined, maxOpen = MAX_OPEN }: EmbeddedOptions = {},
): EmbeddedDatabases {
  const clients = new Map<string, DatabaseClient>()
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const fileOf = (label: string) => join(folder, `${label}.db`)
  // An empty file was truncated, or its creation was interrupted: it is no database.
  const isThere = (label: string) => (statSync(fileOf(label), { throwIfNoEntry: false })?.size ?? 0) > 0
  const quarantine = quarantineIn(folder)
  const template = templates()
  let checks: Checker | undefined
  let watching: DatabaseMonitor | undefined

  const labels = () =>
    readdirSync(folder)
      .filter(name => name.endsWith('.db'))
      .map(name => name.slice(0, -3))
      .sort()

  const open = (label: string): DatabaseClient => {
    if (quarantine.has(label)) throw coded('QUARANTINED', `${label}.db is in quarantine`)
    // Opening would silently create an empty database where one has gone missing.
    if (!isThere(label)) throw coded('SQLITE_CANTOPEN', `${label}.db is missing or empty`)
    const called = () => watching?.called(label)
    called()
    const client = openUnderKey(fileOf(label), label, fileKeys(secret, label), called)
    watching?.opened(label)
    return client
  }

  // The next client is a new object, so that callers which cache facts about a file notice that it was
  // reopened.
  const pool = handles({ max: maxOpen, open, onClose: label => clients.delete(label) })

  const use = async <T>(label: string, work: (client: DatabaseClient) => Promise<T>): Promise<T> => {
    const check = watching?.before(label)
    if (check !== undefined) await check
    try {
      return await pool.use(label, work)
    } catch (error) {
      if (isDamage(error)) watching?.suspect(label)
      // A connection that was opened read-only stays so; the next call opens a new one.
      if (codeOf(error).startsWith('SQLITE_READONLY')) {
        clients.delete(label)
        pool.reopen(label)
      }
      throw error
    }
  }

  const closeFile = (label: string) => {
    clients.delete(label)
    pool.close(label)
  }

  const databases: EmbeddedDatabases = {
    client(name) {
      const label = databaseLabel(name)
      const known = clients.get(label)
      if (known !== undefined) return known
      const client: DatabaseClient = {
        execute: (statement: Parameters<DatabaseClient['execute']>[0]) =>
          use(label, opened => opened.execute(statement)),
        batch: (statements, mode) => use(label, opened => opened.batch(statements, mode)),
        close: () => closeFile(label),
      }
      clients.set(label, client)
      return client
    },
    async create(name, content) {
      const label = databaseLabel(name)
      if (isThere(label)) return false
      if (name.kind === 'directory' && labels().some(each => each !== label)) {
        const detail = `${label}.db is missing or empty, and other databases are there. Restore it from a backup.`
        throw problem('fault', { detail, cause: new Error(detail) })
      }
      const key = fileKeys(secret, label).current
      if (content !== undefined && !existsSync(fileOf(label))) return template(fileOf(label), key, content)
      openEmbedded(fileOf(label), key).close()
      return false
    },
    async delete(name) {
      const label = databaseLabel(name)
      const wasThere = existsSync(fileOf(label))
      closeFile(label)
      // The file last: killed in the middle, it is deleted the next time.
      for (const rest of ['-wal', '-shm', '']) rmSync(`${fileOf(label)}${rest}`, { force: true })
      quarantine.release(label)
      return wasThere
    },
    urlOf: name => fileOf(databaseLabel(name)),
    labels,
    rewrite(label) {
      try {
        return bringUnder(fileOf(label), label, fileKeys(secret, label)).state
      } catch (error) {
        const isUnderAnotherKey = error instanceof Error && 'code' in error && error.code === 'SQLITE_NOTADB'
        throw isUnderAnotherKey ? problem('not-configured', { detail: error.message }) : error
      }
    },
    copyTo(label, file) {
      if (!isThere(label)) throw coded('SQLITE_CANTOPEN', `${label}.db is missing or empty`)
      copyFile(fileOf(label), fileKeys(secret, label), file)
    },
    place(label, file) {
      if (databases.has(label)) throw new Error(`${label}.db is there`)
      for (const rest of ['-wal', '-shm']) rmSync(`${fileOf(label)}${rest}`, { force: true })
      renameSync(file, fileOf(label))
      quarantine.release(label)
    },
    change: (label, work) => changeFile(fileOf(label), fileKeys(secret, label), work),
    has: label => isThere(label) && !quarantine.has(label),
    async stamp(label) {
      // Opening a file creates an empty log beside it, which must not change the stamp.
      const parts = [fileOf(label), `${fileOf(label)}-wal`].map(file =>
        stat(file).then(
          ({ mtimeMs, size }) => (size === 0 ? '' : `${mtimeMs} ${size}`),
          () => '',
        ),
      )
      return (await Promise.all(parts)).join()
    },
    openFiles: () => pool.size,
    watch(log) {
      const { check } = databases
      watching ??= databaseMonitor({ folder, labels, quarantine, check, closeFile, log })
    },
    async check(label) {
      checks ??= checker()
      const { current, previous } = fileKeys(secret, label)
      const answer = await checks.check({
        file: fileOf(label),
        keys: [current ?? null, previous ?? null, null],
      })
      if (answer.damage === undefined) return answer
      quarantine.put(label, answer.damage)
      closeFile(label)
      return answer
    },
    quarantined: quarantine.list,
    release: quarantine.release,
    async close() {
      watching?.close()
      checks?.close()
      await pool.closeAll()
      clients.clear()
    },
  }
  return databases
}

function coded(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

function isDamage(error: unknown): boolean {
  return /^SQLITE_(CORRUPT|NOTADB)/.test(codeOf(error))
}

// Nearly every file is under the current key; any other is rewritten first.
function openUnderKey(file: string, label: string, keys: FileKeys, onCall: () => void): DatabaseClient {
  try {
    return openEmbedded(file, keys.current, onCall)
  } catch (error) {
    if (!isDamage(error)) throw error
    return openEmbedded(file, bringUnder(file, label, keys).key, onCall)
  }
}

function bringUnder(
  file: string,
  label: string,
  keys: FileKeys,
): { readonly key: string | undefined; readonly state: RekeyResult } {
  const { current } = keys
  const key = keyOf(file, label, keys)
  if (current === undefined || key === current) return { key, state: 'current' }
  return rewriteFile(file, key, current)
    ? { key: current, state: 'rewritten' }
    : { key, state: 'open-elsewhere' }
}

function keyOf(file: string, label: string, { current, previous }: FileKeys): string | undefined {
  for (const key of [current, previous, undefined]) {
    if (canOpen(file, key)) return key
  }
  const detail =
    current === undefined
      ? `${label}.db is encrypted, or damaged. Set the secret DATABASE_KEY that it was written under.`
      : `${label}.db is encrypted under another DATABASE_KEY, or damaged. Set the one that it was written under as DATABASE_KEY_PREVIOUS.`
  throw coded('SQLITE_NOTADB', detail)
}
