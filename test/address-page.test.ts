import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPlaces } from '../src/core/database/handles.ts'
import { seedDistricts } from '../src/demonstration/districts.ts'
import { listPlaceSources } from '../src/places/index/import.ts'
import { startApp, type TestApp } from './support/app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
  await seedDistricts(app.platform, app.region)
})
afterAll(() => app.close())

async function page(query: Readonly<Record<string, string>>, site = '') {
  const answer = await app.request(`${site}/place?${new URLSearchParams(query)}`)
  return { status: answer.status, html: await answer.text() }
}

interface Facts {
  readonly isInside: boolean
  readonly county: { readonly name: string } | null
  readonly jurisdictions: readonly { readonly id: string; readonly isCertain: boolean }[]
  readonly responsible: readonly {
    readonly performer: { readonly id: string }
    readonly services: readonly string[]
    readonly reason: string
  }[]
  readonly districts: readonly {
    readonly set: string
    readonly isCertain: boolean
    readonly districts: readonly {
      readonly name: string
      readonly holder?: { readonly name: string } | null
      readonly collection?: { readonly next: readonly { readonly day: string }[] }
    }[]
  }[]
}

async function facts(query: Readonly<Record<string, string>>): Promise<Facts> {
  const answer = await app.request(`/api/v1/place?${new URLSearchParams(query)}`)
  expect(answer.status).toBe(200)
  return (await answer.json()) as Facts
}

const MILL = { lat: '38.581671', long: '-74.255229' }
const wardOf = ({ districts }: Facts) => districts.find(({ set }) => set.endsWith('wards'))

describe('the page of an address', () => {
  it('asks for an address, and the home page does too', async () => {
    const { status, html } = await page({})
    expect([status, html.includes('Who serves my address?')]).toEqual([200, true])
    const home = await (await app.request('/')).text()
    expect(home).toContain('action="/place"')
  })

  it('says who collects when, who represents, and who takes care of what', async () => {
    const { html } = await page({ q: '2230 Mill Road, Port Ellery' })
    for (const text of [
      '2230 Mill Road, Port Ellery',
      'Every Wednesday.',
      'Ward 3',
      'County Council',
      'Zone C',
      'Port Ellery High School',
      'Port Ellery Public Library',
      'Port Ellery City Hall',
      'Ellery County maintains Mill Road, so it is responsible.',
      'href="/report?lat=38.581',
    ])
      expect(html).toContain(text)
  })

  it('goes on to a report with the place filled in', async () => {
    const { html } = await page({ q: '2230 Mill Road, Port Ellery' })
    const [, link = ''] = /href="(\/report\?lat=[^"]+)"/.exec(html) ?? []
    const services = await (await app.request(link.replaceAll('&amp;', '&'))).text()
    const [, details = ''] = /href="(\/report\/graffiti\/details\?[^"]+)"/.exec(services) ?? []
    const form = await (await app.request(details.replaceAll('&amp;', '&'))).text()
    expect(form).toContain('2230 Mill Road, Port Ellery')
    expect(form).toContain('City of Port Ellery')
  })

  it('lets choose where the text fits several places, and takes nothing that differs for certain', async () => {
    const several = await page({ q: 'Mill Road' })
    expect(several.html).toContain('Which location is it?')
    const other = await page({ q: '2230 Mill Road, Springfield' })
    expect(other.html).toContain('Different city')
    expect(other.html).not.toContain('Who represents you')
    const none = await page({ q: 'xyzzy plugh' })
    expect(none.html).toContain('We could not find')
  })

  it('never treats a place outside as if it were inside, and says which county it is in', async () => {
    const { html } = await page({ lat: '38.6', long: '-74.46' })
    expect(html).toContain('It is in Marston County. Contact them about it.')
    expect(html).not.toContain('Who takes care of what')
    const sea = await page({ lat: '38.53', long: '-73.2' })
    expect(sea.html).toContain('This place is outside the area we serve')
    expect((await page({ lat: '95', long: 'x' })).status).toBe(400)
  })

  it('says nothing of a whole area as if it were an address', async () => {
    const { status, html } = await page({
      lat: MILL.lat,
      long: MILL.long,
      accuracy: '5000',
      address: 'Port Ellery',
    })
    expect([status, html.includes('That is a whole area')]).toEqual([400, true])
    const named = await page({ q: 'Larkfield' })
    expect(named.html).not.toContain('Who takes care of what')
  })

  it('names both sides of a boundary', async () => {
    const { html } = await page({ lat: '38.592400', long: '-74.279447' })
    expect(html).toMatch(/may be in City of (?:Port Ellery or City of Hollis|Hollis or City of Port Ellery)/)
    expect(html).toContain('This place is close to the border of this district.')
  })

  it.each([
    ['es', 'Quién le representa', 'Sector 3'],
    ['ht', 'Kiyès ki reprezante w', 'Katye 3'],
  ])('is in %s too', async (lang, title, ward) => {
    const { html } = await page({ q: '2230 Mill Road, Port Ellery', lang })
    expect(html).toContain(title)
    expect(html).toContain(ward)
  })

  it('works on the site of a city, and writes no address to the log', async () => {
    app.logged.length = 0
    const { html } = await page({ q: '2230 Mill Road, Port Ellery' }, '/r/ellery/j/port-ellery')
    expect(html).toContain('href="/r/ellery/j/port-ellery/report?lat=')
    expect(JSON.stringify(app.logged)).not.toMatch(/mill road|38\.58/i)
  })
})

describe('the facts of a place', () => {
  it('have the holder of the day that is asked for', async () => {
    const names = async (at: string) =>
      wardOf(await facts({ ...MILL, at }))?.districts.map(({ holder }) => holder?.name)
    expect(await names('2027-01-03')).toEqual(['George Halloran'])
    expect(await names('2027-01-04')).toEqual(['Sofia Benítez'])
  })

  it('say that an office is vacant', async () => {
    const airport = await facts({ lat: '38.541', long: '-74.285', at: '2026-11-01' })
    expect(wardOf(airport)?.districts).toMatchObject([{ name: 'Ward 4', holder: null }])
  })

  it('move the collection of a week with a holiday', async () => {
    const friday = await facts({ lat: '38.589', long: '-74.22', at: '2026-12-24' })
    const trash = friday.districts.find(({ set }) => set.endsWith('/trash'))
    expect(trash?.districts[0]?.collection?.next[0]).toEqual({
      day: '2026-12-26',
      insteadOf: '2026-12-25',
      holiday: 'Christmas Day',
    })
  })

  it('name every service once, by who provides it', async () => {
    const { isInside, responsible } = await facts(MILL)
    expect(isInside).toBe(true)
    const services = responsible.flatMap(group => group.services)
    expect(services.toSorted()).toEqual(app.region.documents.services.map(({ code }) => code).toSorted())
    expect(responsible.find(group => group.services.includes('pothole'))?.performer.id).toBe('ellery-county')
  })

  it('are empty outside', async () => {
    const outside = await facts({ lat: '38.6', long: '-74.46' })
    expect(outside).toMatchObject({ isInside: false, responsible: [], districts: [] })
    expect(outside.county).toMatchObject({ name: 'Marston County' })
  })

  it.each([
    [{}, 'lat'],
    [{ lat: '38.5' }, 'long'],
    [{ ...MILL, accuracy: '5000' }, 'accuracy'],
    [{ ...MILL, at: 'tomorrow' }, 'at'],
  ])('refuse %j', async (query, field) => {
    const answer = await app.request(`/api/v1/place?${new URLSearchParams(query as Record<string, string>)}`)
    expect(answer.status).toBe(400)
    expect(JSON.stringify(await answer.json())).toContain(`"${field}"`)
  })

  it('are seeded once', async () => {
    const db = openPlaces(app.platform, { kind: 'system', reason: 'test' }, app.region.slug)
    const before = await listPlaceSources(db)
    expect(before.length).toBeGreaterThan(4)
    await seedDistricts(app.platform, app.region)
    expect(await listPlaceSources(db)).toEqual(before)
  })
})

describe('a region without districts', () => {
  it('says nothing of them', async () => {
    const documents = { ...app.region.documents }
    const jurisdictions = documents.jurisdictions.map(({ districts, ...own }) => own)
    const plain = await startApp({ documents: { ...documents, jurisdictions } })
    const html = await (await plain.request('/place?q=2230+Mill+Road%2C+Port+Ellery')).text()
    await plain.close()
    expect(html).toContain('Who takes care of what')
    expect(html).not.toContain('Who represents you')
  })
})
