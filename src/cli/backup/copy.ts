import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { InValue } from '@libsql/client'
import { createCopy, type DatabaseCopy } from '../../platform/node/databases/copies.ts'
import { fileKeys } from '../../platform/node/databases/database-key.ts'
import type { NodePlatform } from '../../platform/node/platform.ts'
import { type DatabaseName, databaseLabel } from '../../platform/platform.ts'
import { copyContent, type Source } from './content.ts'

export function sourceOf(copy: DatabaseCopy): Source {
  return { rows: async (sql, args) => copy.rows(sql, args) as InValue[][] }
}

/** Throws if the copy is damaged or another database's. */
export function refuseUnsound(copy: DatabaseCopy, label: string): void {
  const [result] = copy.rows('PRAGMA integrity_check')
  if (result?.[0] !== 'ok') throw new Error(`damaged: ${String(result?.[0])}`)
  const [identity] = copy.rows('SELECT label FROM identity')
  if (identity?.[0] !== label) throw new Error(`it is the database of ${String(identity?.[0] ?? 'nobody')}`)
}

/** Into a new file: the database as it is at one instant. */
export async function copyFromServer(platform: NodePlatform, name: DatabaseName, to: string): Promise<void> {
  const snapshot = await platform.databases.snapshot?.(name)
  if (snapshot === undefined) throw new Error('no database server')
  const copy = createCopy(to, fileKeys(platform.secrets.get, databaseLabel(name)))
  try {
    await copyContent(snapshot, { run: async statements => copy.run(statements) })
  } finally {
    copy.close()
    await snapshot.close()
  }
}

export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of createReadStream(path)) hash.update(piece)
  return hash.digest('hex')
}
