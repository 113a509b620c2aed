import * as v from 'valibot'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Operations } from '../src/core/http/openapi.ts'
import { apiOperations, createApp } from '../src/create-app.ts'
import { implementApi } from '../src/regions/runtime/site.ts'
import { startApp, type TestApp } from './support/app.ts'

interface Described {
  openapi: string
  servers: { url: string }[]
  paths: Record<string, Record<string, { parameters?: { name: string; in: string }[]; responses: object }>>
  components: { schemas: Record<string, object> }
}

let app: TestApp
let described: Described
beforeAll(async () => {
  app = await startApp()
  described = (await (await app.request('/j/hollis/api/v1/openapi.json')).json()) as Described
})
afterAll(() => app.close())

test('every call of the JSON API is described, and nothing that there is not', () => {
  const calls = createApp(app.platform)
    .routes.filter(({ method, path }) => method !== 'ALL' && path.startsWith('/api/v1/'))
    .map(({ method, path }) => `${method} ${path.replace('/api/v1', '').replaceAll(/:(\w+)/g, '{$1}')}`)
    .filter(call => call !== 'GET /openapi.json')
  expect([...new Set(calls)].sort()).toEqual(Object.keys(apiOperations).sort())
  expect(Object.keys(described.paths).length).toBeGreaterThan(15)
})

test('the description is OpenAPI 3.1 of this very site: its parameters are declared, its references lead somewhere', () => {
  expect(described.openapi).toBe('3.1.0')
  expect(described.servers).toEqual([{ url: 'http://localhost/j/hollis/api/v1' }])
  for (const [path, calls] of Object.entries(described.paths)) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    for (const { parameters = [], responses } of Object.values(calls)) {
      expect(parameters.filter(parameter => parameter.in === 'path').map(({ name }) => name)).toEqual(named)
      expect(Object.keys(responses)).toContain('503')
    }
  }
  const references = [...JSON.stringify(described).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)]
  expect(references.length).toBeGreaterThan(0)
  for (const [, name = ''] of references) expect(described.components.schemas).toHaveProperty(name)
})

test('a call that may be refused for now says with which status, and that Retry-After tells when to come again', () => {
  const { responses } = described.paths['/media']?.post ?? { responses: {} }
  for (const status of ['429', '503'])
    expect(responses).toHaveProperty([status, 'headers', 'Retry-After', 'schema', 'type'], 'integer')
  expect(responses).toHaveProperty('408')
  expect(responses).not.toHaveProperty(['408', 'headers'])
  expect(JSON.stringify(described.paths['/media'])).toMatch(/uploads-full.*storage-unavailable/)
})

test('a handler reads only what its operation describes: held by the type check', () => {
  const answer = v.strictObject({ key: v.optional(v.string()) })
  const described = {
    'POST /keyed/{id}': { summary: '', repeatable: true, answer },
    'POST /plain/{id}': { summary: '', answer },
  } satisfies Operations
  const endpoints = implementApi(described, {
    'POST /keyed/{id}': ({ idempotencyKey }) => ({ key: idempotencyKey() }),
    // @ts-expect-error: it is not `repeatable`.
    'POST /plain/{id}': ({ idempotencyKey }) => ({ key: idempotencyKey() }),
  })
  expect(endpoints.map(({ route }) => route)).toEqual(Object.keys(described))
})
