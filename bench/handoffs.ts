import { join } from 'node:path'
import { createClient } from '@libsql/client/sqlite3'
import { sql } from 'drizzle-orm'
import { openTenant } from '../src/core/database/handles.ts'
import { jobHandlers } from '../src/create-app.ts'
import { offer } from '../src/handoffs/offers.ts'
import { type NodePlatform, nodePlatform } from '../src/platform/node/platform.ts'
import { jobRunner } from '../src/platform/node/runner.ts'
import type { Region } from '../src/regions/runtime/compile.ts'
import { noContact } from '../src/requests/draft.ts'
import { submitReport } from '../src/requests/submit.ts'
import { startApp } from '../test/support/app.ts'
import { type Figure, figure } from './figure.ts'

const SYSTEM = { kind: 'system', reason: 'bench' } as const
const SERVICE = 'pothole'
const ALONE = 200
const SUSTAINED = 1000
const CONCURRENCY = 32

type Work = () => Promise<unknown>

/**
 * A handoff accepted in advance by an agreement, from the request for it until the other jurisdiction holds the
 * request: a durable batch at each, the courier between them, and all jobs that follow the logs meanwhile.
 * Beside it, one plain durable INSERT into each of two databases.
 */
export async function bench(): Promise<readonly Figure[]> {
  const app = await startApp()
  await app.runJobs()
  await app.platform.close()
  const platform = nodePlatform({ dataDir: app.dataDir, log: () => {} })
  const autoTransfer = await preparedHandoffs(platform, app.region, ALONE + SUSTAINED)
  const runner = jobRunner(platform, jobHandlers)
  try {
    const insert = await plainInserts(app.dataDir)
    const ours = await latencies(autoTransfer)
    const plain = await latencies(insert)
    const name = 'handoff accepted beforehand, until the other side holds it'
    return [
      figure(name, 'ms', ours.median, plain.median),
      figure(`${name}, 99th percentile`, 'ms', ours.p99, plain.p99),
      figure(
        `${name}, ${CONCURRENCY} at once`,
        'handoffs/s',
        await rateOf(autoTransfer),
        await rateOf(insert),
      ),
    ]
  } finally {
    await runner.stop()
    await platform.close()
    await app.close()
  }
}

async function latencies(work: Work): Promise<{ median: number; p99: number }> {
  const taken: number[] = []
  for (let count = 0; count < ALONE; count++) {
    const startedAt = performance.now()
    await work()
    taken.push(performance.now() - startedAt)
  }
  taken.sort((a, b) => a - b)
  const at = (share: number) => taken[Math.floor(share * (taken.length - 1))] ?? 0
  return { median: at(0.5), p99: at(0.99) }
}

async function rateOf(work: Work): Promise<number> {
  let left = SUSTAINED
  const startedAt = performance.now()
  const lanes = Array.from({ length: CONCURRENCY }, async () => {
    while (left-- > 0) await work()
  })
  await Promise.all(lanes)
  return SUSTAINED / ((performance.now() - startedAt) / 1000)
}

/** Each call transfers one of `count` requests to another jurisdiction, and ends when that one holds it. */
async function preparedHandoffs(platform: NodePlatform, region: Region, count: number): Promise<Work> {
  const [sender = '', receiver = ''] = region.documents.jurisdictions
    .map(({ slug }) => slug)
    .filter(slug => region.servicesOffered(slug).some(({ code }) => code === SERVICE))
  const [from, to] = [sender, receiver].map(slug => openTenant(platform, SYSTEM, region.slug, slug))
  if (from === undefined || to === undefined) throw new Error('the bench needs two jurisdictions')
  const [long, lat] = region.documents.region.map.center
  const required = region.service(SERVICE)?.questions?.filter(question => question.required) ?? []
  const draft = {
    service: SERVICE,
    place: { lat, long },
    accuracy: 0,
    address: '',
    addressId: '',
    zipcode: '',
    description: 'A hole as wide as a door, by the second lamp post.',
    answers: Object.fromEntries(required.map(({ code, options }) => [code, [options?.[0]?.key ?? '1']])),
    contact: noContact,
    media: [],
    mediaUrl: '',
    language: 'en',
    channel: 'phone',
  } as const
  const ids: string[] = []
  while (ids.length < count)
    ids.push((await submitReport(platform, SYSTEM, region, { draft, jurisdiction: sender })).id)
  // The jobs that filing has enqueued are measured elsewhere.
  await from.commit([sql`DELETE FROM job`])

  const waiting = new Map<string, () => void>()
  let seen = 0
  platform.onNotify(async database => {
    if (database.kind !== 'tenant' || database.slug !== receiver) return
    const rows = await to.rows<{ seq: number; case_id: string }>(
      sql`SELECT seq, case_id FROM request WHERE seq > ${seen} AND custody = 'held' ORDER BY seq`,
    )
    for (const { seq, case_id } of rows) {
      seen = Math.max(seen, seq)
      waiting.get(case_id)?.()
    }
  })
  return async () => {
    const request = ids.pop() ?? ''
    const arrived = new Promise<void>(resolve => waiting.set(request, resolve))
    const input = { request, version: 1, receiver, kind: 'transfer', reason: 'other', text: '' } as const
    await offer(platform, from, region, { ...input, agreement: 'standing' })
    await arrived
    waiting.delete(request)
  }
}

/** Each call writes one row into each of two databases, just as durably. */
async function plainInserts(folder: string): Promise<Work> {
  const databases = ['a', 'b'].map(name => createClient({ url: `file:${join(folder, `bare-${name}.db`)}` }))
  for (const db of databases) {
    await db.execute('PRAGMA journal_mode = WAL')
    await db.execute('PRAGMA synchronous = FULL')
    await db.execute('CREATE TABLE request (id INTEGER PRIMARY KEY, description TEXT, at INTEGER)')
  }
  return async () => {
    for (const db of databases)
      await db.execute({
        sql: 'INSERT INTO request (description, at) VALUES (?, ?)',
        args: ['A hole', Date.now()],
      })
  }
}
