import type { R2Bucket } from '@cloudflare/workers-types'
import { expect, test } from 'vitest'
import { openRegion } from '../../src/core/database/handles.ts'
import { enqueueReencryption } from '../../src/core/encryption/reencrypt.ts'
import { workersPlatform } from '../../src/platform/workers.ts'
import { jpeg } from '../support/photos.ts'
import { request, startInWorkerd, workerEnv } from './app.ts'

const bucket = workerEnv.FILES as R2Bucket
const app = await startInWorkerd()
const platform = workersPlatform(workerEnv)
const region = () => openRegion(platform, { kind: 'system', reason: 'test' }, 'ellery')

async function keyOf(id: string): Promise<string> {
  const { objects } = await bucket.list()
  return objects.map(({ key }) => key).find(key => key.endsWith(`/${id}`)) ?? ''
}
const kept = async (id: string) =>
  new TextDecoder('latin1').decode(await (await bucket.get(await keyOf(id)))?.arrayBuffer())

/** A photo larger than a frame, and a report with it: the id, and where it is served. */
async function reported(mark: string): Promise<{ id: string; path: string }> {
  const sent = await app.send('/api/v1/media', jpeg(`${mark}${'x'.repeat(200_000)}`))
  expect(sent.status).toBe(201)
  const { id } = (await sent.json()) as { id: string }
  const report = { service_code: 'pothole', ...app.place, answers: app.answersFor('pothole'), media: [id] }
  const filed = await app.post('/api/v1/requests', report)
  expect(filed.status).toBe(201)
  const { jurisdiction } = (await filed.json()) as { jurisdiction: string }
  return { id, path: `/media/${jurisdiction}/${id}` }
}
const served = async (path: string) => new Uint8Array(await (await request(path)).arrayBuffer())

test('an object of R2 is encrypted, and does not open under another’s name', async () => {
  const [one, other] = [await reported('ZqPictureXv'), await reported('ZqOtherXv')]
  expect(await kept(one.id)).not.toContain('ZqPictureXv')
  expect(new TextDecoder('latin1').decode(await served(one.path))).toContain('ZqPictureXv')
  await bucket.put(
    await keyOf(one.id),
    (await (await bucket.get(await keyOf(other.id)))?.arrayBuffer()) ?? '',
  )
  expect((await request(one.path)).status).toBe(500)
})

test('an object from before encryption is shown, and encrypted by the job', async () => {
  const { id, path } = await reported('ZqOlderXv')
  const bytes = await served(path)
  await bucket.delete(await keyOf(id))
  await bucket.put(`ellery/${id}`, bytes, { httpMetadata: { contentType: 'image/jpeg' } })
  const answer = await request(path)
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
  expect(new Uint8Array(await answer.arrayBuffer())).toEqual(bytes)
  await region().commit([enqueueReencryption(platform.clock.now())])
  await app.runJobs()
  expect(await keyOf(id)).toMatch(/^ellery\/key-\d+\//)
  expect(await kept(id)).not.toContain('ZqOlderXv')
  expect(await served(path)).toEqual(bytes)
})

test('photos that many send at once are kept, or told when to come back', async () => {
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, at) => app.send('/api/v1/media', jpeg(`${at}${'x'.repeat(500_000)}`))),
  )
  const statuses = answers.map(({ status }) => status)
  expect(statuses.filter(status => status !== 201 && status !== 503)).toEqual([])
  expect(statuses).toContain(201)
  for (const answer of answers)
    if (answer.status === 503) expect(answer.headers.get('retry-after')).toBe('10')
})

test('a form of the most pairs that are taken, and of one more', async () => {
  const post = (pairs: number) =>
    request('/report/pothole/send', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'a&'.repeat(pairs),
    })
  expect((await post(1000)).status).toBe(400)
  expect((await post(1001)).status).toBe(413)
  expect((await request(`/reports?${'a&'.repeat(1001)}`)).status).toBe(413)
})
