import * as v from 'valibot'

/* The values that documents are made of: names, texts, days, hours, addresses. A check's message says how to mend one. */

export const describe = <T extends v.GenericSchema>(schema: T, text: string) =>
  v.pipe(schema, v.description(text))

export const slug = v.pipe(
  v.string(),
  v.maxLength(48, 'shorten it to 48 characters'),
  v.regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'use a–z, 0–9 and single inner hyphens, such as "lake-county"'),
)
export const line = v.pipe(
  v.string(),
  v.regex(/^\S([^\r\n]*\S)?$/, 'write one line, with no space around it'),
  v.maxLength(200, 'shorten it to 200 characters'),
)
export const prose = v.pipe(
  v.string(),
  v.regex(/\S/, 'fill it in, or leave the key out'),
  v.maxLength(4000, 'shorten it to 4,000 characters'),
)
export const language = v.pipe(
  v.string(),
  v.regex(/^[a-z]{2,3}(?:-[A-Za-z]{2,4})?$/, 'use a language tag such as "en" or "es"'),
)

/** One text for all languages, or one for each; the region's first language is the fallback. */
export const localized = v.union([line, v.record(language, line)])
export const localizedProse = v.union([prose, v.record(language, prose)])

export const date = v.pipe(
  v.string(),
  v.isoDate('use a date such as 2026-07-01'),
  v.check(isDay, 'use a day that the calendar has'),
)
export const from = describe(v.optional(date), 'First day, at 00:00 local time. Absent: since always.')
export const to = describe(
  v.optional(date),
  'First day on which it no longer holds (half-open). Absent: without end.',
)

export const zone = v.pipe(v.string(), v.check(isZone, 'use an IANA time zone such as "America/New_York"'))
export const phone = v.pipe(
  v.string(),
  v.regex(/^\+?[0-9 ().-]{3,24}$/, 'use a telephone number in quotes, such as "+1 555 0100"'),
)
export const email = v.pipe(v.string(), v.email('use an e-mail address'))
export const url = v.pipe(v.string(), v.url('use a URL'), v.regex(/^https?:/, 'begin it with https://'))
export const color = v.pipe(
  v.string(),
  v.regex(/^#[0-9a-fA-F]{6}$/, 'use a color in quotes, such as "#1a4480"'),
)
export const brand = v.strictObject({
  primary: describe(color, 'Color of the header and the buttons; checked for contrast against white.'),
  accent: v.optional(color),
})

export const span = v.pipe(
  v.string(),
  v.regex(/^([01]\d|2[0-4]):[0-5]\d-([01]\d|2[0-4]):[0-5]\d$/, 'use a span such as "08:00-17:00"'),
)
export const days = v.pipe(
  v.string(),
  v.regex(
    /^(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?$/,
    'use a day or days such as "mon-fri"',
  ),
)
/** `always`, or spans by day: `{ "mon-fri": "08:00-17:00", sat: ["09:00-12:00"] }`; a day not named is closed. */
export const hours = v.union([v.literal('always'), v.record(days, v.union([span, v.array(span)]))])
export const holiday = v.strictObject({ date, name: line })

/** A promise of time: `4 hours`, `10 days`, `3 business days`. */
export const duration = v.pipe(
  v.string(),
  v.regex(/^[1-9]\d{0,3} (business )?(hour|day)s?$/, 'use a time such as "4 hours" or "3 business days"'),
)

/** A span of the calendar: `90 days`, `18 months`, `3 years`. */
export const period = v.pipe(
  v.string(),
  v.regex(/^[1-9]\d{0,2} (day|month|year)s?$/, 'use a time such as "90 days", "18 months" or "3 years"'),
)

export type Localized = v.InferOutput<typeof localized>
export type Hours = v.InferOutput<typeof hours>
export type Period = v.InferOutput<typeof period>

function isDay(day: string): boolean {
  const at = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day)
}

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined
  } catch {
    return false
  }
}
