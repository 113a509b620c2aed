import { afterEach, describe, expect, it } from 'vitest'
import { startApp, type TestApp } from './support/app.ts'

/* Cases whose ground moves under them, through the front door of the bundled region: S7, S9. */

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
const send = async (path: string, body: unknown, key?: string): Promise<Answer> => {
  const answer = await app.request(`/api/v1${path}`, json(body, key))
  return { status: answer.status, body: (await answer.json()) as Answer['body'] }
}
async function read<T = Shown>(path: string, key?: string): Promise<T> {
  const answer = await app.request(
    `/api/v1${path}`,
    key === undefined ? {} : { headers: { authorization: `Bearer ${key}` } },
  )
  return (await answer.json()) as T
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

async function report(...wish: Parameters<typeof filled>) {
  const { status, body } = await send('/requests', filled(...wish))
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
        reason: 'The place is in City of Hollis, so City of Hollis will handle this.',
      },
      difference:
        'Ellery County → City of Hollis, because: The place is in City of Hollis, so City of Hollis will handle this.',
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
    const face = await read(`/requests/${id}`)
    expect(face).toMatchObject({ id, lat: hollis.lat, agency_responsible: 'City of Hollis' })
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

  it('bad input is refused and leaves everything as it was', async () => {
    const { id, county, hollis } = await start()
    const before = await read(`/work/requests/${id}`, county)
    const refused = async (body: object, status: number, field?: string) => {
      const answer = await send(`/work/requests/${id}/location`, body, county)
      expect(answer.status).toBe(status)
      if (field !== undefined) expect(answer.body.fields.map(fault => fault.field)).toContain(field)
    }
    await refused({ version: 1 }, 400, 'lat')
    await refused({ lat: 91, long: 0, version: 1 }, 400, 'lat')
    await refused({ lat: -74.35, long: 138.59, version: 1, at: 'yesterday' }, 400, 'at')
    await refused({ ...hollis, version: 1, holder: 'hollis' }, 400, 'holder')
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
        const wish = filled('noise', placed(annexed), { incident_at, dry_run })
        const { status, body } = await send('/requests', wish)
        expect(status).toBe(400)
        expect(body.fields.map(({ field }) => field)).toEqual(['incident_at'])
      }
    }
  })
})
