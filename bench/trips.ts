import { sql } from 'drizzle-orm'
import { openTenantReader } from '../src/core/database/handles.ts'
import { createApp } from '../src/create-app.ts'
import { nodePlatform } from '../src/platform/node/platform.ts'
import { startApp } from '../test/support/app.ts'
import { importPlacesCsv } from '../test/support/places.ts'
import { counted } from '../test/support/trips.ts'
import { type Figure, figure } from './figure.ts'
import { georeportForm } from './georeport-form.ts'

const TIMES = 100
const PLACES = `LON,LAT,NUMBER,STREET,UNIT,CITY,DISTRICT,REGION,POSTCODE
-74.2561,38.5821,77,QUIET LN,,PORT ELLERY,,MD,21201
`

/** Database round trips of a request, counted at the port, beside those of one plain SELECT. */
export async function bench(): Promise<readonly Figure[]> {
  const app = await startApp()
  const body = await georeportForm(app)
  const jurisdiction = body.get('jurisdiction_id') ?? ''
  await importPlacesCsv(app.platform, app.region.slug, PLACES)
  await app.platform.close()
  const { platform, trips } = counted(
    nodePlatform({ dataDir: app.dataDir, rateLimits: false, log: () => {} }),
  )
  const front = createApp(platform)
  const ask = async (path: string, init?: RequestInit) => {
    const answer = await front.request(`http://localhost${path}`, init)
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}`)
    return answer.text()
  }
  const each = async (work: () => Promise<unknown>) => {
    // Fills the caches.
    await work()
    const before = trips()
    for (let count = 0; count < TIMES; count++) await work()
    return (trips() - before) / TIMES
  }
  try {
    const submit = () => ask('/open311/v2/requests.json', { method: 'POST', body })
    const [{ service_request_id: id }] = JSON.parse(await submit()) as [{ service_request_id: string }]
    const of = `jurisdiction_id=${jurisdiction}`
    const access = { kind: 'system', reason: 'bench' } as const
    const plain = await each(() =>
      openTenantReader(platform, access, app.region.slug, jurisdiction).rows(sql`SELECT 1`),
    )
    const ways: readonly (readonly [string, () => Promise<unknown>])[] = [
      ['submit', submit],
      ['track by GeoReport', () => ask(`/open311/v2/requests/${id}.json?${of}`)],
      ['track on its page', () => ask(`/cases/${id}`)],
      ['list by GeoReport', () => ask(`/open311/v2/requests.json?${of}`)],
      ['list of the region', () => ask('/reports')],
      ['search for an address', () => ask('/api/v1/places?q=77+Qui&typing=true')],
      ['nearest address', () => ask('/api/v1/places?lat=38.5822&long=-74.2561')],
    ]
    const figures: Figure[] = []
    for (const [name, work] of ways)
      figures.push(figure(`database: ${name}`, 'round trips', await each(work), plain))
    return figures
  } finally {
    await platform.close()
    await app.close()
  }
}
