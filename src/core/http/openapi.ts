import { toJsonSchema } from '@valibot/to-json-schema'
import * as v from 'valibot'
import { type ProblemSlug, statusOf } from '../problem.ts'

// The JSON API's OpenAPI description, from the schemas that read its bodies and that tests hold its responses
// to.

/** A query parameter; a text alone describes one that is optional and a string. */
export interface Parameter {
  readonly description: string
  readonly required?: true
  /** `object`: one parameter for each member, `name[member]=…`. */
  readonly type?: 'string' | 'number' | 'integer' | 'boolean' | 'object'
  readonly within?: readonly [minimum: number, maximum: number]
  readonly values?: readonly string[]
}

export interface Operation {
  /** `operationId`: the name of the method in generated clients. Default: the method and the path. */
  readonly id?: string
  readonly summary: string
  /** For programs of a jurisdiction; with a scope, for those that have it. */
  readonly work?: true | 'audit'
  readonly query?: Readonly<Record<string, string | Parameter>>
  readonly repeatable?: boolean
  readonly body?: v.GenericSchema | readonly string[]
  readonly status?: 200 | 201
  readonly answer: v.GenericSchema
  readonly also?: Readonly<Record<number, v.GenericSchema>>
  readonly problems?: readonly ProblemSlug[]
}

export type Operations = Readonly<Record<`${'GET' | 'POST'} /${string}`, Operation>>

export const limitParameter = {
  description: 'Items on a page. Default: 50.',
  type: 'integer',
  within: [1, 200],
} as const satisfies Parameter

/** WGS84. */
export const positionParameters = {
  lat: { description: 'Latitude in degrees. Requires `long`.', type: 'number', within: [-90, 90] },
  long: { description: 'Longitude in degrees. Requires `lat`.', type: 'number', within: [-180, 180] },
} as const satisfies Record<string, Parameter>

/** ISO 8601, UTC. */
export const instantSchema = v.pipe(v.string(), v.isoTimestamp())

export const problemSchema = v.strictObject({
  type: v.string(),
  title: v.string(),
  status: v.number(),
  detail: v.optional(v.string()),
  fields: v.optional(v.array(v.strictObject({ field: v.string(), code: v.string(), message: v.string() }))),
  state: v.optional(v.string()),
  request_id: v.string(),
})

export function responsesOf({
  status = 200,
  answer,
  also,
}: Operation): Readonly<Record<number, v.GenericSchema>> {
  return { [status]: answer, ...also }
}

export function problemStatusesOf({ body, work, problems = [] }: Operation): ReadonlySet<number> {
  const common: ProblemSlug[] = ['invalid-fields', 'too-many-requests', 'fault', 'database-unavailable']
  if (work) common.push('key-refused')
  if (body !== undefined) common.push('unsupported-media', 'too-large')
  return new Set([...common, ...problems].map(statusOf))
}

export function describeApi(title: string, server: string, operations: Operations): object {
  const paths = known.get(operations) ?? pathsOf(operations)
  known.set(operations, paths)
  const site = server.replace(/\/api\/v1$/, '')
  return {
    openapi: '3.1.0',
    info: {
      title,
      version: '1',
      description:
        'Public calls need no key. With one they are counted as its program, not by network address. See docs/programs.md.',
      license: { name: 'Terms of use', url: `${site}/about` },
    },
    servers: [{ url: server }],
    paths,
    components: {
      schemas: { problem: shape(problemSchema) },
      securitySchemes: {
        work: {
          type: 'http',
          scheme: 'bearer',
          description:
            'An API key of the jurisdiction, or an access token of one of its OAuth clients. Scope `read` allows reading, `work` also allows changes, `audit` only reads the audit log.',
        },
        oauth: {
          type: 'oauth2',
          description:
            'Client credentials grant. Access tokens are valid for ten minutes. See docs/programs.md.',
          flows: {
            clientCredentials: {
              tokenUrl: `${site}/oauth/token`,
              scopes: scopeDescriptions,
            },
          },
        },
      },
    },
  }
}

const scopeDescriptions = {
  report: 'Submit requests.',
  read: 'Read requests, without contact details and internal notes.',
  work: 'Read and change requests, including contact details and internal notes.',
  audit: 'Read the audit log.',
}

type Paths = Record<string, Record<string, object>>
const known = new WeakMap<Operations, Paths>()

function pathsOf(operations: Operations): Paths {
  const paths: Paths = {}
  for (const [call, operation] of Object.entries(operations)) {
    const [method = '', path = ''] = call.split(' ')
    paths[path] = { ...paths[path], [method.toLowerCase()]: describe(method, path, operation) }
  }
  return paths
}

const mayBeRetried: ReadonlySet<number> = new Set([429, 503])
const retryAfter = {
  description: 'Seconds to wait before retrying. Absent if unknown.',
  schema: { type: 'integer' },
}

function describe(method: string, path: string, operation: Operation): object {
  const { id, summary, query = {}, repeatable, body } = operation
  const answers = Object.entries(responsesOf(operation))
  const schema = { type: 'string' }
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema,
  }))
  const inQuery = Object.entries(query).map(([name, given]) => inQueryAs(name, given))
  const once =
    'A unique key that makes retries safe: repeated requests with the same key take effect once. The key is scoped to the API key that sent it; for requests without an API key, to the request body.'
  const inHeader = repeatable ? [{ name: 'Idempotency-Key', in: 'header', description: once, schema }] : []
  const parameters = [...inPath, ...inQuery, ...inHeader]
  const problemOf = (status: number) => ({
    description: 'Problem details (RFC 9457).',
    ...(mayBeRetried.has(status) && { headers: { 'Retry-After': retryAfter } }),
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/problem' } } },
  })
  return {
    operationId: id ?? nameOf(method, path),
    summary,
    security: securityOf(method, operation),
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && { requestBody: { required: true, content: contentOf(body) } }),
    responses: {
      ...Object.fromEntries(answers.map(([status, schema]) => [status, done(schema)])),
      ...Object.fromEntries([...problemStatusesOf(operation)].map(status => [status, problemOf(status)])),
    },
  }
}

function nameOf(method: string, path: string): string {
  const words = path.match(/\w+/g) ?? []
  return method.toLowerCase() + words.map(word => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}

const asParameter = (description: string): Parameter => ({ description })

function inQueryAs(name: string, given: string | Parameter): object {
  const {
    description,
    required,
    type = 'string',
    within,
    values,
  } = typeof given === 'string' ? asParameter(given) : given
  const [minimum, maximum] = within ?? []
  return {
    name,
    in: 'query',
    description,
    ...(required && { required }),
    ...(type === 'object' && { style: 'deepObject', explode: true }),
    schema: {
      type,
      ...(within && { minimum, maximum }),
      ...(values && { enum: values }),
      ...(type === 'object' && { additionalProperties: { type: 'string' } }),
    },
  }
}

// Each entry is enough. A token of scope `work` may do what one of scope `read` may.
function securityOf(method: string, { work }: Operation): object[] {
  if (work === undefined) return []
  const scopes = work === 'audit' ? ['audit'] : method === 'GET' ? ['read', 'work'] : ['work']
  return [{ work: [] }, ...scopes.map(scope => ({ oauth: [scope] }))]
}

function done(schema: v.GenericSchema): object {
  return { description: 'Success.', content: { 'application/json': { schema: shape(schema) } } }
}

function contentOf(body: NonNullable<Operation['body']>): object {
  if ('kind' in body) return { 'application/json': { schema: schemaOf(body) } }
  return Object.fromEntries(body.map(type => [type, { schema: { type: 'string', format: 'binary' } }]))
}

// Response schemas are open: clients must accept members that are added later.
function shape(schema: v.GenericSchema): object {
  const isClosed = (key: string, value: unknown) => key === 'additionalProperties' && value === false
  return JSON.parse(
    JSON.stringify(schemaOf(schema), (key, value) => (isClosed(key, value) ? undefined : value)),
  ) as object
}

function schemaOf(schema: v.GenericSchema): object {
  const { $schema: _, ...described } = toJsonSchema(schema, { errorMode: 'ignore', target: 'draft-2020-12' })
  return described
}
