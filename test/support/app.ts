import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'libsql'
import { createApp, jobHandlers } from '../../src/app.ts'
import { openTenant } from '../../src/core/db.ts'
import { runDueJobs } from '../../src/core/jobs.ts'
import { createKey } from '../../src/people/keys.ts'
import type { Scope } from '../../src/people/roles.ts'
import { readMigrations } from '../../src/platform/node/migrations.ts'
import { type NodePlatform, type NodeSettings, nodePlatform } from '../../src/platform/node/platform.ts'
import { readRegionFiles } from '../../src/platform/node/tenants.ts'
import { applyRegion } from '../../src/regions/apply.ts'
import type { Region } from '../../src/regions/compile.ts'
import { currentRegion } from '../../src/regions/current.ts'
import { loadRegion } from '../../src/regions/load.ts'
import { listDatabases } from '../../src/regions/migrate.ts'
import type { Documents } from '../../src/regions/snapshot.ts'

/** The made-up county that the project ships. */
export const bundled = 'ellery'
export const tenantsDir = fileURLToPath(new URL('../../tenants/', import.meta.url))

export interface TestApp {
  readonly platform: NodePlatform
  readonly region: Region
  readonly dataDir: string
  readonly logged: { level: string; event: string; fields: Record<string, unknown> }[]
  /** Sends a request through the whole front door, from an address if one is named. Paths are on the region's host. */
  request(path: string, init?: RequestInit, from?: string): Promise<Response>
  /** Moves the clock. */
  advance(milliseconds: number): void
  /** Runs every job that is due, in every database, until none is. */
  runJobs(): Promise<void>
  key(jurisdiction: string, scope?: Scope): Promise<string>
  close(): Promise<void>
}

/**
 * The real app on real libSQL files in a new folder, with the bundled region applied (or other documents). The clock
 * stands at noon of a working day until it is advanced.
 */
export async function startApp(
  options: Pick<
    NodeSettings,
    'remote' | 'mail' | 'sms' | 'outboundAllow' | 'environment' | 'demo' | 'rateLimits'
  > & {
    documents?: Documents
    slug?: string
    now?: number
    /** Files as a server from before their encryption has them. */
    plainFiles?: boolean
  } = {},
): Promise<TestApp> {
  const dataDir = mkdtempSync(join(tmpdir(), 'countyline-'))
  if (options.plainFiles) {
    mkdirSync(join(dataDir, 'databases'))
    new Database(join(dataDir, 'databases', 'directory.db')).exec('PRAGMA user_version = 1')
  }
  let now = options.now ?? Date.parse('2026-08-12T16:00:00Z')
  const logged: TestApp['logged'] = []
  const platform = nodePlatform({
    dataDir,
    remote: options.remote,
    mail: options.mail,
    sms: options.sms,
    outboundAllow: options.outboundAllow,
    // The clock stands still, so a bucket would never fill again.
    rateLimits: options.rateLimits ?? false,
    environment: options.environment ?? {},
    demo: options.demo,
    now: () => now,
    log: (level, event, fields = {}) => logged.push({ level, event, fields }),
  })
  const slug = options.slug ?? bundled
  const documents = options.documents ?? (await bundledDocuments())
  await applyRegion(platform, readMigrations(), slug, documents, 'test')
  const app = createApp(platform)
  const region = await currentRegion(platform, slug)
  return {
    platform,
    region,
    dataDir,
    logged,
    request: async (path, init, from) =>
      app.request(new URL(path, 'http://localhost').href, init, { address: from }),
    advance: milliseconds => {
      now += milliseconds
    },
    async runJobs() {
      for (;;) {
        let done = 0
        for (const name of await listDatabases(platform))
          done += (await runDueJobs(platform, name, jobHandlers)).done
        if (done === 0) return
      }
    },
    async key(jurisdiction, scope = 'report') {
      const db = openTenant(platform, { kind: 'system', reason: 'test' }, slug, jurisdiction)
      return (await createKey(platform, db, 'test', scope)).key
    },
    async close() {
      await platform.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

let loaded: Documents | undefined

export async function bundledDocuments(): Promise<Documents> {
  if (loaded === undefined) {
    const { documents, faults } = loadRegion(bundled, await readRegionFiles(tenantsDir, bundled))
    if (documents === undefined)
      throw new Error(`the bundled region is refused: ${JSON.stringify(faults.slice(0, 3))}`)
    loaded = documents
  }
  return loaded
}
