import { readFileSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { policies } from '../src/people/limits.ts'
import { networkOf } from '../src/platform/addresses.ts'
import { tokenBuckets } from '../src/platform/limits.ts'
import { callerOf } from '../src/platform/node/proxy.ts'
import { programsContract } from './contract/programs.ts'
import { startApp, type TestApp } from './support/app.ts'

let app: TestApp | undefined
afterAll(() => app?.close())

programsContract('on Node with embedded files', async () => {
  app = await startApp({ rateLimits: true })
  return app
})

test('the round takes the next signing key up before the last one ends, and tokens go on', async () => {
  const app = await startApp()
  const keys = async () =>
    ((await (await app.request('/.well-known/jwks.json')).json()) as { keys: { kid: string }[] }).keys.map(
      ({ kid }) => kid,
    )
  try {
    const [first] = await keys()
    app.advance(29 * 86_400_000)
    await app.runJobs()
    expect(await keys()).toHaveLength(2)
    expect(await keys()).toContain(first)
    app.advance(2.5 * 86_400_000)
    await app.runJobs()
    expect(await keys()).not.toContain(first)
    expect(await keys()).toHaveLength(1)
  } finally {
    await app.close()
  }
})

test('a bucket gives its quota at once, fills with time, and forgets who was idle longest', async () => {
  let now = 0
  const limits = tokenBuckets({ now: () => now }, 2)
  const policy = { name: 'p', quota: 2, seconds: 60 }
  const take = async (key: string) => (await limits.take(policy, key)).isAllowed
  expect([await take('a'), await take('a'), await take('a')]).toEqual([true, true, false])
  expect(await limits.take(policy, 'a')).toEqual({
    isAllowed: false,
    left: 0,
    resetSeconds: 60,
    retrySeconds: 30,
  })
  now += 30_000
  expect([await take('a'), await take('a')]).toEqual([true, false])
  await take('b')
  await take('c')
  expect(await take('a')).toBe(true)
})

test('an address is counted as itself, of IPv6 by its network, and only the proxy’s own word counts', () => {
  expect(networkOf('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::')
  expect(networkOf('2001:db8:1:2:ffff::1')).toBe('2001:db8:1:2::')
  expect(networkOf('::ffff:192.0.2.7')).toBe('192.0.2.7')
  expect(networkOf('192.0.2.7')).toBe('192.0.2.7')
  expect(networkOf('unknown')).toBeUndefined()
  const from = (proxies: number) =>
    callerOf(
      {
        incoming: {
          socket: { remoteAddress: '10.0.0.1' },
          headers: { 'x-forwarded-for': '1.1.1.1, 192.0.2.7, 192.0.2.8' },
        },
      } as never,
      proxies,
    )
  expect([from(0), from(1), from(2)]).toEqual(['10.0.0.1', '192.0.2.8', '192.0.2.7'])
})

test('Cloudflare’s counters are told the same figures', () => {
  const bound = [
    ...readFileSync('wrangler.toml', 'utf8').matchAll(/LIMIT_(\w+)"[^[]*limit = (\d+), period = (\d+)/g),
  ]
  const ours = Object.values(policies).map(({ name, quota, seconds }) => [
    name.toUpperCase().replaceAll('-', '_'),
    String(quota),
    String(seconds),
  ])
  expect(bound.map(([, ...figures]) => figures)).toEqual(ours)
})
