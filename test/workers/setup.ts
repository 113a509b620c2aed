import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { openTenant } from '../../src/core/database/handles.ts'
import { createKey } from '../../src/identity/programs/keys.ts'
import { scopes } from '../../src/identity/roles.ts'
import { readMigrations } from '../../src/platform/node/databases/migrations.ts'
import { nodePlatform } from '../../src/platform/node/platform.ts'
import { applyRegion } from '../../src/regions/versions/apply.ts'
import { bundled, bundledDocuments } from '../support/app.ts'
import { lakeDocuments } from '../support/lake.ts'
import { serveOutside } from '../support/outside.ts'
import { startSqld } from '../support/sqld.ts'
import { importStreets } from '../support/streets.ts'

declare module 'vitest' {
  interface ProvidedContext {
    sqldPort: number
    sqldAdminPort: number
    keys: Record<string, string>
    /** A server outside: a mail service, and what a partner's could be. */
    outside: string
    /** A libSQL server with an empty directory: a deployment without regions. */
    empty: { readonly url: string; readonly adminUrl: string }
  }
}

/**
 * A real libSQL server with the bundled region in it, and keys for every jurisdiction, for the tests in
 * workerd.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { sqldPort: port, sqldAdminPort: adminPort } = project.getProvidedContext()
  const adminToken = 'admin-key-of-the-tests'
  const sqld = await startSqld({ port, adminPort, more: ['--admin-auth-key', adminToken] })
  const empty = await startSqld({ more: ['--admin-auth-key', adminToken] })
  project.provide('empty', { url: empty.url, adminUrl: empty.adminUrl })
  const dataDir = mkdtempSync(join(tmpdir(), 'countyline-'))
  const platform = nodePlatform({
    dataDir,
    remote: { url: sqld.url, adminUrl: sqld.adminUrl, adminToken },
    log: () => {},
  })
  const documents = await bundledDocuments()
  await applyRegion(platform, readMigrations(), bundled, documents, { by: 'test' })
  await applyRegion(platform, readMigrations(), 'lake', lakeDocuments(), { by: 'test' })
  const shore = [
    [-80.001, 40.05],
    [-79.999, 40.05],
  ] as const
  await importStreets(platform, 'lake', [{ name: 'Shore Dr', mtfcc: 'S1400', line: shore }])
  const keys: Record<string, string> = {}
  for (const { slug } of documents.jurisdictions) {
    const db = openTenant(platform, { kind: 'system', reason: 'test' }, bundled, slug)
    for (const scope of scopes) {
      keys[`${slug} ${scope}`] = (await createKey(platform, db, 'test', scope)).key
    }
  }
  project.provide('keys', keys)
  const outside = await serveOutside()
  project.provide('outside', outside.url)
  return async () => {
    await outside.close()
    await platform.close()
    await sqld.stop()
    await empty.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}
