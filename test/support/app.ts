import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'libsql'
import { openTenant } from '../../src/core/database/handles.ts'
import { runDueJobs } from '../../src/core/database/run-jobs.ts'
import { createApp, jobHandlers } from '../../src/create-app.ts'
import { createKey } from '../../src/identity/programs/keys.ts'
import type { Scope } from '../../src/identity/roles.ts'
import { readMigrations } from '../../src/platform/node/databases/migrations.ts'
import { type NodePlatform, type NodeSettings, nodePlatform } from '../../src/platform/node/platform.ts'
import { readRegionFiles } from '../../src/platform/node/tenants.ts'
import { databaseLabel, type Outbound } from '../../src/platform/platform.ts'
import { loadRegion } from '../../src/regions/documents/load.ts'
import type { Documents } from '../../src/regions/documents/snapshot.ts'
import type { Region } from '../../src/regions/runtime/compile.ts'
import { currentRegion } from '../../src/regions/runtime/current.ts'
import { applyRegion } from '../../src/regions/versions/apply.ts'
import { listDatabases } from '../../src/regions/versions/migrate.ts'

/** The fictional county that the project ships. */
export const bundled = 'ellery'
export const tenantsDir = fileURLToPath(new URL('../../tenants/', import.meta.url))

export interface TestApp {
  readonly platform: NodePlatform
  readonly region: Region
  readonly dataDir: string
  readonly logged: { level: string; event: string; fields: Record<string, unknown> }[]
  /** Sends a request through the whole app, from an address if one is given. Paths are on the region's host. */
  request(path: string, init?: RequestInit, from?: string): Promise<Response>
  /** Moves the clock. */
  advance(milliseconds: number): void
  /** Runs every due job in every database until none is left. */
  runJobs(): Promise<void>
  key(jurisdiction: string, scope?: Scope): Promise<string>
  close(): Promise<void>
}

/**
 * The real app on real libSQL files in a new folder, with the bundled region (or other documents) applied. The
 * clock stands at noon of a working day until it is advanced.
 */
export async function startApp(
  options: Pick<
    NodeSettings,
    'remote' | 'mail' | 'sms' | 'outboundAllow' | 'dnsResolverUrl' | 'environment' | 'demo' | 'rateLimits'
  > & {
    /** Instead of the platform's own. */
    outbound?: Outbound
    documents?: Documents
    slug?: string
    now?: number
    /** Writes files as a server without file encryption does. */
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
  const own = nodePlatform({
    dataDir,
    remote: options.remote,
    mail: options.mail,
    sms: options.sms,
    outboundAllow: options.outboundAllow,
    dnsResolverUrl: options.dnsResolverUrl,
    // The clock stands still, so a bucket would never refill.
    rateLimits: options.rateLimits ?? false,
    environment: options.environment ?? {},
    demo: options.demo,
    now: () => now,
    log: (level, event, fields = {}) => logged.push({ level, event, fields }),
  })
  const platform = options.outbound === undefined ? own : { ...own, outbound: options.outbound }
  const slug = options.slug ?? bundled
  const documents = options.documents ?? (await bundledDocuments())
  await applyRegion(platform, readMigrations(), slug, documents, { by: 'test' })
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
        for (const name of await listDatabases(platform)) {
          try {
            done += (await runDueJobs(platform, name, jobHandlers)).done
          } catch (error) {
            // A job before it may have deleted this database.
            const left = (await listDatabases(platform)).map(databaseLabel)
            if (left.includes(databaseLabel(name))) throw error
          }
        }
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
    const { documents, issues } = loadRegion(bundled, await readRegionFiles(tenantsDir, bundled))
    if (documents === undefined)
      throw new Error(`the bundled region is refused: ${JSON.stringify(issues.slice(0, 3))}`)
    loaded = documents
  }
  return loaded
}
