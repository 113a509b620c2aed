import fc from 'fast-check'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readDraft as readPageForm } from '../src/citizen/report/form.ts'
import { signPayload, verifyPayload } from '../src/core/encryption/signing.ts'
import { readIdempotencyKey, readJson } from '../src/core/http/json.ts'
import { asProblem, problem } from '../src/core/problem.ts'
import { readDraft as readGeoReportForm } from '../src/open311/draft.ts'
import { readFilter } from '../src/open311/filter.ts'
import { Parameters, readForm, readQuery } from '../src/open311/parameters.ts'
import { askGeoReport } from '../src/partners/georeport.ts'
import type { Platform } from '../src/platform/platform.ts'
import { type AppEnv, findSite } from '../src/regions/runtime/site.ts'
import { draftErrors } from '../src/requests/draft.ts'
import { draftBody, noteBody, readDraft, readListQuery, statusBody } from '../src/requests/read.ts'
import { offeredService } from '../src/requests/submit.ts'
import { ownForms } from '../src/web/own-forms.ts'
import { startApp, type TestApp } from './support/app.ts'
import { bodyOf, type Known, rightFields } from './support/bodies.ts'
import { fuzzing } from './support/fuzz.ts'
import { damaged, hostileEncoded, hostileHeader, hostileText } from './support/hostile.ts'

/*
 * The parsers behind the routes, at a speed that routes do not have: any input is either parsed, or refused
 * with a client error.
 */

const { tries, timeout, inputs } = fuzzing(4000)

let app: TestApp
let known: Known
beforeAll(async () => {
  app = await startApp({ environment: { SIGNING_KEY: 'a key that is long enough to sign the links with' } })
  const keys = ['cl_port-ellery_2222222222_2222222222222222222222222222222222222222']
  const numbers = ['PE-4KT7X-9QXC2']
  const photos = ['2222222222222222']
  const none = { cookies: [], grants: [], keyIds: [], handoffs: [], tokens: [] }
  known = { region: app.region, keys, numbers, photos, ...none, schemas: new Map() }
})
afterAll(() => app.close())

/** What it parsed, or undefined where it named an error. */
async function readOrRefused<T>(read: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    expect(asProblem(error).status).toBeLessThan(500)
    return undefined
  }
}

const pairs = () => {
  const right = rightFields(known)
  const name = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...Object.keys(right)) }, hostileText)
  const value = fc.oneof(hostileText, fc.constantFrom(...Object.values(right)))
  return fc.array(fc.tuple(name, value), { maxLength: 6 })
}

describe('what is sent to a route', { timeout }, () => {
  test('a form of GeoReport is a draft with its errors, or no form', async () => {
    await fc.assert(
      fc.asyncProperty(
        bodyOf('POST /open311/v2/requests.json', known),
        hostileEncoded,
        async (sent, query) => {
          const [type, body] = sent
          const headers = type === '' ? {} : { 'content-type': type }
          const request = new Request(`http://localhost/?api_key=${query}`, { method: 'POST', headers, body })
          const form = await readOrRefused(() => readForm(request))
          if (form === undefined) return
          const { draft } = await readGeoReportForm(app.platform, app.region, form, {
            language: 'en',
            media: [],
          })
          expect(
            Object.values(draft.answers)
              .flat()
              .every(value => typeof value === 'string'),
          ).toBe(true)
        },
      ),
      tries(1.5),
    )
  })

  test('arguments of GeoReport are a filter within bounds, or told', async () => {
    await fc.assert(
      fc.asyncProperty(pairs(), async given => {
        const filter = await readOrRefused(() =>
          readFilter(new Parameters(given), 'America/New_York', Date.parse('2026-08-12T16:00:00Z')),
        )
        if (filter === undefined) return
        expect(filter.limit).toBeGreaterThan(0)
        expect(filter.limit).toBeLessThanOrEqual(1000)
        expect(Number.isSafeInteger(filter.offset)).toBe(true)
      }),
      tries(2.5),
    )
  })

  test('a query is read however it is encoded, or is not UTF-8', async () => {
    await fc.assert(
      fc.asyncProperty(hostileEncoded, hostileEncoded, async (name, value) => {
        const request = new Request(`http://localhost/?status=open&${name}=${value}`)
        const query = await readOrRefused(() => readQuery(request))
        if (query === undefined) return
        expect(query.one('status')).toBe('open')
        expect(Object.getPrototypeOf(query.attributes())).toBeNull()
      }),
      tries(2),
    )
  })

  test('a page’s form is a draft with its errors', async () => {
    await fc.assert(
      fc.asyncProperty(pairs(), fc.boolean(), async (given, isQuery) => {
        const data = isQuery ? new URLSearchParams() : new FormData()
        for (const [name, value] of given) data.append(name, value.toWellFormed())
        const { draft } = readPageForm(data, app.region, 'pothole', 'es')
        const errors = draftErrors(draft, offeredService(app.region, 'pothole', undefined))
        expect(draft.place !== null || draft.address !== '' || errors.length > 0).toBe(true)
      }),
      tries(2.5),
    )
  })

  test('JSON, a list’s query and the headers beside them are read, or told', async () => {
    const reader = new Hono<AppEnv>()
    reader.use(async (c, next) => {
      c.set('platform', app.platform)
      c.set('site', await findSite(app.platform, new URL('http://localhost/')))
      c.set('language', 'en')
      await next()
    })
    reader.use(ownForms)
    reader.post('/draft', async c => {
      const { atlas } = app.region.routing
      const reading = { atlas, language: 'en', now: app.platform.clock.now() }
      const read = readDraft(await readJson(c.req.raw, draftBody), reading)
      return c.json({ read, key: readIdempotencyKey(c.req.raw) ?? null })
    })
    reader.post('/status', async c => c.json(await readJson(c.req.raw, statusBody)))
    reader.post('/note', async c => c.json(await readJson(c.req.raw, noteBody)))
    reader.post('/list', c => c.json(readListQuery(name => c.req.query(name) ?? '')))
    reader.onError((error, c) =>
      c.body(null, error instanceof HTTPException ? error.status : asProblem(error).status),
    )
    const header = fc.constantFrom('idempotency-key', 'cookie', 'origin', 'sec-fetch-site', 'content-type')
    const call = fc.record({
      path: fc.constantFrom('/draft', '/status', '/note', '/list'),
      query: fc.tuple(fc.constantFrom('limit', 'bbox', 'after', 'service_code'), hostileEncoded),
      body: bodyOf('POST /api/v1/requests', { ...known, schemas: new Map([['POST /api/v1/requests', {}]]) }),
      header: fc.tuple(header, hostileHeader),
    })
    await fc.assert(
      fc.asyncProperty(call, async ({ path, query, body: [type, body], header }) => {
        const headers = [...(type === '' ? [] : [['content-type', type] as [string, string]]), header]
        const answer = await reader.request(`${path}?${query.join('=')}`, { method: 'POST', headers, body })
        expect([200, 400, 403, 413, 415]).toContain(answer.status)
      }),
      tries(1),
    )
  })

  test('a path leads to a site, or to none', async () => {
    const part = fc.oneof(hostileEncoded, fc.constantFrom('r', 'j', 'ellery', 'hollis', '', 'report'))
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 5 }), async parts => {
        const url = new URL(`http://localhost/${parts.join('/').slice(0, 8000)}`)
        const site = await readOrRefused(() => findSite(app.platform, url))
        expect(site === undefined || site.region.slug === app.region.slug).toBe(true)
      }),
      tries(2),
    )
  })

  test('a link that was not signed here, for this, says nothing', async () => {
    const right = await signPayload(app.platform, 'follow', ['port-ellery', 7])
    const bytes = new TextEncoder().encode(right)
    const token = fc.oneof(
      hostileText,
      damaged(bytes).map(bytes => new TextDecoder('latin1').decode(bytes)),
    )
    await fc.assert(
      fc.asyncProperty(token, fc.constantFrom('follow', 'unfollow', ''), async (token, purpose) => {
        const claims = await verifyPayload(app.platform, purpose, token)
        expect(claims).toEqual(token === right && purpose === 'follow' ? ['port-ellery', 7] : undefined)
      }),
      tries(2),
    )
  })
})

describe('what a partner’s server answers', { timeout }, () => {
  test('is a list of items, or the partner is said to be away', async () => {
    const document = fc.oneof(
      hostileText,
      ...[
        '<?xml version="1.0"?><service_requests><request><service_request_id>1</service_request_id><status>open</status></request></service_requests>',
        '[{"service_request_id":"1","status":"closed","status_notes":"done"}]',
        '<errors><error><code>400</code><description>no</description></error></errors>',
      ].map(text => damaged(new TextEncoder().encode(text)).map(bytes => new TextDecoder().decode(bytes))),
    )
    const server = { region: 'ellery', partner: 'dot', endpoint: { endpoint: 'https://partner.example/v2' } }
    await fc.assert(
      fc.asyncProperty(document, fc.constantFrom(200, 201, 400, 500), async (text, status) => {
        const outbound = { ask: async () => ({ status, text }) }
        const platform = { ...app.platform, outbound } as unknown as Platform
        try {
          const items = await askGeoReport(platform, server, { path: 'requests', fields: [] })
          expect(items.every(item => typeof item === 'object')).toBe(true)
        } catch (error) {
          if (asProblem(error).slug !== problem('partner-unavailable').slug) throw error
        }
      }),
      tries(2),
    )
  })
})

test.runIf(process.env.FUZZ_RUNS === undefined)('they were many', () => {
  expect(inputs()).toBeGreaterThanOrEqual(60_000)
})
