import { afterAll, expect, it } from 'vitest'
import { workersPlatform } from '../../src/platform/workers.ts'
import worker from '../../src/worker.ts'
import { everyRoute } from '../contract/every-route.ts'
import { isWrite, lostAnswer, silence, tapWire } from '../support/wire.ts'
import { request, startInWorkerd, workerEnv } from './app.ts'

/* The promises of `test/stalled.test.ts`, in workerd. */

const env = { ...workerEnv, DATABASE_TIMEOUT: '2' }
const wire = tapWire(workerEnv.DATABASE_URL)
afterAll(() => wire.restore())

const recovered = (path = '/reports') =>
  expect.poll(async () => (await request(path, undefined, env)).status, { timeout: 20_000 }).toBe(200)

it('every route answers in time while the server does not, and says when to come again', async () => {
  const app = await startInWorkerd(env)
  const routes = await everyRoute(app, workersPlatform(env))
  const labels = ['directory', 'ellery', ...app.jurisdictions.map(slug => `ellery--${slug}`)]
  for (const label of labels) wire.put(label, silence)
  const outcomes = await Promise.all(
    routes.map(async ({ name, path, init }) => {
      const { status, headers } = await request(path, init?.(), env)
      return { name, status, after: Number(headers.get('retry-after')) }
    }),
  )
  for (const label of labels) wire.put(label, undefined)
  const failed = outcomes.filter(({ status }) => status >= 500)
  expect(failed.length).toBeGreaterThan(15)
  expect(failed.filter(({ status, after }) => status !== 503 || !(after > 0))).toEqual([])
  await recovered()
})

it('a report whose answer was lost is sent again with its key, and has the number of what was stored', async () => {
  const app = await startInWorkerd(env)
  const send = (key: string) =>
    request(
      '/api/v1/requests',
      {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify({ service_code: 'pothole', ...app.place, answers: app.answersFor('pothole') }),
      },
      env,
    )
  const key = app.unique()
  await expect.poll(async () => (await send(app.unique())).status, { timeout: 20_000 }).toBe(201)
  let stored = ''
  for (const slug of app.jurisdictions) {
    wire.put(`ellery--${slug}`, async (asked, pass) => {
      if (!(await isWrite(asked))) return pass()
      stored = await asked.clone().text()
      return lostAnswer(asked, pass)
    })
  }
  expect((await send(key)).status).toBe(503)
  for (const slug of app.jurisdictions) wire.put(`ellery--${slug}`, undefined)
  await expect.poll(async () => (await send(key)).status, { timeout: 20_000 }).toBe(201)
  const { id } = (await (await send(key)).json()) as { id: string }
  expect(stored).toContain(id)
})

it('jobs of a database that does not answer hold up no other’s, and come again', async () => {
  await startInWorkerd(env)
  const done: string[] = []
  const message = (slug: string) => ({
    body: { kind: 'tenant', region: 'ellery', slug },
    ack: () => done.push(`${slug} done`),
    retry: () => done.push(`${slug} again`),
  })
  let answer = () => {}
  const answered = new Promise<void>(resolve => {
    answer = resolve
  })
  // It does not respond before the other's jobs are done.
  wire.put('ellery--hollis', async (_, pass) => {
    await answered
    return pass()
  })
  const other = {
    ...message('larkfield'),
    ack() {
      done.push('larkfield done')
      answer()
    },
  }
  await worker.queue({ messages: [message('hollis'), other] } as never, env)
  wire.put('ellery--hollis', undefined)
  expect(done[0]).toBe('larkfield done')
  expect(done).toHaveLength(2)
})
