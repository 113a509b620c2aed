import * as v from 'valibot'
import { describe, duration, line, localized, localizedProse, period, slug } from './values.ts'

const option = v.strictObject({
  key: v.pipe(v.string(), v.regex(/^\S(.{0,62}\S)?$/, 'use 1 to 64 characters without spaces at the ends')),
  label: localized,
})

export const question = v.strictObject({
  code: v.pipe(v.string(), v.regex(/^[\w.:-]{1,64}$/, 'use 1 to 64 letters, digits, and . : - _')),
  type: v.picklist(
    ['text', 'paragraph', 'number', 'date', 'choice', 'choices', 'notice'],
    'use text, paragraph, number, date, choice, choices or notice',
  ),
  label: localizedProse,
  hint: v.optional(localizedProse),
  required: v.optional(v.boolean()),
  options: v.optional(v.pipe(v.array(option), v.maxLength(500, 'use up to 500 options'))),
})

export const layer = v.pipe(
  v.string(),
  v.regex(
    /^(asset:)?[a-z][a-z0-9-]{0,46}$/,
    'use "asset:road" or a layer that jurisdictions name, such as "municipality"',
  ),
)

export const service = v.strictObject({
  code: describe(
    v.pipe(v.string(), v.regex(/^[\w.:-]{1,64}$/, 'use 1 to 64 letters, digits, and . : - _')),
    'The Open311 service_code. Put a code of digits in quotes to keep its zeros.',
  ),
  externalCode: describe(
    v.optional(line),
    'Its code in the system from which it was imported, where that could not be kept as the code.',
  ),
  name: localized,
  description: v.optional(localizedProse),
  group: v.optional(localized),
  keywords: v.optional(v.array(line)),
  layers: describe(
    v.pipe(v.array(layer), v.minLength(1, 'name the layer that decides, such as "municipality"')),
    'The layers that decide, in order. The first layer with an authority at the location is responsible.',
  ),
  inform: describe(v.optional(v.array(layer)), 'Layers whose authority at the location is notified.'),
  urgent: describe(
    v.optional(v.boolean()),
    'Always urgent: due times count at night too, and after-hours agreements apply.',
  ),
  urgentAnswers: describe(
    v.optional(v.record(v.string(), v.array(v.string()))),
    'Answers that a person must review first: question code → option keys.',
  ),
  private: describe(
    v.optional(v.boolean()),
    'Never shown on public lists and maps, never compared for duplicates.',
  ),
  family: describe(
    v.optional(slug),
    'Services of one family can be about the same problem. Duplicates are searched in all of them.',
  ),
  onAnnexation: describe(
    v.optional(v.picklist(['finish', 'offer'], 'use finish or offer')),
    'What happens to open requests when another agency becomes responsible: finish them here (default), or offer a transfer.',
  ),
  location: v.optional(v.picklist(['required', 'optional'], 'use required or optional')),
  deadline: v.optional(duration),
  reopenWithin: describe(
    v.optional(v.union([period, v.literal('never')])),
    'How long after closing a resident can reopen a request, such as "30 days" (the default), or never. Later they can send a follow-up report.',
  ),
  questions: v.optional(v.array(question)),
})

export const servicesDocument = v.strictObject({ services: v.array(service) })

export type QuestionDocument = v.InferOutput<typeof question>

export type ServiceDocument = v.InferOutput<typeof service>
