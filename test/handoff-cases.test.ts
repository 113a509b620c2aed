import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { main } from '../src/cli/main.ts'
import { openTenant } from '../src/core/database/handles.ts'
import { readMigrations } from '../src/platform/node/databases/migrations.ts'
import { writeFiles } from '../src/platform/node/tenants.ts'
import { exportRegion } from '../src/regions/documents/export.ts'
import { loadRegion } from '../src/regions/documents/load.ts'
import type { Documents } from '../src/regions/documents/snapshot.ts'
import { applyRegion, storedSnapshot } from '../src/regions/versions/apply.ts'
import { expectAsDescribed } from './contract/described.ts'
import { bundled, startApp, type TestApp } from './support/app.ts'

interface Shown {
  id: string
  status: string
  version: number
  lat: number | null
  agency_responsible: string
  timeline: { type: string; public?: boolean; [key: string]: unknown }[]
}
interface Handoff {
  id: string
  state: string
  receiver: string
  reason: { code: string }
  request: string | null
}
interface Answer {
  status: number
  body: {
    id: string
    jurisdiction: string
    version: number
    fields: { field: string; code: string }[]
    [key: string]: unknown
  }
}

let app: TestApp
afterEach(() => app.close())

const json = (body: unknown, key?: string) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) },
  body: JSON.stringify(body),
})
/** Fails the test if the response is not as the API describes it. */
async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const answer = await app.request(path, init)
  await expectAsDescribed(init.method ?? 'GET', path, answer)
  return answer
}
const send = async (path: string, body: unknown, key?: string): Promise<Answer> => {
  const answer = await ask(`/api/v1${path}`, json(body, key))
  return { status: answer.status, body: (await answer.json()) as Answer['body'] }
}
async function read<T = Shown>(path: string, key?: string): Promise<T> {
  const answer = await ask(
    `/api/v1${path}`,
    key === undefined ? {} : { headers: { authorization: `Bearer ${key}` } },
  )
  return (await answer.json()) as T
}
/** Changes the documents in force, and applies them. */
async function apply(change: (documents: Documents) => Documents) {
  const snapshot = await storedSnapshot(app.platform, bundled)
  if (snapshot === undefined) throw new Error('nothing has been applied')
  await applyRegion(app.platform, readMigrations(), bundled, change(snapshot.documents), { by: 'test' })
}
/** The documents with the annexation of 1 July on another day. */
const annexedSince = (day: string) => (documents: Documents) => {
  const moved = (date: string | null | undefined) => (date === '2026-07-01' ? day : date)
  return {
    ...documents,
    jurisdictions: documents.jurisdictions.map(jurisdiction => ({
      ...jurisdiction,
      boundary: jurisdiction.boundary.map(({ properties, coordinates }) => ({
        properties: { ...properties, from: moved(properties.from), to: moved(properties.to) },
        coordinates,
      })),
    })),
  }
}
const work = (jurisdiction: string) => app.key(jurisdiction, 'work')
const at = (local: string) => Date.parse(`${local}:00-04:00`)

function placed(words: string) {
  const [found] = app.region.searchPlaces(words, 1)
  if (found === undefined) throw new Error(`nobody knows ${words}`)
  return { lat: found.lat, long: found.long }
}

/** A report with an answer to each question that the service requires. */
function filled(
  service: string,
  where: { lat: number; long: number },
  more: { answers?: object; [field: string]: unknown } = {},
) {
  const required = app.region.service(service)?.questions?.filter(question => question.required) ?? []
  const answers = Object.fromEntries(required.map(({ code, options }) => [code, options?.[0]?.key ?? '1']))
  return { service_code: service, ...where, ...more, answers: { ...answers, ...more.answers } }
}

const report = (...input: Parameters<typeof filled>) => reportAt('', ...input)

/** On a jurisdiction's own site, such as `/j/lakeview`, or the shared one. */
async function reportAt(base: string, ...input: Parameters<typeof filled>) {
  const answer = await ask(`${base}/api/v1/requests`, json(filled(...input)))
  const [status, body] = [answer.status, (await answer.json()) as Answer['body']]
  if (status !== 201) throw new Error(JSON.stringify(body))
  await app.runJobs()
  return body
}

const offersTo = async (key: string) =>
  (await read<{ handoffs: Handoff[] }>('/work/handoffs?side=receiver', key)).handoffs
const publicTypes = async (id: string) => (await read(`/requests/${id}`)).timeline.map(({ type }) => type)

describe('S9 a pin is moved over the boundary', () => {
  const doubtful = { lat: 38.593705, long: -74.351379 }
  const start = async () => {
    app = await startApp()
    const filed = await report('graffiti', doubtful, { accuracy: 65, answers: { side: 'ellery-county' } })
    expect(filed.jurisdiction).toBe('ellery-county')
    return { id: filed.id, county: await work('ellery-county'), hollis: placed('Hollis Common') }
  }

  it('routing runs again, shows the difference, and a dry run changes nothing', async () => {
    const { id, county, hollis } = await start()
    const before = await read(`/work/requests/${id}`, county)
    const { status, body } = await send(
      `/work/requests/${id}/location`,
      { ...hollis, version: 1, dry_run: true },
      county,
    )
    expect(status).toBe(200)
    expect(body).toMatchObject({
      dry_run: true,
      version: 1,
      changed: true,
      before: { accountable: { id: 'ellery-county' }, reason: expect.stringContaining('Ellery County') },
      after: {
        accountable: { id: 'hollis' },
        reason: 'The location is in City of Hollis, so City of Hollis is responsible.',
      },
      difference:
        'Responsible agency: Ellery County → City of Hollis. The location is in City of Hollis, so City of Hollis is responsible.',
      handoff: { receiver: 'hollis', reason: 'moved-pin' },
    })
    expect(await read(`/work/requests/${id}`, county)).toEqual(before)
  })

  it('the number stays, whoever is due is offered it, and the resident hears once', async () => {
    const { id, county, hollis } = await start()
    const taker = await work('hollis')
    const moved = await send(
      `/work/requests/${id}/location`,
      { ...hollis, address: 'Hollis Common', version: 1 },
      county,
    )
    expect(moved.body).toMatchObject({ version: 2, changed: true })
    await app.runJobs()
    const [offered] = await offersTo(taker)
    expect(offered).toMatchObject({ state: 'offered', reason: { code: 'moved-pin' } })
    expect((await send(`/work/handoffs/${offered?.id}/accept`, {}, taker)).status).toBe(200)
    await app.runJobs()
    const originCase = await read(`/requests/${id}`)
    expect(originCase).toMatchObject({ id, lat: hollis.lat, agency_responsible: 'City of Hollis' })
    expect(await publicTypes(id)).toEqual(['submitted', 'relocated', 'received'])
  })

  it('corrected again by the receiver, the case’s public place follows', async () => {
    const { id, county, hollis } = await start()
    const taker = await work('hollis')
    await send(`/work/requests/${id}/location`, { ...hollis, version: 1 }, county)
    await app.runJobs()
    const [offered] = await offersTo(taker)
    await send(`/work/handoffs/${offered?.id}/accept`, {}, taker)
    await app.runJobs()
    const [{ request } = { request: '' }] = await offersTo(taker)
    const hall = placed('Hollis City Hall')
    const moved = await send(
      `/work/requests/${request}/location`,
      { ...hall, address: 'City Hall', version: 1 },
      taker,
    )
    expect(moved.body).toMatchObject({ changed: false, difference: null, handoff: null })
    await app.runJobs()
    expect(await read(`/requests/${id}`)).toMatchObject({ lat: hall.lat, address: 'City Hall' })
  })

  it('moved twice with one key it is moved once; what was known before stays on file, for staff', async () => {
    const { id, county, hollis } = await start()
    const body = JSON.stringify({ ...hollis, version: 1 })
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${county}`,
      'idempotency-key': 'pin',
    }
    const twice = () => app.request(`/api/v1/work/requests/${id}/location`, { method: 'POST', headers, body })
    const answers = [await twice(), await twice()]
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    expect(await answers[0]?.json()).toEqual(await answers[1]?.json())
    await app.runJobs()
    const { timeline } = await read(`/work/requests/${id}`, county)
    const before = timeline.filter(({ type }) => type === 'place-before')
    expect(before).toMatchObject([
      { public: false, lat: doubtful.lat, resolution: { accountable: { id: 'ellery-county' } } },
    ])
    expect(await offersTo(await work('hollis'))).toHaveLength(1)
  })

  it('whoever has accepted it beforehand by agreement gets it at once', async () => {
    app = await startApp()
    const [city, county] = [await work('port-ellery'), await work('ellery-county')]
    const filed = await report('traffic-signal', placed('350 Main Street, Port Ellery'))
    expect(filed.jurisdiction).toBe('port-ellery')
    const signal = placed('Union Street and Fifth Street, Hollis')
    const moved = await send(`/work/requests/${filed.id}/location`, { ...signal, version: 1 }, city)
    expect(moved.body).toMatchObject({
      after: { accountable: { id: 'hollis' }, performer: { id: 'ellery-county' } },
      handoff: { receiver: 'ellery-county', agreement: 'hollis-signals-2026' },
    })
    await app.runJobs()
    expect(await offersTo(county)).toMatchObject([{ state: 'granted', reason: { code: 'moved-pin' } }])
    expect(await read(`/requests/${filed.id}`)).toMatchObject({ agency_responsible: 'Ellery County' })
  })

  it('routing decides as of the incident, or as of the instant that is named', async () => {
    app = await startApp({ now: at('2026-07-03T09:00') })
    const late = { incident_at: '2026-06-28T12:00:00-04:00' }
    const filed = await report('noise', placed('Hollis Common'), late)
    const key = await work('hollis')
    const input = { ...placed('196 Harvest Way, Larkfield'), version: 1, dry_run: true }
    const asOf = async (more: object) =>
      (await send(`/work/requests/${filed.id}/location`, { ...input, ...more }, key)).body.after
    expect(await asOf({})).toMatchObject({ accountable: { id: 'ellery-county' } })
    expect(await asOf({ at: '2026-07-03T09:00:00-04:00' })).toMatchObject({
      accountable: { id: 'larkfield' },
    })
  })

  it('what is offered to someone is not moved under them', async () => {
    const { id, county, hollis } = await start()
    const input = { receiver: 'hollis', reason: 'other', version: 1 }
    expect((await send(`/work/requests/${id}/handoffs`, input, county)).status).toBe(201)
    const refused = await send(`/work/requests/${id}/location`, { ...hollis, version: 1 }, county)
    expect(refused).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('already offered') },
    })
  })

  it('bad input is refused and leaves everything as it was', async () => {
    const { id, county, hollis } = await start()
    const before = await read(`/work/requests/${id}`, county)
    const refused = async (body: object, status: number, field?: string) => {
      const answer = await send(`/work/requests/${id}/location`, body, county)
      expect(answer.status).toBe(status)
      if (field !== undefined) expect(answer.body.fields.map(error => error.field)).toContain(field)
    }
    await refused({ version: 1 }, 400, 'lat')
    await refused({ lat: 91, long: 0, version: 1 }, 400, 'lat')
    await refused({ lat: -74.35, long: 138.59, version: 1, at: 'yesterday' }, 400, 'at')
    await refused({ ...hollis, version: 1, holder: 'hollis' }, 400, 'holder')
    await refused({ ...hollis, version: 1, address: 'a'.repeat(501) }, 400, 'address')
    await refused({ ...hollis, version: 9 }, 409)
    await refused({ ...hollis, version: 9, dry_run: true }, 409)
    const stranger = await work('port-ellery')
    expect((await send(`/work/requests/${id}/location`, { ...hollis, version: 1 }, stranger)).status).toBe(
      404,
    )
    expect(await read(`/work/requests/${id}`, county)).toEqual(before)
    await send(`/work/requests/${id}/status`, { to: 'closed', reason: 'completed', version: 1 }, county)
    await refused({ ...hollis, version: 2 }, 409)
  })
})

describe('S7 annexation in the middle of a case', () => {
  const annexed = '196 Harvest Way, Larkfield'
  interface Rerouted {
    id: string
    status: string
    from: { id: string }
    to: { id: string }
    reason: string
    offered_to: string | null
  }
  const rerouted = async (key: string) =>
    (await read<{ reroutes: Rerouted[] }>('/work/reroutes', key)).reroutes

  it('reported 28 June in the county, annexed 1 July, worked 3 July: listed on the date, and finished where it began', async () => {
    app = await startApp({ now: at('2026-06-28T12:00') })
    const county = await work('ellery-county')
    const filed = await report('noise', placed(annexed))
    expect(filed.jurisdiction).toBe('ellery-county')
    const then = await read<{ resolution: object }>(`/work/requests/${filed.id}`, county)
    expect(await rerouted(county)).toEqual([])

    app.advance(at('2026-06-30T23:59') - at('2026-06-28T12:00'))
    await app.runJobs()
    expect(await rerouted(county)).toEqual([])
    app.advance(60_000)
    await app.runJobs()
    expect(await rerouted(county)).toMatchObject([
      {
        id: filed.id,
        status: 'submitted',
        from: { id: 'ellery-county' },
        to: { id: 'larkfield' },
        reason: 'The location is in Town of Larkfield, so Town of Larkfield is responsible.',
        offered_to: null,
      },
    ])

    app.advance(at('2026-07-03T09:00') - at('2026-07-01T00:00'))
    await app.runJobs()
    const kept = await read<Shown & { resolution: object }>(`/work/requests/${filed.id}`, county)
    expect(kept.resolution).toEqual(then.resolution)
    expect(await publicTypes(filed.id)).toEqual(['submitted'])
    const done = { to: 'closed', reason: 'completed', version: kept.version }
    expect((await send(`/work/requests/${filed.id}/status`, done, county)).status).toBe(200)
    await app.runJobs()
    expect(await rerouted(county)).toMatchObject([{ id: filed.id, status: 'closed' }])
    expect((await report('noise', placed(annexed))).jurisdiction).toBe('larkfield')
    expect(await rerouted(await work('larkfield'))).toEqual([])
  })

  it('a service whose policy says so is offered over, with the reason; what was reported about the past is not', async () => {
    app = await startApp({ now: at('2026-06-28T12:00') })
    const county = await work('ellery-county')
    const town = await work('larkfield')
    const filed = await report('overgrown-lot', placed(annexed))
    app.advance(at('2026-07-01T00:00') - at('2026-06-28T12:00'))
    await app.runJobs()
    expect(await rerouted(county)).toMatchObject([{ id: filed.id, offered_to: 'larkfield' }])
    const [offered] = await offersTo(town)
    expect(offered).toMatchObject({ state: 'offered', reason: { code: 'annexation' } })
    expect(await read(`/work/requests/${filed.id}`, county)).toMatchObject({ custody: 'held' })
    await send(`/work/handoffs/${offered?.id}/accept`, {}, town)
    await app.runJobs()
    expect(await read(`/requests/${filed.id}`)).toMatchObject({
      id: filed.id,
      agency_responsible: 'Town of Larkfield',
    })

    const late = await report('overgrown-lot', placed(annexed), { incident_at: '2026-06-29T12:00:00-04:00' })
    expect(late.jurisdiction).toBe('ellery-county')
    await apply(documents => documents)
    app.advance(86_400_000)
    await app.runJobs()
    expect(await rerouted(county)).toHaveLength(1)
    expect(await offersTo(town)).toHaveLength(1)
  })

  it('limits that an applied configuration moves do the same at once, each request noted once', async () => {
    app = await startApp({ now: at('2026-06-01T12:00') })
    const county = await work('ellery-county')
    const [listed, offered] = [
      await report('noise', placed(annexed)),
      await report('overgrown-lot', placed(annexed)),
    ]
    const elsewhere = await report('noise', placed('Hollis Common'))
    await apply(annexedSince('2026-05-01'))
    await app.runJobs()
    await apply(documents => documents)
    await app.runJobs()
    // As if it had been killed before it could record its progress.
    const db = openTenant(app.platform, { kind: 'system', reason: 'test' }, bundled, 'ellery-county')
    await db.commit([sql`DELETE FROM consumer WHERE name LIKE 'reroute-%'`])
    await apply(documents => documents)
    await app.runJobs()
    expect((await rerouted(county)).map(({ id, offered_to }) => [id, offered_to])).toEqual([
      [offered.id, 'larkfield'],
      [listed.id, null],
    ])
    expect(await rerouted(await work('hollis'))).toEqual([])
    expect(elsewhere.jurisdiction).toBe('hollis')
  })

  it('plan shows the open cases that the next documents would touch, before anything is applied', async () => {
    app = await startApp({ now: at('2026-06-01T12:00') })
    const [noise, lot] = [
      await report('noise', placed(annexed)),
      await report('overgrown-lot', placed(annexed)),
    ]
    const next = mkdtempSync(join(tmpdir(), 'countyline-'))
    onTestFinished(() => rmSync(next, { recursive: true, force: true }))
    await writeFiles(join(next, bundled), exportRegion(annexedSince('2026-06-15')(app.region.documents)))
    let out = ''
    const terminal = {
      env: { TENANTS_DIR: next, DATA_DIR: app.dataDir },
      out: (text: string) => {
        out += text
      },
      err: () => {},
      now: app.platform.clock.now,
    }
    expect(await main(['plan', '--region', bundled], terminal)).toBe(0)
    expect(out).toContain('! 2 open requests would have another responsible agency:')
    expect(out).toContain(
      `${noise.id} (noise): Ellery County → Town of Larkfield from 2026-06-15, stays where it is`,
    )
    expect(out).toContain(
      `${lot.id} (overgrown-lot): Ellery County → Town of Larkfield from 2026-06-15, transfer is sent`,
    )
    out = ''
    expect(await main(['plan', '--region', bundled, '--json'], terminal)).toBe(0)
    expect(JSON.parse(out)).toMatchObject([{ affected: [{ holder: 'ellery-county' }, { policy: 'offer' }] }])
  })

  it('a list asked for badly says what to correct', async () => {
    app = await startApp()
    const answer = await app.request('/api/v1/work/reroutes?limit=0&after=first', {
      headers: { authorization: `Bearer ${await work('hollis')}` },
    })
    expect(answer.status).toBe(400)
    const { fields } = (await answer.json()) as Answer['body']
    expect(fields.map(({ field }) => field)).toEqual(['limit', 'after'])
    expect((await app.request('/api/v1/work/reroutes')).status).toBe(403)
  })
})

describe('S7 late filing', () => {
  const annexed = '196 Harvest Way, Larkfield'
  const late = { incident_at: '2026-06-28T12:00:00-04:00' }

  it('a report about the past uses the boundary of then, with a dry run first', async () => {
    app = await startApp({ now: at('2026-07-03T09:00') })
    const where = placed(annexed)
    const dry = await send('/requests', filled('noise', where, { ...late, dry_run: true }))
    expect(dry.status).toBe(200)
    expect(dry.body).toMatchObject({
      dry_run: true,
      jurisdiction: 'ellery-county',
      resolution: { accountable: { id: 'ellery-county' } },
    })
    const county = await work('ellery-county')
    expect(await read<{ requests: unknown[] }>('/work/requests', county)).toMatchObject({ requests: [] })

    const then = await report('noise', where, late)
    const now = await report('noise', where)
    expect([then.jurisdiction, now.jurisdiction]).toEqual(['ellery-county', 'larkfield'])
    expect(await read(`/work/requests/${then.id}`, county)).toMatchObject({
      incident_at: '2026-06-28T16:00:00.000Z',
      requested_at: '2026-07-03T13:00:00.000Z',
    })
  })

  it('the future, and what is no instant, are refused', async () => {
    app = await startApp({ now: at('2026-07-03T09:00') })
    for (const incident_at of [
      '2026-07-03T09:00:01-04:00',
      '2026-06-28',
      'last week',
      '2026-02-30T10:00:00Z',
    ]) {
      for (const dry_run of [true, false]) {
        const input = filled('noise', placed(annexed), { incident_at, dry_run })
        const { status, body } = await send('/requests', input)
        expect(status).toBe(400)
        expect(body.fields.map(({ field }) => field)).toEqual(['incident_at'])
      }
    }
  })
})

describe('S12 a duplicate across jurisdictions', () => {
  const HOUR = 3_600_000
  interface Link {
    of: string
    state: string
    survivor: string | null
  }
  interface Duplicates {
    candidates: { id: string; jurisdiction: string; metres: number }[]
    links: Link[]
  }
  interface Whole extends Shown {
    status: string
    status_notes: string | null
    close_reason: string | null
    expected_at: string | null
    duplicate_of?: { id: string; status: string | null; url: string }
  }

  const duplicates = (id: string, key: string) => read<Duplicates>(`/work/requests/${id}/duplicates`, key)
  const whole = (id: string, key: string) => read<Whole>(`/work/requests/${id}`, key)
  const originCase = (id: string) => read<Whole>(`/requests/${id}`)
  const propose = (id: string, of: string, key: string) =>
    send(`/work/requests/${id}/duplicates`, { of }, key)
  const answer = (id: string, of: string, key: string, confirmed = true) =>
    send(`/work/requests/${id}/duplicates/${of}/answer`, { confirmed }, key)
  const unlink = (id: string, of: string, key: string) =>
    send(`/work/requests/${id}/duplicates/${of}/unlink`, {}, key)
  const change = async (id: string, to: string, key: string, more: object = {}) => {
    const { version } = await whole(id, key)
    expect((await send(`/work/requests/${id}/status`, { to, version, ...more }, key)).status).toBe(200)
    await app.runJobs()
  }

  /** The same hole on the county's road: reported to the city on its site, and a day later to the county. */
  async function sameHole() {
    app = await startApp()
    const hole = placed('2230 Mill Road, Port Ellery')
    const bySite = await reportAt('/j/port-ellery', 'pothole', hole, { email: 'site@example.org' })
    app.advance(24 * HOUR)
    const byPhone = await report(
      'pothole',
      { lat: hole.lat + 0.0002, long: hole.long },
      { email: 'phone@example.org' },
    )
    expect([bySite.jurisdiction, byPhone.jurisdiction]).toEqual(['port-ellery', 'ellery-county'])
    const [city, county] = [await work('port-ellery'), await work('ellery-county')]
    return { older: bySite.id, newer: byPhone.id, city, county }
  }

  it('is found from either side, with public fields only', async () => {
    const { older, newer, city, county } = await sameHole()
    const fromCity = await duplicates(older, city)
    expect(fromCity.candidates).toMatchObject([{ id: newer, jurisdiction: 'ellery-county', metres: 22 }])
    const fromCounty = await duplicates(newer, county)
    expect(fromCounty.candidates.map(({ id }) => id)).toEqual([older])
    expect(JSON.stringify([fromCity, fromCounty])).not.toContain('@example.org')
  })

  it('proposed by one and confirmed by the other, the responsible body’s case survives, not the older', async () => {
    const { older, newer, city, county } = await sameHole()
    const promised = (await whole(newer, county)).expected_at
    expect((await propose(older, newer, city)).body).toMatchObject({ of: newer, state: 'proposed' })
    await app.runJobs()
    expect(await read('/work/duplicates', county)).toMatchObject({
      links: [{ request: newer, of: older, state: 'asked' }],
    })
    expect((await answer(newer, older, county)).body).toMatchObject({ state: 'confirmed', survivor: newer })
    await app.runJobs()

    const closed = await whole(older, city)
    expect(closed).toMatchObject({
      status: 'closed',
      close_reason: 'duplicate',
      status_notes: `Duplicate of report ${newer}.`,
      duplicate_of: { id: newer },
    })
    expect(await originCase(older)).toMatchObject({ status: 'closed', duplicate_of: { id: newer } })
    const going = await whole(newer, county)
    expect(going.status).toBe('submitted')
    // Three business days from the first report, not from the second, a day later.
    expect(Date.parse(going.expected_at ?? '')).toBeLessThan(Date.parse(promised ?? ''))
    expect((await duplicates(newer, county)).candidates).toEqual([])
  })

  it('the duplicate’s reporter follows the survivor, and neither side learns the other’s contacts', async () => {
    const { older, newer, city, county } = await sameHole()
    await propose(newer, older, county)
    await app.runJobs()
    await answer(older, newer, city)
    await app.runJobs()
    await change(newer, 'in_progress', county)
    await change(newer, 'closed', county, { reason: 'completed', text: 'Filled.' })
    const followed = (await originCase(older)).timeline.filter(({ type }) => type === 'followed')
    expect(followed.map(({ of, status }) => [of, status])).toEqual([
      [newer, 'in_progress'],
      [newer, 'closed'],
    ])
    expect(await originCase(older)).toMatchObject({ duplicate_of: { id: newer, status: 'closed' } })
    expect(JSON.stringify(await whole(newer, county))).not.toContain('site@example.org')
    expect(JSON.stringify(await whole(older, city))).not.toContain('phone@example.org')
  })

  it('unlinking restores both, by whichever side', async () => {
    const { older, newer, city, county } = await sameHole()
    await change(older, 'acknowledged', city)
    const [before, promised] = [await whole(older, city), (await whole(newer, county)).expected_at]
    await propose(older, newer, city)
    await app.runJobs()
    await answer(newer, older, county)
    await app.runJobs()
    expect((await whole(newer, county)).expected_at).not.toBe(promised)
    expect((await unlink(newer, older, county)).body).toMatchObject({ state: 'unlinked' })
    await app.runJobs()
    const { status, status_notes, close_reason, expected_at, duplicate_of } = await whole(older, city)
    expect({ status, status_notes, close_reason, expected_at }).toEqual({
      status: 'acknowledged',
      status_notes: before.status_notes,
      close_reason: null,
      expected_at: before.expected_at,
    })
    expect(duplicate_of).toBeUndefined()
    expect((await whole(newer, county)).expected_at).toBe(promised)
    await change(newer, 'in_progress', county)
    const followedEvents = (await originCase(older)).timeline.filter(({ type }) => type === 'followed')
    expect(followedEvents).toEqual([])
    // And they can be linked again.
    expect((await propose(newer, older, county)).status).toBe(201)
    await app.runJobs()
    expect((await answer(older, newer, city)).body).toMatchObject({ state: 'confirmed', survivor: newer })
  })

  it('proposed by both at once, they are one, by one answer', async () => {
    const { older, newer, city, county } = await sameHole()
    await Promise.all([propose(older, newer, city), propose(newer, older, county)])
    await app.runJobs()
    expect((await duplicates(older, city)).links).toMatchObject([{ state: 'confirmed', survivor: newer }])
    expect((await duplicates(newer, county)).links).toMatchObject([{ state: 'confirmed', survivor: newer }])
    expect([(await originCase(older)).status, (await originCase(newer)).status]).toEqual([
      'closed',
      'submitted',
    ])
  })

  it('within one jurisdiction the older goes on at once, without asking', async () => {
    app = await startApp()
    const common = placed('Hollis Common')
    const first = await report('graffiti', common)
    app.advance(HOUR)
    const second = await report('graffiti', common)
    const hollis = await work('hollis')
    expect((await propose(first.id, second.id, hollis)).body).toMatchObject({
      state: 'confirmed',
      survivor: first.id,
    })
    await app.runJobs()
    expect(await originCase(second.id)).toMatchObject({ status: 'closed', duplicate_of: { id: first.id } })
    await unlink(second.id, first.id, hollis)
    await app.runJobs()
    expect((await originCase(second.id)).status).toBe('submitted')
    expect((await duplicates(first.id, hollis)).links).toMatchObject([{ state: 'unlinked' }])
  })

  it('a proposal goes after a case that was transferred', async () => {
    const { older, newer, city, county } = await sameHole()
    const [offered] = await offersTo(county)
    await send(`/work/handoffs/${offered?.id}/accept`, {}, county)
    await app.runJobs()
    const elsewhere = await report('pothole', placed('Hollis Common'))
    const hollis = await work('hollis')
    expect((await propose(elsewhere.id, older, hollis)).status).toBe(201)
    await app.runJobs()
    expect(await read<{ links: Link[] }>('/work/duplicates', city)).toMatchObject({ links: [] })
    const { links } = await read<{ links: Link[] }>('/work/duplicates', county)
    expect(links).toMatchObject([{ case: older, of: elsewhere.id }])
    // The county holds both that share and its own report: the link is confirmed at once.
    const own = (await read<{ requests: { id: string; case: string }[] }>('/work/requests', county)).requests
    const share = own.find(row => row.case === older)?.id ?? ''
    expect((await propose(share, newer, county)).body).toMatchObject({ state: 'confirmed', survivor: older })
    await app.runJobs()
    expect(await originCase(newer)).toMatchObject({ duplicate_of: { id: older } })
  })

  it('with dry_run says who would decide and which would stay, and links nothing', async () => {
    const { older, newer, city, county } = await sameHole()
    const dryRun = (id: string, of: string, key: string) =>
      send(`/work/requests/${id}/duplicates`, { of, dry_run: true }, key)
    expect(await dryRun(older, newer, city)).toMatchObject({
      status: 200,
      body: { dry_run: true, of: newer, state: 'proposed', survivor: null },
    })
    app.advance(HOUR)
    const second = await report('pothole', placed('2230 Mill Road, Port Ellery'))
    const would = await dryRun(second.id, newer, county)
    expect(would).toMatchObject({ status: 200, body: { dry_run: true, state: 'confirmed', survivor: newer } })
    expect((await duplicates(second.id, county)).links).toEqual([])
    expect((await whole(second.id, county)).status).toBe('submitted')
    const linked = await propose(second.id, newer, county)
    expect(linked).toMatchObject({ status: 201, body: { state: 'confirmed', survivor: newer } })
    expect((await dryRun(second.id, newer, county)).status).toBe(409)
  })

  it('services of one family are compared, before sending and after', async () => {
    app = await startApp()
    const where = placed('350 Main Street, Port Ellery')
    const leak = await report('water-leak', where)
    const query = `?lat=${where.lat}&long=${where.long}&service_code=`
    const near = async (code: string) =>
      (await read<{ requests: { id: string }[] }>(`/nearby${query}${code}`)).requests.map(({ id }) => id)
    expect(await near('road-flooding')).toEqual([leak.id])
    expect(await near('pothole')).toEqual([])
    const flood = await report('road-flooding', where)
    const { candidates } = await duplicates(flood.id, await work('port-ellery'))
    expect(candidates).toMatchObject([{ id: leak.id, jurisdiction: 'quill-water' }])
  })

  it('a private case is no candidate, looks unknown when it is named, and is compared with nothing', async () => {
    app = await startApp()
    const common = placed('Hollis Common')
    const [hidden, open] = [await report('welfare-check', common), await report('stray-animal', common)]
    const county = await work('ellery-county')
    expect(hidden.jurisdiction).toBe('ellery-county')
    expect((await duplicates(open.id, county)).candidates).toEqual([])
    const named = await propose(open.id, hidden.id, county)
    const unknown = await propose(open.id, 'HO-22222-22222', county)
    expect([named.status, unknown.status]).toEqual([400, 400])
    expect(named.body.fields).toEqual(unknown.body.fields)
    expect((await propose(hidden.id, open.id, county)).status).toBe(409)
  })

  it('what cannot be linked or answered is refused, with how it stands', async () => {
    const { older, newer, city, county } = await sameHole()
    const codes = async (input: Promise<Answer>) => {
      const { status, body } = await input
      return [status, body.fields?.[0]?.code ?? body.state]
    }
    expect(await codes(propose(older, older, city))).toEqual([400, 'not-an-option'])
    expect(await codes(propose(older, 'nonsense', city))).toEqual([400, 'unknown'])
    expect(await codes(send(`/work/requests/${older}/duplicates`, { case: newer }, city))).toEqual([
      400,
      'required',
    ])
    expect(await codes(propose(older, newer, county))).toEqual([404, undefined])
    expect(await codes(answer(newer, older, county))).toEqual([404, undefined])
    await propose(older, newer, city)
    await app.runJobs()
    expect((await propose(older, newer, city)).status).toBe(409)
    expect((await propose(newer, older, county)).status).toBe(409)
    expect(await codes(answer(older, newer, city))).toEqual([409, 'proposed'])
    expect(await codes(unlink(newer, older, county))).toEqual([409, 'asked'])
    expect(await codes(answer(newer, older, county, false))).toEqual([200, 'declined'])
    expect(await codes(answer(newer, older, county))).toEqual([409, 'declined'])
    await app.runJobs()
    expect((await duplicates(older, city)).links).toMatchObject([{ state: 'declined', survivor: null }])
    expect([(await originCase(older)).status, (await originCase(newer)).status]).toEqual([
      'submitted',
      'submitted',
    ])
    await change(older, 'closed', city, { reason: 'no-action' })
    expect((await propose(older, newer, city)).status).toBe(409)
  })
})

describe('S17 a jurisdiction leaves in the middle of cases', () => {
  const leaving = (documents: Documents): Documents => ({
    ...documents,
    jurisdictions: documents.jurisdictions.map(jurisdiction =>
      jurisdiction.slug === 'hollis' ? { ...jurisdiction, to: '2026-09-01' } : jurisdiction,
    ),
  })
  const DAY = 86_400_000

  /** Hollis leaves on 1 September; requests that it held, or was offered, in August. */
  async function left() {
    app = await startApp({ now: at('2026-08-31T12:00') })
    await apply(leaving)
    app.advance(60_000)
    const common = placed('Hollis Common')
    const [hollis, county] = [await work('hollis'), await work('ellery-county')]
    const held = await report('graffiti', common)
    const offered = await report('stray-animal', placed('Hollis City Hall'))
    const input = { receiver: 'hollis', reason: 'other', version: 1 }
    const other = await report('pothole', placed('2230 Mill Road, Port Ellery'))
    const made = await send(`/work/requests/${other.id}/handoffs`, input, county)
    expect([held.jurisdiction, offered.jurisdiction, made.status]).toEqual(['hollis', 'ellery-county', 201])
    await app.runJobs()
    return { held, hollis, county, handoff: made.body.id, common }
  }

  it('its cases can be read and no longer changed; offers to it are taken back', async () => {
    const { held, hollis, county, handoff } = await left()
    const before = await read(`/work/requests/${held.id}`, hollis)
    app.advance(DAY)
    await app.runJobs()
    const refused = await send(`/work/requests/${held.id}/status`, { to: 'acknowledged', version: 1 }, hollis)
    expect(refused).toMatchObject({ status: 409, body: { type: 'urn:countyline:problem:jurisdiction-left' } })
    for (const [path, body] of [
      [`/work/requests/${held.id}/notes`, { text: 'Late.' }],
      [`/work/handoffs/${handoff}/accept`, {}],
      [`/work/requests/${held.id}/location`, { lat: 38.6, long: -74.3, version: 1 }],
      [`/work/requests/${held.id}/duplicates`, { of: 'HO-22222-22222' }],
    ] as const) {
      expect((await send(path, body, hollis)).body.type).toBe('urn:countyline:problem:jurisdiction-left')
    }
    expect(await read(`/work/requests/${held.id}`, hollis)).toEqual(before)
    expect(await read(`/requests/${held.id}`)).toMatchObject({ status: 'submitted' })
    expect(await read(`/work/handoffs/${handoff}`, county)).toMatchObject({ state: 'withdrawn' })
    expect(await read(`/work/handoffs/${handoff}`, hollis)).toMatchObject({ state: 'withdrawn' })
  })

  it('routing treats it as a partner from that midnight on, and reports go to the intake as a partner’s', async () => {
    const { county, common, hollis } = await left()
    const query = `/route?service_code=graffiti&lat=${common.lat}&long=${common.long}`
    const kind = async (when: string) =>
      (await read<{ accountable: { kind: string; id: string } }>(`${query}&at=${when}`)).accountable
    expect(await kind('2026-08-31T23:59:59-04:00')).toMatchObject({ kind: 'jurisdiction', id: 'hollis' })
    expect(await kind('2026-09-01T00:00:00-04:00')).toMatchObject({ kind: 'partner', id: 'hollis' })
    app.advance(DAY)
    await app.runJobs()
    for (const base of ['', '/j/hollis']) {
      const filed = await reportAt(base, 'graffiti', common)
      expect(filed.jurisdiction).toBe('ellery-county')
      expect(await read(`/work/requests/${filed.id}`, county)).toMatchObject({
        custody: 'held',
        resolution: { accountable: { kind: 'partner', id: 'hollis' }, desk: { id: 'ellery-county' } },
      })
      const page = await (await app.request(`/cases/${filed.id}`)).text()
      expect(page).toContain('(555) 010-0120')
      const back = { receiver: 'hollis', reason: 'other', version: 1 }
      const refused = await send(`/work/requests/${filed.id}/handoffs`, back, county)
      expect(refused).toMatchObject({
        status: 400,
        body: { detail: expect.stringContaining('no longer uses this site') },
      })
    }
    const late = await report('graffiti', common, { incident_at: '2026-08-20T12:00:00-04:00' })
    expect(late.jurisdiction).toBe('ellery-county')
    const form = new URLSearchParams({
      api_key: hollis,
      jurisdiction_id: 'hollis',
      service_code: 'graffiti',
      lat: String(common.lat),
      long: String(common.long),
      'attribute[surface]': app.region.service('graffiti')?.questions?.[0]?.options?.[0]?.key ?? '',
    })
    const posted = await app.request('/open311/v2/requests.json', { method: 'POST', body: form })
    expect([posted.status, await posted.text()]).toEqual([409, expect.stringContaining('left')])
  })

  it('an answer that it gave while it was here, heard of too late, moves nothing there', async () => {
    const { handoff, hollis, county } = await left()
    await send(`/work/handoffs/${handoff}/accept`, {}, hollis)
    app.advance(DAY)
    await app.runJobs()
    const { state, request } = await read<Handoff>(`/work/handoffs/${handoff}`, county)
    expect(state).toBe('withdrawn')
    expect(await read(`/work/requests/${request}`, county)).toMatchObject({ custody: 'held' })
  })

  it('what it had on offer itself stays with it: an acceptance that comes later is told so', async () => {
    app = await startApp({ now: at('2026-08-31T12:00') })
    await apply(leaving)
    app.advance(60_000)
    const [hollis, county] = [await work('hollis'), await work('ellery-county')]
    const filed = await report('pothole', placed('Hollis Common'))
    const input = { receiver: 'ellery-county', reason: 'other', version: 1 }
    const { body } = await send(`/work/requests/${filed.id}/handoffs`, input, hollis)
    const late = await report('pothole', placed('Hollis City Hall'))
    const { body: accepted } = await send(`/work/requests/${late.id}/handoffs`, input, hollis)
    await app.runJobs()
    expect((await send(`/work/handoffs/${accepted.id}/accept`, {}, county)).status).toBe(200)
    app.advance(DAY)
    await app.runJobs()
    for (const [id, request] of [
      [body.id, filed.id],
      [accepted.id, late.id],
    ]) {
      expect(await read(`/work/handoffs/${id}`, hollis)).toMatchObject({ state: 'withdrawn' })
      expect(await read(`/work/requests/${request}`, hollis)).toMatchObject({ custody: 'held' })
      const refused = await send(`/work/handoffs/${id}/accept`, {}, county)
      expect(refused).toMatchObject({ status: 409, body: { state: 'withdrawn' } })
    }
  })

  it('neither the intake nor the arbitrator may leave', () => {
    const files = new Map(exportRegion(app.region.documents))
    const path = 'ellery-county/jurisdiction.yaml'
    files.set(path, `${files.get(path)}to: 2026-09-01\n`)
    const { documents, issues } = loadRegion(bundled, files)
    expect(documents).toBeUndefined()
    expect(issues.map(({ file, message }) => [file, message])).toContainEqual([
      'region.yaml',
      'ellery-county stops using this site on 2026-09-01',
    ])
  })
})
