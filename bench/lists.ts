import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@libsql/client/sqlite3'
import { startApp, type TestApp } from '../test/support/app.ts'
import { type Figure, figure } from './figure.ts'
import { race, startBenchServer } from './servers/servers.ts'

/**
 * GeoReport's list of 50 in a database of 100,000 and of 1,000,000 requests, beside a bare SELECT of those rows
 * to JSON.
 */
export async function bench(): Promise<readonly Figure[]> {
  const small = await measure(100_000)
  const large = await measure(1_000_000)
  return [
    figure('GeoReport list of 50 of 100,000', 'requests/s', small.ours, small.bare),
    figure('GeoReport list of 50 of 1,000,000', 'requests/s', large.ours, large.bare),
    figure('time of a list of 1,000,000 beside one of 100,000', 'ms', 1000 / large.ours, 1000 / small.ours),
  ]
}

async function measure(rows: number): Promise<{ ours: number; bare: number }> {
  // Filled directly, bypassing the app: both servers read the same unencrypted file.
  const app = await startApp({ now: Date.now(), plainFiles: true })
  const jurisdiction = app.region.documents.region.intake
  const { id } = await reportOnce(app, jurisdiction)
  // The jobs after applying a configuration run once, not while people read lists.
  await app.runJobs()
  await app.platform.close()
  const file = join(app.dataDir, 'databases', `${app.region.slug}--${jurisdiction}.db`)
  await multiply(file, id, rows)
  const copy = mkdtempSync(join(tmpdir(), 'countyline-list-'))
  copyFileSync(file, join(copy, 'bare.db'))
  const ours = await startBenchServer('ours', app.dataDir)
  const bare = await startBenchServer('bare', join(copy, 'bare.db'))
  try {
    const url = `${ours.url}/open311/v2/requests.json?jurisdiction_id=${jurisdiction}&page_size=50`
    const [real, plain] = await race({ url }, { url: `${bare.url}/requests` })
    return { ours: real.requests.average, bare: plain.requests.average }
  } finally {
    await ours.stop()
    await bare.stop()
    await app.close()
    rmSync(copy, { recursive: true, force: true })
  }
}

/** A report filed over HTTP, so that the rows look like real ones. */
async function reportOnce(app: TestApp, jurisdiction: string): Promise<{ id: string }> {
  const { services, region } = app.region.documents
  const [long, lat] = region.map.center
  const service = services.find(
    ({ private: hidden, questions }) => !hidden && !questions?.some(({ required }) => required),
  )
  const answer = await app.request(`/j/${jurisdiction}/api/v1/requests`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      service_code: service?.code,
      lat,
      long,
      description: 'A hole as wide as a door, by the second lamp post; two cars have been damaged.',
    }),
  })
  if (answer.status !== 201) throw new Error(`the report was refused: ${await answer.text()}`)
  return (await answer.json()) as { id: string }
}

/** Copies of it, spread over the last 80 days and over the county, with every index of a real database. */
async function multiply(file: string, id: string, rows: number): Promise<void> {
  const db = createClient({ url: `file:${file}` })
  await db.execute('PRAGMA synchronous = OFF')
  const { columns } = await db.execute('SELECT * FROM request LIMIT 1')
  const kept = columns.filter(
    column => !['seq', 'id', 'requested_at', 'updated_at', 'lat', 'long'].includes(column),
  )
  await db.execute({
    sql: `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
      INSERT INTO request (id, requested_at, updated_at, lat, long, ${kept.join(', ')})
      SELECT 'EC-' || printf('%010d', i), requested_at - CAST(i AS REAL) / ? * 6912000000, updated_at,
        lat + (i % 997) / 10000.0, long + (i % 991) / 10000.0, ${kept.join(', ')}
      FROM n, request WHERE request.id = ?`,
    args: [rows - 1, rows, id],
  })
  await db.execute('PRAGMA wal_checkpoint(TRUNCATE)')
  db.close()
}
