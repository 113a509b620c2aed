import { exports } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { workersPlatform } from '../../src/platform/workers.ts'
import { everyRoute } from '../contract/every-route.ts'
import { startInWorkerd, workerEnv } from './app.ts'

/*
 * Requests that workerd isolates, as it does in production: one may not wait for what another has begun. The
 * other tests call the worker's function, so all of them are one request to it.
 */

const request = (path: string, init?: RequestInit) => exports.default.fetch(`http://localhost${path}`, init)
const CONCURRENCY = 64

it('64 requests at once are each answered as one alone is, at every route', async () => {
  const routes = await everyRoute(await startInWorkerd(), workersPlatform(workerEnv))
  for (const { name, path, init } of routes) {
    const ask = async () => {
      const answer = await request(path, init?.())
      await answer.arrayBuffer()
      return answer.status
    }
    const alone = await ask()
    expect(alone, name).toBeLessThan(500)
    const statuses = await Promise.all(Array.from({ length: CONCURRENCY }, ask))
    expect([name, ...new Set(statuses)]).toEqual([name, alone])
  }
})

it('64 requests at once to all routes together are each answered', async () => {
  const routes = await everyRoute(await startInWorkerd(), workersPlatform(workerEnv))
  const answers = Array.from({ length: CONCURRENCY }, async (_, index) => {
    const { name, path, init } = routes[index % routes.length] as (typeof routes)[number]
    const answer = await request(path, init?.())
    await answer.arrayBuffer()
    return [name, answer.status < 500]
  })
  for (const answer of await Promise.all(answers)) expect(answer).toEqual([answer[0], true])
})
