import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { problem } from '../../core/problem.ts'
import { type DatabaseClient, type Databases, databaseLabel } from '../platform.ts'
import { type FileKeys, fileKeys } from './database-key.ts'
import { openEmbedded, opens } from './embedded.ts'
import { rewriteFile } from './rewrite.ts'

/** How a file stands: under the key in use, or not yet because somebody has it open. */
export type Rewritten = 'current' | 'rewritten' | 'open-elsewhere'

export interface EmbeddedDatabases extends Databases {
  /** The labels of the files that are there. */
  labels(): string[]
  /** Brings a file under the key in use. Throws `not-configured` for one that no key opens. */
  rewrite(label: string): Rewritten
}

/**
 * Embedded libSQL: a file for each database under `folder`, durable at every commit (WAL, synchronous=FULL). With the
 * secret DATABASE_KEY each is encrypted by a key of its own; a file that is not yet is written anew when it is opened.
 */
export function embeddedDatabases(
  folder: string,
  secret: (name: string) => string | undefined = () => undefined,
): EmbeddedDatabases {
  const clients = new Map<string, DatabaseClient>()
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const fileOf = (label: string) => join(folder, `${label}.db`)
  return {
    client(name) {
      const label = databaseLabel(name)
      const known = clients.get(label)
      if (known !== undefined) return known
      // Opening would silently make an empty file where one has gone missing.
      if (!existsSync(fileOf(label))) {
        throw Object.assign(new Error(`${label}.db is missing`), { code: 'SQLITE_CANTOPEN' })
      }
      const client = openEmbedded(
        fileOf(label),
        bringUnder(fileOf(label), label, fileKeys(secret, label)).key,
      )
      clients.set(label, client)
      return client
    },
    async create(name) {
      const label = databaseLabel(name)
      if (existsSync(fileOf(label))) return
      openEmbedded(fileOf(label), fileKeys(secret, label).current).close()
    },
    labels: () =>
      readdirSync(folder)
        .filter(name => name.endsWith('.db'))
        .map(name => name.slice(0, -3))
        .sort(),
    rewrite: label => bringUnder(fileOf(label), label, fileKeys(secret, label)).state,
    async close() {
      for (const client of clients.values()) {
        // So that the file alone is the whole database, to copy or move.
        await client.execute('PRAGMA wal_checkpoint(TRUNCATE)').catch(() => undefined)
        client.close()
      }
      clients.clear()
    },
  }
}

/** Answers the key that the file is under then. */
function bringUnder(
  file: string,
  label: string,
  keys: FileKeys,
): { readonly key: string | undefined; readonly state: Rewritten } {
  const { current } = keys
  const key = keyOf(file, label, keys)
  if (current === undefined || key === current) return { key, state: 'current' }
  return rewriteFile(file, key, current)
    ? { key: current, state: 'rewritten' }
    : { key, state: 'open-elsewhere' }
}

/** The key that a file is under; undefined: none. */
function keyOf(file: string, label: string, { current, previous }: FileKeys): string | undefined {
  for (const key of [current, previous, undefined]) {
    if (opens(file, key)) return key
  }
  const detail =
    current === undefined
      ? `${label}.db is encrypted, or damaged. Set the secret DATABASE_KEY that it was written under.`
      : `${label}.db is encrypted under another DATABASE_KEY, or damaged. Set the one that it was written under as DATABASE_KEY_PREVIOUS.`
  throw problem('not-configured', { detail })
}
