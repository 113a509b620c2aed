import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { expect, it, onTestFinished } from 'vitest'
import { openRegion, openTenant } from '../src/core/database/handles.ts'
import { runDueJobs } from '../src/core/database/run-jobs.ts'
import { jobHandlers } from '../src/create-app.ts'
import { nodePlatform } from '../src/platform/node/platform.ts'
import { lakeFiles } from './support/lake.ts'
import { deployment } from './support/terminal.ts'

/* Past requests of an earlier system, taken once however often they are sent, without notifying anybody. */

const NOW = Date.parse('2026-06-01T12:00:00-04:00')
const HEAD = 'Case Number,Category,Status,Created Date,Closed Date,Latitude,Longitude,Description\n'
const ROWS = [
  'A-1,graffiti,Closed,7/4/2025 3:05 PM,7/9/2025,40.05,-80.05,Paint on a wall',
  'A-2,graffiti,Open,2026-05-01 08:00:00,,40.05,-80.05,Still there',
  'A-3,Potholes of old,Closed,2025-07-04,,40.05,-80.05,Unknown service',
  'A-4,graffiti,Closed,never,,40.05,-80.05,=1+1',
].join('\n')

async function started() {
  const on = deployment()
  on.write('lake', lakeFiles())
  await on.countyline('apply')
  const file = join(on.tenantsDir, '..', 'past.csv')
  const rejects = join(on.tenantsDir, '..', 'rejects.csv')
  writeFileSync(file, `${HEAD}${ROWS}\n`)
  const run = (...more: string[]) =>
    on.countyline('requests', 'import', file, '--region', 'lake', '--jurisdiction', 'west', '--json', ...more)
  return { ...on, file, rejects, run }
}

it('takes each row once, writes the others with their reasons, and remembers what was mapped', async () => {
  const { run, rejects } = await started()
  const dry = await run('--dry-run')
  expect(dry.json, dry.err).toMatchObject({ read: 4, imported: 0, rejected: 2 })
  expect((await run('--rejects', rejects)).json).toMatchObject({
    read: 4,
    imported: 2,
    known: 0,
    rejected: 2,
  })
  const written = readFileSync(rejects, 'utf8').split('\n')
  expect(written[0]).toMatch(/,reason$/)
  expect(written[1]).toContain('is no service here')
  expect(written[2]).toContain("'=1+1")
  expect((await run('--service', 'Potholes of old=graffiti')).json).toMatchObject({ imported: 1, known: 2 })
  // The mapping of the last time.
  expect((await run()).json).toMatchObject({ imported: 0, known: 3, rejected: 1 })
})

it('takes its own file of rejects when they are mended, also places in the west and names that mean something in code', async () => {
  const { file, run, rejects } = await started()
  await run('--rejects', rejects)
  const mended = readFileSync(rejects, 'utf8')
    .replace('never', '2025-07-04')
    .replace(/Potholes of old/, 'constructor')
  expect(mended).toContain("'-80.05")
  writeFileSync(file, mended)
  expect((await run('--rejects', rejects)).json).toMatchObject({ read: 2, imported: 1, rejected: 1 })
  expect(
    readFileSync(rejects, 'utf8')
      .split('\n')[0]
      ?.match(/reason/g)?.length,
  ).toBe(1)
})

it('keeps them as history or open as they were: in public lists, never urgent, with an event of their own', async () => {
  const { run, dataDir } = await started()
  await run('--source', 'old-crm')
  const platform = nodePlatform({ dataDir, log: () => {}, environment: {}, now: () => NOW })
  onTestFinished(() => platform.close())
  const tenant = { kind: 'tenant', region: 'lake', slug: 'west' } as const
  await runDueJobs(platform, tenant, jobHandlers)
  const db = openTenant(platform, { kind: 'system', reason: 'test' }, 'lake', 'west')
  const rows =
    await db.rows(sql`SELECT status, urgent, triage, expected_at AS due, requested_at AS at, closed_at AS closed,
    custody FROM request ORDER BY requested_at`)
  const same = { urgent: 0, triage: 0, due: null, custody: 'held' }
  expect(rows).toEqual([
    {
      ...same,
      status: 'closed',
      at: Date.parse('2025-07-04T15:05:00-04:00'),
      closed: Date.parse('2025-07-09T00:00:00-04:00'),
    },
    { ...same, status: 'acknowledged', at: Date.parse('2026-05-01T08:00:00-04:00'), closed: null },
  ])
  const events = await db.rows(
    sql`SELECT type, json_extract(payload, '$.source') AS source FROM event ORDER BY seq`,
  )
  expect(events).toEqual(rows.map(() => ({ type: 'imported', source: 'old-crm' })))
  expect(await db.rows(sql`SELECT * FROM notice`)).toEqual([])
  const region = openRegion(platform, { kind: 'system', reason: 'test' }, 'lake')
  expect(await region.rows(sql`SELECT count(*) AS n FROM public_request`)).toEqual([{ n: 2 }])
})

it('reads a list that an Open311 server answered', async () => {
  const { file, run } = await started()
  const one = { service_request_id: 77, service_code: 'graffiti', status: 'closed', lat: 40.05, long: -80.05 }
  writeFileSync(file, JSON.stringify([{ ...one, requested_datetime: '2026-04-02T10:00:00Z' }]))
  expect((await run()).json).toMatchObject({ read: 1, imported: 1 })
})
