import * as v from 'valibot'
import { emailAddress } from '../../../core/text.ts'

export const describe = <T extends v.GenericSchema>(schema: T, text: string) =>
  v.pipe(schema, v.description(text))

export const slug = v.pipe(
  v.string(),
  v.maxLength(48, 'use 48 characters or fewer'),
  v.regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'use a–z, 0–9 and single hyphens inside, such as "lake-county"'),
)
export const line = v.pipe(
  v.string(),
  v.regex(/^\S([^\r\n]*\S)?$/, 'use one line without spaces at the ends'),
  v.maxLength(200, 'use 200 characters or fewer'),
)
export const prose = v.pipe(
  v.string(),
  v.regex(/\S/, 'enter a value, or remove the key'),
  v.maxLength(4000, 'use 4,000 characters or fewer'),
)
export const language = v.pipe(
  v.string(),
  v.regex(/^[a-z]{2,3}(?:-[A-Za-z]{2,4})?$/, 'use a language tag such as "en" or "es"'),
)

/** One text for all languages, or one per language; the region's first language is the fallback. */
export const localized = v.union([line, v.record(language, line)])
export const localizedProse = v.union([prose, v.record(language, prose)])

export const date = v.pipe(
  v.string(),
  v.isoDate('use a date such as 2026-07-01'),
  v.check(isDay, 'use a date that exists'),
)
export const from = describe(v.optional(date), 'First day, at 00:00 local time. Absent: since always.')
export const to = describe(v.optional(date), 'The first day on which it no longer applies. Default: no end.')

export const zone = v.pipe(v.string(), v.check(isZone, 'use an IANA time zone such as "America/New_York"'))
export const phone = v.pipe(
  v.string(),
  v.regex(/^\+?[0-9 ().-]{3,24}$/, 'use a telephone number in quotes, such as "+1 555 0100"'),
)
export const email = emailAddress('use an email address')
export const url = v.pipe(v.string(), v.url('use a URL'), v.regex(/^https?:/, 'start it with https://'))
export const color = v.pipe(
  v.string(),
  v.regex(/^#[0-9a-fA-F]{6}$/, 'use a color in quotes, such as "#1a4480"'),
)
export const brand = v.strictObject({
  primary: describe(color, 'Color of the header and the buttons. It is checked for contrast with white.'),
  accent: v.optional(color),
})

export const hoursRange = v.pipe(
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
/** `always`, or spans by day: `{ "mon-fri": "08:00-17:00", sat: ["09:00-12:00"] }`; other days are closed. */
export const hours = v.union([
  v.literal('always'),
  v.record(days, v.union([hoursRange, v.array(hoursRange)])),
])
export const holiday = v.strictObject({ date, name: line })

/** A deadline: `30 minutes`, `4 hours`, `10 days`, `3 business days`. */
export const duration = v.pipe(
  v.string(),
  v.regex(
    /^[1-9]\d{0,3} (business )?(minute|hour|day)s?$/,
    'use a time such as "4 hours" or "3 business days"',
  ),
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
