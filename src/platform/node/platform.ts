import { join } from 'node:path'
import type { DatabaseName, Databases, Log, Platform } from '../platform.ts'
import { type RemoteSettings, remoteDatabases } from '../remote.ts'
import { diskAssets } from './assets.ts'
import { embeddedDatabases } from './databases.ts'
import { diskFiles } from './files.ts'

export interface NodeSettings {
  /** Everything this deployment keeps. */
  readonly dataDir: string
  /** Databases over HTTP instead of files. */
  readonly remote?: RemoteSettings | undefined
  readonly log?: Log
  readonly now?: () => number
}

export interface NodePlatform extends Platform {
  /** Hears the doorbell. */
  onWake(listener: (database: DatabaseName) => void): void
  /** Waits for work that outlived its answer, then closes the databases. */
  close(): Promise<void>
}

export function nodePlatform(settings: NodeSettings): NodePlatform {
  const listeners = new Set<(database: DatabaseName) => void>()
  const unfinished = new Set<Promise<unknown>>()
  const databases: Databases =
    settings.remote === undefined
      ? embeddedDatabases(join(settings.dataDir, 'databases'))
      : remoteDatabases(settings.remote)
  const log = settings.log ?? jsonLog
  return {
    runtime: 'node',
    clock: { now: settings.now ?? Date.now },
    random: { bytes: length => crypto.getRandomValues(new Uint8Array(length)) },
    databases,
    files: diskFiles(join(settings.dataDir, 'files')),
    assets: diskAssets(),
    log,
    wake: database => {
      for (const listener of listeners) listener(database)
    },
    later(work) {
      const settled = work
        .catch(error =>
          log('error', 'later-failed', { error: error instanceof Error ? error.name : 'unknown' }),
        )
        .finally(() => unfinished.delete(settled))
      unfinished.add(settled)
    },
    onWake: listener => void listeners.add(listener),
    async close() {
      await Promise.all(unfinished)
      await databases.close()
    },
  }
}

export const jsonLog: Log = (level, event, fields = {}) => {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), level, event, ...fields })}\n`)
}
