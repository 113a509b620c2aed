import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type County, startCounty } from './support/county.ts'
import { errors, type Item, items, xml } from './support/open311.ts'

/* servicerequestupdates, as FixMyStreet requests them: public updates of a jurisdiction's requests. */

const main = '350 Main Street, Port Ellery'
const path = '/j/port-ellery/open311/v2/servicerequestupdates'

let county: County
let key: string
let id: string

beforeAll(async () => {
  county = await startCounty()
  key = await county.app.key('port-ellery')
  id = (await county.report('graffiti', main)).id
  county.app.advance(3_600_000)
  await county.post(`/api/v1/work/requests/${id}/notes`, { text: 'Only for us.' }, 'port-ellery')
  await county.post(`/api/v1/work/requests/${id}/notes`, { text: 'Seen <it>.', public: true }, 'port-ellery')
  await county.change('port-ellery', id, 'in_progress', { text: 'Paint is ordered.' })
  await county.change('port-ellery', id, 'closed', { reason: 'completed', text: 'Painted over.' })
  const { id: hidden } = await county.report('housing', main)
  await county.change('port-ellery', hidden, 'in_progress', { text: 'Nobody’s business.' })
})
afterAll(() => county.close())

const ask = (query: string) => county.app.request(`${path}.json?api_key=${key}&${query}`)
const summaryOf = (list: Item[]) => list.map(({ status, description }) => [status, description])

describe('GET servicerequestupdates', () => {
  test('lists the public words on public requests, oldest first, with FixMyStreet’s statuses', async () => {
    const list = await items(ask(''))
    expect(summaryOf(list)).toEqual([
      ['OPEN', 'Seen <it>.'],
      ['IN_PROGRESS', 'Paint is ordered.'],
      ['FIXED', 'Painted over.'],
    ])
    expect(new Set(list.map(({ service_request_id }) => service_request_id))).toEqual(new Set([id]))
    expect(new Set(list.map(({ update_id }) => update_id)).size).toBe(3)
    expect(list[0]?.updated_datetime).toBe('2026-08-12T17:00:00Z')
  })

  test('says the same in XML', async () => {
    const answer = await county.app.request(`${path}.xml?api_key=${key}`)
    const { service_request_updates: root } = xml(await answer.text())
    expect(root.request_update[0]).toMatchObject({ status: 'OPEN', description: 'Seen <it>.', media_url: '' })
  })

  test('takes both ends of the time into account', async () => {
    const between = (from: string, to: string) => ask(`start_date=${from}&end_date=${to}`)
    expect(await items(between('2026-08-12T17:00:00Z', '2026-08-12T17:00:00Z'))).toHaveLength(3)
    expect(await items(between('2026-08-12T15:00:00Z', '2026-08-12T16:59:59Z'))).toEqual([])
    expect(await items(between('2026-08-12T17:00:01Z', '2026-08-13T00:00:00Z'))).toEqual([])
    expect((await errors(between('2026-08-13', '2026-08-12')))[0]?.code).toBe(400)
    expect((await errors(between('yesterday', '2026-08-12')))[0]?.code).toBe(400)
  })

  test('wants a key of that jurisdiction, and to know which it is', async () => {
    expect((await errors(county.app.request(`${path}.json`)))[0]?.code).toBe(403)
    const other = await county.app.key('hollis')
    expect((await errors(county.app.request(`${path}.json?api_key=${other}`)))[0]?.code).toBe(403)
    const region = `/open311/v2/servicerequestupdates.json?api_key=${key}`
    expect((await errors(county.app.request(region)))[0]?.code).toBe(400)
    expect(await items(county.app.request(`${region}&jurisdiction_id=port-ellery`))).toHaveLength(3)
    const posted = await county.app.request(`${path}.json`, { method: 'POST' })
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS'])
  })
})
