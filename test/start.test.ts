import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { main } from '../src/cli/main.ts'
import { openForJobs, openTenant } from '../src/core/database/handles.ts'
import { migrateDatabase, readMigration } from '../src/core/database/migrate.ts'
import { encrypt } from '../src/core/encryption/fields.ts'
import { createApp } from '../src/create-app.ts'
import { readMigrations } from '../src/platform/node/databases/migrations.ts'
import { type NodeSettings, nodePlatform } from '../src/platform/node/platform.ts'
import { remoteDatabases } from '../src/platform/remote/databases.ts'
import { migrateAll } from '../src/regions/versions/migrate.ts'
import { bundleServer } from './support/bundle.ts'
import { type Server, startServer } from './support/server.ts'
import { freePort, startSqld } from './support/sqld.ts'
import { twoRegions } from './support/two-regions.ts'

/* The real server with one faulty database: that one is reported as unavailable, and everything else works. */

let program: Awaited<ReturnType<typeof bundleServer>>
/** Both regions, applied: each test begins on a copy. */
let applied: ReturnType<typeof twoRegions>

beforeAll(async () => {
  program = await bundleServer()
  applied = twoRegions()
  const server = await begin(applied.env)
  await server.end('SIGTERM')
}, 120_000)
afterAll(() => {
  program.remove()
  applied.remove()
})

async function begin(env: Readonly<Record<string, string>>): Promise<Server> {
  return startServer(env, await freePort(), [program.file])
}

function deployed() {
  const copy = twoRegions()
  cpSync(applied.env.DATA_DIR, copy.env.DATA_DIR, { recursive: true })
  onTestFinished(() => copy.remove())
  return copy
}

async function serving(env: Readonly<Record<string, string>>): Promise<Server> {
  const server = await begin(env)
  onTestFinished(async () => void (await server.end('SIGKILL')))
  return server
}

const statusOf = async (server: Server, path: string) => (await fetch(`${server.url}${path}`)).status
const logged = (server: Server, event: string): Record<string, unknown>[] =>
  server
    .output()
    .split('\n')
    .filter(line => line.startsWith('{'))
    .map(line => JSON.parse(line) as Record<string, unknown>)
    .filter(line => line.event === event)

function damage(file: string) {
  writeFileSync(file, Buffer.alloc(64 * 1024, 7))
  for (const ending of ['-wal', '-shm']) rmSync(file + ending, { force: true })
}

const report = (server: Server, region: string, long: number) =>
  fetch(`${server.url}/r/${region}/api/v1/requests`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      service_code: 'graffiti',
      lat: 40.05,
      long,
      description: 'on a wall',
    }),
  })

describe('a start', { timeout: 120_000 }, () => {
  it.each(['damaged', 'missing'])(
    'serves the other regions while one’s database is %s, and names it',
    async state => {
      const folders = deployed()
      if (state === 'damaged') damage(folders.file('north'))
      else rmSync(folders.file('north'))
      const server = await serving(folders.env)
      expect(logged(server, 'region-unavailable')).toEqual([
        expect.objectContaining({ region: 'north', reason: expect.stringContaining('north.db') }),
      ])
      for (const path of ['/r/north/', '/r/north/api/v1/requests', '/r/north/open311/v2/services.json']) {
        const answer = await fetch(server.url + path)
        expect([path, answer.status, answer.headers.has('retry-after')]).toEqual([path, 503, true])
      }
      expect(await statusOf(server, '/r/south/')).toBe(200)
      expect((await report(server, 'south', -79.95)).status).toBe(201)
      expect(await statusOf(server, '/readyz')).toBe(200)
      if (state === 'missing') expect(existsSync(folders.file('north'))).toBe(false)
    },
  )

  it('serves the rest of a region while one jurisdiction’s database is damaged', async () => {
    const folders = deployed()
    damage(folders.file('north--west'))
    const server = await serving(folders.env)
    expect(await statusOf(server, '/r/north/')).toBe(200)
    const refused = await report(server, 'north', -80.05)
    expect([refused.status, refused.headers.has('retry-after')]).toEqual([503, true])
    expect((await report(server, 'north', -79.95)).status).toBe(201)
    expect((await report(server, 'south', -80.05)).status).toBe(201)
  })

  it.each(['damaged', 'missing'])(
    'is refused, saying why, with a directory database that is %s',
    async state => {
      const folders = deployed()
      if (state === 'damaged') damage(folders.file('directory'))
      else rmSync(folders.file('directory'))
      await expect(begin(folders.env)).rejects.toThrow(
        /did not start: The directory database cannot be used .*directory\.db/,
      )
    },
  )

  it('of two processes at once, on an empty folder or an empty server, brings up both, with everything once', async () => {
    const folder = twoRegions()
    onTestFinished(() => folder.remove())
    const sqld = await startSqld()
    onTestFinished(() => sqld.stop())
    const remote = { DATABASE_URL: sqld.url, DATABASE_ADMIN_URL: sqld.adminUrl }
    for (const env of [folder.env, { ...folder.env, ...remote }]) {
      const servers = await Promise.all([serving(env), serving(env)])
      for (const server of servers) {
        expect(logged(server, 'migration-failed')).toEqual([])
        expect(logged(server, 'region-unavailable')).toEqual([])
        expect((await report(server, 'north', -79.95)).status).toBe(201)
        expect((await report(server, 'south', -80.05)).status).toBe(201)
      }
      const versions = servers.flatMap(server => [
        ...logged(server, 'region-applied'),
        ...logged(server, 'region-current'),
      ])
      expect(versions.map(({ version }) => version)).toEqual([1, 1, 1, 1])
    }
  })
})

describe('migrations', { timeout: 60_000 }, () => {
  const north = { kind: 'region', region: 'north' } as const
  const tenant = { kind: 'tenant', region: 'north', slug: 'west' } as const
  const shipped = readMigrations()
  const open = (settings: Partial<NodeSettings> & { dataDir: string }) => {
    const logs: { event: string; fields: object }[] = []
    const platform = nodePlatform({
      environment: {},
      ...settings,
      log: (_, event, fields = {}) => logs.push({ event, fields }),
    })
    onTestFinished(() => platform.close())
    return { platform, logs }
  }

  it('are known by their content: one under another number is not applied again', async () => {
    const { platform } = open({ dataDir: deployed().env.DATA_DIR })
    const renumbered = shipped.region.map((migration, index) => ({
      ...migration,
      name: `${9000 - index}_other`,
    }))
    const outcome = await migrateAll(platform, { ...shipped, region: renumbered })
    expect(outcome).toEqual({ migrated: 2, failed: [] })
    const { rows } = await platform.databases.client(north).execute('SELECT name FROM migration')
    expect(rows.map(({ name }) => name).sort()).toEqual(renumbered.map(({ name }) => name).sort())
    expect(await migrateAll(platform, shipped)).toEqual({ migrated: 2, failed: [] })
  })

  it('of a ledger that has names only are taken over, on files and on a server', async () => {
    const sqld = await startSqld()
    onTestFinished(() => sqld.stop())
    const remote = { url: sqld.url, adminUrl: sqld.adminUrl }
    const overHttp = remoteDatabases(remote)
    await overHttp.create(north)
    for (const databases of [overHttp, open({ dataDir: deployed().env.DATA_DIR }).platform.databases]) {
      const platform = { ...open({ dataDir: deployed().env.DATA_DIR }).platform, databases }
      await migrateDatabaseOf(platform, north)
      const client = databases.client(north)
      await client.execute('ALTER TABLE migration DROP COLUMN hash')
      await migrateDatabaseOf(platform, north)
      const { rows } = await client.execute('SELECT name, hash FROM migration ORDER BY name')
      expect(rows.map(({ name, hash }) => [name, hash])).toEqual(
        shipped.region.map(({ name, hash }) => [name, hash]),
      )
    }
  })

  it('that fail or were changed are named with their database, which is unavailable until it is repaired', async () => {
    const { platform } = open({ dataDir: deployed().env.DATA_DIR })
    const client = platform.databases.client(tenant)
    await client.execute('CREATE TABLE more (id INTEGER)')
    const more = readMigration('9000_more', 'CREATE TABLE more (id INTEGER)')
    const next = { ...shipped, tenant: [...shipped.tenant, more] }
    const { failed } = await migrateAll(platform, next)
    expect(failed).toEqual([
      {
        database: 'north--west',
        migration: 'tenant/9000_more.sql',
        error: expect.stringContaining('table more already exists'),
      },
    ])
    const read = () => openForJobs(platform, tenant).rows(sql`SELECT 1`)
    await expect(read()).rejects.toMatchObject({ slug: 'database-unavailable' })
    await client.execute('DROP TABLE more')
    expect(await migrateAll(platform, next)).toEqual({ migrated: 1, failed: [] })
    expect(await read()).toHaveLength(1)

    const changed = {
      ...shipped,
      tenant: [...shipped.tenant, readMigration('9000_more', 'CREATE TABLE other (id INTEGER)')],
    }
    const refused = await migrateAll(platform, changed)
    expect(refused.failed).toContainEqual({
      database: 'north--west',
      migration: 'tenant/9000_more.sql',
      error: 'it was changed after it had been applied here',
    })
  })

  it('of a newer version that take something away make an older one refuse the database, and serve the others', async () => {
    const folders = deployed()
    const { platform } = open({ dataDir: folders.env.DATA_DIR })
    await platform.databases
      .client(tenant)
      .execute(`INSERT INTO migration (name, applied_at, hash) VALUES ('9000_breaking_more', 1, 'unknown')`)
    await platform.databases
      .client({ kind: 'directory' })
      .execute(
        `UPDATE "database" SET migrated_to = '9000_breaking_more@unknown' WHERE slug = 'west' AND region = 'north'`,
      )
    await platform.close()
    const server = await serving(folders.env)
    expect(logged(server, 'migration-failed')).toEqual([
      expect.objectContaining({
        database: 'north--west',
        migration: 'tenant/9000_breaking_more.sql',
        error: expect.stringContaining('newer version'),
      }),
    ])
    const refused = await report(server, 'north', -80.05)
    expect([refused.status, refused.headers.has('retry-after')]).toEqual([503, true])
    expect((await report(server, 'north', -79.95)).status).toBe(201)
  })

  async function migrateDatabaseOf(platform: ReturnType<typeof nodePlatform>, name: typeof north) {
    await migrateDatabase(platform, name, shipped)
  }
})

describe('the master key', { timeout: 120_000 }, () => {
  it('that is not the deployment’s keeps the server from starting; the one before it, during a rotation, does not', async () => {
    const folders = deployed()
    const secret = (name: string) => join(folders.env.DATA_DIR, 'secrets', name)
    await expect(begin({ ...folders.env, MASTER_KEY: 'another key, of another deployment' })).rejects.toThrow(
      /did not start: The secret MASTER_KEY differs from the one/,
    )
    const key = readFileSync(secret('MASTER_KEY'), 'utf8')
    const rotating = { MASTER_KEY: 'the next key, which is as long', MASTER_KEY_PREVIOUS: key }
    const server = await serving({ ...folders.env, ...rotating })
    expect(await statusOf(server, '/readyz')).toBe(200)
  })

  it('that was lost is not replaced by a new one', async () => {
    const folders = deployed()
    const secrets = join(folders.env.DATA_DIR, 'secrets')
    rmSync(join(secrets, 'MASTER_KEY'))
    await expect(begin(folders.env)).rejects.toThrow(/Set the secret MASTER_KEY/)
    expect(readdirSync(secrets)).not.toContain('MASTER_KEY')
  })

  it('that is another one fails /readyz, and wraps no data key; what an older deployment has wrapped proves its own', async () => {
    const { DATA_DIR: dataDir } = deployed().env
    const right = nodePlatform({ dataDir, environment: {}, log: () => {} })
    const wrong = nodePlatform({
      dataDir,
      environment: { MASTER_KEY: 'of another deployment' },
      log: () => {},
    })
    onTestFinished(async () => void (await Promise.all([right.close(), wrong.close()])))
    const handle = (platform: typeof right, slug: string) =>
      openTenant(platform, { kind: 'system', reason: 'test' }, 'north', slug)
    const ready = async (platform: typeof right) => (await createApp(platform).request('/readyz')).status
    await encrypt(right, handle(right, 'west'), 'test', 'a value')
    for (const isOlder of [false, true]) {
      if (isOlder) await right.databases.client({ kind: 'directory' }).execute('DELETE FROM key_check')
      expect(await ready(wrong)).toBe(503)
      const refused = encrypt(wrong, handle(wrong, 'east'), 'test', 'a value')
      await expect(refused).rejects.toMatchObject({ slug: 'not-configured' })
      expect(await handle(right, 'east').rows(sql`SELECT id FROM data_key`)).toEqual([])
      expect(await ready(right)).toBe(200)
    }
  })

  it('is never made by the command for databases on a server', async () => {
    const sqld = await startSqld()
    onTestFinished(() => sqld.stop())
    const folders = twoRegions()
    onTestFinished(() => folders.remove())
    let said = ''
    const print = (text: string) => {
      said += text
    }
    const env = { ...folders.env, DATABASE_URL: sqld.url, DATABASE_ADMIN_URL: sqld.adminUrl }
    const countyline = (...argv: string[]) => main(argv, { env, out: print, err: print, now: Date.now })
    expect(await countyline('apply')).toBe(0)
    for (const what of ['--data', '--master']) {
      said = ''
      expect(await countyline('keys', 'rotate', what)).toBe(1)
      expect(said).toContain('Set the secret MASTER_KEY')
    }
    expect(existsSync(join(folders.env.DATA_DIR, 'secrets'))).toBe(false)
  })
})
