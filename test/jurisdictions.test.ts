import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Documents } from '../src/regions/documents/snapshot.ts'
import { compileRegion } from '../src/regions/runtime/compile.ts'
import { firstLetters, listJurisdictions, narrowed } from '../src/regions/runtime/jurisdiction-list.ts'
import { bundledDocuments, startApp, type TestApp } from './support/app.ts'
import { applyWithFew } from './support/large-region.ts'
import { usCounties } from './support/us-counties.ts'
import { visitor } from './support/visitor.ts'

/* Regions with many jurisdictions: their lists are searched and read a page at a time. */

const MOBILE = 'mobile-alabama-01097'

let app: TestApp
let few: TestApp
let documents: Documents

beforeAll(async () => {
  few = await startApp()
  app = await startApp()
  documents = await usCounties()
  const { intake } = documents.region
  await applyWithFew(app.platform, 'counties', documents, [intake])
})
afterAll(async () => {
  await app.close()
  await few.close()
})

const read = async (path: string) => {
  const answer = await app.request(`/r/counties${path}`)
  expect([path, answer.status]).toEqual([path, 200])
  return answer.text()
}
const bodiesOn = (page: string) => [...page.matchAll(/class="body" id="([^"]+)"/g)].map(([, id]) => id)

describe('all counties of the United States', () => {
  const find = (text: string, letter = '', page = 1) => listJurisdictions(documents, { text, letter, page })

  it('are each on one page, in order of their names', () => {
    const { total, pages } = find('')
    expect(total).toBe(documents.jurisdictions.length)
    const listed = Array.from({ length: pages }, (_, index) => find('', '', index + 1).found).flat()
    expect(new Set(listed.map(({ slug }) => slug)).size).toBe(total)
    expect(listed.length).toBe(total)
    expect(find('', '', 10_000).page).toBe(pages)
    expect(find('', '', -1).page).toBe(1)
  })

  it('are found by any of their words, without accents or case', () => {
    expect(find('dona ana').found.map(({ name }) => name)).toEqual(['Doña Ana, New Mexico'])
    expect(find('WEST baton').found.map(({ name }) => name)).toEqual(['West Baton Rouge, Louisiana'])
    expect(find('no such county').total).toBe(0)
  })

  it('have letters that lead to all of them', () => {
    const letters = firstLetters(documents)
    expect(letters).toEqual([...letters].sort())
    const totals = letters.map(letter => find('', letter).total)
    expect(totals.reduce((sum, one) => sum + one, 0)).toBe(documents.jurisdictions.length)
  })

  it('are narrowed to what was typed, and those kept in any case', () => {
    const kept = documents.jurisdictions[7]
    expect(narrowed(documents, '')).toEqual([])
    expect(narrowed(documents, '', one => one === kept)).toEqual([kept])
    expect(narrowed(documents, 'Los Angeles').map(({ name }) => name)).toEqual(['Los Angeles, California'])
  })
})

it('a region of few shows all of them on its pages', async () => {
  const { jurisdictions } = await bundledDocuments()
  const home = await (await few.request('/')).text()
  const all = await (await few.request('/jurisdictions?page=2&letter=z')).text()
  for (const { slug } of jurisdictions) {
    expect(home).toContain(`/jurisdictions#${slug}`)
    expect(bodiesOn(all)).toContain(slug)
  }
  expect(all).not.toContain('agency-name')
})

it('the home page of a region of many has a search and a link to the list instead', async () => {
  const home = await read('/')
  expect(home).toContain('action="/r/counties/jurisdictions"')
  expect(home).toMatch(/See all 3,\d{3} cities and agencies/)
  expect(home).not.toContain('/jurisdictions#')
})

it('its list has pages with addresses of their own, by letter and by search', async () => {
  const first = await read('/jurisdictions')
  expect(bodiesOn(first)).toHaveLength(50)
  expect(first).toContain('href="/r/counties/jurisdictions?page=2"')
  const second = bodiesOn(await read('/jurisdictions?page=2'))
  expect(second.filter(id => bodiesOn(first).includes(id))).toEqual([])
  const found = await read('/jurisdictions?agency=mobile')
  expect(bodiesOn(found)).toEqual([MOBILE])
  expect(found).toContain('value="mobile"')
  expect(bodiesOn(await read('/jurisdictions?letter=w')).every(id => id?.startsWith('w'))).toBe(true)
  expect(await read('/jurisdictions?agency=nowhere')).toContain('No agency has that name')
})

it('public reports are filtered by the one that was chosen on the list', async () => {
  expect(await read('/reports')).not.toContain('name="jurisdiction"')
  const chosen = await read(`/reports?jurisdiction=${MOBILE}`)
  expect(chosen).toMatch(/<option value="mobile-alabama-01097"[^>]* selected/)
  expect(chosen.match(/<option value="[a-z-]+-\d{5}"/g)).toHaveLength(1)
})

it('GeoReport discovery of many has the region alone, and each has its own', async () => {
  const discovery = async (path: string) => JSON.parse(await read(path)) as { endpoints: object[] }
  expect((await discovery('/open311/discovery.json')).endpoints).toHaveLength(1)
  expect((await discovery(`/j/${MOBILE}/open311/discovery.json`)).endpoints).toHaveLength(2)
})

it('what is prepared of a region does not depend on what was asked before', () => {
  const jurisdictions = documents.jurisdictions.slice(0, 130)
  const compiled = () =>
    compileRegion({ region: 'counties', version: 1, hash: '', documents: { ...documents, jurisdictions } })
  const [one, other] = [compiled(), compiled()]
  const points = jurisdictions.flatMap(({ boundary }) => boundary[0]?.coordinates[0]?.[0] ?? [])
  const places = points.flatMap(([long, lat]) => [
    [lat, long],
    [lat + 1e-4, long + 1e-4],
  ])
  const answer = ({ routing }: typeof one, [lat = 0, long = 0]: readonly number[]) => [
    routing.atlas.areasAt(lat, long),
    routing.atlas.areaSetsWithin(lat, long, 30),
  ]
  const forwards = places.map(place => answer(one, place))
  const backwards = places.toReversed().map(place => answer(other, place))
  expect(backwards.reverse()).toEqual(forwards)
})

/** Bytes of each page and list that a region's residents, staff and programs can ask for without a database. */
it('no page and no list of a region of many is long', async () => {
  const limits: Readonly<Record<string, number>> = {
    '/': 60_000,
    '/jurisdictions': 100_000,
    '/reports': 100_000,
    '/report': 100_000,
    '/report/pothole': 100_000,
    '/report/pothole/details?lat=39.8&long=-98.6': 100_000,
    '/place?q=Kansas': 100_000,
    '/track': 100_000,
    '/about': 100_000,
    '/sign-in': 100_000,
    '/account': 100_000,
    '/open311/discovery.json': 100_000,
    '/open311/discovery.xml': 100_000,
    '/open311/v2/services.json': 100_000,
    '/api/v1/services': 100_000,
  }
  const sizes = await Promise.all(
    Object.entries(limits).map(async ([path, limit]) => {
      const answer = await app.request(`/r/counties${path}`)
      return { path, bytes: (await answer.bytes()).length, limit, status: answer.status }
    }),
  )
  expect(sizes.filter(({ bytes, limit }) => bytes > limit)).toEqual([])
})

describe('as a demonstration', () => {
  const searched = '?agency=mobile'
  const autauga = { lat: 32.53, long: -86.64 }
  const demoOf = () => startApp({ demo: true })

  it('the sign-in page has the agencies that were searched for', async () => {
    const demo = await demoOf()
    await applyWithFew(demo.platform, 'counties', documents, [documents.region.intake])
    const page = async (query: string) => (await demo.request(`/r/counties/sign-in${query}`)).text()
    const offered = (text: string) =>
      [...text.matchAll(/name="jurisdiction" value="([^"]+)"/g)].map(m => m[1])
    expect(offered(await page(''))).toEqual([])
    expect(offered(await page(searched))).toEqual([MOBILE])
    await demo.close()
  })

  it('staff offer a request to an agency that they searched for', async () => {
    const demo = await demoOf()
    const { intake } = documents.region
    await applyWithFew(demo.platform, 'counties', documents, [intake, MOBILE])
    const filed = await demo.request(`/r/counties/j/${intake}/api/v1/requests`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        service_code: 'something-else',
        ...autauga,
        answers: { details: 'A bench is broken.' },
      }),
    })
    const { id } = (await filed.json()) as { id: string }
    const agent = visitor(demo)
    await agent.post('/r/counties/sign-in/demo', { jurisdiction: intake, role: 'supervisor' })
    const path = `/r/counties/work/${intake}/requests/${id}`
    const before = await agent.read(path)
    expect(before).toContain('id="offer-agency"')
    expect(before).not.toContain(`value="${MOBILE}"`)
    expect(before.length).toBeLessThan(100_000)
    expect(await agent.read(path + searched)).toContain(`<option value="${MOBILE}"`)
    await demo.close()
  })
})
