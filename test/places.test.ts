import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { bundled, startApp, type TestApp } from './support/app.ts'
import { importPlacesCsv } from './support/places.ts'

interface Found {
  readonly label: string
  readonly lat: number
  readonly long: number
  readonly kind: string
  readonly contradicts?: readonly string[]
}

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

async function search(query: Readonly<Record<string, string>>): Promise<readonly Found[]> {
  const answer = await app.request(`/api/v1/places?${new URLSearchParams(query)}`)
  return ((await answer.json()) as { places: Found[] }).places
}

describe('the place search of a region', () => {
  test.each([
    ['2230 Mill Road Apt 4', '2230 Mill Road, Port Ellery'],
    ['2230A Mill Road', '2230 Mill Road, Port Ellery'],
    ['2230-2234 Mill Road', '2230 Mill Road, Port Ellery'],
    ['2230 Mill Road Port Ellery MD 21201', '2230 Mill Road, Port Ellery'],
    ['Mill Road and Ninth Street', 'Mill Road and 9th Street, Port Ellery'],
    ['corner of Mill Road and 9th Street', 'Mill Road and 9th Street, Port Ellery'],
    ['SR 9', 'State Highway 9, Hollis'],
  ])('finds %s', async (typed, label) => {
    const found = await search({ q: typed })
    expect(found.map(place => place.label)).toContain(label)
    expect(found[0]?.contradicts).toBeUndefined()
  })

  test.each(['2230 Mill Street', '2230 Mill Lane'])('offers for %s the street of another type', async q => {
    const found = await search({ q })
    const mill = found.find(({ label }) => label === '2230 Mill Road, Port Ellery')
    expect(mill?.contradicts).toEqual(['street'])
    expect(found.filter(({ contradicts = [] }) => contradicts.length === 0)).toEqual([])
  })

  it('finds an address with a direction that its street has not', async () => {
    const [place] = await search({ q: '2230 N Mill Rd' })
    expect(place).toMatchObject({ label: '2230 Mill Road, Port Ellery' })
  })

  it('finds an address with the country after it, without a comma', async () => {
    const [place] = await search({ q: '2230 Mill Road USA' })
    expect(place).toMatchObject({ label: '2230 Mill Road, Port Ellery' })
    expect(place?.contradicts).toBeUndefined()
  })

  test.each([
    ['38.581671,-74.255229', 0],
    ['38.58,-74.26', 557],
  ])('finds coordinates as precise as they are typed: %s within %d m', async (q, accuracy) => {
    expect((await search({ q }))[0]).toMatchObject({ kind: 'coordinates', accuracy })
  })

  test.each([
    ['2200 block of Mill Road', 99],
    ['2230-2234 Mill Road', 4],
    ['2230 Mill Road', 0],
  ])('finds %s within %d m', async (q, accuracy) => {
    expect((await search({ q }))[0]).toMatchObject({ kind: 'address', accuracy })
  })

  it('finds coordinates that were typed in the other order', async () => {
    const [place] = await search({ q: '-74.255229, 38.581671' })
    expect(place).toMatchObject({ label: '38.581671, -74.255229', lat: 38.581671, long: -74.255229 })
  })

  it('finds a short plus code beside the region', async () => {
    const [place] = await search({ q: 'HPJV+MW' })
    expect(place?.kind).toBe('coordinates')
    expect(Math.abs((place?.lat ?? 0) - 38.58)).toBeLessThan(0.6)
    expect(Math.abs((place?.long ?? 0) + 74.25)).toBeLessThan(0.6)
  })

  test.each([
    ['2230 Mlil Road', '2230 Mill Road, Port Ellery'],
    ['2230 Millroad', '2230 Mill Road, Port Ellery'],
    ['Divison Street', 'Division Street, Port Ellery'],
    ['nineth street', '9th Street, Port Ellery'],
    ['Mil Road and Nineth Street', 'Mill Road and 9th Street, Port Ellery'],
  ])('finds %s, however it is mistyped', async (typed, label) => {
    const found = await search({ q: typed })
    expect(found.map(place => place.label)).toContain(label)
  })

  it('takes no street for a mistyped one with another number', async () => {
    const found = await search({ q: '19th Street' })
    expect(found.map(place => place.label)).not.toContain('9th Street, Port Ellery')
  })

  it('finds coordinates as they are', async () => {
    const [place] = await search({ q: '38.581671,-74.255229' })
    expect(place).toMatchObject({ lat: 38.581671, long: -74.255229, kind: 'coordinates' })
  })

  test.each(['2230 Mill Road, Springfield', '286 5th Street, Gull Harbor'])(
    'says of %s that the city is another, and a report of it is not certain',
    async typed => {
      const [place] = await search({ q: typed })
      expect(place?.contradicts ?? ['no place']).not.toEqual([])
      const answer = await app.request('/api/v1/requests', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          service_code: 'graffiti',
          address: typed,
          answers: { surface: 'public' },
          dry_run: true,
        }),
      })
      expect(await answer.json()).toMatchObject({ resolution: { confidence: 'unresolved' } })
    },
  )

  it('files what is on Fifth Street in Hollis with Hollis, however it is written', async () => {
    const [place] = await search({ q: '286 5th Street, Hollis' })
    expect(place?.label).toMatch(/Hollis/)
    expect(place?.contradicts).toBeUndefined()
  })

  it('finds imported addresses before streets, by text and by position', async () => {
    await importPlacesCsv(
      app.platform,
      bundled,
      'LON,LAT,NUMBER,STREET,UNIT,CITY,DISTRICT,REGION,POSTCODE,ID\n-74.2561,38.5821,77,QUIET LN,,PORT ELLERY,,MD,21201,1\n',
    )
    app.advance(61_000)
    await app.request('/api/v1/places?q=x')
    expect((await search({ q: '77 quiet lane' }))[0]).toMatchObject({
      label: '77 Quiet Ln, Port Ellery',
      kind: 'address',
    })
    expect(await search({ lat: '38.5822', long: '-74.2561' })).toMatchObject([
      { label: '77 Quiet Ln, Port Ellery' },
    ])
    const where = await app.request('/report/pothole?q=77+quiet+lane+springfield,+MD')
    expect(await where.text()).toContain('77 Quiet Ln, Port Ellery')
  })

  it('says of a post office box that it is no place', async () => {
    for (const path of ['/report/pothole?q=PO+Box+12', '/place?q=PO+Box+12']) {
      expect(await (await app.request(path)).text()).toContain('is a post office box')
    }
  })

  it('refuses what is no position', async () => {
    const answer = await app.request('/api/v1/places?lat=95&long=-74')
    expect(answer.status).toBe(400)
  })
})
