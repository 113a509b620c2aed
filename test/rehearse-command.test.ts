import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { main } from '../src/cli/main.ts'
import { openTenant } from '../src/core/database/handles.ts'
import { exportRegion } from '../src/regions/documents/export.ts'
import type { Documents, Snapshot } from '../src/regions/documents/snapshot.ts'
import { currentRegion } from '../src/regions/runtime/current.ts'
import { compileRouting } from '../src/regions/runtime/routing.ts'
import { beginOwn, continueOwn, lastYear } from '../src/requests/rehearsal/own.ts'
import { trialOf } from '../src/requests/rehearsal/trial.ts'
import { resolve } from '../src/routing/resolve.ts'
import { bundled, bundledDocuments, startApp, type TestApp } from './support/app.ts'
import { square } from './support/geojson.ts'
import { lakeEdited, lakeFiles } from './support/lake.ts'
import { sharedData } from './support/shared.ts'
import { loadTenant, writeFilesTo } from './support/tenants.ts'
import { deployment } from './support/terminal.ts'

interface Rehearsed {
  readonly total: number
  readonly moved: number
  readonly unrouted: Record<string, number>
  readonly accountable: readonly {
    readonly from: { readonly id: string }
    readonly to: { readonly id: string }
    readonly count: number
    readonly examples: readonly { readonly id: string; readonly from: { trace: { text: string }[] } }[]
  }[]
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'countyline-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

function csv(rows: readonly (readonly (string | number)[])[]): string {
  const file = join(folder(), 'requests.csv')
  const quoted = rows.map(row => row.map(value => `"${String(value).replaceAll('"', '""')}"`).join(','))
  writeFileSync(file, ['service_code,lat,long,requested_datetime', ...quoted].join('\n'))
  return file
}

describe('countyline rehearse', () => {
  const requests = [
    ['graffiti', 40.06, -80.04, '2026-01-05T10:00:00'],
    ['graffiti', 40.06, -79.96, '2026-01-05T10:00:00'],
    ['water-leak', 40.06, -80.04, '2026-01-05T10:00:00'],
    ['snow', 40.06, -80.04, '2026-01-05T10:00:00'],
  ]
  const moves = lakeEdited(
    'services.yaml',
    'name: Graffiti\n    layers: [municipality, county]',
    'name: Graffiti\n    layers: [county]',
  )

  test('ends with 0 where nothing moves, with 3 where something does, and says what and why', async () => {
    const { write, countyline } = deployment()
    write('lake', lakeFiles())
    await countyline('apply')
    const file = csv(requests)
    const same = await countyline('rehearse', '--region', 'lake', '--requests', file)
    expect([same.code, same.out]).toEqual([
      0,
      expect.stringContaining('4 requests routed again for 2026-06-01. 0 would move'),
    ])
    expect(same.out).toContain('1  neither version has their service')
    write('lake', moves)
    const { code, out } = await countyline('rehearse', '--region', 'lake', '--requests', file)
    expect([code, out]).toEqual([3, expect.stringContaining('2 would move')])
    expect(out).toMatch(
      /Responsible agency: 2 requests\n +1 {2}East → Lake County from 2026-06-01\n +#2 \(graffiti\) at 40.06, -79.96\n +now: {2}The location is in East/,
    )
    const { json } = await countyline(
      'rehearse',
      '--region',
      'lake',
      '--requests',
      file,
      '--json',
      '--examples',
      '0',
    )
    expect(json).toMatchObject({
      ok: true,
      version: 1,
      total: 4,
      moved: 2,
      unrouted: { 'unknown-service': 1 },
    })
    expect((json as Rehearsed).accountable.map(({ examples }) => examples)).toEqual([[], []])
  })

  test('takes the documents of another folder, and a day', async () => {
    const { write, countyline } = deployment()
    write('lake', lakeFiles())
    await countyline('apply')
    const other = folder()
    writeFilesTo(join(other, 'lake'), moves)
    const file = csv(requests)
    const args = ['rehearse', '--region', 'lake', '--requests', file, '--json'] as const
    expect((await countyline(...args)).code).toBe(0)
    expect((await countyline(...args, '--tenants', other)).code).toBe(3)
    expect((await countyline(...args, '--tenants', other, '--on', '2027-01-01')).json).toMatchObject({
      days: ['2027-01-01'],
      moved: 2,
    })
  })

  test.each([
    [['--on', '2026-02-30'], '--on "2026-02-30" is no day'],
    [['--since', 'May'], '--since "May" is no day'],
    [['--examples', 'many'], '--examples "many" must be a number'],
    [['--requests', '/nowhere.csv'], '/nowhere.csv'],
    [['--region', 'river'], 'No region "river" has been applied'],
  ])('%s is refused with 1', async (options, why) => {
    const { write, countyline } = deployment()
    write('lake', lakeFiles())
    write('river', lakeFiles())
    await countyline('apply', '--region', 'lake')
    const { code, err } = await countyline('rehearse', '--region', 'lake', ...options)
    expect([code, err]).toEqual([1, expect.stringContaining(why)])
  })

  test('lists the errors of documents that cannot be applied', async () => {
    const { write, countyline } = deployment()
    write('lake', lakeFiles())
    await countyline('apply')
    write('lake', lakeFiles({ 'services.yaml': 'services: none\n' }))
    const { code, out } = await countyline('rehearse', '--region', 'lake')
    expect([code, out]).toEqual([1, expect.stringContaining('lake/services.yaml')])
  })
})

describe('a region’s own requests', () => {
  let app: TestApp
  let documents: Documents
  let changed: Documents
  const sent: string[] = []

  beforeAll(async () => {
    app = await startApp()
    documents = await bundledDocuments()
    const [place] = app.region.searchPlaces('Hollis Common', 1)
    const { lat = 0, long = 0 } = place ?? {}
    const elsewhere = [[square(long + 0.02, lat + 0.02, 0.001)]]
    changed = {
      ...documents,
      jurisdictions: documents.jurisdictions.map(one =>
        one.slug === 'hollis' ? { ...one, boundary: [{ properties: {}, coordinates: elsewhere }] } : one,
      ),
    }
    const asked = app.region.service('graffiti')?.questions?.filter(({ required }) => required) ?? []
    const answers = Object.fromEntries(asked.map(({ code, options }) => [code, options?.[0]?.key ?? '1']))
    for (let index = 0; index < 5; index++) {
      const response = await app.request('/api/v1/requests', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ service_code: 'graffiti', lat: lat + index / 1e5, long, answers }),
      })
      expect(response.status).toBe(201)
      sent.push(((await response.json()) as { id: string }).id)
      app.advance(60_000)
    }
  })
  afterAll(() => app.close())

  const command = async (...more: string[]) => {
    const tenantsDir = folder()
    writeFilesTo(join(tenantsDir, bundled), exportRegion(changed))
    let out = ''
    const terminal = {
      env: { DATA_DIR: app.dataDir, TENANTS_DIR: tenantsDir },
      out: (text: string) => {
        out += text
      },
      err: () => {},
      now: app.platform.clock.now,
    }
    const code = await main(['rehearse', '--region', bundled, '--as', 'clerk', ...more], terminal)
    return { code, out }
  }

  test('are routed again, and the access log says which ones became examples, and for whom', async () => {
    const { code, out } = await command('--json', '--examples', '2')
    expect(code).toBe(3)
    const result = JSON.parse(out) as Rehearsed
    expect(result).toMatchObject({ total: 5, moved: 5 })
    expect(result.accountable).toMatchObject([{ from: { id: 'hollis' }, count: 5 }])
    const [cell] = result.accountable
    expect(cell?.examples.map(({ id }) => id)).toEqual(sent.slice(0, 2))
    expect(cell?.examples[0]?.from.trace.map(({ text }) => text).join(' ')).toContain('Hollis')
    const db = openTenant(app.platform, { kind: 'system', reason: 'test' }, bundled, 'hollis')
    const rows = await db.rows<{ actor: string; requests: string }>(
      sql`SELECT actor, requests FROM access_log ORDER BY seq DESC LIMIT 1`,
    )
    expect(rows).toMatchObject([{ actor: 'operator:clerk' }])
    expect((JSON.parse(rows[0]?.requests ?? '[]') as string[]).sort()).toEqual(sent.slice(0, 2).sort())
  })

  test('before --since are left out', async () => {
    const { code, out } = await command('--since', '2026-08-13', '--json')
    expect([code, JSON.parse(out)]).toMatchObject([0, { total: 0, moved: 0 }])
  })

  test('are read page after page: the progress may be stored between any two', async () => {
    const { snapshot } = await currentRegion(app.platform, bundled)
    const now = app.platform.clock.now()
    const trial = trialOf(snapshot, changed, now)
    const access = { kind: 'system', reason: 'test' } as const
    let progress = await beginOwn(app.platform, access, bundled, lastYear(now))
    expect(progress).toMatchObject({ expected: 5 })
    const jurisdictions = progress.left.length
    let pages = 0
    while (progress.left.length > 0) {
      const stored = JSON.parse(JSON.stringify(progress)) as typeof progress
      progress = await continueOwn(app.platform, access, { region: bundled, trial }, stored)
      pages++
    }
    expect(pages).toBe(jurisdictions)
    expect(progress.rehearsal).toMatchObject({ total: 5, moved: 5 })
  })
})

const file = sharedData('requests/baltimore_311_first_2000.csv')
describe.skipIf(file === undefined)('2,000 real requests of Baltimore (kept beside the checkout)', () => {
  test('are rehearsed as each is routed by itself', async () => {
    const { documents } = await loadTenant('baltimore')
    if (documents === undefined) throw new Error('the bundled Baltimore is refused')
    const [header = [], ...rows] = readCsv(readFileSync(file ?? '', 'utf8'))
    const column = (row: readonly string[], name: string) => row[header.indexOf(name)] ?? ''
    const codes = documents.services.map(({ code }) => code)
    const requests = rows.map((row, index) => {
      const [month, day, year, time, half] = column(row, 'CreatedDate').split(/[/ ]/)
      const [hour = '', minute, second] = (time ?? '').split(':')
      const hours = String((Number(hour) % 12) + (half === 'PM' ? 12 : 0)).padStart(2, '0')
      return [
        codes[index % codes.length] ?? '',
        column(row, 'Latitude'),
        column(row, 'Longitude'),
        `${year}-${month}-${day}T${hours}:${minute}:${second}`,
      ]
    })
    // The city keeps its center only.
    const moved: Documents = {
      ...documents,
      jurisdictions: documents.jurisdictions.map(one =>
        one.slug === 'baltimore-city'
          ? { ...one, boundary: [{ properties: {}, coordinates: [[square(-76.65, 39.28, 0.06)]] }] }
          : one,
      ),
    }
    const { write, countyline, tenantsDir } = deployment()
    writeFilesTo(join(tenantsDir, 'baltimore'), exportRegion(documents))
    expect((await countyline('apply')).code).toBe(0)
    write('baltimore', exportRegion(moved))
    const answer = await countyline(
      'rehearse',
      '--region',
      'baltimore',
      '--requests',
      csv(requests),
      '--json',
    )
    const found = answer.json as Rehearsed

    const current: Snapshot = { region: 'baltimore', version: 1, hash: '', documents }
    const trial = trialOf(current, moved, Date.parse('2026-06-01T12:00:00-04:00'))
    const sides = [documents, moved].map(one =>
      compileRouting({ region: 'baltimore', version: 1, documents: one }),
    )
    const expected = new Map<string, number>()
    for (const [service = '', lat = '', long = '', time = ''] of requests) {
      const place = lat === '' ? null : { lat: Number(lat), long: Number(long) }
      const at = trial.instantOn(Date.parse(`${time}-05:00`), trial.days[0] ?? '')
      const [from, to] = sides.map(
        side => resolve(side, { service, place, accuracy: 0, at, answers: {}, urgent: false }).accountable.id,
      )
      if (from !== to) expected.set(`${from} ${to}`, (expected.get(`${from} ${to}`) ?? 0) + 1)
    }
    expect(answer).toMatchObject({ code: 3, json: { total: 2000 } })
    expect(expected.size).toBeGreaterThan(0)
    expect(new Map(found.accountable.map(({ from, to, count }) => [`${from.id} ${to.id}`, count]))).toEqual(
      expected,
    )
    expect(found.unrouted['no-location']).toBeGreaterThan(0)
  })
})

/** RFC 4180. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]]
  for (const [, quoted, plain = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain)
    if (end === '') break
    if (end !== ',') rows.push([])
  }
  return rows.filter(row => row.length > 1)
}
