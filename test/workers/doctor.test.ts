import { expect, it } from 'vitest'
import { checks } from '../../src/monitoring/doctor/checks.ts'
import type { Examined } from '../../src/monitoring/doctor/examine.ts'
import { request, workerEnv } from './app.ts'

const METRICS_TOKEN = 'GmZ8rT4qLx1vB7nYc3WdKpHs9EjUa2Xo'
const asOperator = { headers: { authorization: `Bearer ${METRICS_TOKEN}` } }

async function examined(env: object) {
  const answer = await request('/doctor', asOperator, { ...workerEnv, METRICS_TOKEN, ...env })
  expect(answer.status).toBe(200)
  const { results } = (await answer.json()) as { results: Examined[] }
  expect(results.map(({ check }) => check)).toEqual(checks.map(({ name }) => name))
  return new Map(results.map(({ check, findings }) => [check, findings]))
}

it('a Worker checks itself: what is bound, its databases, its storage', async () => {
  const found = await examined({})
  const levels = (name: string) => found.get(name)?.map(({ level }) => level)
  expect(levels('bindings')).toEqual(['ok'])
  expect(levels('databases')).toEqual(['ok'])
  expect(levels('storage')).toEqual(['ok'])
  expect(levels('clock')).toEqual(['ok'])
  expect(levels('kept configuration')).toHaveLength(1)
  // Its public address is that of the tests.
  expect(levels('addresses')).toEqual(['fault'])
})

it('a Worker names what is not bound and what does not answer', async () => {
  const found = await examined({
    FILES: undefined,
    LIMIT_SIGN_IN: undefined,
    DATABASE_URL: 'http://127.0.0.1:9',
    DATABASE_TIMEOUT: '1',
  })
  const texts = (name: string) => found.get(name)?.map(({ what }) => what)
  expect(texts('bindings')).toEqual([
    'FILES is not bound.',
    'LIMIT_SIGN_IN is not bound: each isolate counts for itself.',
  ])
  expect(found.get('databases')?.map(({ level }) => level)).toEqual(['fault'])
  expect(found.get('storage')?.map(({ level }) => level)).toEqual(['fault'])
})

it('a Worker says whether its configuration is kept for the time when its databases are away', async () => {
  const kept = async (env: object) => (await examined(env)).get('kept configuration')
  const ok = [{ level: 'ok', what: expect.stringMatching(/^The configuration of \d+ regions is kept/) }]
  for (const path of ['/', '/r/lake/']) expect((await request(path)).status).toBe(200)
  // It is kept in the background, after the first answer.
  await expect.poll(() => kept({}), { timeout: 20_000 }).toEqual(ok)
  const { SNAPSHOTS } = workerEnv
  const full = {
    getWithMetadata: SNAPSHOTS?.getWithMetadata.bind(SNAPSHOTS),
    get: SNAPSHOTS?.get.bind(SNAPSHOTS),
    put: () => Promise.reject(new Error('KV PUT failed: 429 Too Many Requests')),
  }
  expect(await kept({ SNAPSHOTS: full })).toMatchObject([
    { level: 'fault', mend: 'Check that SNAPSHOTS is a KV namespace of this account, and its limits.' },
  ])
  const bindings = (await examined({ SNAPSHOTS: undefined })).get('bindings')
  expect(bindings).toMatchObject([
    { level: 'warning', what: expect.stringMatching(/^SNAPSHOTS is not bound/) },
  ])
})

it('is not there without a token', async () => {
  expect((await request('/doctor', asOperator)).status).toBe(404)
})
