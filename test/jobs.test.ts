import { sql } from 'drizzle-orm'
import * as v from 'valibot'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { guard, openForJobs } from '../src/core/database/handles.ts'
import {
  defineJob,
  enqueueJob,
  type JobHandler,
  jobKind,
  listJobs,
  RETRY_ALWAYS,
  retryJob,
} from '../src/core/database/jobs.ts'
import { runDueJobs } from '../src/core/database/run-jobs.ts'
import { problem } from '../src/core/problem.ts'
import { databaseLabel } from '../src/platform/platform.ts'
import { appendEvent, reportClaimed } from '../src/requests/events.ts'
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

const payload = v.object({ n: v.optional(v.number()) })
const first = jobKind('test', payload, () => 'a')
const second = jobKind('test', payload, () => 'b')

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
  it('runs with its database and payload, and is retried where the payload does not fit', async () => {
    const runs: unknown[] = []
    const job = defineJob(first, {
      async tenant(_platform, { slug, access }, { n }) {
        runs.push([slug, access, n])
      },
    })
    const broken = jobKind('test', v.object({ n: v.string() }), () => 'b')
    await db().commit([enqueueJob(first, now(), { n: 1 }), enqueueJob(broken, now(), { n: 'one' })])
    expect(await runDueJobs(app.platform, database(), [job])).toMatchObject({ done: 1, failed: 1 })
    expect(runs).toEqual([[database().slug, { kind: 'system', reason: 'test' }, 1]])
    expect((await waiting()).map(({ key, attempts }) => [key, attempts])).toEqual([['test:b', 1]])
  })

  it('runs once for several rings of one key, with what it was given', async () => {
    const seen: unknown[] = []
    await db().commit([enqueueJob(first, now(), { n: 1 }), enqueueJob(first, now(), { n: 1 })])
    await runDueJobs(app.platform, database(), [handler(payload => void seen.push(payload))])
    expect(seen).toEqual([{ n: 1 }])
    expect(await waiting()).toEqual([])
  })

  it('runs beside others of its database, up to the limit, each once', async () => {
    const many = jobKind('test', v.object({ n: v.number() }), ({ n }) => String(n))
    await db().commit([1, 2, 3, 4, 5, 6].map(n => enqueueJob(many, now(), { n })))
    const ran: number[] = []
    let [running, most] = [0, 0]
    const job = defineJob(many, {
      async tenant(_platform, db, { n }) {
        most = Math.max(most, ++running)
        await db.rows(sql`SELECT 1`)
        if (n === 3) throw new Error('3 fails')
        ran.push(n)
        running--
      },
    })
    expect(await runDueJobs(app.platform, database(), [job], 3)).toMatchObject({ done: 5, failed: 1 })
    expect(ran.toSorted()).toEqual([1, 2, 4, 5, 6])
    expect(most).toBeGreaterThan(1)
    expect(most).toBeLessThanOrEqual(4)
  })

  it('runs again when it is enqueued again while it runs', async () => {
    let runs = 0
    const again: JobHandler = {
      kind: 'test',
      async run() {
        if (++runs === 1) await db().commit([enqueueJob(first, now(), {})])
        return undefined
      },
    }
    await db().commit([enqueueJob(first, now(), {})])
    await runDueJobs(app.platform, database(), [again])
    expect(runs).toBe(2)
    expect(await waiting()).toEqual([])
  })

  it('commits the last statements of its work with its end, and is retried where they are refused', async () => {
    const work = db()
    const move = (name: string) => sql`INSERT INTO consumer (name, seq) VALUES (${name}, 1)`
    const ending: JobHandler = {
      kind: 'test',
      async run(_platform, _database, payload) {
        const { n } = payload as { n: number }
        return { steps: n === 1 ? [move('one')] : [move('two'), guard(sql`1 = 0`, 'wrong-state')] }
      },
    }
    await work.commit([enqueueJob(first, now(), { n: 1 }), enqueueJob(second, now(), { n: 2 })])
    expect(await runDueJobs(app.platform, database(), [ending])).toMatchObject({ done: 1, failed: 1 })
    const cursors = await work.rows<{ name: string }>(
      sql`SELECT name FROM consumer WHERE name IN ('one', 'two')`,
    )
    expect(cursors).toMatchObject([{ name: 'one' }])
    expect((await waiting()).map(({ key, attempts, leasedUntil }) => [key, attempts, leasedUntil])).toEqual([
      ['test:b', 1, 0],
    ])
  })

  it('that is not due yet is when the next run is due, and a hundred are enough for one run', async () => {
    const many = jobKind('test', v.object({ n: v.number() }), ({ n }) => String(n))
    await db().commit(Array.from({ length: 101 }, (_, n) => enqueueJob(many, now(), { n })))
    await db().commit([enqueueJob(many, now() + MINUTE, { n: 200 })])
    const run = () => runDueJobs(app.platform, database(), [handler(() => {})], 4)
    expect(await run()).toEqual({ done: 100, failed: 0, nextDueAt: now() })
    expect(await run()).toEqual({ done: 1, failed: 0, nextDueAt: now() + MINUTE })
    expect(await run()).toEqual({ done: 0, failed: 0, nextDueAt: now() + MINUTE })
  })

  it('is not there when the change that asked for it was undone', async () => {
    const refused = db().commit([enqueueJob(first, now(), {}), guard(sql`1 = 0`, 'wrong-state')])
    await expect(refused).rejects.toMatchObject({ slug: 'wrong-state' })
    expect(await waiting()).toEqual([])
  })

  it('notifies the worker of its database when it is committed, as an event does, and not when it is undone', async () => {
    const notified: string[] = []
    app.platform.onNotify(name => notified.push(databaseLabel(name)))
    await db().commit([sql`SELECT 1`])
    const refused = db().commit([enqueueJob(first, now(), {}), guard(sql`1 = 0`, 'wrong-state')])
    await expect(refused).rejects.toMatchObject({ slug: 'wrong-state' })
    expect(notified).toEqual([])
    await db().commit([enqueueJob(first, now(), {})])
    expect(notified).toEqual([databaseLabel(database())])
    await db().commit([
      appendEvent(reportClaimed, {}, { request: '', actor: 'system:test', at: now(), public: false }),
    ])
    expect(notified).toHaveLength(2)
  })

  it('on which others depend is still tried when it is parked, at each ring, and is an alarm while it fails', async () => {
    let isBroken = true
    let runs = 0
    const essential: JobHandler = {
      ...handler(() => {
        runs++
        if (isBroken) throw new Error('the other side is closed')
      }),
      retryPolicy: RETRY_ALWAYS,
    }
    await db().commit([enqueueJob(first, now(), {})])
    for (let tries = 1; tries <= 10; tries++) {
      await runDueJobs(app.platform, database(), [essential])
      app.advance(15 * MINUTE)
    }
    const alarms = () => app.logged.filter(({ level, event }) => level === 'error' && event === 'job-parked')
    expect((await waiting())[0]?.parkedAt).not.toBeNull()
    expect(alarms()).toMatchObject([{ fields: { kind: 'test', attempts: 10 } }])
    await db().commit([enqueueJob(first, now(), {})])
    await runDueJobs(app.platform, database(), [essential])
    expect([runs, alarms().length]).toEqual([11, 2])
    isBroken = false
    await db().commit([enqueueJob(first, now(), {})])
    await runDueJobs(app.platform, database(), [essential])
    expect(await waiting()).toEqual([])
  })

  it('that fails is tried again later and later, is parked after ten tries where it shows, and can be retried', async () => {
    let runs = 0
    const failing = handler(() => {
      runs++
      throw new Error('the other side is closed')
    })
    await db().commit([enqueueJob(first, now(), {})])
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

  it('that meets a database that is unavailable waits for it, however long, and is never parked', async () => {
    let runs = 0
    const unavailable = handler(() => {
      runs++
      throw problem('database-unavailable')
    })
    await db().commit([enqueueJob(first, now(), {})])
    for (let tries = 1; tries <= 15; tries++) {
      await runDueJobs(app.platform, database(), [unavailable])
      app.advance(15 * MINUTE)
    }
    expect(runs).toBe(15)
    expect(await listJobs(db(), true)).toEqual([])
  })

  it('is held by one worker at a time, and taken over when that one died', async () => {
    await db().commit([enqueueJob(first, now(), {})])
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

    await db().commit([enqueueJob(second, now(), {})])
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
    await db().commit([enqueueJob(first, now(), {})])
    await runDueJobs(app.platform, database(), [daily])
    await runDueJobs(app.platform, database(), [daily])
    expect(runs).toBe(1)
    app.advance(24 * 60 * MINUTE)
    await runDueJobs(app.platform, database(), [daily])
    expect(runs).toBe(2)
  })
})
