import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type DatabaseClient, type Databases, databaseLabel } from '../platform.ts'
import { openEmbedded } from './embedded.ts'

/** Embedded libSQL: a file for each database under `folder`, durable at every commit (WAL, synchronous=FULL). */
export function embeddedDatabases(folder: string): Databases {
  const clients = new Map<string, DatabaseClient>()
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
      const client = openEmbedded(fileOf(label))
      clients.set(label, client)
      return client
    },
    async create(name) {
      const file = fileOf(databaseLabel(name))
      if (existsSync(file)) return
      openEmbedded(file).close()
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
