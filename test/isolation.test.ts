import { describe, expect, it } from 'vitest'
import { openTenantReader } from '../src/core/database/handles.ts'
import { createApp } from '../src/create-app.ts'
import type { Platform } from '../src/platform/platform.ts'
import { currentRegion } from '../src/regions/runtime/current.ts'
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

describe('an idempotency key that someone else has used', () => {
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
    expect(other.status).toBe(201)
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

  it('keeps no program, and nobody else, from filing under it', async () => {
    const app = await startApp()
    const [long, lat] = app.region.documents.region.map.center
    const asked = { service_code: 'pothole', lat, long, answers: { size: 'large', lane: 'driving' } }
    const anonymous = async (key: string, more: object = {}) => {
      const answer = await app.request('/j/hollis/api/v1/requests', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify({ ...asked, ...more }),
      })
      return { status: answer.status, id: ((await answer.json()) as { id: string }).id }
    }
    const program = async (api_key: string, path: string, key = 'workorder-10017', more = {}) => {
      const form = { service_code: 'pothole', lat: String(lat), long: String(long), ...more }
      const attributes = { 'attribute[size]': 'large', 'attribute[lane]': 'driving' }
      const answer = await app.request(path, {
        method: 'POST',
        headers: { 'idempotency-key': key },
        body: new URLSearchParams({ api_key, ...form, ...attributes }),
      })
      const [filed] = (await answer.json()) as { service_request_id?: string; code?: number }[]
      return filed?.service_request_id ?? filed?.code
    }
    const [one, two] = [await app.key('hollis'), await app.key('hollis')]
    const [own, shared] = ['/j/hollis/open311/v2/requests.json', '/open311/v2/requests.json']
    const unavailable = await app.key('port-ellery')
    const [, , , id] = unavailable.split('_')
    const before = await anonymous('workorder-10017')
    const guesses = ['', 'program:', 'program:port-ellery:'].map(of => `${of}key:${id}:workorder-10017`)
    for (const guess of guesses) expect((await anonymous(guess)).status).toBe(201)
    const filed = [
      await program(one, own),
      await program(two, own),
      await program(unavailable, shared),
      await program(one, own, 'workorder-10018'),
    ]
    for (const number of filed) expect(number).toMatch(/^[A-Z]+-/)
    expect(new Set([before.id, ...filed]).size).toBe(5)
    const note = async (key: string, text: string) => {
      const answer = await app.request(`/api/v1/work/requests/${before.id}/notes`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'idempotency-key': 'workorder-10017',
          authorization: `Bearer ${key}`,
        },
        body: JSON.stringify({ text, public: false }),
      })
      return answer.status
    }
    const [crew, office] = [await app.key('hollis', 'work'), await app.key('hollis', 'work')]
    expect([await note(crew, 'By the crew'), await note(office, 'By the office')]).toEqual([201, 201])
    expect([await note(crew, 'By the crew'), await note(crew, 'Something else')]).toEqual([201, 409])
    // A repeated submission returns the same request, to each of them; and a program still gets an error for a
    // key that it used for something else.
    expect((await anonymous('workorder-10017')).id).toBe(before.id)
    expect([await program(one, own), await program(unavailable, shared)]).toEqual([filed[0], filed[2]])
    expect(await program(one, own, 'workorder-10017', { description: 'Another' })).toBe(409)
    const other = await anonymous('workorder-10017', { email: 'ada@example.org' })
    expect(other.status).toBe(201)
    expect(other.id).not.toBe(before.id)
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
    expect(leaks).toContainEqual(expect.stringContaining('shows note-of-neighbor'))
    expect(leaks).toContainEqual(expect.stringContaining('is answered otherwise than what is not there'))
  })
})

/** The app, with one route that reads by the number alone. */
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
