import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openForJobs } from '../src/core/db.ts'
import { type JobHandler, listJobs, retryJob, ring, runDueJobs } from '../src/core/jobs.ts'
import { problem } from '../src/core/problem.ts'
import { startApp, type TestApp } from './support/app.ts'

let app: TestApp
beforeEach(async () => {
  app = await startApp()
  await app.runJobs()
})
afterEach(() => app.close())

const database = () =>
  ({ kind: 'tenant', region: app.region.slug, slug: app.region.documents.region.intake }) as const
const db = () => openForJobs(app.platform, database())
const now = () => app.platform.clock.now()
const MINUTE = 60_000

function handler(run: (payload: unknown) => unknown): JobHandler {
  return {
    kind: 'test',
    async run(_platform, _database, payload) {
      const again = run(payload)
      return typeof again === 'number' ? again : undefined
    },
  }
}
const waiting = async () => (await listJobs(db())).filter(({ kind }) => kind === 'test')

describe('a job', () => {
  it('runs once for several rings of one key, with what it was given', async () => {
    const seen: unknown[] = []
    await db().commit([ring('test', now(), 'a', { n: 1 }), ring('test', now(), 'a', { n: 1 })])
    await runDueJobs(app.platform, database(), [handler(payload => void seen.push(payload))])
    expect(seen).toEqual([{ n: 1 }])
    expect(await waiting()).toEqual([])
  })

  it('runs again when it is rung while it runs', async () => {
    let runs = 0
    const again: JobHandler = {
      kind: 'test',
      async run() {
        if (++runs === 1) await db().commit([ring('test', now(), 'a')])
        return undefined
      },
    }
    await db().commit([ring('test', now(), 'a')])
    await runDueJobs(app.platform, database(), [again])
    expect(runs).toBe(2)
    expect(await waiting()).toEqual([])
  })

  it('is not there when the change that asked for it was undone', async () => {
    const { guard } = await import('../src/core/db.ts')
    const { sql } = await import('drizzle-orm')
    const refused = db().commit([ring('test', now(), 'a'), guard(sql`1 = 0`, 'wrong-state')])
    await expect(refused).rejects.toMatchObject({ slug: 'wrong-state' })
    expect(await waiting()).toEqual([])
  })

  it('that fails is tried again later and later, is parked after ten tries where it shows, and can be retried', async () => {
    let runs = 0
    const failing = handler(() => {
      runs++
      throw new Error('the other side is closed')
    })
    await db().commit([ring('test', now(), 'a')])
    const waits: number[] = []
    for (let tries = 1; tries <= 10; tries++) {
      await runDueJobs(app.platform, database(), [failing])
      expect(runs).toBe(tries)
      const [job] = await waiting()
      waits.push((job?.dueAt ?? 0) - now())
      await runDueJobs(app.platform, database(), [failing])
      expect(runs, 'not before it is due').toBe(tries)
      app.advance(15 * MINUTE)
    }
    expect(waits.slice(0, 4)).toEqual([2000, 4000, 8000, 16_000])
    expect(Math.max(...waits)).toBeLessThanOrEqual(15 * MINUTE)
    await runDueJobs(app.platform, database(), [failing])
    expect(runs).toBe(10)
    const [parked] = await listJobs(db(), true)
    expect(parked).toMatchObject({ kind: 'test', attempts: 10 })

    expect(await retryJob(db(), parked?.id ?? 0, now())).toBe(true)
    await runDueJobs(app.platform, database(), [handler(() => {})])
    expect(await waiting()).toEqual([])
  })

  it('that meets a database that is away waits for it, however long, and is never parked', async () => {
    let runs = 0
    const away = handler(() => {
      runs++
      throw problem('database-away')
    })
    await db().commit([ring('test', now(), 'a')])
    for (let tries = 1; tries <= 15; tries++) {
      await runDueJobs(app.platform, database(), [away])
      app.advance(15 * MINUTE)
    }
    expect(runs).toBe(15)
    expect(await listJobs(db(), true)).toEqual([])
  })

  it('is held by one worker at a time, and taken over when that one died', async () => {
    await db().commit([ring('test', now(), 'a')])
    let inner = 0
    const outer: JobHandler = {
      kind: 'test',
      async run() {
        await runDueJobs(app.platform, database(), [handler(() => void inner++)])
        return undefined
      },
    }
    await runDueJobs(app.platform, database(), [outer])
    expect(inner).toBe(0)

    await db().commit([ring('test', now(), 'b')])
    const neverReturns: JobHandler = { kind: 'test', run: () => new Promise(() => {}) }
    void runDueJobs(app.platform, database(), [neverReturns])
    await new Promise(resolve => setTimeout(resolve, 50))
    app.advance(2 * MINUTE)
    await runDueJobs(app.platform, database(), [handler(() => void inner++)])
    expect(inner).toBe(1)
  })

  it('that comes round by the calendar waits for its next day', async () => {
    let runs = 0
    const daily = handler(() => {
      runs++
      return now() + 24 * 60 * MINUTE
    })
    await db().commit([ring('test', now(), 'a')])
    await runDueJobs(app.platform, database(), [daily])
    await runDueJobs(app.platform, database(), [daily])
    expect(runs).toBe(1)
    app.advance(24 * 60 * MINUTE)
    await runDueJobs(app.platform, database(), [daily])
    expect(runs).toBe(2)
  })
})
