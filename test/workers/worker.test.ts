import { expect, it } from 'vitest'
import type { DatabaseName } from '../../src/platform/platform.ts'
import { workersPlatform } from '../../src/platform/workers.ts'
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

it('enqueues a message for every database on its round', async () => {
  const notified: DatabaseName[] = []
  const queue = {
    sendBatch: async (messages: { body: DatabaseName }[]) =>
      void notified.push(...messages.map(({ body }) => body)),
  }
  await worker.scheduled({} as never, { ...workerEnv, JOB_QUEUE: queue as never })
  expect(notified).toEqual(await listDatabases(workersPlatform(workerEnv)))
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
