import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type County, startCounty } from './support/county.ts'
import { type AtWork, signIn } from './support/staff.ts'

/* How staff find a request for a person who asks about it. */

const home = 'ellery-county'
const city = 'port-ellery'

let county: County
let agent: AtWork
let cityAgent: AtWork

beforeAll(async () => {
  county = await startCounty()
  agent = await signIn(county.app, home, 'agent')
  cityAgent = await signIn(county.app, city, 'agent')
})
afterAll(() => county.close())

const get = (path: string, as: AtWork) => county.app.request(path, { headers: { cookie: as.cookie } })

async function search(typed: string, as: AtWork, more = {}): Promise<string> {
  const answer = await get(`/work?${new URLSearchParams({ q: typed, ...more })}`, as)
  return answer.text()
}

/** The links to requests in a list. */
const found = (html: string) =>
  [...html.matchAll(/class="queue__name usa-link" href="([^"]+)"/g)].map(([, path]) => path)

/** A pothole that the county transferred to the city: the number of its case, and the city's own. */
async function transferred(contact = {}) {
  const { id } = await county.report('pothole', '2230 Mill Road', contact)
  const { body } = await county.offer(home, id, city)
  await county.answer(city, body.id, 'accept', { text: '' })
  return { id, own: (await county.own(city, id)).id }
}

describe('by a tracking number', () => {
  test('a city that took a case over finds it by the resident’s number, however it is typed', async () => {
    const { id, own } = await transferred()
    expect(own).not.toBe(id)
    for (const typed of [id, id.toLowerCase().replaceAll('-', ''), ` ${id.replaceAll('-', ' ')} `]) {
      const html = await search(typed, cityAgent)
      expect(found(html)).toEqual([`/work/${city}/requests/${own}`])
      expect(html).toContain(`Resident’s number: ${id}`)
    }
  })

  test('it is found where it was too, by either number', async () => {
    const { id, own } = await transferred()
    for (const typed of [id, own.toLowerCase()])
      expect(found(await search(typed, agent))).toEqual([`/work/${home}/requests/${id}`])
  })

  test('it is found when it is closed, whichever status the list is limited to', async () => {
    const { id, own } = await transferred()
    await county.change(city, own, 'closed', { reason: 'completed' })
    expect(found(await search(id, cityAgent))).toHaveLength(1)
    expect(found(await search(id, cityAgent, { status: 'submitted' }))).toHaveLength(1)
  })

  test('programs find it so as well', async () => {
    const { id, own } = await transferred()
    const list = await county.get<{ requests: { id: string }[] }>(`/api/v1/work/requests?q=${id}`, city)
    expect(list.requests.map(request => request.id)).toEqual([own])
  })

  test('the page shows both numbers, and the resident’s leads to it', async () => {
    const { id, own } = await transferred()
    const html = await (await get(`/work/${city}/requests/${own}`, cityAgent)).text()
    expect(html).toContain(`${own} · Resident’s number: ${id}`)
    const led = await get(`/work/${city}/requests/${id.toLowerCase()}`, cityAgent)
    expect(led.status).toBe(303)
    expect(led.headers.get('location')).toContain(`/work/${city}/requests/${own}`)
    const former = await (await get(`/work/${home}/requests/${id}`, agent)).text()
    expect(former.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')).toContain(`City of Port Ellery ${own}`)
  })
})
