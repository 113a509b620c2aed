import { sql } from 'drizzle-orm'
import { expect, it, onTestFinished, vi } from 'vitest'
import { openForJobs } from '../../src/core/database/handles.ts'
import type { DatabaseName } from '../../src/platform/platform.ts'
import { type QueueMessage, workersPlatform } from '../../src/platform/workers.ts'
import { listDatabases } from '../../src/regions/versions/migrate.ts'
import worker from '../../src/worker.ts'
import { request, startInWorkerd, workerEnv } from './app.ts'

it('serves the built style sheet with the app’s headers', async () => {
  const answer = await request('/assets/site.css')
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toContain('text/css')
  expect(answer.headers.get('x-request-id')).toBeTruthy()
  expect((await request('/assets/../wrangler.toml')).status).toBe(404)
})

it('publishes a report when the queue has delivered its message', async () => {
  const app = await startInWorkerd()
  const filed = await app.post('/api/v1/requests', {
    service_code: 'pothole',
    ...app.place,
    answers: app.answersFor('pothole'),
  })
  const { id } = (await filed.json()) as { id: string }
  const listed = async () => (await app.get('/api/v1/requests?limit=200')).text()
  await expect.poll(listed, { timeout: 20_000 }).toContain(id)
})

it('visits every database in a round of few messages, and sends on what did not answer', async () => {
  const sent: QueueMessage[] = []
  const queue = {
    send: async (body: QueueMessage) => void sent.push(body),
    sendBatch: async (messages: { body: QueueMessage }[]) =>
      void sent.push(...messages.map(({ body }) => body)),
  }
  const env = { ...workerEnv, JOB_QUEUE: queue as never }
  const names = await listDatabases(workersPlatform(workerEnv))
  await worker.scheduled({} as never, env)
  expect(sent.length).toBeLessThanOrEqual(4)
  const parts = sent.splice(0)
  // Each database has one job that is due.
  const at = workersPlatform(env).clock.now()
  for (const name of names) {
    await openForJobs(workersPlatform(env), name).commit([
      sql`INSERT INTO job (kind, key, due_at, created_at) VALUES ('unknown-kind', 'of-the-round', ${at - 1}, ${at})`,
    ])
  }
  for (let message = parts.shift(); message !== undefined; message = parts.shift()) {
    await worker.queue({ messages: [{ body: message, ack: () => {}, retry: () => {} }] } as never, env)
    parts.push(...sent.splice(0).filter(body => 'part' in body))
  }
  for (const name of names) {
    const db = openForJobs(workersPlatform(env), name)
    const jobs = await db.rows<{ attempts: number }>(sql`SELECT attempts FROM job WHERE key = 'of-the-round'`)
    expect([name, jobs]).toEqual([name, [{ attempts: 1 }]])
    await db.commit([sql`DELETE FROM job WHERE key = 'of-the-round'`])
  }
  const missing: DatabaseName = { kind: 'tenant', region: 'ellery', slug: 'not-there' }
  const body: QueueMessage = { again: [missing, ...names.slice(0, 3)], tries: 1 }
  await worker.queue({ messages: [{ body, ack: () => {}, retry: () => {} }] } as never, env)
  expect(sent.filter(message => 'again' in message)).toEqual([{ again: [missing], tries: 2 }])
})

it('answers 503 for a database with an older schema or a newer one that takes something away, until it is migrated', async () => {
  const logs: string[] = []
  const spy = vi.spyOn(console, 'error').mockImplementation(line => void logs.push(String(line)))
  onTestFinished(() => spy.mockRestore())
  const region: DatabaseName = { kind: 'region', region: 'lake' }
  const { client } = workersPlatform(workerEnv).databases
  // Each isolate looks at a database when it first uses it.
  const ask = async (path: string) => {
    const answer = await request(path, { headers: { accept: 'application/json' } }, { ...workerEnv })
    return [answer.status, answer.headers.has('retry-after')]
  }
  // The last configuration is kept elsewhere, so it would be served.
  const path = '/r/lake/api/v1/requests'
  expect((await ask(path))[0]).toBe(200)
  const [newest] = (
    await client(region).execute('SELECT name, hash FROM migration ORDER BY name DESC LIMIT 1')
  ).rows
  const { name, hash } = newest as unknown as { name: string; hash: string }
  await client(region).execute({ sql: 'DELETE FROM migration WHERE name = ?', args: [name] })
  expect(await ask(path)).toEqual([503, true])
  expect(logs.join()).toContain(`"database":"lake","schema":"older","migration":"${name}"`)
  const insert = (what: string, of: string) =>
    client(region).execute({
      sql: 'INSERT INTO migration (name, applied_at, hash) VALUES (?, 1, ?)',
      args: [what, of],
    })
  await insert(name, hash)
  await insert('9000_adds', 'unknown')
  expect((await ask(path))[0]).toBe(200)
  await insert('9001_breaking_drops', 'unknown too')
  expect(await ask(path)).toEqual([503, true])
  expect(logs.join()).toContain('"schema":"newer","migration":"9001_breaking_drops"')
  await client(region).execute("DELETE FROM migration WHERE name LIKE '900%'")
  expect((await ask(path))[0]).toBe(200)
})

it('/readyz fails while databases are behind; the cron migrates them', async () => {
  const ready = async () => (await request('/readyz', undefined, { ...workerEnv })).status
  expect(await ready()).toBe(200)
  const directory = workersPlatform(workerEnv).databases.client({ kind: 'directory' })
  await directory.execute(`UPDATE database SET migrated_to = '0000_tables@before' WHERE region = 'lake'`)
  expect(await ready()).toBe(503)
  const queue = { sendBatch: async () => undefined }
  await worker.scheduled({} as never, { ...workerEnv, JOB_QUEUE: queue as never })
  expect(await ready()).toBe(200)
})

it('however many messages come for one database, its jobs run once, and at most one message is left for later', async () => {
  const app = await startInWorkerd()
  const report = { service_code: 'pothole', ...app.place, answers: app.answersFor('pothole') }
  const filed = (await (await app.post('/api/v1/requests', report)).json()) as { jurisdiction: string }
  const body: DatabaseName = { kind: 'tenant', region: 'ellery', slug: filed.jurisdiction }
  let acknowledged = 0
  const message = { body, ack: () => acknowledged++, retry: () => undefined }
  const left: DatabaseName[] = []
  const queue = { send: async (name: DatabaseName) => void left.push(name) }
  const messages = Array.from({ length: 30 }, () => message)
  const later = { ...workerEnv, JOB_QUEUE: queue as never }
  await worker.queue({ messages } as never, later)
  expect(acknowledged).toBe(30)
  expect(left.length).toBeLessThanOrEqual(1)
})

it('asks for one visit when a burst of changes leaves a job for later', async () => {
  const app = await startInWorkerd()
  const left: DatabaseName[] = []
  const env = {
    ...workerEnv,
    JOB_QUEUE: { send: async (name: DatabaseName) => void left.push(name) } as never,
  }
  for (let burst = 0; burst < 3; burst++) {
    const report = { service_code: 'pothole', ...app.place, answers: app.answersFor('pothole') }
    const filed = (await (await app.post('/api/v1/requests', report)).json()) as { jurisdiction: string }
    const body: DatabaseName = { kind: 'tenant', region: 'ellery', slug: filed.jurisdiction }
    await worker.queue({ messages: [{ body, ack: () => {}, retry: () => {} }] } as never, env)
  }
  expect(left).toHaveLength(1)
})

it('asks for the message again when the database is unavailable', async () => {
  const answers: string[] = []
  const body: DatabaseName = { kind: 'region', region: 'ellery' }
  const message = { body, ack: () => answers.push('done'), retry: () => answers.push('again') }
  await worker.queue({ messages: [message] } as never, { ...workerEnv, DATABASE_URL: 'http://127.0.0.1:9' })
  expect(answers).toEqual(['again'])
})
