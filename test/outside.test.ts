import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundledDocuments, startApp, type TestApp } from './support/app.ts'
import { sendJson } from './support/geocoder-answers.ts'
import { serveHttp, type TestServer } from './support/http.ts'
import { errors, items, post } from './support/open311.ts'

/* A place outside the region: who serves it, as far as it is known, and never a report as if it were inside. */

const marston = { lat: '38.6', long: '-74.46' }
const sea = { lat: '38.53', long: '-74.2' }
const inside = { lat: '38.592348', long: '-74.243556' }

let app: TestApp
let server: TestServer
let counties: object[]
let asked: URLSearchParams[]

beforeAll(async () => {
  server = await serveHttp((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost')
    if (pathname !== '/geographies/coordinates') return sendJson(response, { result: { addressMatches: [] } })
    asked.push(searchParams)
    sendJson(response, { result: { geographies: { Counties: counties }, input: {} } })
  })
  const documents = await bundledDocuments()
  const geocoders = [
    { kind: 'census' as const, url: server.url, attribution: 'Census', city: 'Port Ellery, MD' },
  ]
  app = await startApp({
    documents: { ...documents, region: { ...documents.region, geocoders } },
    outboundAllow: [server.host],
  })
})
afterAll(async () => {
  await app.close()
  await server.close()
})

async function page(part: string, place: Record<string, string>, lang = 'en') {
  const query = new URLSearchParams({ accuracy: '0', ...place, lang })
  const answer = await app.request(`/report/noise/${part}?${query}`)
  return { status: answer.status, text: await answer.text() }
}

describe('the report form', () => {
  it.each([
    ['en', 'This place is outside the area we serve', 'It is in Marston County. Contact them about it.'],
    ['es', 'Este lugar está fuera de la zona que atendemos', 'Está en Marston County.'],
    ['ht', 'Kote sa a pa nan zòn nou sèvi a', 'Li nan Marston County.'],
  ])(
    'says in %s which county it is in and how to reach it, and asks for another place',
    async (lang, ...said) => {
      const { status, text } = await page('details', marston, lang)
      expect(status).toBe(400)
      for (const words of said) expect(text).toContain(words)
      expect(text).toContain('href="tel:555-010-0173"')
      expect(text).toContain('href="https://marstoncounty.example"')
      expect(text).toContain('id="place"')
      expect(text).not.toContain('name="description"')
    },
  )

  it('says so as soon as the place is chosen, and offers no way on', async () => {
    const { text } = await page('who', marston)
    expect(text).toContain('data-choose-again')
    expect(text).toContain('Marston County')
    expect(text).not.toMatch(/Expected by|class="handles/)
  })

  it('names the county that a geocoder knows, asked without the exact place', async () => {
    ;[asked, counties] = [[], [{ NAME: 'Howard County', STATE: '24' }]]
    const place = { lat: '38.531111', long: '-74.201111' }
    expect((await page('who', place)).text).toContain('It is in Howard County. Contact them about it.')
    expect(asked.map(query => [query.get('y'), query.get('x'), query.get('layers')])).toEqual([
      ['38.531', '-74.201', 'Counties'],
    ])
  })

  it('says no more than that it is outside where nobody knows more', async () => {
    counties = []
    const { status, text } = await page('details', sea)
    expect([status, text.includes('We cannot take a report for it.')]).toEqual([400, true])
    expect(text).toContain('call 311')
  })

  it('files nothing, whatever is sent', async () => {
    counties = []
    for (const place of [marston, sea]) {
      const body = new URLSearchParams({ ...place, accuracy: '0', 'answers.source': 'music' })
      const sent = await app.request('/report/noise/send', { method: 'POST', body })
      expect([sent.status, sent.headers.get('location')]).toEqual([400, null])
      expect(await sent.text()).toContain('outside the area we serve')
    }
    await app.runJobs()
    expect(await items(app.request('/open311/v2/requests.json'))).toEqual([])
  })

  it('goes on where the place may be inside', async () => {
    expect((await page('details', inside)).status).toBe(200)
    // A hundred meters beyond the limit of Marston County.
    const [west = 0] = borderOf(app)
    const beside = { lat: '38.6', long: String(west - 0.001) }
    expect((await page('details', { ...beside, accuracy: '10' })).status).toBe(400)
    expect((await page('details', { ...beside, accuracy: '150' })).status).toBe(200)
  })
})

describe('programs', () => {
  it('of the shared site are answered as before: nobody’s, or the partner’s, for the intake to see to', async () => {
    const key = await app.key('ellery-county')
    for (const [place, who] of [
      [marston, 'Marston County'],
      [sea, 'Ellery County'],
    ] as const) {
      const fields = { api_key: key, service_code: 'noise', 'attribute[source]': 'music', ...place }
      const [receipt] = await items(post(app, '/open311/v2/requests.json', fields))
      const [filed] = await items(app.request(`/open311/v2/requests/${receipt?.service_request_id}.json`))
      expect([String(filed?.service_request_id).slice(0, 2), filed?.agency_responsible]).toEqual(['EC', who])
    }
  })

  it('of one city are refused', async () => {
    const key = await app.key('hollis')
    const fields = { api_key: key, service_code: 'noise', 'attribute[source]': 'music', ...marston }
    const [error] = await errors(post(app, '/j/hollis/open311/v2/requests.json', fields))
    expect(error?.description).toContain('This location is not in City of Hollis')
  })
})

/** The longitudes at which the county's ground begins and ends at latitude 38.6. */
function* borderOf({ region }: TestApp) {
  const isInside = (long: number) => region.routing.atlas.areasAt(38.6, long).some(isBoundary)
  const isBoundary = (area: number) => region.routing.areas[area]?.kind === 'boundary'
  for (let long = -74.5; long < -74; long += 0.0001) {
    if (isInside(long) !== isInside(long - 0.0001)) yield long
  }
}
