import type { InStatement } from '@libsql/client'
import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sealJob } from '../src/audit/seal.ts'
import { type Break, verifyLogs } from '../src/audit/verify.ts'
import { main } from '../src/cli/main.ts'
import { openRegion, openTenant, openTenantReader } from '../src/core/database/handles.ts'
import type { JobHandler } from '../src/core/database/jobs.ts'
import { runDueJobs } from '../src/core/database/run-jobs.ts'
import type { DatabaseClient, DatabaseName, Platform } from '../src/platform/platform.ts'
import { bundled, startApp, type TestApp, tenantsDir } from './support/app.ts'

const J = 'hollis'
const access = { kind: 'system', reason: 'test' } as const
/** More than one seal holds. */
const EVENTS = 1200

let app: TestApp
beforeEach(async () => {
  app = await startApp()
})
afterEach(() => app.close())

const tenant = () => openTenant(app.platform, access, bundled, J)
const region = () => openRegion(app.platform, access, bundled)

interface Checked {
  readonly jurisdiction: string
  readonly ok: boolean
  readonly seals: number
  readonly unsealed: { events: number; accessLog: number }
  readonly broken: Break | null
}

async function verify(...argv: string[]): Promise<{ code: number; found: Checked[]; out: string }> {
  let out = ''
  const code = await main(['audit', 'verify', ...argv], {
    env: { DATA_DIR: app.dataDir, TENANTS_DIR: tenantsDir },
    out: text => {
      out += text
    },
    err: () => {},
    now: app.platform.clock.now,
  })
  return { code, out, found: argv.includes('--json') ? JSON.parse(out) : [] }
}

async function only(): Promise<Checked & { code: number }> {
  const { code, found } = await verify('--jurisdiction', J, '--json')
  const [checked] = found
  if (checked === undefined) throw new Error('nothing was checked')
  return { code, ...checked }
}

/** Raw rows in both logs. */
async function logged(events: number, accessLog: number): Promise<void> {
  const at = app.platform.clock.now()
  const upTo = (most: number) =>
    sql`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${most})`
  await tenant().commit([
    sql`INSERT INTO event (request, type, actor, at, public, payload) ${upTo(events)}
      SELECT 'X', 'note', 'staff:a', ${at}, 0, json_object('text', 'Número ' || i || ' “x”') FROM n WHERE i <= ${events}`,
    sql`INSERT INTO access_log (actor, at, view, requests) ${upTo(accessLog)} SELECT 'staff:a', ${at}, 'list', '["X"]' FROM n WHERE i <= ${accessLog}`,
  ])
}

async function sealed(): Promise<void> {
  app.advance(60_000)
  await app.runJobs()
}

/** The platform, with a callback for every statement sent to a database, and for its rows. */
function watched(before: () => void, after: (rows: number) => void = () => {}): Platform {
  const client = (name: DatabaseName): DatabaseClient => {
    const real = app.platform.databases.client(name)
    return {
      execute: async (statement: InStatement) => {
        before()
        const result = await real.execute(statement)
        after(result.rows.length)
        return result
      },
      batch: (statements, mode) => {
        before()
        return real.batch(statements, mode)
      },
      close() {},
    } as DatabaseClient
  }
  return { ...app.platform, databases: { ...app.platform.databases, client } }
}

/** As someone with access to the file would. */
async function tamper(...changes: ReturnType<typeof sql>[]): Promise<void> {
  const triggers = await tenant().rows<{ name: string }>(
    sql`SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('event', 'access_log', 'seal')`,
  )
  expect(triggers.length).toBeGreaterThanOrEqual(8)
  await tenant().commit([
    ...triggers.map(({ name }) => sql`DROP TRIGGER ${sql.identifier(name)}`),
    ...changes,
  ])
}

describe('the seals', () => {
  it('cover both logs a minute later, from where they begin, and a clean log passes', async () => {
    expect((await only()).seals).toBe(0)
    await logged(EVENTS, 700)
    expect((await only()).unsealed).toEqual({ events: EVENTS, accessLog: 700 })
    await sealed()
    expect(await only()).toMatchObject({
      code: 0,
      ok: true,
      seals: 3,
      unsealed: { events: 0, accessLog: 0 },
      broken: null,
    })
    await logged(1, 0)
    await sealed()
    expect(await only()).toMatchObject({ ok: true, seals: 4, unsealed: { events: 0, accessLog: 0 } })
    const [head] = await region().rows<{ number: number }>(
      sql`SELECT * FROM seal_head WHERE jurisdiction = ${J}`,
    )
    expect(head?.number).toBe(4)
    expect(await verify()).toMatchObject({
      code: 0,
      out: expect.stringContaining('unchanged (4 seals, 0 rows'),
    })
    expect((await verify('--jurisdiction', 'atlantis')).code).toBe(1)
  })

  it('ask nothing of a database to which nothing is written', async () => {
    await sealed()
    const jobs = () => tenant().rows(sql`SELECT key FROM job WHERE kind = 'seal'`)
    expect(await jobs()).toEqual([])
    await logged(3, 3)
    expect(await jobs()).toHaveLength(1)
    await sealed()
    expect(await jobs()).toEqual([])
  })

  it('go on where they were when the job is stopped before any of its steps', async () => {
    await logged(EVENTS, 0)
    const name = { kind: 'tenant', region: bundled, slug: J } as const
    let stops = 0
    for (let isDone = false; !isDone; ) {
      let left = stops
      const platform = watched(() => {
        if (left-- === 0) throw new Error('stopped')
      })
      isDone = await sealJob.run(platform, name, {}).then(
        () => left >= 0,
        () => false,
      )
      stops++
    }
    expect(stops).toBeGreaterThan(5)
    expect(await only()).toMatchObject({
      ok: true,
      seals: 3,
      unsealed: { events: 0, accessLog: 0 },
      broken: null,
    })
  })

  it('miss nothing that is written at the end of their run', async () => {
    await logged(5, 0)
    app.advance(60_000)
    const late: JobHandler = {
      ...sealJob,
      async run(...given) {
        const again = await sealJob.run(...given)
        await logged(1, 1)
        return again
      },
    }
    await runDueJobs(app.platform, { kind: 'tenant', region: bundled, slug: J }, [late])
    expect((await only()).unsealed).toEqual({ events: 1, accessLog: 1 })
    await sealed()
    expect(await only()).toMatchObject({ ok: true, unsealed: { events: 0, accessLog: 0 } })
  })
})

describe('what was tampered with is found', () => {
  const ranges = { second: { from: 501, to: 1000 }, first: { from: 1, to: 500 } }
  type Case = readonly [string, () => ReturnType<typeof sql>[], Partial<Break>]
  const cases: readonly Case[] = [
    [
      'an event changed',
      () => [sql`UPDATE event SET payload = '{"text":"no"}' WHERE seq = 700`],
      { what: 'rows', seal: 2, events: ranges.second },
    ],
    [
      'an event’s actor',
      () => [sql`UPDATE event SET actor = 'staff:b' WHERE seq = 1`],
      { what: 'rows', seal: 1, events: ranges.first },
    ],
    [
      'an event removed',
      () => [sql`DELETE FROM event WHERE seq = 999`],
      { what: 'rows', seal: 2, events: ranges.second },
    ],
    [
      'the last event removed',
      () => [sql`DELETE FROM event WHERE seq = ${EVENTS}`],
      { what: 'rows', seal: 3 },
    ],
    [
      'an event inserted in the place of one',
      () => [
        sql`DELETE FROM event WHERE seq = 600`,
        sql`INSERT INTO event (seq, request, type, actor, at, public, payload) VALUES (600, 'X', 'note', 'staff:b', 1, 0, '{}')`,
      ],
      { what: 'rows', seal: 2 },
    ],
    [
      'an event inserted before all',
      () => [
        sql`INSERT INTO event (seq, request, type, actor, at, public, payload) VALUES (-3, 'X', 'note', 'staff:b', 1, 0, '{}')`,
      ],
      { what: 'misplaced', seal: 0, events: { from: -3, to: -3 } },
    ],
    ...['-9223372036854775808', '-9007199254740992', '-9007199254740991', '0'].map(
      (seq): Case => [
        `an event inserted at ${seq}`,
        () => [
          sql`INSERT INTO event (seq, request, type, actor, at, public, payload) VALUES (${sql.raw(seq)}, 'X', 'note', 'staff:b', 1, 0, '{}')`,
        ],
        { what: 'misplaced', seal: 0, accessLog: null },
      ],
    ),
    ...['-9223372036854775808', '9007199254740992', '9223372036854775807'].map(
      (seq): Case => [
        `a look inserted at ${seq}`,
        () => [
          sql`INSERT INTO access_log (seq, actor, at, view, requests) VALUES (${sql.raw(seq)}, 'staff:b', 1, 'list', '["X"]')`,
        ],
        { what: 'misplaced', seal: 0, events: null },
      ],
    ),
    [
      'two events swapped',
      () => [
        sql`UPDATE event SET seq = -seq WHERE seq IN (10, 11)`,
        sql`UPDATE event SET seq = 21 + seq WHERE seq IN (-10, -11)`,
      ],
      { what: 'rows', seal: 1 },
    ],
    [
      'a look changed',
      () => [sql`UPDATE access_log SET requests = '[]' WHERE seq = 2`],
      { what: 'rows', seal: 1, accessLog: ranges.first },
    ],
    [
      'a look removed',
      () => [sql`DELETE FROM access_log WHERE seq = 600`],
      { what: 'rows', seal: 2, accessLog: { from: 501, to: 600 } },
    ],
    [
      'a seal’s hash',
      () => [sql`UPDATE seal SET hash = replace(hash, 'a', 'b') WHERE number = 2`],
      { what: 'rows', seal: 2 },
    ],
    [
      'a seal’s instant',
      () => [sql`UPDATE seal SET at = at - 1 WHERE number = 2`],
      { what: 'rows', seal: 2 },
    ],
    ['a seal removed', () => [sql`DELETE FROM seal WHERE number = 2`], { what: 'seals', seal: 3 }],
    [
      'a seal inserted',
      () => [
        sql`INSERT INTO seal SELECT 9, events_to, access_log_to, hash, at, digests_to FROM seal WHERE number = 3`,
      ],
      { what: 'seals', seal: 9 },
    ],
    [
      'a seal inserted before all',
      () => [
        sql`INSERT INTO seal SELECT -5, events_to, access_log_to, hash, at, digests_to FROM seal WHERE number = 3`,
      ],
      { what: 'seals', seal: -5 },
    ],
    [
      'the end cut off',
      () => [sql`DELETE FROM seal WHERE number = 3`, sql`DELETE FROM event WHERE seq > 1000`],
      { what: 'cut-off', seal: 3 },
    ],
    [
      'all of it removed',
      () => [sql`DELETE FROM seal`, sql`DELETE FROM event`, sql`DELETE FROM access_log`],
      { what: 'cut-off', seal: 3 },
    ],
  ]

  it('each kind of change, with the range it is in, and nothing of another jurisdiction’s', {
    timeout: 60_000,
  }, async () => {
    await logged(EVENTS, 600)
    await sealed()
    const keep = ['event', 'access_log', 'seal']
    expect((await only()).broken).toBe(null)
    await tamper(
      ...keep.map(
        table =>
          sql`CREATE TABLE ${sql.identifier(`kept_${table}`)} AS SELECT * FROM ${sql.identifier(table)}`,
      ),
    )
    for (const [what, changes, found] of cases) {
      await tenant().commit(changes())
      const { code, ok, broken } = await only()
      expect([what, code, ok, broken]).toEqual([what, 1, false, expect.objectContaining(found)])
      const { out } = await verify()
      expect(out).toContain(`${bundled}/${J}: BROKEN${found.seal ? ` at seal ${found.seal}` : ', '}`)
      expect(out.match(/BROKEN/g)).toHaveLength(1)
      await tenant().commit(
        keep.flatMap(table => [
          sql`DELETE FROM ${sql.identifier(table)}`,
          sql`INSERT INTO ${sql.identifier(table)} SELECT * FROM ${sql.identifier(`kept_${table}`)}`,
        ]),
      )
      expect([what, (await only()).broken]).toEqual([what, null])
    }
  })

  it('a chain that was made anew after a change, by the copy of its head in the region', async () => {
    await logged(20, 0)
    await sealed()
    await tamper(sql`UPDATE event SET actor = 'staff:b' WHERE seq = 3`, sql`DELETE FROM seal`)
    await tenant().commit([
      sql`INSERT INTO job (kind, key, due_at, created_at) VALUES ('seal', 'seal', 0, 0)`,
    ])
    await sealed()
    const { code, broken } = await only()
    expect([code, broken]).toEqual([1, expect.objectContaining({ what: 'made-anew', seal: 1 })])
    expect(app.logged.filter(({ event }) => event === 'seal-broken')).toHaveLength(1)
    await region().commit([sql`DELETE FROM seal_head`])
    expect((await only()).broken).toMatchObject({ what: 'made-anew', seal: 1 })
  })

  it('in a log of a hundred thousand, in bounded memory', { timeout: 120_000 }, async () => {
    await logged(100_000, 1)
    for (let round = 0; round < 10; round++) await sealed()
    expect(await only()).toMatchObject({ ok: true, seals: 200, unsealed: { events: 0, accessLog: 0 } })
    await tamper(sql`UPDATE event SET public = 1 WHERE seq = 77777`)
    const answers: number[] = []
    const platform = watched(
      () => {},
      rows => answers.push(rows),
    )
    const { broken } = await verifyLogs(
      openTenantReader(platform, access, bundled, J),
      openRegion(platform, access, bundled),
    )
    expect(broken).toMatchObject({ what: 'rows', events: { from: 77_501, to: 78_000 } })
    expect(answers.reduce((sum, rows) => sum + rows, 0)).toBeGreaterThan(77_500)
    expect(Math.max(...answers)).toBeLessThanOrEqual(501)
  })
})
