import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Client, InStatement } from '@libsql/client'
import { createClient } from '@libsql/client/sqlite3'
import { type Databases, databaseLabel } from '../platform.ts'
import { groupCommit } from './group-commit.ts'

const BUSY_MILLISECONDS = 2000
/** Pages (of 4 KB) in the write-ahead log before they are carried over: the carrying waits for the disk twice. */
const CHECKPOINT_PAGES = 8000

/** Embedded libSQL: a file for each database under `folder`, durable at every commit (WAL, synchronous=FULL). */
export function embeddedDatabases(folder: string): Databases {
  const clients = new Map<string, Client>()
  mkdirSync(folder, { recursive: true })
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
      const client = embeddedClient(fileOf(label))
      clients.set(label, client)
      return client
    },
    async create(name) {
      const file = fileOf(databaseLabel(name))
      if (existsSync(file)) return
      const client = createClient({ url: `file:${file}` })
      await client.execute('PRAGMA journal_mode = WAL')
      client.close()
    },
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

function embeddedClient(file: string): Client {
  const client = createClient({ url: `file:${file}`, timeout: BUSY_MILLISECONDS })
  void client.execute(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
  const write = groupCommit(client)
  const batch = client.batch.bind(client)
  client.batch = (statements, mode) =>
    mode === 'write' ? write(statements as InStatement[]) : batch(statements, mode)
  return client
}
