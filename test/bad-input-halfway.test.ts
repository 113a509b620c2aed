import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../src/create-app.ts'
import { readMigrations } from '../src/platform/node/databases/migrations.ts'
import type { Platform } from '../src/platform/platform.ts'
import { currentRegion } from '../src/regions/runtime/current.ts'
import { applyRegion, storedSnapshot } from '../src/regions/versions/apply.ts'
import { startApp, type TestApp } from './support/app.ts'
import { entryPoints } from './support/entry-points.ts'
import { lakeDocuments, lakeEdited } from './support/lake.ts'
import { ledger } from './support/ledger.ts'
import { jpeg } from './support/photos.ts'

/* Every write is interrupted at each of its steps in turn, before the step or after it. */

let app: TestApp
let front: (path: string, init?: RequestInit) => Promise<Response>
let breaking: (step: number, when: 'before' | 'after') => { readonly happened: boolean }
beforeAll(async () => {
  app = await startApp()
  const broken = breakable(app.platform)
  breaking = broken.at
  const served = createApp(broken.platform)
  front = async (path, init) => served.request(new URL(path, 'http://localhost').href, init)
  await front('/')
})
afterAll(() => app.close())

/**
 * The same platform, whose database fails at the given step: `before` it takes effect, or `after`, with the
 * response lost.
 */
function breakable(platform: Platform) {
  let left = Number.POSITIVE_INFINITY
  let state = { happened: false }
  let when: 'before' | 'after' = 'before'
  const unavailable = () => Object.assign(new Error('connection lost'), { code: 'SERVER_ERROR' })
  const step = async <T>(work: () => Promise<T>): Promise<T> => {
    const breaks = left-- === 1
    if (breaks) state.happened = true
    if (breaks && when === 'before') throw unavailable()
    const result = await work()
    if (breaks) throw unavailable()
    return result
  }
  const databases: Platform['databases'] = {
    ...platform.databases,
    client: name => {
      const client = platform.databases.client(name)
      return {
        ...client,
        execute: statement => step(() => client.execute(statement)),
        batch: (statements, mode) => step(() => client.batch(statements, mode)),
      }
    },
  }
  return {
    platform: { ...platform, databases } satisfies Platform,
    at(count: number, moment: 'before' | 'after') {
      ;[left, when, state] = [count, moment, { happened: false }]
      return state
    },
  }
}

describe.each(['before', 'after'] as const)('a report that is broken off %s any step', when => {
  const named = entryPoints(
    () => ({ ...app, request: front }),
    () => key,
  ).map(entryPoint => [entryPoint.name, entryPoint] as const)
  let key: string
  beforeAll(async () => {
    key = await app.key('hollis')
  })

  it.each(named)(
    'at %s is 503 with when to come back, and sent again it is filed once',
    async (name, entryPoint) => {
      const emails = `${when}${name}`.toUpperCase().replace(/[^A-Z]/g, '')
      for (let step = 1, happened = true; happened; step++) {
        const headers = { 'idempotency-key': `${emails}${step}` }
        const report = { photo: new File([jpeg()], 'hole.jpg'), description: `step ${step}` }
        const before = (await ledger(app)).requests
        const broken = breaking(step, when)
        const answer = await entryPoint.send(report, headers)
        happened = broken.happened
        breaking(Number.POSITIVE_INFINITY, when)
        if (happened) {
          expect([step, answer.status]).toEqual([step, 503])
          expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
        }
        expect((await ledger(app)).errors).toEqual([])
        expect((await entryPoint.send(report, headers)).status).toBeLessThan(400)
        expect(await ledger(app)).toEqual({ errors: [], requests: before + 1 })
      }
    },
  )
})

it('a configuration that is broken off at any step leaves the one before or the whole new one', async () => {
  const before = lakeDocuments()
  const after = lakeDocuments(lakeEdited('east/jurisdiction.yaml', 'name: East', 'name: Easter'))
  const lake = await startApp({ documents: before, slug: 'lake' })
  for (const when of ['before', 'after'] as const) {
    const broken = breakable(lake.platform)
    for (let step = 1, happened = true; happened; step++) {
      const state = broken.at(step, when)
      const wanted = step % 2 === 1 ? after : before
      await applyRegion(broken.platform, readMigrations(), 'lake', wanted, { by: 'test' }).catch(
        () => undefined,
      )
      happened = state.happened
      const stored = await storedSnapshot(lake.platform, 'lake')
      expect([before, after]).toContainEqual(stored?.documents)
      await applyRegion(lake.platform, readMigrations(), 'lake', wanted, { by: 'test' })
      expect((await currentRegion(lake.platform, 'lake')).documents).toEqual(wanted)
    }
  }
  await lake.close()
})
