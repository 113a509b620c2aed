import { expect, it } from 'vitest'
import type { Env, QueueMessage } from '../../src/platform/workers.ts'
import worker from '../../src/worker.ts'
import type { ContractApp } from '../contract/app.ts'
import { startInWorkerd, workerEnv } from './app.ts'

/*
 * Messages between jurisdictions on Cloudflare: delivered by the queue, and by the cron trigger in case a queue
 * message is lost.
 */

it('a handoff goes all its way by its bells', async () => {
  const app = await startInWorkerd()
  const { id, sender, receiver } = await offered(app)
  await expect.poll(() => stateAt(app, receiver, id), { timeout: 20_000 }).toBe('offered')
  await accept(app, receiver, id)
  await expect.poll(() => stateAt(app, sender, id), { timeout: 20_000 }).toBe('granted')
  await expect.poll(() => stateAt(app, receiver, id), { timeout: 20_000 }).toBe('granted')
})

it('when every message of the queue is lost, the cron’s round brings it', async () => {
  const deaf = { ...workerEnv, JOB_QUEUE: { send: async () => {} } } as unknown as Env
  const app = await startInWorkerd(deaf)
  const { id, sender, receiver } = await offered(app)
  await cron(deaf)
  expect(await stateAt(app, receiver, id)).toBe('offered')
  await accept(app, receiver, id)
  await cron(deaf)
  expect(await stateAt(app, sender, id)).toBe('granted')
  await cron(deaf)
  expect(await stateAt(app, receiver, id)).toBe('granted')
})

/** One run of the cron trigger, and the delivery of the notifications that it sends. */
async function cron(env: Env): Promise<void> {
  const messages: { body: QueueMessage; ack(): void; retry(): void }[] = []
  const collect = async (bells: { body: QueueMessage }[]) => {
    messages.push(...bells.map(({ body }) => ({ body, ack: () => {}, retry: () => {} })))
  }
  await worker.scheduled({} as never, { ...env, JOB_QUEUE: { sendBatch: collect } as never })
  await worker.queue({ messages } as never, env)
}

async function offered(app: ContractApp): Promise<{ id: string; sender: string; receiver: string }> {
  const report = { service_code: 'pothole', ...app.place, answers: app.answersFor('pothole') }
  const filed = await app.post('/api/v1/requests', report)
  const { id: request, jurisdiction: sender } = (await filed.json()) as { id: string; jurisdiction: string }
  const receiver = app.offering('pothole').find(slug => slug !== sender) ?? ''
  const made = await app.post(
    `/api/v1/work/requests/${request}/handoffs`,
    { receiver, reason: 'other', version: 1 },
    await bearer(app, sender),
  )
  expect(made.status).toBe(201)
  return { id: ((await made.json()) as { id: string }).id, sender, receiver }
}

async function accept(app: ContractApp, receiver: string, id: string): Promise<void> {
  const answer = await app.post(`/api/v1/work/handoffs/${id}/accept`, {}, await bearer(app, receiver))
  expect(answer.status).toBe(200)
}

async function stateAt(app: ContractApp, jurisdiction: string, id: string): Promise<string | undefined> {
  const answer = await app.get(`/api/v1/work/handoffs/${id}`, await app.key(jurisdiction, 'work'))
  return ((await answer.json()) as { state?: string }).state
}

async function bearer(app: ContractApp, jurisdiction: string): Promise<Record<string, string>> {
  return { authorization: `Bearer ${await app.key(jurisdiction, 'work')}` }
}
