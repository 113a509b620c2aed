import { createConfig, lintFromString } from '@redocly/openapi-core'
import * as v from 'valibot'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeApi, type Operations } from '../src/core/http/openapi.ts'
import { apiOperations, createApp } from '../src/create-app.ts'
import { implementApi } from '../src/regions/runtime/site.ts'
import { startApp, type TestApp } from './support/app.ts'

interface Described {
  openapi: string
  servers: { url: string }[]
  paths: Record<string, Record<string, DescribedCall>>
  components: {
    schemas: Record<string, object>
    securitySchemes: { oauth: { flows: { clientCredentials: { scopes: Record<string, string> } } } }
  }
}

interface DescribedCall {
  operationId: string
  security: object[]
  parameters?: { name: string; in: string; required?: boolean; schema: { type: string } }[]
  responses: object
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

test('the description passes the recommended rules of a linter for OpenAPI', async () => {
  const config = await createConfig({ extends: ['recommended'] })
  const description = describeApi('Ellery County', 'https://311.example.gov/api/v1', apiOperations)
  const found = await lintFromString({ source: JSON.stringify(description), config })
  expect(found.map(({ ruleId, location: [at] }) => `${ruleId} ${at?.pointer}`)).toEqual([])
})

test('a parameter says whether it is required, and whether it is a number', () => {
  const parametersOf = (path: string) =>
    described.paths[path]?.get?.parameters?.map(({ name, required = false, schema: { type } }) => [
      name,
      type,
      required,
    ])
  expect(parametersOf('/nearby')).toEqual([
    ['service_code', 'string', true],
    ['lat', 'number', true],
    ['long', 'number', true],
  ])
  expect(parametersOf('/route')).toEqual([
    ['service_code', 'string', true],
    ['lat', 'number', false],
    ['long', 'number', false],
    ['accuracy', 'number', false],
    ['at', 'string', false],
    ['urgent', 'boolean', false],
    ['answers', 'object', false],
  ])
  const counted = Object.values(described.paths).flatMap(({ get }) => get?.parameters ?? [])
  for (const { name, schema } of counted) if (name === 'limit') expect(schema.type).toBe('integer')
})

test('a parameter that is required is refused when it is missing', async () => {
  for (const [path, { get }] of Object.entries(described.paths)) {
    if (get?.parameters?.some(parameter => parameter.in === 'query' && parameter.required))
      expect((await app.request(`/j/hollis/api/v1${path}`)).status, path).toBeGreaterThanOrEqual(400)
  }
})

test('a call says who may make it: anybody, or a program of the jurisdiction, with the scope that it takes', () => {
  const { scopes } = described.components.securitySchemes.oauth.flows.clientCredentials
  expect(Object.keys(scopes)).toEqual(['report', 'read', 'work', 'audit'])
  for (const [path, calls] of Object.entries(described.paths)) {
    for (const { security } of Object.values(calls))
      expect(security.length > 0, path).toBe(path.startsWith('/work/'))
  }
  expect(described.paths['/work/audit']?.get?.security).toEqual([{ work: [] }, { oauth: ['audit'] }])
  expect(described.paths['/requests']?.post?.security).toEqual([])
})

test('each call has a name of its own, for the clients that are generated from it', () => {
  const names = Object.values(described.paths).flatMap(calls =>
    Object.values(calls).map(call => call.operationId),
  )
  for (const name of names) expect(name).toMatch(/^[a-z][A-Za-z]+$/)
  expect(new Set(names).size).toBe(names.length)
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
    'POST /keyed/{id}': { id: 'keyed', summary: '', repeatable: true, answer },
    'POST /plain/{id}': { id: 'plain', summary: '', answer },
  } satisfies Operations
  const endpoints = implementApi(described, {
    'POST /keyed/{id}': ({ idempotencyKey }) => ({ key: idempotencyKey() }),
    // @ts-expect-error: it is not `repeatable`.
    'POST /plain/{id}': ({ idempotencyKey }) => ({ key: idempotencyKey() }),
  })
  expect(endpoints.map(({ route }) => route)).toEqual(Object.keys(described))
})
