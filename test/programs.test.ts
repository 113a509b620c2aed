import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { unstable_readConfig } from 'wrangler'
import { networkOf } from '../src/core/http/addresses.ts'
import { policies } from '../src/identity/limits.ts'
import { tokenBuckets } from '../src/platform/limits.ts'
import { clientAddress } from '../src/platform/node/http/proxy.ts'
import { programsContract } from './contract/programs.ts'
import { startApp, type TestApp } from './support/app.ts'
import { startServer } from './support/server.ts'

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
  const from = (proxies: number, forwarded = '1.1.1.1, 192.0.2.7, 192.0.2.8', remoteAddress?: string) =>
    clientAddress(
      {
        incoming: {
          socket: { remoteAddress: remoteAddress ?? '10.0.0.1' },
          headers: { 'x-forwarded-for': forwarded },
        },
      } as never,
      proxies,
    )
  expect([from(0), from(1), from(2)]).toEqual(['10.0.0.1', '192.0.2.8', '192.0.2.7'])
  // As proxies write them.
  expect(from(1, '9.9.9.1:51234')).toBe('9.9.9.1')
  expect(from(1, ' "[2001:db8::1]:4711" ')).toBe('2001:db8:0:0::')
  expect(from(1, '[2001:db8::1]')).toBe('2001:db8:0:0::')
  expect(from(1, '[::ffff:9.9.9.1]:80')).toBe('9.9.9.1')
  // For an invalid address: the address of the connection, never the entry before it.
  for (const nothing of ['', ',', 'unknown', '1.1.1.1,', '1.1.1.1, unknown', '1.1.1.1, _hidden', '9.9.9.1:x'])
    expect([nothing, from(1, nothing)]).toEqual([nothing, '10.0.0.1'])
  for (const odd of ['[', '[]', ']:1', '::1]/[', '9.9.9.256', '1.1.1.1:99:1', '%', '[::1%25]x', '\u0000'])
    expect([odd, from(1, odd)]).toEqual([odd, '10.0.0.1'])
  expect(from(3, '1.1.1.1, 192.0.2.8')).toBe('10.0.0.1')
  // Without any address, all callers count as one.
  expect([from(0, '', ''), from(1, 'unknown', '')]).toEqual(['unknown', 'unknown'])
})

test('whatever a caller writes into X-Forwarded-For, the server counts them', {
  timeout: 180_000,
}, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'countyline-'))
  const server = await startServer({ DATA_DIR: dataDir, TRUST_PROXY: '1', RATE_LIMITS: 'on' })
  try {
    for (const forwarded of [
      '9.9.9.1:51234',
      '[2001:db8::1]:51234',
      '[2001:db8::1]',
      'unknown',
      '_hidden',
      '1.1.1.1,',
      '',
      undefined,
    ]) {
      const headers = {
        'content-type': 'application/json',
        ...(forwarded !== undefined && { 'x-forwarded-for': forwarded }),
      }
      const answer = await fetch(`${server.url}/api/v1/requests`, { method: 'POST', headers, body: '{}' })
      // A caller that is not counted gets no remaining quota.
      expect([forwarded, answer.headers.get('ratelimit')]).toEqual([
        forwarded,
        expect.stringMatching(/^"reports";r=\d+;t=\d+$/),
      ])
    }
  } finally {
    await server.end('SIGTERM')
    rmSync(dataDir, { recursive: true, force: true })
  }
})

test('Cloudflare’s counters are told the same figures, in every environment', () => {
  const ours = Object.values(policies).map(({ name, quota, seconds }) => [
    `LIMIT_${name.toUpperCase().replaceAll('-', '_')}`,
    { limit: quota, period: seconds },
  ])
  for (const env of ['', 'staging', 'production']) {
    const { ratelimits } = unstable_readConfig({ config: 'wrangler.toml', env })
    expect(ratelimits.map(({ name, simple }: { name: string; simple: object }) => [name, simple])).toEqual(
      ours,
    )
  }
})
