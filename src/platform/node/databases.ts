import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Client } from '@libsql/client'
import { createClient } from '@libsql/client/sqlite3'
import { type Databases, databaseLabel } from '../platform.ts'

const BUSY_MILLISECONDS = 2000

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
      if (!existsSync(fileOf(label)))
        throw Object.assign(new Error(`${label}.db is missing`), { code: 'SQLITE_CANTOPEN' })
      const client = createClient({
        url: `file:${fileOf(label)}`,
        timeout: BUSY_MILLISECONDS,
        concurrency: 1,
      })
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
      for (const client of clients.values()) client.close()
      clients.clear()
    },
  }
}
