import { startApp } from '../test/support/app.ts'
import { type Figure, figure } from './figure.ts'
import { race, startBenchServer } from './servers/servers.ts'

/** GeoReport POST, durable, 32 connections, beside a bare Hono handler that does one INSERT. */
export async function bench(): Promise<readonly Figure[]> {
  const app = await startApp()
  const { region, services, jurisdictions } = app.region.documents
  const [long, lat] = region.map.center
  const at = new URLSearchParams({ service_code: 'pothole', lat: String(lat), long: String(long) })
  const routed = await (await app.request(`/api/v1/route?${at}`)).json()
  const jurisdiction = (routed as { accountable: { id: string } }).accountable.id
  const key = await app.key(jurisdiction)
  const questions = services.find(({ code }) => code === 'pothole')?.questions ?? []
  const required = questions.filter(question => question.required && question.type !== 'notice')
  const form = new URLSearchParams({
    ...Object.fromEntries(at),
    jurisdiction_id: jurisdiction,
    api_key: key,
    description: 'A hole as wide as a door, by the second lamp post; two cars have been damaged.',
    email: 'reader@example.org',
    ...Object.fromEntries(
      required.map(({ code, options }) => [`attribute[${code}]`, options?.[0]?.key ?? '1']),
    ),
  })
  if (jurisdictions.length === 0) throw new Error('the region has no jurisdiction')
  await app.platform.close()
  const ours = await startBenchServer('ours', app.dataDir)
  const bare = await startBenchServer('bare')
  try {
    const post = {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
    } as const
    const [real, plain] = await race(
      { url: `${ours.url}/open311/v2/requests.json`, ...post },
      { url: `${bare.url}/reports`, ...post },
    )
    return [
      figure(
        'GeoReport POST, durable, 32 connections',
        'requests/s',
        real.requests.average,
        plain.requests.average,
      ),
      figure('GeoReport POST, 99th percentile', 'ms', real.latency.p99, plain.latency.p99),
    ]
  } finally {
    await ours.stop()
    await bare.stop()
    await app.close()
  }
}
