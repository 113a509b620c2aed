import { afterEach, describe, expect, test } from 'vitest'
import type { Documents } from '../src/regions/documents/snapshot.ts'
import { bundledDocuments } from './support/app.ts'
import { type County, startCounty, summer } from './support/county.ts'

/*
 * Custody scenarios, each played completely over the bundled county's HTTP routes. S7, S9 and S12:
 * handoff-cases.test.ts; S10, S11 and S14: handoff-scenarios-between.test.ts.
 */

let county: County
const start = async (options?: Parameters<typeof startCounty>[0]) => {
  county = await startCounty(options)
  return county
}
afterEach(() => county.close())

const DAY = 24 * 3_600_000
const MAIN_STREET = '350 Main Street, Port Ellery'
const SIGNAL = 'Union Street and Fifth Street, Hollis'
const night = { now: summer('2026-07-14T22:00') }

async function listed(base = ''): Promise<string[]> {
  const found = await county.get<{ service_request_id: string }[]>(`${base}/open311/v2/requests.json`)
  return found.map(({ service_request_id }) => service_request_id)
}
const page = async (id: string) => (await county.app.request(`/cases/${id}`)).text()

describe('S1 county-maintained road inside a city', () => {
  test('reported at the shared site it is the county’s from the start: nobody hands anything over', async () => {
    await start()
    const { id, jurisdiction } = await county.report('pothole', '2230 Mill Road, Port Ellery')
    expect(jurisdiction).toBe('ellery-county')
    expect(await county.whole('ellery-county', id)).toMatchObject({ custody: 'held', handoffs: [] })
    await expect(county.own('port-ellery', id)).rejects.toThrow('no share')
  })

  test('reported at the city’s own site it is kept, offered to the county with the reason, and keeps its number', async () => {
    await start()
    const id = await county.geoReport('port-ellery', 'pothole', '2230 Mill Road, Port Ellery')
    const offer = await county.newest('ellery-county', 'receiver')
    expect(offer).toMatchObject({
      state: 'offered',
      sender: 'port-ellery',
      reason: { code: 'not-our-asset' },
    })
    expect(offer.text).toContain('Mill Road')
    expect((await county.whole('port-ellery', id)).custody).toBe('held')
    await county.answer('ellery-county', offer.id, 'accept')
    expect(await county.seen(id)).toMatchObject({ id, agency_responsible: 'Ellery County' })
    expect((await county.own('ellery-county', id)).custody).toBe('held')
  })
})

test('S2 a signal on the state highway: the county keeps the case, and says that it could not be sent to the owner', async () => {
  await start()
  const { id, jurisdiction } = await county.report('traffic-signal', '2352 State Highway 9, Hollis')
  expect(jurisdiction).toBe('ellery-county')
  expect(await county.whole('ellery-county', id)).toMatchObject({ custody: 'held', status: 'submitted' })
  // No mail is set up here.
  expect(await page(id)).toContain(
    'State Department of Transportation is responsible, but we could not send them the report.',
  )
})

test('S3 in the enclave the county works on it, whatever the envelope says', async () => {
  await start()
  const { id, jurisdiction } = await county.report('overgrown-lot', '110 Tower Lane, Port Ellery')
  expect(jurisdiction).toBe('ellery-county')
  expect((await county.whole('ellery-county', id)).handoffs).toEqual([])
})

test('S4 on a boundary street one city leads and holds it, the other is told and sends nobody', async () => {
  await start()
  const { id, jurisdiction } = await county.report('pothole', '320 Division Street')
  expect(jurisdiction).toBe('port-ellery')
  const { resolution } = await county.get<{ resolution: { inform: { id: string }[] } }>(
    `/api/v1/work/requests/${id}`,
    'port-ellery',
  )
  expect(resolution.inform.map(body => body.id)).toEqual(['hollis'])
  await expect(county.own('hollis', id)).rejects.toThrow('no share')
})

describe('S5 contracted service with dates', () => {
  test('the county performs it on behalf of the city at once, by the agreement’s deadline', async () => {
    await start()
    const { id, jurisdiction } = await county.report('traffic-signal', SIGNAL)
    expect(jurisdiction).toBe('hollis')
    const city = await county.whole('hollis', id)
    const performer = await county.own('ellery-county', id)
    expect(city).toMatchObject({ custody: 'passed', passed_to: 'ellery-county', accountable: 'hollis' })
    expect(performer).toMatchObject({ custody: 'held', case: id, accountable: 'hollis' })
    expect(performer.handoffs).toMatchObject([
      { state: 'granted', reason: { code: 'by-agreement' }, agreement: 'hollis-signals-2026' },
    ])
    const promised = Date.parse(performer.expected_at ?? '') - Date.parse(performer.received_at)
    expect(promised).toBe(8 * 3_600_000)
    expect(await page(id)).toContain('Ellery County does this work for City of Hollis')
  })

  test('both count it, the total counts it once', async () => {
    await start()
    const { id } = await county.report('traffic-signal', SIGNAL)
    const { id: own } = await county.own('ellery-county', id)
    expect(await listed('/j/hollis')).toEqual([id])
    expect(await listed('/j/ellery-county')).toEqual([own])
    expect(await listed()).toEqual([id])
  })

  test('half-open: before the first midnight it is the city’s, and again from the last', async () => {
    await start({ now: summer('2026-06-30T23:59') })
    const early = await county.report('traffic-signal', SIGNAL)
    expect((await county.whole('hollis', early.id)).custody).toBe('held')
    await county.at('2026-07-01T00:00')
    const first = await county.report('traffic-signal', SIGNAL)
    expect((await county.whole('hollis', first.id)).custody).toBe('passed')
    await county.at('2028-06-30T23:59')
    const last = await county.report('traffic-signal', SIGNAL)
    expect((await county.whole('hollis', last.id)).custody).toBe('passed')
    await county.at('2028-07-01T00:00')
    const late = await county.report('traffic-signal', SIGNAL)
    expect((await county.whole('hollis', late.id)).custody).toBe('held')
    // Open requests stay until done: the agreement's end rule is "finish".
    expect((await county.own('ellery-county', last.id)).custody).toBe('held')
  })

  test('where the run-off rule is “return”, what is open at the end goes back to the city', async () => {
    const documents = await withAgreement('hollis-signals-2026', { to: '2026-09-01', runOff: 'return' })
    await start({ documents })
    const open = await county.report('traffic-signal', SIGNAL)
    const done = await county.report('traffic-signal', SIGNAL)
    const { id: finished } = await county.own('ellery-county', done.id)
    await county.change('ellery-county', finished, 'closed', { reason: 'completed' })
    await county.at('2026-08-31T23:59')
    expect((await county.own('ellery-county', open.id)).custody).toBe('held')
    await county.at('2026-09-01T00:00')
    expect(await county.whole('hollis', open.id)).toMatchObject({ custody: 'held', id: open.id })
    expect(await county.newest('hollis', 'receiver')).toMatchObject({ reason: { code: 'by-agreement' } })
    expect((await county.own('ellery-county', done.id)).custody).toBe('held')
  })

  test('an agreement that accepts nothing beforehand makes an offer, and its deadline counts from acceptance', async () => {
    await start()
    const { id } = await county.report('pothole', 'Gull Harbor Village Hall')
    expect((await county.whole('gull-harbor', id)).custody).toBe('held')
    const offer = await county.newest('ellery-county', 'receiver')
    expect(offer).toMatchObject({ state: 'offered', reason: { code: 'by-agreement' } })
    county.app.advance(DAY)
    await county.answer('ellery-county', offer.id, 'accept')
    const { requested_at, received_at } = await county.own('ellery-county', id)
    expect(Date.parse(received_at) - Date.parse(requested_at)).toBe(DAY)
  })
})

describe('S6 after hours', () => {
  test('urgent at night: the county goes out at once, and returns it at opening with a note', async () => {
    await start(night)
    const { id, jurisdiction } = await county.report('sewer-backup', MAIN_STREET)
    expect(jurisdiction).toBe('port-ellery')
    const atNight = await county.own('ellery-county', id)
    expect(atNight).toMatchObject({ custody: 'held', accountable: 'port-ellery' })
    await county.change('ellery-county', atNight.id, 'in_progress', { text: 'Pumping it out.' })

    await county.at('2026-07-15T07:59')
    expect((await county.whole('port-ellery', id)).custody).toBe('passed')
    await county.at('2026-07-15T08:00')
    const city = await county.whole('port-ellery', id)
    expect(city).toMatchObject({ custody: 'held', status: 'in_progress' })
    const back = await county.newest('port-ellery', 'receiver')
    expect(back).toMatchObject({ state: 'granted', reason: { code: 'after-hours' } })
    expect(back.text).toContain('After-hours urgent response')
    expect(city.timeline.map(({ text }) => text)).toContain('Pumping it out.')
    expect((await county.own('ellery-county', id)).custody).toBe('passed')
  })

  test('the reporter’s clock never resets, and each body’s own time stands apart', async () => {
    await start(night)
    const { id } = await county.report('sewer-backup', MAIN_STREET)
    await county.at('2026-07-15T08:00')
    const [city, performer] = [await county.whole('port-ellery', id), await county.own('ellery-county', id)]
    const iso = (local: string) => new Date(summer(local)).toISOString()
    expect([city.requested_at, performer.requested_at]).toEqual([
      iso('2026-07-14T22:00'),
      iso('2026-07-14T22:00'),
    ])
    expect([city.received_at, performer.received_at]).toEqual([
      iso('2026-07-15T08:00'),
      iso('2026-07-14T22:00'),
    ])
    expect((await county.seen(id)).holders).toEqual([
      { jurisdiction: 'port-ellery', from: iso('2026-07-14T22:00'), to: iso('2026-07-14T22:00') },
      { jurisdiction: 'ellery-county', from: iso('2026-07-14T22:00'), to: iso('2026-07-15T08:00') },
      { jurisdiction: 'port-ellery', from: iso('2026-07-15T08:00'), to: null },
    ])
  })

  test('the city’s own clock runs on its business hours, and an urgent one always', async () => {
    await start(night)
    const iso = (local: string) => new Date(summer(local)).toISOString()
    const { id } = await county.report('graffiti', MAIN_STREET)
    expect((await county.whole('port-ellery', id)).expected_at).toBe(iso('2026-07-17T17:00'))
    const urgent = await county.report('sewer-backup', MAIN_STREET)
    expect((await county.own('ellery-county', urgent.id)).expected_at).toBe(iso('2026-07-15T02:00'))
  })

  test('done before morning it stays done: nothing is returned', async () => {
    await start(night)
    const { id } = await county.report('sewer-backup', MAIN_STREET)
    const { id: own } = await county.own('ellery-county', id)
    await county.change('ellery-county', own, 'closed', { reason: 'completed' })
    await county.at('2026-07-15T08:00')
    expect((await county.own('ellery-county', id)).custody).toBe('held')
    expect((await county.seen(id)).status).toBe('closed')
  })

  test('“emergency” said by the caller wakes nobody: it stays with the city, for a person’s judgment', async () => {
    await start(night)
    const { id } = await county.report('fallen-tree', MAIN_STREET, { answers: { blocking: 'wires' } })
    expect(await county.whole('port-ellery', id)).toMatchObject({
      custody: 'held',
      triage: true,
      handoffs: [],
    })
    await expect(county.own('ellery-county', id)).rejects.toThrow('no share')
  })
})

test('S8 the water district works on the leak, the city on its street: the service decides', async () => {
  await start()
  const leak = await county.report('water-leak', MAIN_STREET)
  const hole = await county.report('pothole', MAIN_STREET)
  expect([leak.jurisdiction, hole.jurisdiction]).toEqual(['quill-water', 'port-ellery'])
})

async function withAgreement(id: string, change: object): Promise<Documents> {
  const documents = await bundledDocuments()
  const agreements = documents.agreements.agreements?.map(agreement =>
    agreement.id === id ? { ...agreement, ...change } : agreement,
  )
  return { ...documents, agreements: { ...documents.agreements, agreements } } as Documents
}
