import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fingerprintOf } from '../src/cli/archive/signature.ts'
import { main } from '../src/cli/main.ts'
import { openDirectory, openRegion, openTenant } from '../src/core/database/handles.ts'
import { migrateDatabase } from '../src/core/database/migrate.ts'
import { readMigrations } from '../src/platform/node/databases/migrations.ts'
import { type NodePlatform, nodePlatform } from '../src/platform/node/platform.ts'
import type { DatabaseName } from '../src/platform/platform.ts'

/*
 * Data of the version before tables, columns and kinds of jobs got their present names: an export that it wrote
 * (the files of `exported-before-plain-names.json.gz`, by path), and databases with the tables that its
 * migrations made.
 */

const system = { kind: 'system', reason: 'test' } as const
const folder = mkdtempSync(join(tmpdir(), 'countyline-upgrade-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('an export of before', () => {
  const exported = join(folder, 'export')
  const files: Record<string, string> = JSON.parse(
    gunzipSync(
      readFileSync(fileURLToPath(new URL('./fixtures/exported-before-plain-names.json.gz', import.meta.url))),
    ).toString(),
  )
  const linesOf = (table: string) =>
    Buffer.from(files[`tables/${table}.jsonl`] ?? '', 'base64')
      .toString()
      .split('\n')
      .filter(line => line !== '')
      .map(line => JSON.parse(line) as Record<string, unknown>)
  let platform: NodePlatform

  beforeAll(async () => {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(exported, path)), { recursive: true })
      writeFileSync(join(exported, path), Buffer.from(content, 'base64'))
    }
    const { publicKey } = JSON.parse(readFileSync(join(exported, 'manifest.json'), 'utf8'))
    const dataDir = join(folder, 'imported')
    let out = ''
    const print = (text: string) => {
      out += text
    }
    const env = { DATA_DIR: dataDir }
    const argv = ['import', exported, '--fingerprint', fingerprintOf(publicKey)]
    const code = await main(argv, { env, out: print, err: print, now: Date.now })
    expect([code, out]).toEqual([0, expect.any(String)])
    platform = nodePlatform({ dataDir })
  })
  afterAll(() => platform.close())

  it('is taken in whole, under the present names, and its audit is unbroken', async () => {
    const db = openTenant(platform, system, 'ellery', 'hollis')
    const count = async (table: string) =>
      (await db.rows<{ rows: number }>(sql`SELECT count(*) AS rows FROM ${sql.identifier(table)}`))[0]?.rows
    const sameRows = ['request', 'handoff', 'message', 'duplicate', 'followed_by', 'media', 'person', 'inbox']
    for (const table of sameRows) expect([table, await count(table)]).toEqual([table, linesOf(table).length])
    const seen = linesOf('seen').map(({ seq, actor, view }) => ({ seq, actor, view }))
    expect(seen.length).toBeGreaterThan(0)
    const log = await db.rows(sql`SELECT seq, actor, view FROM access_log ORDER BY seq`)
    expect(log.slice(0, seen.length)).toEqual(seen)
    const holders = await db.rows(sql`SELECT id, holders FROM request ORDER BY id`)
    const trails = linesOf('request').map(({ id, trail }) => ({ id, holders: trail }))
    expect(holders).toEqual(trails.sort((a, b) => (String(a.id) < String(b.id) ? -1 : 1)))
    let out = ''
    const print = (text: string) => {
      out += text
    }
    const argv = ['audit', 'verify', '--jurisdiction', 'hollis']
    const env = { DATA_DIR: join(folder, 'imported') }
    expect([await main(argv, { env, out: print, err: print, now: Date.now }), out]).toEqual([
      0,
      expect.any(String),
    ])
  })
})

describe('databases of before', () => {
  const migrations = readMigrations()
  const before = {
    directory: migrations.directory.filter(({ name }) => name < '0003'),
    places: [],
    region: migrations.region.filter(({ name }) => name < '0008'),
    tenant: migrations.tenant.filter(({ name }) => name < '0018'),
  }
  const directory: DatabaseName = { kind: 'directory' }
  const region: DatabaseName = { kind: 'region', region: 'ellery' }
  const tenant: DatabaseName = { kind: 'tenant', region: 'ellery', slug: 'hollis' }
  let platform: NodePlatform

  beforeAll(async () => {
    platform = nodePlatform({ dataDir: join(folder, 'databases') })
    for (const name of [directory, region, tenant]) await migrateDatabase(platform, name, before)
    const run = (name: DatabaseName, ...statements: string[]) =>
      platform.databases.client(name).batch(statements, 'write')
    const job = (kind: string, key = kind) =>
      `INSERT INTO job (kind, key, due_at, created_at, rung) VALUES ('${kind}', '${key}', 5, 5, 3)`
    await run(directory, job('migrate'))
    await run(
      region,
      job('staff-letter', 'staff-letter:a'),
      `INSERT INTO staff_reach VALUES ('staff-1', 'hollis')`,
      `INSERT INTO account_reach VALUES ('account-1', 'hollis')`,
    )
    await run(
      tenant,
      ...['tell-origin', 'run-off', 'hand-on:HO-1', 'hand-back:HO-1', 'pass-on:HO-1', 'forward:HO-1:dot'].map(
        key => job(key.split(':')[0] ?? '', key),
      ),
      `INSERT INTO consumer VALUES ('tell-origin', 41)`,
      `INSERT INTO partner_word VALUES ('f1', 'done', 6)`,
      `INSERT INTO followed_by (case_id, follower, jurisdiction, round, ended, told) VALUES ('HO-1', 'HO-2', 'hollis', 1, 0, 'submitted')`,
      `INSERT INTO seen (actor, at, view, requests) VALUES ('staff:1', 7, 'list', '["HO-1"]')`,
    )
    for (const name of [directory, region, tenant]) await migrateDatabase(platform, name, migrations)
  })
  afterAll(() => platform.close())

  it('keep what waits to be done, under the present kinds', async () => {
    const jobsOf = (db: Pick<ReturnType<typeof openDirectory>, 'rows'>) =>
      db.rows<{ kind: string; key: string; enqueued: number }>(
        sql`SELECT kind, key, enqueued FROM job WHERE created_at = 5 ORDER BY id`,
      )
    expect(await jobsOf(openDirectory(platform))).toEqual([{ kind: 'migrate', key: 'migrate', enqueued: 3 }])
    expect(await jobsOf(openRegion(platform, system, 'ellery'))).toEqual([
      { kind: 'staff-email', key: 'staff-email:a', enqueued: 3 },
    ])
    expect(await jobsOf(openTenant(platform, system, 'ellery', 'hollis'))).toEqual(
      [
        ['sync-origin', 'sync-origin'],
        ['agreement-end', 'agreement-end'],
        ['auto-transfer', 'auto-transfer:HO-1'],
        ['return-transfer', 'return-transfer:HO-1'],
        ['transfer-after-reroute', 'transfer-after-reroute:HO-1'],
        ['forward', 'forward:HO-1:dot'],
      ].map(([kind, key]) => ({ kind, key, enqueued: 3 })),
    )
  })

  it('keep their rows in the renamed tables, and what guards them', async () => {
    const db = openTenant(platform, system, 'ellery', 'hollis')
    expect(await db.rows(sql`SELECT name, seq FROM consumer WHERE name LIKE '%origin'`)).toEqual([
      { name: 'sync-origin', seq: 41 },
    ])
    expect(await db.rows(sql`SELECT * FROM partner_update`)).toEqual([{ forward: 'f1', key: 'done', at: 6 }])
    expect(await db.rows(sql`SELECT informed FROM followed_by`)).toEqual([{ informed: 'submitted' }])
    expect(await db.rows(sql`SELECT actor, requests FROM access_log`)).toEqual([
      { actor: 'staff:1', requests: '["HO-1"]' },
    ])
    await expect(db.commit([sql`DELETE FROM access_log`])).rejects.toThrow()
    const shared = openRegion(platform, system, 'ellery')
    expect(await shared.rows(sql`SELECT * FROM staff_jurisdiction`)).toEqual([
      { staff: 'staff-1', jurisdiction: 'hollis' },
    ])
    expect(await shared.rows(sql`SELECT * FROM account_jurisdiction`)).toEqual([
      { account: 'account-1', jurisdiction: 'hollis' },
    ])
  })
})
