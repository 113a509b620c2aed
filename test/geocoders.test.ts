import type { RequestListener, ServerResponse } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { firstPlaces, type Geocoder, geocodersOf } from '../src/places/geocoders/geocoders.ts'
import type { RegionBounds } from '../src/places/import/positions/region-bounds.ts'
import { type NodePlatform, nodePlatform } from '../src/platform/node/platform.ts'
import type { GeocoderDocument } from '../src/regions/documents/schemas/geocoder.ts'
import {
  arcgisAnswer,
  arcgisError,
  arcgisReverse,
  at,
  badAnswers,
  censusAnswer,
  house,
  nominatimAnswer,
  osmHouse,
  peliasAnswer,
  photonAnswer,
  queryOf,
  sendJson,
} from './support/geocoder-answers.ts'
import { serveHttp, type TestServer } from './support/http.ts'

/* Geocoders beside a region's own index, against real servers on this machine that answer as the services do, or badly. */

const bounds: RegionBounds = { bbox: [-80.1, 40, -79.9, 40.1], contains: ({ long }) => long < -79.95 }
const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

let server: TestServer
let respond: (response: ServerResponse, asked: URL) => void
let asked: URL[]
let headers: Parameters<RequestListener>[0]['headers'][]
let now: number
let logged: { level: string; event: string; fields: Record<string, unknown> }[]
let platform: NodePlatform

beforeAll(async () => {
  server = await serveHttp((request, response) => {
    const url = queryOf(request)
    asked.push(url)
    headers.push(request.headers)
    respond(response, url)
  })
})
afterAll(() => server.close())

beforeEach(() => {
  asked = []
  headers = []
  logged = []
  now = Date.parse('2026-08-12T16:00:00Z')
  respond = response => response.writeHead(404).end()
  platform = platformWith({ GEOCODER_LAKE__PELIAS: 'their key', GEOCODER_LAKE__ARCGIS: 'their token' })
})

const platformWith = (environment: Record<string, string>, outboundAllow = [server.host]) =>
  nodePlatform({
    dataDir: '/nowhere',
    environment,
    outboundAllow,
    now: () => now,
    log: (level, event, fields = {}) => logged.push({ level, event, fields }),
  })

function geocoder(
  kind: GeocoderDocument['kind'],
  more: Partial<GeocoderDocument> = {},
  within = 5000,
): Geocoder {
  const document = { kind, url: server.url, attribution: `Data of ${kind}`, ...more }
  const [made] = geocodersOf(platform, [document], { region: 'lake', bounds, within })
  if (made === undefined) throw new Error('no geocoder')
  return made
}

const answering = (answer: unknown) => {
  respond = response => sendJson(response, answer)
}
const outcomes = () =>
  logged.flatMap(({ event, fields }) => (event === 'geocoder-asked' ? [fields.outcome] : []))
const offLines = () => logged.filter(({ event }) => event === 'geocoder-off')
const query = (index = 0) => Object.fromEntries(asked[index]?.searchParams ?? [])
const found = async (from: Geocoder, text = '2230 mill rd') =>
  ((await from.forward(text, 10)) ?? []).map(({ kind, label, accuracy }) => `${kind}: ${label} ±${accuracy}`)

const box = '-80.1,40,-79.9,40.1'
// Half the diagonal of the made-up extents.
const spread = 204

describe('the Census geocoder', () => {
  test('answers an address within a range of numbers, in readable letters', async () => {
    answering(censusAnswer())
    expect(await geocoder('census').forward('2230 Mill Road, West', 5)).toEqual([
      { ...house, street: 'Mill Rd', label: '2230 Mill Rd, West', accuracy: 50, source: 'Data of census' },
    ])
    expect(asked[0]?.pathname).toBe('/locations/onelineaddress')
    expect(query()).toEqual({
      address: '2230 Mill Road, West',
      benchmark: 'Public_AR_Current',
      format: 'json',
    })
  })

  test.each([
    ['2230 Mill Road', '2230 Mill Road, West, PA'],
    ['2230 Mill Road West', '2230 Mill Road West, PA'],
    ['2230 Mill Road, East', '2230 Mill Road, East, PA'],
    ['2230 Mill Road, Weston, OH', '2230 Mill Road, Weston, OH'],
    ['2230 Mill Road 15301', '2230 Mill Road 15301'],
  ])('is asked for %j with the city or state that it needs', async (typed, address) => {
    answering(censusAnswer())
    expect(await found(geocoder('census', { city: 'West, PA' }), typed)).toHaveLength(1)
    expect(query().address).toBe(address)
  })

  test('has no suggestions, and no addresses near a place', () => {
    const { suggest, reverse } = geocoder('census')
    expect([suggest, reverse]).toEqual([undefined, undefined])
  })

  test('names the county of any place, asked to a hundred meters', async () => {
    answering({ result: { geographies: { Counties: [{ NAME: 'Lake County', STATE: '42' }] }, input: {} } })
    expect(await geocoder('census').county?.({ lat: 39.123456, long: -76.654321 })).toBe('Lake County')
    expect(asked[0]?.pathname).toBe('/geographies/coordinates')
    expect(query()).toMatchObject({
      x: '-76.654',
      y: '39.123',
      layers: 'Counties',
      vintage: 'Current_Current',
    })
    answering({ result: { geographies: { Counties: [] }, input: {} } })
    expect(await geocoder('census').county?.(at)).toBeUndefined()
    answering({ errors: ['Invalid vintage'] })
    expect(await geocoder('census').county?.(at)).toBeUndefined()
    expect(outcomes()).toEqual(['answered', 'answered', 'failed'])
  })
})

describe('Nominatim', () => {
  test('answers houses, numbers between two others, streets and landmarks, but no areas', async () => {
    answering(nominatimAnswer)
    const nominatim = geocoder('nominatim')
    expect(await found(nominatim)).toEqual([
      'address: 2230 Mill Road, West ±10',
      'address: 2232 Mill Road, West ±50',
      `street: Mill Road, West ±${spread}`,
      `landmark: West Library, 2240 Mill Road, West ±${spread}`,
    ])
    expect((await nominatim.forward('2230 mill rd', 1))?.[0]).toMatchObject(house)
    expect(asked[0]?.pathname).toBe('/search')
    expect(query()).toMatchObject({
      q: '2230 mill rd',
      viewbox: box,
      bounded: '1',
      format: 'jsonv2',
      limit: '10',
    })
    expect(nominatim.suggest).toBeUndefined()
  })

  test('answers what is near a place; what is far from it is not near', async () => {
    answering(osmHouse)
    const nominatim = geocoder('nominatim')
    expect(await nominatim.reverse?.(at)).toMatchObject([house])
    expect(asked[0]?.pathname).toBe('/reverse')
    expect(query()).toMatchObject({ lat: '40.05', lon: '-80.02' })
    expect(await nominatim.reverse?.({ ...at, lat: 40.06 })).toEqual([])
    answering({ error: 'Unable to geocode' })
    expect(await nominatim.reverse?.(at)).toEqual([])
    expect(outcomes()).toEqual(['answered', 'answered', 'answered'])
  })

  test('names the county of any place', async () => {
    answering({ ...osmHouse, address: { county: 'Lake County', state: 'Pennsylvania' } })
    expect(await geocoder('nominatim').county?.(at)).toBe('Lake County')
    expect(query()).toMatchObject({ lat: '40.05', lon: '-80.02', zoom: '8' })
    answering({ ...osmHouse, address: { city: 'London' } })
    expect(await geocoder('nominatim').county?.(at)).toBeUndefined()
  })

  test('is asked no more than once a second where it is the public server', async () => {
    const [nominatim] = geocodersOf(
      { ...platform, outbound: { ...platform.outbound, fetch: async () => Response.json([osmHouse]) } },
      [{ kind: 'nominatim', attribution: '© OpenStreetMap contributors' }],
      { region: 'lake', bounds },
    )
    const count = async () => (await nominatim?.forward('2230 mill rd', 1))?.length
    expect([await count(), await count()]).toEqual([1, undefined])
    now += 1000
    expect([await count(), outcomes()]).toEqual([1, ['answered', 'busy', 'answered']])
  })
})

describe('Photon', () => {
  test('answers houses, streets and landmarks, but no areas, also while one types', async () => {
    answering(photonAnswer)
    const photon = geocoder('photon')
    const places = [
      'address: 2230 Mill Road, West ±10',
      `street: Mill Road, West ±${spread}`,
      'landmark: West Library, 2240 Mill Road, West ±30',
    ]
    expect(await found(photon)).toEqual(places)
    const [first] = (await photon.suggest?.('2230 mi', 3)) ?? []
    expect(first).toMatchObject(house)
    expect(asked.map(({ pathname }) => pathname)).toEqual(['/api', '/api'])
    expect(query(1)).toEqual({ q: '2230 mi', bbox: box, limit: '3' })
  })

  test('answers what is near a place', async () => {
    answering(photonAnswer)
    expect((await geocoder('photon').reverse?.(at))?.[0]).toMatchObject(house)
    expect([asked[0]?.pathname, query().lon]).toEqual(['/reverse', '-80.02'])
  })
})

describe('Pelias', () => {
  const own = { keySecret: 'GEOCODER_LAKE__PELIAS' }

  test('answers addresses, streets, corners and landmarks, but no areas', async () => {
    answering(peliasAnswer)
    const pelias = geocoder('pelias', own)
    expect(await found(pelias)).toEqual([
      'address: 2230 Mill Road, West ±10',
      'address: 2230 Mill Road, West ±50',
      `street: Mill Road, West ±${spread}`,
      'intersection: Mill Road & Oak Street, West ±15',
      'landmark: West Library, 2240 Mill Road, West ±30',
    ])
    expect((await pelias.forward('2230 mill rd', 1))?.[0]).toMatchObject(house)
    expect(query()).toMatchObject({ 'boundary.rect.min_lon': '-80.1', 'boundary.rect.max_lat': '40.1' })
    expect(query().api_key).toBe('their key')
  })

  test('suggests while one types, and answers what is near a place', async () => {
    answering(peliasAnswer)
    const pelias = geocoder('pelias', own)
    expect((await pelias.suggest?.('2230 mi', 1))?.[0]).toMatchObject(house)
    expect((await pelias.reverse?.(at))?.[0]).toMatchObject(house)
    expect(asked.map(({ pathname }) => pathname)).toEqual(['/v1/autocomplete', '/v1/reverse'])
  })
})

describe('ArcGIS', () => {
  const own = { keySecret: 'GEOCODER_LAKE__ARCGIS' }

  test('answers addresses, corners, streets and landmarks, but no areas', async () => {
    answering(arcgisAnswer)
    const arcgis = geocoder('arcgis', own)
    expect(await found(arcgis)).toEqual([
      'address: 2230 Mill Rd, West ±10',
      'address: 2232 Mill Rd, West ±50',
      'intersection: Mill Rd & Oak St, West ±15',
      `street: Mill Rd, West ±${spread}`,
      `landmark: West Library, 2240 Mill Rd, West ±${spread}`,
    ])
    expect((await arcgis.forward('2230 mill rd', 1))?.[0]).toMatchObject({ ...house, street: 'Mill Rd' })
    expect(query()).toMatchObject({ SingleLine: '2230 mill rd', token: 'their token', forStorage: 'false' })
    expect(JSON.parse(query().searchExtent ?? '')).toMatchObject({ xmin: -80.1, ymax: 40.1 })
    expect(arcgis.suggest).toBeUndefined()
  })

  test('answers what is near a place, and is told that the answer is stored', async () => {
    answering(arcgisReverse)
    const arcgis = geocoder('arcgis', { ...own, cache: '30 days' })
    expect(await arcgis.reverse?.(at)).toMatchObject([{ ...house, street: 'Mill Rd' }])
    expect(query()).toMatchObject({ location: '-80.02,40.05', forStorage: 'true' })
  })

  test('says in its body that it refuses', async () => {
    answering(arcgisError(498))
    expect(await found(geocoder('arcgis', own))).toEqual([])
    expect(offLines().map(({ fields }) => fields.reason)).toEqual([498])
  })
})

describe('an answer', () => {
  test.each<[string, object]>([
    ['0,0', { x: 0, y: 0 }],
    ['swapped coordinates', { x: at.lat, y: at.long }],
    ['another region', { x: -76.6, y: 39.3 }],
    ['a neighbor inside the box', { x: -79.92, y: at.lat }],
    ['coordinates in meters', { x: -8907786, y: 4874000 }],
  ])('is ignored if it is at %s', async (_, coordinates) => {
    answering(censusAnswer(coordinates))
    expect(await geocoder('census').forward('2230 Mill Road', 5)).toEqual([])
  })

  test.each(['', 'x', null, {}, '1e999'])('is ignored with %j for a coordinate', async x => {
    answering(censusAnswer({ x, y: at.lat }))
    expect(await geocoder('census').forward('2230 Mill Road', 5)).toBeUndefined()
    expect(outcomes()).toEqual(['failed'])
  })

  test('keeps its good places when others are damaged', async () => {
    answering([{ lat: 'north' }, 7, null, osmHouse])
    expect(await found(geocoder('nominatim'))).toEqual(['address: 2230 Mill Road, West ±10'])
  })

  test('has no more places than were asked for, and no endless names', async () => {
    const long = { ...osmHouse, address: { ...osmHouse.address, road: 'Mill '.repeat(1000) } }
    answering(Array(40).fill(long))
    const places = await geocoder('nominatim').forward('2230 mill rd', 3)
    expect(places?.map(({ label }) => label.length < 300)).toEqual([true, true, true])
  })

  test.each(Object.keys(badAnswers))('that is %s is no answer, and no error', async name => {
    respond = response => badAnswers[name]?.(response)
    const hangs = ['nothing', 'the beginning only'].includes(name)
    const nominatim = geocoder('nominatim', {}, hangs ? 30 : 5000)
    expect(await nominatim.forward('2230 mill rd', 5)).toBeUndefined()
    expect(await nominatim.reverse?.(at)).toBeUndefined()
    expect(outcomes()).toEqual(Array(2).fill(hangs ? 'late' : 'failed'))
    expect(asked).toHaveLength(2)
  })

  test('does not come from a private address that the operator has not allowed', async () => {
    platform = platformWith({}, [])
    expect([await found(geocoder('photon')), outcomes(), asked]).toEqual([[], ['failed'], []])
  })
})

describe('a geocoder that refuses', () => {
  test.each([401, 403, 429])(
    'with %i is left alone at once, with one line for the operator',
    async status => {
      respond = response => response.writeHead(status).end()
      const photon = geocoder('photon')
      await found(photon)
      await found(photon, 'another street')
      await photon.reverse?.(at)
      expect(asked).toHaveLength(1)
      expect(offLines()).toEqual([
        {
          level: 'warn',
          event: 'geocoder-off',
          fields: {
            region: 'lake',
            geocoder: 'photon',
            host: server.host,
            reason: status,
            until: '2026-08-12T16:15:00.000Z',
          },
        },
      ])
      answering(photonAnswer)
      now += 15 * MINUTE
      expect(await found(photon)).toHaveLength(3)
    },
  )

  test.each<[number, string, number]>([
    [429, '120', 2 * MINUTE],
    [503, '120', 2 * MINUTE],
    [429, 'Wed, 12 Aug 2026 18:00:00 GMT', 120 * MINUTE],
    [429, '999999999', DAY],
    [429, 'soon', 15 * MINUTE],
  ])('with %i and Retry-After %s is asked again then', async (status, retryAfter, wait) => {
    respond = response => response.writeHead(status, { 'retry-after': retryAfter }).end()
    const photon = geocoder('photon')
    await found(photon)
    answering(photonAnswer)
    now += wait - 1
    expect(await found(photon)).toEqual([])
    now += 1
    expect(await found(photon)).toHaveLength(3)
  })

  test('to several calls at once is told once, unless it means longer', async () => {
    const waiting: ServerResponse[] = []
    respond = response => {
      waiting.push(response)
      if (waiting.length < 3) return
      for (const one of waiting) one.writeHead(429, one === waiting[2] ? { 'retry-after': '7200' } : {}).end()
    }
    const photon = geocoder('photon')
    await Promise.all(['a', 'b', 'c'].map(text => found(photon, text)))
    expect(offLines().at(-1)?.fields.until).toBe('2026-08-12T18:00:00.000Z')
    expect(offLines().length).toBeLessThan(3)
  })

  test('is not asked without the key that the document names, and the operator is told', async () => {
    platform = platformWith({})
    expect(await found(geocoder('pelias', { keySecret: 'GEOCODER_LAKE__PELIAS' }))).toEqual([])
    expect([asked, offLines().map(({ fields }) => fields.reason)]).toEqual([[], ['secret-not-set']])
  })

  test('a key of another region is not used', async () => {
    platform = platformWith({ GEOCODER_HILL__PELIAS: 'not ours' })
    expect(await found(geocoder('pelias', { keySecret: 'GEOCODER_HILL__PELIAS' }))).toEqual([])
    expect(asked).toEqual([])
  })
})

describe('a geocoder that fails', () => {
  test('three times in a row is left alone, each time longer, until it answers', async () => {
    respond = response => response.writeHead(500).end()
    const photon = geocoder('photon')
    const ask = async () => {
      const before = asked.length
      await found(photon)
      return asked.length > before
    }
    expect([await ask(), await ask(), await ask(), await ask()]).toEqual([true, true, true, false])
    now += MINUTE
    expect([await ask(), await ask()]).toEqual([true, false])
    now += MINUTE
    expect(await ask()).toBe(false)
    now += MINUTE
    answering(photonAnswer)
    expect([await ask(), await ask()]).toEqual([true, true])
    respond = response => response.writeHead(500).end()
    expect([await ask(), await ask(), await ask(), await ask()]).toEqual([true, true, true, false])
    expect(offLines().map(({ fields }) => fields.until)).toEqual([
      '2026-08-12T16:01:00.000Z',
      '2026-08-12T16:03:00.000Z',
      '2026-08-12T16:04:00.000Z',
    ])
  })

  test('is not left alone because of texts that it does not understand', async () => {
    respond = response => response.writeHead(400).end('{}')
    const photon = geocoder('photon')
    for (const text of ['a', 'b', 'c', 'd']) await found(photon, text)
    expect([asked.length, offLines()]).toEqual([4, []])
  })

  test('leaves the turn to the next of the region', async () => {
    respond = (response, { pathname }) =>
      pathname === '/api' ? response.writeHead(500).end() : sendJson(response, censusAnswer())
    const places = await firstPlaces([geocoder('photon'), geocoder('census')], one =>
      one.forward('2230 Mill', 5),
    )
    expect(places?.map(({ source }) => source)).toEqual(['Data of census'])
    expect(await firstPlaces([geocoder('census')], one => one.suggest?.('2230 Mi', 5))).toBeUndefined()
  })
})

test('no more than four are under way at once; others go without', async () => {
  const waiting: ServerResponse[] = []
  respond = response => {
    waiting.push(response)
    if (waiting.length === 4) for (const one of waiting) sendJson(one, photonAnswer)
  }
  const photon = geocoder('photon')
  const texts = ['a', 'b', 'c', 'd', 'e', 'f']
  const counts = await Promise.all(texts.map(async text => (await found(photon, text)).length))
  expect(counts).toEqual([3, 3, 3, 3, 0, 0])
  expect(outcomes().filter(outcome => outcome === 'busy')).toHaveLength(2)
})

describe('answers are kept', () => {
  test('for as long as the document says, for the same text however it is typed', async () => {
    answering(photonAnswer)
    const photon = geocoder('photon', { cache: '30 days' })
    for (const text of ['2230 Mill Rd', ' 2230  MILL rd ']) expect(await found(photon, text)).toHaveLength(3)
    now += 30 * DAY - 1
    await found(photon)
    expect([asked.length, outcomes()]).toEqual([1, ['answered', 'cached', 'cached']])
    now += 1
    await found(photon)
    expect(asked).toHaveLength(2)
  })

  test('also while the service is left alone, and also if nothing was found', async () => {
    answering({ type: 'FeatureCollection', features: [] })
    const photon = geocoder('photon', { cache: '1 day' })
    expect(await found(photon, 'nowhere')).toEqual([])
    answering(photonAnswer)
    await found(photon)
    respond = response => response.writeHead(429).end()
    await found(photon, 'something else')
    expect([await found(photon, 'nowhere'), (await found(photon)).length, asked.length]).toEqual([[], 3, 3])
  })

  test.each([undefined, 'none'])('never, where it says %s', async cache => {
    answering(photonAnswer)
    const photon = geocoder('photon', { cache })
    await found(photon)
    await found(photon)
    expect(asked).toHaveLength(2)
  })

  test('apart for each act, and not if the service failed', async () => {
    respond = response => response.writeHead(500).end()
    const photon = geocoder('photon', { cache: '30 days' })
    await found(photon)
    answering(photonAnswer)
    expect(await found(photon)).toHaveLength(3)
    await photon.suggest?.('2230 mill rd', 10)
    await photon.reverse?.(at)
    await photon.reverse?.({ ...at, lat: at.lat + 0.000001 })
    expect(asked).toHaveLength(4)
  })
})

test('only what was typed and the region’s box leave the house, and neither is logged', async () => {
  answering(photonAnswer)
  const photon = geocoder('photon', { cache: '30 days' })
  await found(photon, `2230 Mill Rd${' '.repeat(500)}\u0000\nWest`)
  await found(photon, 'x'.repeat(5000))
  expect(await found(photon, ' \n ')).toEqual([])
  expect(query().q).toBe('2230 Mill Rd West')
  expect(query(1).q).toHaveLength(200)
  expect(Object.keys(headers[0] ?? {}).sort()).toEqual([
    'accept',
    'accept-encoding',
    'connection',
    'host',
    'user-agent',
  ])
  expect(headers[0]?.['user-agent']).toMatch(/^Countyline \(http/)
  expect(JSON.stringify(logged)).not.toMatch(/mill r|xxx|40\.0/i)
})
