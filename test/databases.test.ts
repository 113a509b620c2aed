import { copyFileSync, globSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { generateSQLiteDrizzleJson, generateSQLiteMigration } from 'drizzle-kit/api'
import { sql } from 'drizzle-orm'
import Database from 'libsql'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { guard, openRegion, openTenant, type TenantDb } from '../src/core/database/handles.ts'
import { readMigration } from '../src/core/database/migrate.ts'
import { asProblem } from '../src/core/problem.ts'
import { keyAccess } from '../src/identity/programs/keys.ts'
import { readMigrations } from '../src/platform/node/databases/migrations.ts'
import { nodePlatform } from '../src/platform/node/platform.ts'
import { listDatabases, migrateAll } from '../src/regions/versions/migrate.ts'
import { startApp, type TestApp } from './support/app.ts'

let app: TestApp
beforeEach(async () => {
  // An encrypted file would not open under another's name.
  app = await startApp({ plainFiles: true })
})
afterEach(() => app.close())

const system = { kind: 'system', reason: 'test' } as const
const slugs = () => app.region.documents.jurisdictions.map(({ slug }) => slug)
const first = () => slugs()[0] ?? ''
const second = () => slugs()[1] ?? ''
const tenant = (slug = first()): TenantDb => openTenant(app.platform, system, app.region.slug, slug)
const countOf = async (db: TenantDb) =>
  (await db.rows<{ n: number }>(sql`SELECT count(*) AS n FROM consumer`))[0]?.n
const mark = (name: string) => sql`INSERT INTO consumer (name, seq) VALUES (${name}, 1)`

describe('a handle on a database', () => {
  it('comes only from an access that reaches there', () => {
    const region = app.region.slug
    const key = keyAccess(app.platform, region, { scope: 'work', jurisdiction: first(), id: 'k', hash: '' })
    expect(() => openTenant(app.platform, key, region, first())).not.toThrow()
    for (const wrong of [
      () => openTenant(app.platform, key, region, second()),
      () => openTenant(app.platform, { kind: 'public', region: 'elsewhere' }, region, first()),
      () => openRegion(app.platform, { kind: 'public', region: 'elsewhere' }, region),
      () => openTenant(app.platform, { ...key, region: 'elsewhere' }, region, first()),
    ]) {
      expect(wrong).toThrow(expect.objectContaining({ slug: 'not-found' }))
    }
  })

  it('refuses a file that is another government’s', async () => {
    await app.platform.databases.close()
    const file = (slug: string) => join(app.dataDir, 'databases', `${app.region.slug}--${slug}.db`)
    copyFileSync(file(first()), file(second()))
    for (const ending of ['-wal', '-shm']) rmSync(file(second()) + ending, { force: true })
    const platform = nodePlatform({ dataDir: app.dataDir, log: () => {} })
    const swapped = openTenant(platform, system, app.region.slug, second())
    await expect(swapped.rows(sql`SELECT * FROM request`)).rejects.toMatchObject({ slug: 'wrong-database' })
    await expect(swapped.commit([mark('a')])).rejects.toMatchObject({ slug: 'wrong-database' })
    await platform.close()
  })

  it.each([
    ['gone', rmSync],
    ['emptied', (file: string) => truncateSync(file)],
  ] as const)('says that it is away when its file is %s, and makes no empty one', async (_, lose) => {
    await app.platform.databases.close()
    const file = join(app.dataDir, 'databases', `${app.region.slug}--${first()}.db`)
    lose(file)
    const platform = nodePlatform({ dataDir: app.dataDir, log: () => {} })
    const lost = openTenant(platform, system, app.region.slug, first())
    for (const _ of [1, 2])
      await expect(lost.commit([mark('a')])).rejects.toMatchObject({ slug: 'database-unavailable' })
    expect(statSync(file, { throwIfNoEntry: false })?.size ?? 0).toBe(0)
    await platform.close()
  })
})

describe('a batch', () => {
  it('is all or nothing, and a guard that fails throws its problem', async () => {
    const refused = tenant().commit([mark('a'), guard(sql`1 = 0`, 'changed-meanwhile'), mark('b')])
    await expect(refused).rejects.toMatchObject({ slug: 'changed-meanwhile' })
    expect(await countOf(tenant())).toBe(0)
  })

  it('that fails does not take along the ones that arrived with it', async () => {
    const db = tenant()
    const outcomes = await Promise.allSettled([
      db.commit([mark('a')]),
      db.commit([mark('b'), guard(sql`1 = 0`, 'wrong-state')]),
      db.commit([mark('c'), sql`INSERT INTO no_such_table VALUES (1)`]),
      db.commit([mark('d')]),
      db.commit([mark('a')]),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
      'rejected',
    ])
    const reasons = outcomes.flatMap(outcome =>
      outcome.status === 'rejected' ? [asProblem(outcome.reason).slug] : [],
    )
    expect(reasons).toEqual(['wrong-state', 'fault', 'fault'])
    const names = await db.rows<{ name: string }>(sql`SELECT name FROM consumer ORDER BY name`)
    expect(names.map(({ name }) => name)).toEqual(['a', 'd'])
  })

  it('never shows SQL or what someone wrote in its error', async () => {
    const failed = await tenant()
      .commit([sql`INSERT INTO no_such_table VALUES (${'secret words'})`])
      .catch(asProblem)
    expect(JSON.stringify([failed, String(failed)])).not.toMatch(/secret|INSERT|no_such_table/)
  })
})

describe('a file that another process is writing', () => {
  it('is waited for until it is free, and nothing else in this process waits with it', async () => {
    const other = new Database(join(app.dataDir, 'databases', `${app.region.slug}--${first()}.db`))
    other.exec('BEGIN IMMEDIATE')
    const waiting = tenant().commit([mark('a')])
    await tenant(second()).commit([mark('b')])
    other.exec('COMMIT')
    await waiting
    expect(await countOf(tenant())).toBe(1)
    other.close()
  })
})

describe('the log', () => {
  it('is never changed and nothing is taken from it', async () => {
    const db = tenant()
    await db.commit([
      sql`INSERT INTO event (request, type, actor, at, public, payload) VALUES ('x', 'note', 'test', 1, 1, '{}')`,
    ])
    await expect(db.commit([sql`UPDATE event SET at = 2`])).rejects.toThrow()
    await expect(db.commit([sql`DELETE FROM event`])).rejects.toThrow()
    expect(await db.rows(sql`SELECT at FROM event`)).toMatchObject([{ at: 1 }])
  })
})

describe('migrations', () => {
  it('reach every database, and running them again changes nothing', async () => {
    const names = await listDatabases(app.platform)
    expect(names).toHaveLength(slugs().length + 1)
    expect(await migrateAll(app.platform, readMigrations())).toEqual({ migrated: 0, failed: [] })
  })

  it('go on where they were stopped: one that fails is noted and does not stop the others', async () => {
    const shipped = readMigrations()
    const more = readMigration('9000_more', 'CREATE TABLE more (id INTEGER)')
    const client = app.platform.databases.client({ kind: 'tenant', region: app.region.slug, slug: first() })
    await client.execute('CREATE TABLE more (id INTEGER)')
    const next = { ...shipped, tenant: [...shipped.tenant, more] }
    const outcome = await migrateAll(app.platform, next)
    expect(outcome.migrated).toBe(slugs().length - 1)
    expect(outcome.failed.map(({ database }) => database)).toEqual([`${app.region.slug}--${first()}`])
    await client.execute('DROP TABLE more')
    expect(await migrateAll(app.platform, next)).toEqual({ migrated: 1, failed: [] })
  })

  it.each(['directory', 'region', 'tenant'] as const)(
    'of a %s match the tables that the code declares',
    async kind => {
      const folder = new URL(`../migrations/${kind}/`, import.meta.url)
      const config = (await import(new URL('drizzle.config.ts', folder).href)) as {
        default: { schema: string[] }
      }
      const root = fileURLToPath(new URL('../', import.meta.url))
      const files = config.default.schema.flatMap(pattern => globSync(pattern, { cwd: root }))
      const tables = await Promise.all(files.map(file => import(pathToFileURL(join(root, file)).href)))
      const [last] = readdirSync(new URL('meta/', folder))
        .filter(file => file.endsWith('_snapshot.json'))
        .sort()
        .reverse()
      const kept = JSON.parse(readFileSync(new URL(`meta/${last}`, folder), 'utf8'))
      const declared = await generateSQLiteDrizzleJson(Object.assign({}, ...tables), kept.id)
      expect(await generateSQLiteMigration(kept, declared)).toEqual([])
    },
  )
})
