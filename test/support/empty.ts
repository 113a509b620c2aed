import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrateDatabase } from '../../src/core/database/migrate.ts'
import { shippedMigrations } from '../../src/core/database/shipped.ts'
import { createApp } from '../../src/create-app.ts'
import { type NodeSettings, nodePlatform } from '../../src/platform/node/platform.ts'
import { type EmptyApp, runJobsOf } from './empty-app.ts'

type Options = Pick<NodeSettings, 'mail' | 'environment' | 'outboundAllow' | 'rateLimits'>

/** On real files. `advance` moves its clock. */
export async function startEmpty(
  options: Options = {},
): Promise<EmptyApp & { advance(milliseconds: number): void }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'countyline-'))
  let ahead = 0
  const platform = nodePlatform({
    dataDir,
    rateLimits: false,
    environment: {},
    now: () => Date.parse('2026-08-12T16:00:00Z') + ahead,
    log: () => {},
    ...options,
  })
  await migrateDatabase(platform, { kind: 'directory' }, shippedMigrations())
  const app = createApp(platform)
  return {
    platform,
    request: async (path, init) => app.request(new URL(path, 'http://localhost').href, init),
    runJobs: () => runJobsOf(platform),
    advance: milliseconds => {
      ahead += milliseconds
    },
    async close() {
      await platform.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
