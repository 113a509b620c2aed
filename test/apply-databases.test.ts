import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import { describe, expect, it, onTestFinished } from 'vitest'
import { completeSchemas } from '../src/core/database/complete-schemas.ts'
import { openForJobs, openRegion } from '../src/core/database/handles.ts'
import { listJobs } from '../src/core/database/jobs.ts'
import { migrateDatabase, newest } from '../src/core/database/migrate.ts'
import { runDueJobs } from '../src/core/database/run-jobs.ts'
import { shippedMigrations } from '../src/core/database/shipped.ts'
import { jobHandlers } from '../src/create-app.ts'
import { readMigrations } from '../src/platform/node/databases/migrations.ts'
import { type NodePlatform, nodePlatform } from '../src/platform/node/platform.ts'
import type { DatabaseName } from '../src/platform/platform.ts'
import { databaseSettings } from '../src/platform/remote/databases.ts'
import { applyRegion, continueApply, requestApply, storedSnapshot } from '../src/regions/versions/apply.ts'
import { listDatabases } from '../src/regions/versions/migrate.ts'
import { applyProgress } from '../src/regions/versions/pending.ts'
import { lakeDocuments, lakeEdited, lakeFiles } from './support/lake.ts'
import { startSqld } from './support/sqld.ts'
import { writeFilesTo } from './support/tenants.ts'
import { startTurso } from './support/turso.ts'

/* The databases of a configuration are made before it is in force, by a job or by the command, and by both again
 * after they were killed. */

const migrations = shippedMigrations()
const lake: DatabaseName = { kind: 'region', region: 'lake' }
const west: DatabaseName = { kind: 'tenant', region: 'lake', slug: 'west' }

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'countyline-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

function platformOn(settings: Partial<Parameters<typeof nodePlatform>[0]> = {}): NodePlatform {
  const made = nodePlatform({ dataDir: folder(), log: () => {}, environment: {}, ...settings })
  onTestFinished(() => made.close())
  return made
}

it('what a worker is built with are the migrations in their folder', () => {
  expect(shippedMigrations()).toEqual(readMigrations())
})

// Else a new database takes the server three times the work.
it('the complete schemas are of these migrations', () => {
  for (const kind of ['directory', 'region', 'places', 'tenant'] as const) {
    expect(completeSchemas[kind].mark).toBe(newest(migrations, kind))
  }
})

describe('a new database', () => {
  const schemaOf = async (platform: NodePlatform, name: DatabaseName) => {
    const client = platform.databases.client(name)
    const { rows } = await client.execute(
      'SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name',
    )
    const ledger = await client.execute('SELECT name, hash FROM migration ORDER BY name')
    return {
      schema: rows.map(row => ({ ...row, sql: plain(row.sql) })),
      jobs:
        name.kind === 'places'
          ? []
          : (await client.execute('SELECT * FROM job')).rows.map(row => ({ ...row })),
      ledger: ledger.rows.map(row => ({ ...row })),
    }
  }
  // ADD COLUMN leaves other white space.
  const plain = (sql: unknown) => String(sql).replace(/\s+/g, ' ')
  const older = (kind: DatabaseName['kind']) => ({ ...migrations, [kind]: migrations[kind].slice(0, 1) })

  it.each<DatabaseName>([{ kind: 'directory' }, lake, { kind: 'places', region: 'lake' }, west])(
    'of kind $kind is like one that was migrated step by step, on files and on sqld',
    async name => {
      const sqld = await startSqld()
      onTestFinished(() => sqld.stop())
      const remote = { url: sqld.url, adminUrl: sqld.adminUrl }
      const encrypted = { environment: { DATABASE_KEY: 'a key of the tests, of at least 32 characters' } }
      const plainFiles = platformOn()
      await migrateDatabase(plainFiles, name, older(name.kind))
      await migrateDatabase(plainFiles, name, migrations)
      const stepByStep = await schemaOf(plainFiles, name)
      for (const settings of [{}, encrypted, { remote }]) {
        const platform = platformOn(settings)
        await migrateDatabase(platform, name, migrations)
        expect(await schemaOf(platform, name)).toEqual(stepByStep)
      }
    },
  )
})

describe('a configuration that is requested', () => {
  const runJob = async (platform: NodePlatform) => {
    await runDueJobs(platform, lake, jobHandlers)
    return applyProgress(platform, migrations, 'lake')
  }

  it('is in force once the job has made its databases; until then the earlier one is', async () => {
    let now = Date.parse('2026-06-01T12:00:00Z')
    const platform = platformOn({ now: () => now })
    await applyRegion(platform, migrations, 'lake', lakeDocuments(), { by: 'test' })
    const town = { 'south/jurisdiction.yaml': 'name: South\nkind: agency\ncode: ST\n' }
    await requestApply(platform, migrations, 'lake', lakeDocuments(lakeFiles(town)), { by: 'page' })
    expect(await applyProgress(platform, migrations, 'lake')).toMatchObject({ requestedBy: 'page' })
    expect((await storedSnapshot(platform, 'lake'))?.version).toBe(1)
    now += 1000
    expect(await runJob(platform)).toBeUndefined()
    expect((await storedSnapshot(platform, 'lake'))?.version).toBe(2)
    expect(await listDatabases(platform)).toContainEqual({ kind: 'tenant', region: 'lake', slug: 'south' })
    expect((await listJobs(openForJobs(platform, lake))).map(({ kind }) => kind)).not.toContain(
      'apply-configuration',
    )
    // Open requests of those that were there are routed again.
    expect((await listJobs(openForJobs(platform, west))).map(({ kind }) => kind)).toContain('reroute')
  })

  it('counts what is ready, and tries again by name what failed, as late as it was asked to', async () => {
    let now = Date.parse('2026-06-01T12:00:00Z')
    const turso = await startTurso({ organization: 'o', apiToken: 'api', groups: { g: 'opens' } })
    onTestFinished(() => turso.stop())
    const environment = {
      DATABASE_TOKEN: 'opens',
      TURSO_ORGANIZATION: 'o',
      TURSO_GROUP: 'g',
      TURSO_API_TOKEN: 'api',
      TURSO_API_URL: turso.url,
    }
    const remote = { url: turso.databaseUrl, ...databaseSettings(name => Reflect.get(environment, name)) }
    const platform = platformOn({ remote, now: () => now })
    await requestApply(platform, migrations, 'lake', lakeDocuments(), { by: 'page' })
    const asked = turso.calls()
    turso.answerNext({ status: 429, headers: { 'retry-after': '600' } }, { status: 500 })
    const progress = await runJob(platform)
    expect(progress).toMatchObject({ needed: 4, ready: 2 })
    expect(progress?.failed.map(({ attempts }) => attempts)).toEqual([1, 1])
    expect(progress?.failed.map(({ retryAt }) => (retryAt - now) / 1000).sort()).toEqual([5, 600])
    expect(turso.calls() - asked).toBe(4)
    now += 10_000
    expect(await runJob(platform)).toMatchObject({ needed: 4, ready: 3, failed: [{ attempts: 1 }] })
    expect(turso.calls() - asked).toBe(5)
    expect(await storedSnapshot(platform, 'lake')).toBeUndefined()
    now += 600_000
    expect(await runJob(platform)).toBeUndefined()
    expect(await storedSnapshot(platform, 'lake')).toMatchObject({ version: 1 })
    expect(turso.created.map(({ name }) => name).sort()).toEqual(
      ['directory', 'lake', 'lake--east', 'lake--lake-county', 'lake--quill-water', 'lake--west'].sort(),
    )
  })

  it('asks a service no further that first needs the operator, and says why', async () => {
    const turso = await startTurso({ organization: 'o', apiToken: 'api', groups: { g: 'opens' }, quota: 3 })
    onTestFinished(() => turso.stop())
    const turns = { organization: 'o', group: 'g', apiToken: 'api', apiUrl: turso.url }
    const platform = platformOn({ remote: { url: turso.databaseUrl, token: 'opens', turso: turns } })
    await expect(
      applyRegion(platform, migrations, 'lake', lakeDocuments(), { by: 'test' }),
    ).rejects.toMatchObject({
      slug: 'database-unavailable',
      detail: expect.stringMatching(/1 of 4 databases are ready\. lake--[a-z-]+: .* on this plan \(402\)/),
    })
    expect(await storedSnapshot(platform, 'lake')).toBeUndefined()
  })

  it('never makes a database anew that was lost', async () => {
    const turso = await startTurso({ organization: 'o', apiToken: 'api', groups: { g: 'opens' } })
    onTestFinished(() => turso.stop())
    const turns = { organization: 'o', group: 'g', apiToken: 'api', apiUrl: turso.url }
    const platform = platformOn({ remote: { url: turso.databaseUrl, token: 'opens', turso: turns } })
    await applyRegion(platform, migrations, 'lake', lakeDocuments(), { by: 'test' })
    turso.lose('lake--west')
    const changed = lakeDocuments(lakeEdited('east/jurisdiction.yaml', 'name: East', 'name: Easter'))
    expect(await applyRegion(platform, migrations, 'lake', changed, { by: 'test' })).toMatchObject({
      version: 2,
    })
    expect(turso.created.map(({ name }) => name)).not.toContain('lake--west')
    // The others know of the new version, and the one that is away is told when it is back.
    const db = openRegion(platform, { kind: 'system', reason: 'test' }, 'lake')
    const left = await db.rows(sql`SELECT missed FROM pending_configuration`)
    expect(left).toEqual([{ missed: '["west"]' }])
  })

  it('is put in force once by two that go on with it at the same time', async () => {
    const dataDir = folder()
    const [one, other] = [platformOn({ dataDir }), platformOn({ dataDir })]
    await requestApply(one, migrations, 'lake', lakeDocuments(), { by: 'page' })
    const parts = { until: Number.POSITIVE_INFINITY, limit: Number.POSITIVE_INFINITY }
    await Promise.all([one, other].map(each => continueApply(each, migrations, 'lake', parts)))
    const db = openRegion(one, { kind: 'system', reason: 'test' }, 'lake')
    expect(await db.rows(sql`SELECT version FROM configuration`)).toEqual([{ version: 1 }])
  })
})

describe('countyline apply', () => {
  const towns = 60
  const apply = (env: Readonly<Record<string, string>>): ChildProcess =>
    spawn(
      process.execPath,
      ['--import', './scripts/tsx-hook.ts', 'src/cli.ts', 'apply', '--region', 'lake', '--as', 'me'],
      {
        cwd: fileURLToPath(new URL('../', import.meta.url)),
        env: { ...process.env, ...env },
      },
    )
  const outputOf = (child: ChildProcess) => {
    let text = ''
    child.stdout?.on('data', chunk => {
      text += chunk
    })
    child.stderr?.on('data', chunk => {
      text += chunk
    })
    return { text: () => text, ended: new Promise<number | null>(resolve => child.once('exit', resolve)) }
  }

  it.each(['files', 'sqld'])(
    'killed in the middle and run again makes the rest, on %s, and a server finishes it as well',
    async where => {
      const root = folder()
      const more = Object.fromEntries(
        Array.from({ length: towns }, (_, index) => [
          `town-${index}/jurisdiction.yaml`,
          `name: Town ${index}\nkind: agency\ncode: ${letters(index)}\n`,
        ]),
      )
      writeFilesTo(join(root, 'tenants/lake'), lakeFiles(more))
      const sqld = where === 'sqld' ? await startSqld() : undefined
      onTestFinished(() => sqld?.stop())
      const env = {
        TENANTS_DIR: join(root, 'tenants'),
        DATA_DIR: join(root, 'data'),
        ...(sqld && { DATABASE_URL: sqld.url, DATABASE_ADMIN_URL: sqld.adminUrl }),
      }
      const first = apply(env)
      const said = outputOf(first)
      await new Promise<void>(resolve => {
        first.stderr?.on('data', () => {
          if (!/lake: \d+ of 64 databases/.test(said.text())) return
          first.kill('SIGKILL')
          resolve()
        })
        void said.ended.then(() => resolve())
      })
      await said.ended
      const remote = sqld && { url: sqld.url, adminUrl: sqld.adminUrl }
      const platform = platformOn({ dataDir: env.DATA_DIR, remote })
      expect(await storedSnapshot(platform, 'lake')).toBeUndefined()
      const progress = await applyProgress(platform, migrations, 'lake')
      expect(progress).toMatchObject({ requestedBy: 'operator:me', needed: 64 })
      const again = outputOf(apply(env))
      expect(await again.ended, again.text()).toBe(0)
      expect(again.text()).toContain('lake: applied as version 1')
      expect(await listDatabases(platform)).toHaveLength(65)
      for (const name of await listDatabases(platform)) {
        const { rows } = await platform.databases
          .client(name)
          .execute('SELECT count(*) AS all_of_them FROM migration')
        expect(rows[0]?.all_of_them).toBe(migrations[name.kind].length)
      }
    },
  )
})

function letters(index: number): string {
  const digits = 'BCDFGHJKLM'
  return `T${digits[Math.floor(index / 10)]}${digits[index % 10]}`
}
