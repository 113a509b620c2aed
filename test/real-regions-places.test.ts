import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { boundsOf } from '../src/places/bounds.ts'
import { isWithin } from '../src/places/import/positions/region-bounds.ts'
import type { Documents } from '../src/regions/documents/snapshot.ts'
import { startApp, type TestApp } from './support/app.ts'
import { queryOf, sendJson } from './support/geocoder-answers.ts'
import { serveHttp, type TestServer } from './support/http.ts'
import { bundledRegion, loadTenant } from './support/tenants.ts'

/* The bundled real regions have a few common places and the Census Bureau's geocoder, and no addresses of their own. */

async function documentsOf(region: string): Promise<Documents> {
  const { documents } = await loadTenant(region)
  if (documents === undefined) throw new Error(`${region} is refused`)
  return documents
}

async function search(app: TestApp, region: string, q: string) {
  const answer = await app.request(`/r/${region}/api/v1/places?${new URLSearchParams({ q })}`)
  return (await answer.json()) as { places: { label: string; kind: string }[]; addressesLoaded: boolean }
}

const wherePage = async (app: TestApp, region: string, q: string, lang = 'en') =>
  (await app.request(`/r/${region}/report/pothole?${new URLSearchParams({ q, lang })}`)).text()

describe.each([
  ['baltimore', 'Baltimore City Hall', '100 Holliday St', '100 Holliday Street, Baltimore, MD 21202'],
  ['chicago', 'Chicago City Hall', '121 N LaSalle St', '121 North LaSalle Street, Chicago'],
  ['miami-dade', 'Stephen P. Clark Government Center', '111 NW 1st St', '111 NW 1 Street, Miami FL'],
  ['new-york', 'New York City Hall', 'City Hall Park', 'City Hall Park, New York, NY'],
])('%s without a network', (region, name, address, longer) => {
  let app: TestApp
  beforeAll(async () => {
    app = await startApp({ documents: await documentsOf(region), slug: region })
  })
  afterAll(() => app.close())

  it('names the Census geocoder, and places that are inside the region', async () => {
    const compiled = await bundledRegion(region)
    const { region: document, places } = compiled.documents
    expect(document.geocoders).toMatchObject([{ kind: 'census', city: expect.stringMatching(/, [A-Z]{2}$/) }])
    const outside = places.filter(
      ({ coordinates: [long, lat] }) => !isWithin(boundsOf(compiled), { lat, long }),
    )
    expect([places.length > 5, outside]).toEqual([true, []])
  })

  it.each([name, address, longer])('finds %s', async typed => {
    const { places } = await search(app, region, typed)
    expect(places[0]).toMatchObject({ kind: 'landmark', label: expect.stringContaining(name) })
    expect(await wherePage(app, region, typed)).toContain(name)
  })

  it('says of other addresses that they are not loaded, never that there are none', async () => {
    const typed = '4711 Nonesuch Avenue'
    expect(await search(app, region, typed)).toEqual({ places: [], addressesLoaded: false })
    const page = await wherePage(app, region, typed)
    expect(page).toContain(`could not look up “${typed}”. The addresses of this area are not loaded yet.`)
    expect(page).toContain('Describe the place below, or choose it on the map.')
    expect(page).not.toContain('could not find “')
    expect(await wherePage(app, region, typed, 'es')).toContain('todavía no están cargadas')
  })
})

describe('Baltimore with a network', () => {
  let app: TestApp
  let server: TestServer
  let matches: object[]

  beforeAll(async () => {
    server = await serveHttp((request, response) => {
      expect(queryOf(request).searchParams.get('address')).toMatch(/, Baltimore, MD$/)
      sendJson(response, { result: { addressMatches: matches } })
    })
    const documents = await documentsOf('baltimore')
    const geocoders = documents.region.geocoders?.map(one => ({ ...one, url: server.url }))
    app = await startApp({
      documents: { ...documents, region: { ...documents.region, ...(geocoders && { geocoders }) } },
      slug: 'baltimore',
      outboundAllow: [server.host],
    })
  })
  afterAll(async () => {
    await app.close()
    await server.close()
  })

  it('finds what the geocoder has, with its attribution', async () => {
    matches = [
      {
        matchedAddress: '2401 LIBERTY HEIGHTS AVE, BALTIMORE, MD, 21215',
        coordinates: { x: -76.6532, y: 39.3184 },
      },
    ]
    const page = await wherePage(app, 'baltimore', '2401 Liberty Heights Ave')
    expect(page).toContain('2401 Liberty Heights Ave, Baltimore')
    expect(page).toContain('U.S. Census Bureau')
  })

  it('says that there is no such address once the geocoder has said so', async () => {
    matches = []
    const typed = '4711 Nonesuch Avenue'
    expect(await search(app, 'baltimore', typed)).toEqual({ places: [], addressesLoaded: true })
    expect(await wherePage(app, 'baltimore', typed)).toContain(`We could not find “${typed}”`)
  })
})

test('no test reaches the public geocoder', async () => {
  await expect(fetch('https://geocoding.geo.census.gov/geocoder')).rejects.toThrow('fetch failed')
})
