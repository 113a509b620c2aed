import { expect, test } from 'vitest'
import { type Env, workersPlatform } from '../../src/platform/workers.ts'
import { currentRegion } from '../../src/regions/current.ts'
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
