import * as v from 'valibot'
import { readInstant, readNumber } from '../core/input.ts'
import { type FieldError, problem } from '../core/problem.ts'
import { MAX_GRAPHEME } from '../core/text.ts'
import { readPlace } from '../regions/inquiry.ts'
import type { Atlas } from '../routing/types.ts'
import { type Draft, noContact } from './draft.ts'
import { readCursor } from './list/cursor.ts'
import type { Box } from './list/find.ts'
import { closeReasons, statuses } from './schema.ts'

export const words = (max: number) =>
  v.pipe(
    v.string(),
    v.maxGraphemes(max),
    v.maxLength(max * MAX_GRAPHEME),
    v.description(`At most ${max} characters.`),
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
export const reviewBody = v.strictObject({
  urgent: v.boolean(),
  review: v.optional(v.boolean()),
  text: v.optional(words(2000)),
  version: v.pipe(v.number(), v.integer()),
})
export const noteBody = v.strictObject({ text: words(4000), public: v.optional(v.boolean()) })

export interface DraftReading {
  readonly atlas: Atlas
  readonly language: string
  readonly now: number
}

/** Throws `invalid-fields`. */
export function readDraft(
  body: v.InferOutput<typeof draftBody>,
  { atlas, language, now }: DraftReading,
): { draft: Draft; dryRun: boolean } {
  const { place, errors } = readPlace(String(body.lat ?? ''), String(body.long ?? ''), atlas)
  const incident = readPast('incident_at', body.incident_at ?? '', now)
  if (errors.length + incident.errors.length > 0)
    throw problem('invalid-fields', { fields: [...errors, ...incident.errors] })
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
    language,
    channel: 'web',
    incidentAt: incident.value,
  }
  return { draft, dryRun: body.dry_run ?? false }
}

export function readPast(field: string, typed: string, now: number): ReturnType<typeof readInstant> {
  const read = readInstant(field, typed)
  if (read.value === undefined || read.value <= now) return read
  return { value: undefined, errors: [{ field, code: 'in-the-future' }] }
}

export function readListQuery(query: (name: 'after' | 'bbox' | 'limit' | 'service_code') => string) {
  const limit = readNumber('limit', query('limit'), 1, 200)
  const box = readBox(query('bbox'))
  const after = readCursor(query('after'))
  const errors = [...limit.errors, ...box.errors, ...after.errors]
  if (errors.length > 0) throw problem('invalid-fields', { fields: errors })
  const services = query('service_code')
    .split(',')
    .filter(code => code !== '')
  return {
    limit: Math.floor(limit.value ?? 50),
    box: box.value,
    after: after.value,
    services: services.length > 0 ? services : undefined,
  }
}

// `west,south,east,north` in degrees, as in OGC API.
export function readBox(typed: string): { value: Box | undefined; errors: FieldError[] } {
  if (typed === '') return { value: undefined, errors: [] }
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
    return { value: undefined, errors: [{ field: 'bbox', code: 'malformed' }] }
  }
  return { value: { west, south, east, north }, errors: [] }
}
