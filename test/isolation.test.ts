import { describe, expect, it } from 'vitest'
import { createApp } from '../src/app.ts'
import { openTenantReader } from '../src/core/db.ts'
import type { Platform } from '../src/platform/platform.ts'
import { currentRegion } from '../src/regions/current.ts'
import { event } from '../src/requests/schema.ts'
import { expectations } from './isolation/expectations.ts'
import { type Front, playMatrix } from './isolation/matrix.ts'
import { bundled, startApp } from './support/app.ts'

describe('every route, to everybody who may come', () => {
  it('shows and changes what is theirs, and answers what is another’s as if it were not there', {
    timeout: 600_000,
  }, async () => {
    const { routes, checks, leaks, unseen } = await playMatrix()
    expect(leaks).toEqual([])
    expect(unseen).toEqual([])
    expect(routes).toBe(Object.keys(expectations).length)
    expect(checks).toBeGreaterThan(30_000)
  })
})

describe('an idempotency key that somebody else has used', () => {
  it('answers nothing of theirs', async () => {
    const app = await startApp()
    const json = { 'content-type': 'application/json', 'idempotency-key': 'the-same' }
    const post = async (path: string, body: object, headers = {}) => {
      const init = { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify(body) }
      const answer = await app.request(path, init)
      return { status: answer.status, said: (await answer.json()) as Record<string, unknown> }
    }
    const [long, lat] = app.region.documents.region.map.center
    const asked = { service_code: 'pothole', lat, long, answers: { size: 'large', lane: 'driving' } }
    const own = await post('/j/hollis/api/v1/requests', asked)
    const beside = await post('/j/port-ellery/api/v1/requests', asked)
    expect([own.status, beside.status]).toEqual([201, 201])
    expect(beside.said.id).not.toBe(own.said.id)
    const other = await post('/j/hollis/api/v1/requests', { ...asked, description: 'Another' })
    expect(other.said.type).toBe('urn:countyline:problem:key-reused')
    expect(JSON.stringify(other.said)).not.toContain(own.said.id)

    const note = { text: 'Seen', public: false }
    const by = async (slug: string) => ({
      'idempotency-key': 'of-notes',
      authorization: `Bearer ${await app.key(slug, 'work')}`,
    })
    const path = `/api/v1/work/requests/${own.said.id}/notes`
    expect((await post(path, note, await by('hollis'))).status).toBe(201)
    expect((await post(path, note, await by('port-ellery'))).said.type).toBe(
      'urn:countyline:problem:not-found',
    )
    await app.close()
  })
})

describe('the matrix finds', { timeout: 120_000 }, () => {
  it('a route that nobody has thought about', async () => {
    const front = (platform: Platform) =>
      createApp(platform).get('/api/v1/work/thoughtless', c => c.text('hello'))
    const { leaks } = await playMatrix({ front, only: route => route.endsWith('/thoughtless') })
    expect(leaks).toEqual(['GET /api/v1/work/thoughtless has no expectation'])
  })

  it('a route that looks wherever the number says, and not where its caller may', async () => {
    const only = (route: string) => route === 'GET /api/v1/work/requests/:id'
    const { leaks } = await playMatrix({ front: withHole, only })
    expect(leaks).toContainEqual(expect.stringContaining('shows note-of-neighbour'))
    expect(leaks).toContainEqual(expect.stringContaining('is answered otherwise than what is not there'))
  })
})

/** The front door, with one call that reads by the number alone. */
function withHole(platform: Platform): Front {
  const app = createApp(platform)
  return {
    routes: app.routes,
    async request(asked, init) {
      const [, code] = /\/work\/requests\/([A-Z]+)-[^/]*$/.exec(String(asked)) ?? []
      const region = await currentRegion(platform, bundled)
      const slug = region.documents.jurisdictions.find(known => known.code === code)?.slug
      if (slug === undefined) return app.request(asked, init)
      const db = openTenantReader(platform, { kind: 'system', reason: 'hole' }, bundled, slug)
      return Response.json(await db.select().from(event))
    },
  }
}
