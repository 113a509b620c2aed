import type { Context } from 'hono'
import * as v from 'valibot'
import { type FieldFault, problem } from '../core/problem.ts'
import { hasControlCharacters } from '../core/text.ts'
import { readInstant, readNumber, readPlace } from '../regions/inquiry.ts'
import type { Door } from '../regions/site.ts'
import { readCursor } from './cursor.ts'
import { type Draft, noContact } from './draft.ts'
import type { Box } from './find.ts'
import { closeReasons, statuses } from './schema.ts'

/* Reading what callers send to the JSON API. Everything throws a problem that names what to mend. */

/** Text for people: not too long, and nothing that XML and mail cannot carry. */
export const words = (max: number) =>
  v.pipe(
    v.string(),
    v.maxLength(max),
    v.check(text => !hasControlCharacters(text)),
  )
export const draftBody = v.strictObject({
  service_code: v.string(),
  lat: v.optional(v.nullable(v.number())),
  long: v.optional(v.nullable(v.number())),
  accuracy: v.optional(v.number()),
  address: v.optional(v.string()),
  zipcode: v.optional(v.string()),
  description: v.optional(v.string()),
  answers: v.optional(v.record(v.string(), v.union([v.string(), v.array(v.string())]))),
  first_name: v.optional(v.string()),
  last_name: v.optional(v.string()),
  email: v.optional(v.string()),
  phone: v.optional(v.string()),
  follow: v.optional(v.boolean()),
  share_contact: v.optional(v.boolean()),
  media: v.optional(v.array(v.string())),
  incident_at: v.optional(v.nullable(v.string())),
  dry_run: v.optional(v.boolean()),
})
export const statusBody = v.strictObject({
  to: v.picklist(statuses),
  reason: v.optional(v.picklist(closeReasons)),
  text: v.optional(words(2000)),
  version: v.pipe(v.number(), v.integer()),
})
export const noteBody = v.strictObject({ text: words(4000), public: v.optional(v.boolean()) })

/** The body as this shape. Throws `unsupported-media`, `bad-request` or `invalid-fields` naming every field. */
export async function readBody<T extends v.GenericSchema>(
  c: Context<Door>,
  schema: T,
): Promise<v.InferOutput<T>> {
  if (!/^application\/json\b/i.test(c.req.header('content-type') ?? '')) {
    throw problem('unsupported-media', { detail: 'Send JSON with Content-Type: application/json.' })
  }
  let body: unknown
  try {
    body = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(await c.req.arrayBuffer()))
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) {
      throw problem('bad-request', { detail: 'The body is not JSON in UTF-8.' })
    }
    throw error
  }
  const read = v.safeParse(schema, body)
  if (read.success) return read.output
  throw problem('invalid-fields', { fields: read.issues.map(faultOf) })
}

function faultOf(issue: v.BaseIssue<unknown>): FieldFault {
  const field = v.getDotPath(issue) ?? 'body'
  if (issue.type === 'max_length')
    return { field, code: 'too-long', params: { max: Number(issue.requirement) } }
  if (issue.type === 'check') return { field, code: 'control-characters' }
  if (issue.expected === 'never') return { field, code: 'unknown' }
  return { field, code: issue.received === 'undefined' ? 'required' : 'malformed' }
}

/** A report, and whether the caller only wants to know what would become of it. */
export async function readDraft(c: Context<Door>): Promise<{ draft: Draft; dryRun: boolean }> {
  const body = await readBody(c, draftBody)
  const { place, faults } = readPlace(
    String(body.lat ?? ''),
    String(body.long ?? ''),
    c.get('site').region.routing.atlas,
  )
  const incident = readPast('incident_at', body.incident_at ?? '', c.get('platform').clock.now())
  if (faults.length + incident.faults.length > 0)
    throw problem('invalid-fields', { fields: [...faults, ...incident.faults] })
  const answers = Object.entries(body.answers ?? {}).map(([code, given]) => [code, [given].flat()] as const)
  const draft: Draft = {
    service: body.service_code,
    place,
    accuracy: body.accuracy ?? 0,
    address: body.address ?? '',
    addressId: '',
    zipcode: body.zipcode ?? '',
    description: body.description ?? '',
    answers: Object.fromEntries(answers),
    follow: body.follow,
    contact: {
      ...noContact,
      firstName: body.first_name ?? '',
      lastName: body.last_name ?? '',
      email: body.email ?? '',
      phone: body.phone ?? '',
      shared: body.share_contact ?? false,
    },
    media: body.media ?? [],
    mediaUrl: '',
    language: c.get('language'),
    channel: 'web',
    incidentAt: incident.value,
  }
  return { draft, dryRun: body.dry_run ?? false }
}

/** An instant that is not still to come; nothing typed is undefined. */
export function readPast(field: string, typed: string, now: number): ReturnType<typeof readInstant> {
  const read = readInstant(field, typed)
  if (read.value === undefined || read.value <= now) return read
  return { value: undefined, faults: [{ field, code: 'in-the-future' }] }
}

/** Throws `invalid-fields` for a key that no program would make. */
export function readIdempotencyKey(c: Context<Door>): string | undefined {
  const key = c.req.header('idempotency-key')?.trim()
  if (key === undefined || key === '') return undefined
  if (!/^[\x21-\x7e]{1,200}$/.test(key)) {
    throw problem('invalid-fields', { fields: [{ field: 'Idempotency-Key', code: 'malformed' }] })
  }
  return key
}

export function readListQuery(c: Context<Door>) {
  const limit = readNumber('limit', c.req.query('limit') ?? '', 1, 200)
  const box = readBox(c.req.query('bbox') ?? '')
  const after = readCursor(c.req.query('after') ?? '')
  const faults = [...limit.faults, ...box.faults, ...after.faults]
  if (faults.length > 0) throw problem('invalid-fields', { fields: faults })
  const services = c.req
    .query('service_code')
    ?.split(',')
    .filter(code => code !== '')
  return {
    limit: Math.floor(limit.value ?? 50),
    box: box.value,
    after: after.value,
    services: services?.length ? services : undefined,
  }
}

/** `west,south,east,north` in degrees, as in OGC API. */
function readBox(typed: string): { value: Box | undefined; faults: FieldFault[] } {
  if (typed === '') return { value: undefined, faults: [] }
  const numbers = typed.split(',').map(Number)
  const [west, south, east, north] = numbers
  const isBox = numbers.length === 4 && numbers.every(Number.isFinite)
  if (
    !isBox ||
    west === undefined ||
    south === undefined ||
    east === undefined ||
    north === undefined ||
    south > north ||
    west > east
  ) {
    return { value: undefined, faults: [{ field: 'bbox', code: 'malformed' }] }
  }
  return { value: { west, south, east, north }, faults: [] }
}
