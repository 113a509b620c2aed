import { toJsonSchema } from '@valibot/to-json-schema'
import * as v from 'valibot'
import { type ProblemSlug, statusOf } from './problem.ts'

/* The JSON API's description, from the schemas that its bodies are read with and its answers are tested against. */

/** One call: `POST /work/handoffs/{id}/accept`. */
export interface Operation {
  readonly summary: string
  /** For a jurisdiction's own programs, by an API key. */
  readonly work?: boolean
  /** Arguments of the query, each with what it means. */
  readonly query?: Readonly<Record<string, string>>
  /** A change that may be sent again with the same Idempotency-Key. */
  readonly repeatable?: boolean
  /** JSON of this shape, or a file of one of these types. */
  readonly body?: v.GenericSchema | readonly string[]
  readonly status?: 200 | 201
  readonly answer: v.GenericSchema
  /** What it may answer with another status that is no problem. */
  readonly also?: Readonly<Record<number, v.GenericSchema>>
  /** Beside those that every call may answer. */
  readonly problems?: readonly ProblemSlug[]
}

export type Operations = Readonly<Record<`${'GET' | 'POST'} /${string}`, Operation>>

/** Instants as the API writes them: ISO 8601, UTC. */
export const instant = v.pipe(v.string(), v.isoTimestamp())

/** What went wrong, as `problem-json.ts` writes it (RFC 9457). */
export const problemSchema = v.strictObject({
  type: v.string(),
  title: v.string(),
  status: v.number(),
  detail: v.optional(v.string()),
  fields: v.optional(v.array(v.strictObject({ field: v.string(), code: v.string(), message: v.string() }))),
  state: v.optional(v.string()),
  request_id: v.string(),
})

/** What a call answers when all is well, by status. */
export function answersOf({
  status = 200,
  answer,
  also,
}: Operation): Readonly<Record<number, v.GenericSchema>> {
  return { [status]: answer, ...also }
}

/** The statuses of what may go wrong. */
export function problemStatusesOf({ body, work, problems = [] }: Operation): ReadonlySet<number> {
  const common: ProblemSlug[] = ['invalid-fields', 'fault', 'database-away']
  if (work) common.push('key-refused')
  if (body !== undefined) common.push('unsupported-media', 'too-large')
  return new Set([...common, ...problems].map(statusOf))
}

/** An OpenAPI 3.1 document, as JSON. */
export function describeApi(title: string, server: string, operations: Operations): object {
  const paths = known.get(operations) ?? pathsOf(operations)
  known.set(operations, paths)
  return {
    openapi: '3.1.0',
    info: { title, version: '1' },
    servers: [{ url: server }],
    paths,
    components: {
      schemas: { problem: shape(problemSchema) },
      securitySchemes: {
        work: { type: 'http', scheme: 'bearer', description: 'An API key of a jurisdiction.' },
      },
    },
  }
}

type Paths = Record<string, Record<string, object>>
/** The same for every region. */
const known = new WeakMap<Operations, Paths>()

function pathsOf(operations: Operations): Paths {
  const paths: Paths = {}
  for (const [call, operation] of Object.entries(operations)) {
    const [method = '', path = ''] = call.split(' ')
    paths[path] = { ...paths[path], [method.toLowerCase()]: describe(path, operation) }
  }
  return paths
}

function describe(path: string, operation: Operation): object {
  const { summary, work, query = {}, repeatable, body } = operation
  const answers = Object.entries(answersOf(operation))
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, in: 'path', required: true }))
  const inQuery = Object.entries(query).map(([name, description]) => ({ name, in: 'query', description }))
  const inHeader = repeatable ? [{ name: 'Idempotency-Key', in: 'header' }] : []
  const parameters = [...inPath, ...inQuery, ...inHeader].map(parameter => ({
    ...parameter,
    schema: { type: 'string' },
  }))
  const problem = {
    description: 'A problem (RFC 9457).',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/problem' } } },
  }
  return {
    summary,
    ...(work && { security: [{ work: [] }] }),
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && { requestBody: { required: true, content: contentOf(body) } }),
    responses: {
      ...Object.fromEntries(answers.map(([status, schema]) => [status, done(schema)])),
      ...Object.fromEntries([...problemStatusesOf(operation)].map(status => [status, problem])),
    },
  }
}

function done(schema: v.GenericSchema): object {
  return { description: 'Done.', content: { 'application/json': { schema: shape(schema) } } }
}

function contentOf(body: NonNullable<Operation['body']>): object {
  if ('kind' in body) return { 'application/json': { schema: schemaOf(body) } }
  return Object.fromEntries(body.map(type => [type, { schema: { type: 'string', format: 'binary' } }]))
}

/** Of what is answered: callers must bear members that are added later. */
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
