import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTenant } from '../src/core/database/handles.ts'
import { renewDataKey } from '../src/core/encryption/fields.ts'
import { enqueueReencryption } from '../src/core/encryption/reencrypt.ts'
import { endSessionsOf } from '../src/identity/sessions/sessions.ts'
import { erasePersons } from '../src/requests/erase.ts'
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

/** Sends the form, and follows it to the results. */
async function search(typed: string, as: AtWork, more = {}): Promise<string> {
  const sent = await send(typed, as, more)
  expect(sent.status).toBe(303)
  return (await get(sent.headers.get('location') ?? '', as)).text()
}

const send = (typed: string, as: AtWork, more = {}) =>
  county.app.request('/work/search', {
    method: 'POST',
    headers: { cookie: as.cookie, 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams({ q: typed, ...more }),
  })

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
    expect(found(await (await get(`/work?q=${id}&status=submitted`, cityAgent)).text())).toHaveLength(1)
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

describe('by who reported it', () => {
  const maria = {
    first_name: 'María',
    last_name: "González-O'Hara",
    email: 'Maria.G@home.example',
    phone: '+1 (555) 010-0177',
  }
  let id: string
  beforeAll(async () => {
    id = (await county.report('pothole', '2230 Mill Road', maria)).id
    await county.report('pothole', '2230 Mill Road', { first_name: 'Mario', last_name: 'Gonzaga' })
  })
  const here = () => [`/work/${home}/requests/${id}`]

  test.each([
    'Maria',
    'gonzalez',
    'GONZALEZ maría',
    'Ohara, Maria',
    "O'Hara",
    'O Hara',
    ' maria.g@HOME.example ',
    '555 010 0177',
    '(555) 010-0177',
    '+15550100177',
    '\u202a+1 555.010.0177\u202c',
  ])('a caller is found by %j', async typed => {
    expect(found(await search(typed, agent))).toEqual(here())
  })

  test.each(['Mari', 'Maria Reyes', 'maria@home.example', '555 010 0178', '0177'])(
    'and not by %j',
    async typed => {
      const html = await search(typed, agent)
      expect(found(html)).toEqual([])
      expect(html).toContain('Nothing found for')
    },
  )

  test('a closed one too, and words of the report as before', async () => {
    const { id: other } = await county.report('pothole', '2230 Mill Road', {
      description: 'Purple dragon on the wall',
      last_name: 'Dupont-Étienne',
    })
    await county.change(home, other, 'closed', { reason: 'completed' })
    for (const typed of ['purple dragon', 'etienne'])
      expect(found(await search(typed, agent))).toEqual([`/work/${home}/requests/${other}`])
  })

  test('only by those who may see contact details, for the services for which they may', async () => {
    const crew = await signIn(county.app, home, 'field-crew')
    const html = await search('Gonzalez', crew)
    expect(found(html)).toEqual([])
    expect(html).toContain('Your role cannot search by name')
    const lights = await signIn(county.app, home, 'agent', { services: ['streetlight'] })
    expect(found(await search('Gonzalez', lights))).toEqual([])
    const both = await signIn(county.app, home, 'agent', { services: ['streetlight'], staff: crew.staff })
    expect(found(await search('Gonzalez', both))).toEqual([])
  })

  test('only in the jurisdiction that has it or where it was filed, and that was given the details', async () => {
    expect(found(await search('Gonzalez', cityAgent))).toEqual([])
    await transferred({ last_name: 'Unshared' })
    expect(found(await search('unshared', cityAgent))).toEqual([])
    const { id: ours, own } = await transferred({ last_name: 'Wolanski', share_contact: true })
    expect(found(await search('wolanski', agent))).toEqual([`/work/${home}/requests/${ours}`])
    expect(found(await search('wolanski', cityAgent))).toEqual([`/work/${city}/requests/${own}`])
  })

  test('every search and what it showed is in the audit log, and never what was typed', async () => {
    const { staff, cookie } = await signIn(county.app, home, 'agent')
    await search('Gonzalez', { staff, cookie }, { jurisdiction: home })
    await search('Nobody Atall', { staff, cookie }, { jurisdiction: home })
    await search('pothole', { staff, cookie }, { jurisdiction: home })
    const seen = await log(staff)
    expect(seen.map(({ view, fields }) => [view, fields])).toEqual([
      ['search', '["contacts"]'],
      ['search', '[]'],
      ['search', '[]'],
    ])
    expect(seen.map(({ requests }) => requests).slice(0, 2)).toEqual([JSON.stringify([id]), '[]'])
    expect(JSON.stringify(seen)).not.toMatch(/gonzalez|atall/i)
    const auditor = await signIn(county.app, home, 'auditor')
    const page = await (await get(`/work/${home}/audit?kind=saw`, auditor)).text()
    expect(page).toContain('Searched requests')
  })

  test('what was typed is in no address, and the address is good for its author alone', async () => {
    const sent = await send('Maria Gonzalez', agent)
    const to = sent.headers.get('location') ?? ''
    expect(to).toMatch(/^\/work\?search=e1\.[\w.-]+&status=any$/)
    expect(to).not.toMatch(/maria|gonzalez/i)
    const other = await signIn(county.app, home, 'agent')
    expect(found(await (await get(to, agent)).text())).toEqual(here())
    for (const no of [to.replace('search=', 'search=x'), '/work?search=Gonzalez'])
      expect(await (await get(no, agent)).text()).not.toContain('Results for')
    expect(await (await get(to, other)).text()).not.toContain('Results for')
    expect(found(await (await get('/work?q=Gonzalez&status=any', agent)).text())).toEqual([])
  })

  test('not in a session that was ended', async () => {
    const guest = await signIn(county.app, home, 'agent')
    const { platform, region } = county.app
    await endSessionsOf(platform, region.slug, 'staff', guest.staff)
    expect((await send('Gonzalez', guest)).headers.get('location') ?? '').not.toContain('search=')
  })

  test('more than one page of results', async () => {
    for (let count = 0; count < 52; count++)
      await county.report('pothole', '2230 Mill Road', { last_name: 'Manymore' })
    const first = await search('manymore', agent)
    expect(found(first)).toHaveLength(50)
    const next = /rel="next" href="([^"]+)"/.exec(first)?.[1]?.replaceAll('&amp;', '&') ?? ''
    expect(next).not.toContain('anymore')
    expect(found(await (await get(next, agent)).text())).toHaveLength(2)
  })

  test('only keyed hashes of the details are in the index', async () => {
    const rows = await tenant().rows<{ hash: string }>(sql`SELECT hash FROM person_term`)
    expect(rows.length).toBeGreaterThan(5)
    for (const { hash } of rows) expect(hash).toMatch(/^[\w-]{43}$/)
  })

  test('once the details are erased, nobody is found by them', async () => {
    const { id: gone } = await county.report('pothole', '2230 Mill Road', { last_name: 'Vanishing' })
    expect(found(await search('vanishing', agent))).toHaveLength(1)
    const db = tenant()
    const [{ person = '' } = {}] = await db.rows<{ person: string }>(
      sql`SELECT person FROM request WHERE id = ${gone}`,
    )
    await db.commit(erasePersons({ persons: sql`(${person})`, requests: sql`('')`, cases: sql`('')`, at: 0 }))
    expect(await db.rows(sql`SELECT 1 FROM person_term WHERE person = ${person}`)).toEqual([])
    expect(found(await search('vanishing', agent))).toEqual([])
  })

  test('reports of earlier versions are found once the job has run, and after the keys were rotated', async () => {
    const db = tenant()
    await db.commit([sql`DELETE FROM person_term`, sql`UPDATE person SET indexed = NULL`])
    expect(found(await search('Gonzalez', agent))).toEqual([])
    await db.commit([enqueueReencryption(county.app.platform.clock.now())])
    await county.app.runJobs()
    expect(found(await search('Gonzalez', agent))).toEqual(here())
    await renewDataKey(county.app.platform, db, enqueueReencryption(county.app.platform.clock.now()))
    await county.app.runJobs()
    expect(found(await search('555 010 0177', agent))).toEqual(here())
  })
})

const tenant = () =>
  openTenant(county.app.platform, { kind: 'system', reason: 'test' }, county.app.region.slug, home)

const log = (staff: string) =>
  tenant().rows<{ view: string; requests: string; fields: string }>(
    sql`SELECT view, requests, fields FROM access_log WHERE actor = ${`staff:${staff}`} AND view = 'search' ORDER BY seq`,
  )
