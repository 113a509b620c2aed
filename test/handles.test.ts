import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { openForJobs } from '../src/core/database/handles.ts'
import { enqueueJob, type JobHandler, jobKind } from '../src/core/database/jobs.ts'
import { migrateDatabase } from '../src/core/database/migrate.ts'
import { readMigrations } from '../src/platform/node/databases/migrations.ts'
import { type NodePlatform, nodePlatform } from '../src/platform/node/platform.ts'
import { jobRunner } from '../src/platform/node/runner.ts'
import { type DatabaseName, databaseLabel } from '../src/platform/platform.ts'

/*
 * Many databases in one process: few files are open at once, and nothing opens or processes all of them in one
 * go.
 */

const COUNT = 40
const MAX_OPEN = 6
const names: DatabaseName[] = Array.from({ length: COUNT }, (_, at) => ({
  kind: 'tenant',
  region: 'many',
  slug: `town-${at}`,
}))
let dataDir: string

const open = (settings = {}): NodePlatform => {
  const platform = nodePlatform({ dataDir, environment: {}, log: () => {}, maxOpen: MAX_OPEN, ...settings })
  onTestFinished(() => platform.close())
  return platform
}
const read = (platform: NodePlatform, name: DatabaseName) =>
  openForJobs(platform, name).rows(sql`SELECT count(*) AS n FROM job WHERE kind = 'probe'`)

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'countyline-many-'))
  const platform = nodePlatform({ dataDir, environment: {}, log: () => {} })
  const migrations = readMigrations()
  await platform.databases.create({ kind: 'directory' })
  for (const name of names) await migrateDatabase(platform, name, migrations)
  await platform.close()
}, 120_000)
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

describe('open files', { timeout: 60_000 }, () => {
  it('are few: the least recently used are closed, and each is whole by itself then', async () => {
    const platform = open()
    for (const name of names) {
      await openForJobs(platform, name).commit([enqueueJob(jobKind('probe'), 0)])
      expect(platform.embedded?.openFiles()).toBeLessThanOrEqual(MAX_OPEN + 1)
    }
    await read(platform, { kind: 'tenant', region: 'many', slug: 'town-0' })
    const logs = readdirSync(join(dataDir, 'databases')).filter(
      file => file.endsWith('-wal') && statSync(join(dataDir, 'databases', file)).size > 0,
    )
    expect(logs.length).toBeLessThanOrEqual(MAX_OPEN + 1)
    for (const name of names) expect(await read(platform, name)).toMatchObject([{ n: 1 }])
  })

  it('are opened one in each turn of the event loop, however many are asked for at once', async () => {
    const platform = open({ maxOpen: COUNT })
    const opened: number[] = []
    const watched = setInterval(() => {}, 1_000)
    let isDone = false
    const turn = () => {
      opened.push(platform.embedded?.openFiles() ?? 0)
      if (!isDone) setImmediate(turn)
    }
    setImmediate(turn)
    await Promise.all(names.map(name => read(platform, name)))
    isDone = true
    clearInterval(watched)
    expect(opened.at(-1)).toBeGreaterThan(COUNT / 2)
    const steps = opened.slice(1).map((count, at) => count - (opened[at] ?? 0))
    expect(Math.max(...steps)).toBeLessThanOrEqual(1)
  })

  it('stay open while a batch waits in them', async () => {
    const platform = open({ maxOpen: 1 })
    const written = names.map(name => openForJobs(platform, name).commit([enqueueJob(jobKind('probe'), 0)]))
    await Promise.all(written)
    for (const name of names)
      expect(await openForJobs(platform, name).rows(sql`SELECT 1 FROM job WHERE key = 'probe'`)).toHaveLength(
        1,
      )
  })
})

describe('a round of the job runner', { timeout: 60_000 }, () => {
  it('works on a few databases at a time, and passes over those that nobody has written to', async () => {
    const platform = open()
    const asked: string[] = []
    const counted: NodePlatform = {
      ...platform,
      databases: {
        ...platform.databases,
        client(name) {
          asked.push(databaseLabel(name))
          return platform.databases.client(name)
        },
      },
    }
    for (const name of names) {
      await openForJobs(platform, name).commit([sql`DELETE FROM job`, enqueueJob(jobKind('count'), 0)])
    }
    let [running, most, done] = [0, 0, 0]
    const count: JobHandler = {
      kind: 'count',
      run: async () => {
        most = Math.max(most, ++running)
        await new Promise(setImmediate)
        running--
        done++
        return undefined
      },
    }
    const runner = jobRunner(counted, [count], { roundMilliseconds: 20 })
    runner.start(async () => names)
    await expect.poll(() => done, { timeout: 30_000 }).toBe(COUNT)
    expect(most).toBeLessThanOrEqual(4)

    // The following rounds find what the jobs themselves have written; then nothing.
    const last = names.at(-1) ?? { kind: 'directory' }
    await expect.poll(() => asked.splice(0).length, { timeout: 30_000, interval: 500 }).toBe(0)
    const other = open()
    await openForJobs(other, last).commit([enqueueJob(jobKind('count'), 0)])
    await expect.poll(() => done, { timeout: 30_000 }).toBe(COUNT + 1)
    await runner.stop()
    expect(new Set(asked)).toEqual(new Set([databaseLabel(last)]))
  })
})
