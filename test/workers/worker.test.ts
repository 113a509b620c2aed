import { expect, it } from 'vitest'
import type { DatabaseName } from '../../src/platform/platform.ts'
import { workersPlatform } from '../../src/platform/workers.ts'
import { listDatabases } from '../../src/regions/migrate.ts'
import worker from '../../src/worker.ts'
import { request, startInWorkerd, workerEnv } from './app.ts'

it('serves the built style sheet with the front door’s headers', async () => {
  const answer = await request('/assets/site.css')
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toContain('text/css')
  expect(answer.headers.get('x-request-id')).toBeTruthy()
  expect((await request('/assets/../wrangler.toml')).status).toBe(404)
})

it('publishes a report when its bell has rung', async () => {
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

it('rings every bell on its round', async () => {
  const rung: DatabaseName[] = []
  const bell = {
    sendBatch: async (bells: { body: DatabaseName }[]) => void rung.push(...bells.map(({ body }) => body)),
  }
  await worker.scheduled({} as never, { ...workerEnv, BELL: bell as never })
  expect(rung).toEqual(await listDatabases(workersPlatform(workerEnv)))
})

it('asks for a bell again when the database is away', async () => {
  const answers: string[] = []
  const body: DatabaseName = { kind: 'region', region: 'ellery' }
  const message = { body, ack: () => answers.push('done'), retry: () => answers.push('again') }
  await worker.queue({ messages: [message] } as never, { ...workerEnv, DATABASE_URL: 'http://127.0.0.1:9' })
  expect(answers).toEqual(['again'])
})
