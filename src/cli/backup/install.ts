import { chmodSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import type { InStatement } from '@libsql/client'
import { type DatabaseCopy, openCopy } from '../../platform/node/databases/copies.ts'
import { fileKeys } from '../../platform/node/databases/database-key.ts'
import type { NodePlatform } from '../../platform/node/platform.ts'
import { type DatabaseName, databaseLabel, noDeadlines } from '../../platform/platform.ts'
import { refuse } from '../command.ts'
import { copyContent, dropStatements } from './content.ts'
import { copyFromServer, sourceOf } from './copy.ts'

/* A copy in the place of a database. */

/** What a server is sent at once: more would not fit into its memory and ours. */
const MAX_AT_ONCE_BYTES = 64 * 1024 * 1024

/** Whether the deployment has this database, and it can be read. */
export async function isLiving(platform: NodePlatform, name: DatabaseName): Promise<boolean> {
  const { embedded } = platform
  if (embedded !== undefined) return embedded.has(databaseLabel(name))
  try {
    const { rows } = await platform.databases.client(name, noDeadlines).execute('SELECT label FROM identity')
    return rows.length > 0
  } catch (error) {
    const isNone = /no such table|404|not found|does.?n.t exist/i.test(
      error instanceof Error ? error.message : '',
    )
    if (isNone) return false
    throw error
  }
}

/** Where none is, or one without an identity: a restore of it was interrupted. */
export async function installNew(platform: NodePlatform, name: DatabaseName, file: string): Promise<void> {
  const { embedded } = platform
  if (embedded !== undefined) return embedded.place(databaseLabel(name), file)
  await platform.databases.create(name)
  const client = platform.databases.client(name, noDeadlines)
  const left = await dropStatements(await liveSource(platform, name))
  if (left.length > 0) await client.batch(left, 'write')
  await withCopy(platform, name, file, copy =>
    copyContent(sourceOf(copy), {
      async run(statements) {
        if (statements.length > 0) await client.batch([...statements], 'write')
      },
    }),
  )
}

/** In one transaction, beside running servers. Keeps a copy of what was there, and returns where. */
export async function replaceLiving(
  platform: NodePlatform,
  name: DatabaseName,
  file: string,
  aside: string,
): Promise<string> {
  const label = databaseLabel(name)
  const kept = join(
    aside,
    `${label}-${new Date(platform.clock.now()).toISOString().replace(/[:.]/g, '-')}.db`,
  )
  mkdirSync(aside, { recursive: true, mode: 0o700 })
  await keepAside(platform, name, kept)
  await withCopy(platform, name, file, async copy => {
    if (platform.embedded === undefined) return replaceOnServer(platform, name, copy)
    await platform.embedded.change(label, async live => {
      const source = { rows: async (sql: string, args = []) => live.rows(sql, args) as never }
      live.run(await dropStatements(source))
      await copyContent(sourceOf(copy), { run: async statements => live.run(statements) })
    })
  })
  return kept
}

async function keepAside(platform: NodePlatform, name: DatabaseName, kept: string): Promise<void> {
  const part = `${kept}.part`
  if (platform.embedded === undefined) await copyFromServer(platform, name, part)
  else platform.embedded.copyTo(databaseLabel(name), part)
  chmodSync(part, 0o600)
  renameSync(part, kept)
}

async function replaceOnServer(
  platform: NodePlatform,
  name: DatabaseName,
  copy: DatabaseCopy,
): Promise<void> {
  const statements: InStatement[] = await dropStatements(await liveSource(platform, name))
  let bytes = 0
  await copyContent(sourceOf(copy), {
    async run(more) {
      statements.push(...more)
      bytes += JSON.stringify(more, (_, value) => (typeof value === 'bigint' ? String(value) : value)).length
      if (bytes > MAX_AT_ONCE_BYTES)
        throw refuse(
          `${databaseLabel(name)} is too large to be replaced in one transaction. Stop the servers, remove the database, and restore again.`,
        )
    },
  })
  await platform.databases.client(name, noDeadlines).batch(statements, 'write')
}

async function liveSource(platform: NodePlatform, name: DatabaseName) {
  const client = platform.databases.client(name, noDeadlines)
  return {
    async rows(sql: string) {
      const { rows, columns } = await client.execute(sql)
      return rows.map(row => columns.map((_, index) => row[index] ?? null))
    },
  }
}

async function withCopy(
  platform: NodePlatform,
  name: DatabaseName,
  file: string,
  work: (copy: DatabaseCopy) => Promise<void>,
): Promise<void> {
  const copy = openCopy(file, fileKeys(platform.secrets.get, databaseLabel(name)))
  try {
    await work(copy)
  } finally {
    copy.close()
  }
}
