import { expect, inject, test } from 'vitest'
import { type Env, workersPlatform } from '../../src/platform/workers.ts'
import { currentRegion } from '../../src/regions/runtime/current.ts'
import { programsContract } from '../contract/programs.ts'
import { request, startInWorkerd, workerEnv } from './app.ts'

const env: Env = { ...workerEnv, RATE_LIMITS: 'on' }

programsContract('on Workers with a libSQL server', async () => {
  await startInWorkerd(env)
  const platform = workersPlatform(env)
  return {
    platform,
    region: await currentRegion(platform, 'ellery'),
    request: (path, init, from) => {
      const headers = new Headers(init?.headers)
      if (from !== undefined) headers.set('cf-connecting-ip', from)
      return request(path, { ...init, headers }, env)
    },
  }
})

test('Cloudflare’s own counter refuses where this isolate has counted nothing yet', async () => {
  const policy = { name: 'refused', quota: 30, seconds: 60 }
  for (let count = 0; count < 30; count++) {
    const { isAllowed } = await workersPlatform({ ...env }).limits.take(policy, 'a')
    expect(isAllowed).toBe(true)
  }
  expect(await workersPlatform({ ...env }).limits.take(policy, 'a')).toMatchObject({
    isAllowed: false,
    left: 0,
  })
  expect(await workersPlatform({ ...env }).limits.take(policy, 'b')).toMatchObject({ isAllowed: true })
})

test('wrong keys end for an address even where this isolate has seen none of them, and a valid key does not', async () => {
  const from = '203.0.113.77'
  const look = (isolate: Env, key: string) =>
    request(
      '/api/v1/work/requests',
      { headers: { authorization: `Bearer ${key}`, 'cf-connecting-ip': from } },
      isolate,
    )
  let guesses = 0
  const guess = async (isolate: Env) => {
    const key = `cl_read_hollis_2222222222_${String(++guesses).padStart(40, '2')}`
    return (await look(isolate, key)).status
  }
  const isolate = () => ({ ...env })
  const first = isolate()
  for (let count = 0; count < 30; count++) expect(await guess(first)).toBe(403)
  const second = isolate()
  // The counter can be incremented but not read: each isolate learns its state with the first wrong key there.
  expect(await guess(second)).toBe(403)
  for (let count = 0; count < 5; count++) expect(await guess(second)).toBe(429)
  expect((await look(second, inject('keys')['hollis read'] ?? '')).status).toBe(200)
})
