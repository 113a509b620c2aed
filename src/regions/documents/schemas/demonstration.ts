import * as v from 'valibot'
import { date, describe, email, line, phone, prose, slug } from './values.ts'

const time = v.pipe(v.string(), v.regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'use a time such as "08:15"'))
const after = describe(
  v.pipe(
    v.string(),
    v.regex(/^[1-9]\d* (?:minutes?|hours?|days?)$/, 'write "40 minutes", "3 hours" or "2 days"'),
  ),
  'Time since the report was filed. What would be in the future has not happened yet.',
)

/** What happens to a report, by whoever holds it then. */
const step = v.variant('do', [
  v.strictObject({ do: v.picklist(['acknowledged', 'in_progress']), after, text: v.optional(prose) }),
  v.strictObject({
    do: v.literal('closed'),
    after,
    text: v.optional(prose),
    reason: v.optional(v.picklist(['completed', 'not-found', 'no-action', 'withdrawn', 'invalid'])),
  }),
  v.strictObject({ do: v.picklist(['note', 'update']), after, text: prose }),
  v.strictObject({ do: v.literal('transfer'), after, to: slug, reason: line, text: v.optional(prose) }),
  v.strictObject({ do: v.literal('accept'), after, text: v.optional(prose) }),
  v.strictObject({ do: v.literal('decline'), after, reason: line, text: prose }),
  v.strictObject({
    do: v.literal('duplicate'),
    after,
    of: describe(line, 'The `id` of an earlier report.'),
    text: v.optional(prose),
  }),
  v.strictObject({ do: v.literal('confirm'), after, of: line }),
])

const reporter = v.strictObject({
  name: v.optional(line),
  email: v.optional(email),
  phone: v.optional(line),
  account: describe(v.optional(v.boolean()), 'Whether they have an account and report with it.'),
  follow: v.optional(v.boolean()),
})

const report = v.strictObject({
  id: v.optional(line),
  service: slug,
  where: describe(line, 'As a resident would type it into the search for a place.'),
  days: describe(v.pipe(v.number(), v.integer(), v.minValue(0)), 'How many days ago.'),
  time: describe(time, 'Local time of day.'),
  text: prose,
  language: v.optional(v.string()),
  channel: v.optional(v.picklist(['web', 'open311', 'phone', 'counter', 'field'])),
  answers: describe(
    v.optional(v.record(line, v.union([line, v.array(line)]))),
    '`today` is the day of the report.',
  ),
  by: v.optional(reporter),
  history: v.optional(v.array(step)),
})

const holder = v.strictObject({
  name: describe(v.optional(line), 'Absent while the office is vacant.'),
  phone: v.optional(phone),
  email: v.optional(email),
  from: v.optional(date),
  to: v.optional(date),
})

const district = v.strictObject({
  set: describe(line, 'A set of districts: <jurisdiction>/<id>, or the id of the region’s own.'),
  name: line,
  outline: describe(
    v.pipe(v.array(v.strictTuple([v.number(), v.number()])), v.minLength(3, 'give three corners or more')),
    'Corners as [longitude, latitude].',
  ),
  days: describe(v.optional(line), 'Of collection, such as "Tuesday".'),
  week: v.optional(v.picklist(['A', 'B'], 'use A or B')),
  facts: v.optional(v.record(line, line)),
  holders: v.optional(v.array(holder)),
})

/** `demonstration.yaml`: the reports and districts that a demonstration (`COUNTYLINE_DEMO`) begins with. Unused otherwise. */
export const demonstrationDocument = v.strictObject({
  reports: v.array(report),
  districts: v.optional(v.array(district)),
})

export type DemonstrationDocument = v.InferOutput<typeof demonstrationDocument>
export type DemoDistrict = v.InferOutput<typeof district>
export type DemoReport = v.InferOutput<typeof report>
export type DemoStep = v.InferOutput<typeof step>
