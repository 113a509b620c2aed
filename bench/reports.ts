import { startApp } from '../test/support/app.ts'
import { type Figure, figure } from './figure.ts'
import { georeportForm } from './georeport-form.ts'
import { race, startBenchServer } from './servers/servers.ts'

/** GeoReport POST, durable, 32 connections, beside a bare Hono handler that does one INSERT. */
export async function bench(): Promise<readonly Figure[]> {
  const app = await startApp()
  const form = await georeportForm(app)
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
