import * as v from 'valibot'

/**
 * The documents of a region, as people write them in `tenants/<region>/` and as the database keeps them. A
 * tenant is data: whatever differs between two governments is a field here. No transforms, so that the same
 * schemas give the JSON Schemas for editors (`docs/schemas/`). A check's message says how to mend the value. What
 * spans documents is checked in `validate.ts`.
 */

const describe = <T extends v.GenericSchema>(schema: T, text: string) => v.pipe(schema, v.description(text))

export const slug = v.pipe(
  v.string(),
  v.maxLength(48, 'shorten it to 48 characters'),
  v.regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'use a–z, 0–9 and single inner hyphens, such as "lake-county"'),
)
const line = v.pipe(
  v.string(),
  v.regex(/^\S([^\r\n]*\S)?$/, 'write one line, with no space around it'),
  v.maxLength(200, 'shorten it to 200 characters'),
)
const prose = v.pipe(
  v.string(),
  v.regex(/\S/, 'fill it in, or leave the key out'),
  v.maxLength(4000, 'shorten it to 4,000 characters'),
)
const language = v.pipe(
  v.string(),
  v.regex(/^[a-z]{2,3}(?:-[A-Za-z]{2,4})?$/, 'use a language tag such as "en" or "es"'),
)

/** One text for all languages, or one for each; the region's first language is the fallback. */
const localized = v.union([line, v.record(language, line)])
const localizedProse = v.union([prose, v.record(language, prose)])

const date = v.pipe(
  v.string(),
  v.isoDate('use a date such as 2026-07-01'),
  v.check(isDay, 'use a day that the calendar has'),
)
const from = describe(v.optional(date), 'First day, at 00:00 local time. Absent: since always.')
const to = describe(
  v.optional(date),
  'First day on which it no longer holds (half-open). Absent: without end.',
)

const zone = v.pipe(v.string(), v.check(isZone, 'use an IANA time zone such as "America/New_York"'))
const phone = v.pipe(
  v.string(),
  v.regex(/^\+?[0-9 ().-]{3,24}$/, 'use a telephone number in quotes, such as "+1 555 0100"'),
)
const email = v.pipe(v.string(), v.email('use an e-mail address'))
const url = v.pipe(v.string(), v.url('use a URL'), v.regex(/^https?:/, 'begin it with https://'))
const color = v.pipe(v.string(), v.regex(/^#[0-9a-fA-F]{6}$/, 'use a color in quotes, such as "#1a4480"'))
const brand = v.strictObject({
  primary: describe(color, 'Color of the header and the buttons; checked for contrast against white.'),
  accent: v.optional(color),
})

const span = v.pipe(
  v.string(),
  v.regex(/^([01]\d|2[0-4]):[0-5]\d-([01]\d|2[0-4]):[0-5]\d$/, 'use a span such as "08:00-17:00"'),
)
const days = v.pipe(
  v.string(),
  v.regex(
    /^(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?$/,
    'use a day or days such as "mon-fri"',
  ),
)
/** `always`, or spans by day: `{ "mon-fri": "08:00-17:00", sat: ["09:00-12:00"] }`; a day not named is closed. */
export const hours = v.union([v.literal('always'), v.record(days, v.union([span, v.array(span)]))])
const holiday = v.strictObject({ date, name: line })

/** A promise of time: `4 hours`, `10 days`, `3 business days`. */
export const duration = v.pipe(
  v.string(),
  v.regex(/^[1-9]\d{0,3} (business )?(hour|day)s?$/, 'use a time such as "4 hours" or "3 business days"'),
)

const option = v.strictObject({
  key: v.pipe(v.string(), v.regex(/^\S(.{0,62}\S)?$/, 'use 1 to 64 characters, with no space around them')),
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
  options: v.optional(v.pipe(v.array(option), v.maxLength(500, 'keep to 500 options'))),
})

const layer = v.pipe(
  v.string(),
  v.regex(
    /^(asset:)?[a-z][a-z0-9-]{0,46}$/,
    'use "asset:road" or a layer that jurisdictions name, such as "municipality"',
  ),
)

export const service = v.strictObject({
  code: describe(
    v.pipe(v.string(), v.regex(/^[\w.:-]{1,64}$/, 'use 1 to 64 letters, digits, and . : - _')),
    'The Open311 service_code. Quote a code of digits, so that its zeros stay.',
  ),
  name: localized,
  description: v.optional(localizedProse),
  group: v.optional(localized),
  keywords: v.optional(v.array(line)),
  layers: describe(
    v.pipe(v.array(layer), v.minLength(1, 'name the layer that decides, such as "municipality"')),
    'Who decides, in order: the first layer with an authority at the place is accountable.',
  ),
  inform: describe(v.optional(v.array(layer)), 'Layers whose authority at the place is told.'),
  urgent: describe(
    v.optional(v.boolean()),
    'Urgent by its nature: the clock runs at night, after-hours agreements apply.',
  ),
  urgentAnswers: describe(
    v.optional(v.record(v.string(), v.array(v.string()))),
    'Answers that call for triage by a person: question code → option keys.',
  ),
  private: describe(v.optional(v.boolean()), 'Never on a public list or map, never a duplicate candidate.'),
  family: describe(
    v.optional(slug),
    'Services of one family may be about the same thing: each is looked through for duplicates of the other.',
  ),
  onAnnexation: describe(
    v.optional(v.picklist(['finish', 'offer'], 'use finish or offer')),
    'Open requests where another body has become responsible: finished where they are (default), or offered on.',
  ),
  location: v.optional(v.picklist(['required', 'optional'], 'use required or optional')),
  deadline: v.optional(duration),
  questions: v.optional(v.array(question)),
})
export const servicesDocument = v.strictObject({ services: v.array(service) })

const partnerEndpoint = v.strictObject({
  endpoint: describe(url, 'Where its calls begin, such as https://dot.example/open311/v2.'),
  jurisdictionId: v.optional(line),
  keySecret: describe(
    v.optional(
      v.pipe(v.string(), v.regex(/^PARTNER_[A-Z0-9_]{1,56}$/, 'name a secret such as PARTNER_STATE_DOT')),
    ),
    'Name of the secret that holds its api_key: PARTNER_… in the environment. Never the key itself.',
  ),
  services: describe(
    v.optional(v.record(v.string(), line)),
    'Our service_code → theirs. A code that is not here is sent as it is.',
  ),
  format: describe(
    v.optional(v.picklist(['xml', 'json'], 'use xml or json')),
    'Absent: xml, which every GeoReport server has.',
  ),
  updates: describe(
    v.optional(v.boolean()),
    'It also has servicerequestupdates, as servers for FixMyStreet do: every word of theirs, not only the status.',
  ),
})

export const partner = v.strictObject({
  id: slug,
  name: line,
  phone: v.optional(phone),
  email: v.optional(email),
  url: v.optional(url),
  note: describe(v.optional(localizedProse), 'What a resident should know about reaching them.'),
  forward: describe(
    v.optional(v.picklist(['open311', 'email', 'none'], 'use open311, email or none')),
    'How what is theirs is passed on to them. Absent: not by us.',
  ),
  open311: v.optional(partnerEndpoint),
  pollEvery: describe(
    v.optional(duration),
    'How often their Open311 endpoint is asked for news. Absent: 1 hour.',
  ),
  checkBackAfter: describe(
    v.optional(duration),
    'When those who follow a case that is still open are asked whether it is solved. Absent: never.',
  ),
})

export const regionDocument = v.strictObject({
  name: line,
  languages: v.pipe(v.array(language), v.minLength(1, 'name at least one language, such as "en"')),
  timezone: zone,
  hosts: describe(
    v.array(line),
    'Host names of the shared site; "*" answers for every host nobody else has.',
  ),
  jurisdictionHosts: describe(v.optional(v.record(v.string(), slug)), 'Host name → jurisdiction.'),
  phone: describe(phone, 'The shared number.'),
  email: v.optional(email),
  url: v.optional(url),
  emergency: v.strictObject({ phone, text: localized }),
  intake: describe(
    slug,
    'The jurisdiction that keeps what nobody covers, what is a partner’s, and what could not be routed.',
  ),
  brand,
  map: v.strictObject({
    center: v.strictTuple([v.number(), v.number()]),
    zoom: v.optional(v.number()),
    tiles: describe(
      v.optional(
        v.pipe(
          v.string(),
          v.url('use a URL'),
          v.regex(/^https?:\/\/[\w.-]+(:\d+)?\//, 'write its host in full, and then a path'),
        ),
      ),
      'Raster tile template with {z}/{x}/{y}, or the URL of a .pmtiles archive.',
    ),
    attribution: v.optional(line),
  }),
  partners: v.optional(v.array(partner)),
  handoffs: describe(
    v.optional(
      v.strictObject({
        arbitrator: describe(v.optional(slug), 'The jurisdiction that decides disputes. Absent: the intake.'),
        answerWithin: describe(v.optional(duration), 'On the receiver’s hours. Absent: 2 business days.'),
        reasons: describe(
          v.optional(v.array(v.strictObject({ code: slug, label: localized }))),
          'Why a request is offered or refused. Absent: the common list.',
        ),
      }),
    ),
    'How requests pass between jurisdictions.',
  ),
})

export const jurisdictionDocument = v.strictObject({
  name: line,
  kind: v.picklist(
    ['county', 'municipality', 'special-district', 'agency'],
    'use county, municipality, special-district or agency',
  ),
  code: describe(
    v.pipe(v.string(), v.regex(/^[A-Z]{2,4}$/, 'use 2 to 4 capital letters')),
    'Begins its tracking numbers; one jurisdiction of the region each, for ever.',
  ),
  layers: describe(v.optional(v.array(layer)), 'Layers it has authority in. Absent: its kind.'),
  timezone: v.optional(zone),
  phone: v.optional(phone),
  email: v.optional(email),
  url: v.optional(url),
  brand: v.optional(brand),
  hours: v.optional(hours),
  holidays: v.optional(v.array(holiday)),
  afterHoursDesk: describe(
    v.optional(slug),
    'Jurisdiction or partner that takes contacts while this one is closed.',
  ),
  offers: describe(
    v.optional(v.union([v.literal('all'), v.array(v.string())])),
    'Service codes; absent or "all": every service that names one of its layers.',
  ),
  services: describe(
    v.optional(
      v.record(
        v.string(),
        v.strictObject({
          name: v.optional(localized),
          description: v.optional(localizedProse),
          deadline: v.optional(duration),
          questions: v.optional(v.array(question)),
        }),
      ),
    ),
    'Its own name, questions and deadline for a service: what is given replaces the catalogue’s.',
  ),
  from,
  to: describe(
    v.optional(date),
    'The day on which it leaves the platform: its cases freeze, and it answers for its ground as a partner does.',
  ),
})

const services = describe(
  v.optional(v.union([v.literal('all'), v.array(v.string())])),
  'Service codes; absent: all.',
)
const agreement = v.strictObject({
  id: slug,
  title: line,
  accountable: slug,
  performer: describe(slug, 'The jurisdiction or partner that does the work.'),
  services,
  areas: describe(v.optional(v.array(v.string())), 'Ids in areas.geojson that it is limited to.'),
  segments: describe(v.optional(v.array(v.string())), 'Ids in roads.geojson that it is limited to.'),
  from,
  to,
  hours: describe(
    v.optional(v.picklist(['always', 'open', 'closed'], 'use always, open or closed')),
    'By the accountable body’s calendar.',
  ),
  urgentOnly: v.optional(v.boolean()),
  preAccepted: describe(
    v.optional(v.boolean()),
    'The performer has accepted every request under it beforehand: custody passes at once.',
  ),
  deadline: v.optional(duration),
  runOff: describe(
    v.optional(v.picklist(['finish', 'return'], 'use finish or return')),
    'Open requests at the end: finished by the performer (default), or returned.',
  ),
})
const boundaryStreet = v.strictObject({
  id: slug,
  title: line,
  segment: v.string(),
  services,
  lead: describe(v.optional(slug), 'Leads on the whole street. Either this or parts.'),
  parts: describe(
    v.optional(
      v.array(v.strictObject({ upTo: v.pipe(v.number(), v.minValue(0), v.maxValue(1)), lead: slug })),
    ),
    'Split along its length: who leads up to each fraction, the last up to 1.',
  ),
  from,
  to,
})
export const agreementsDocument = v.strictObject({
  agreements: v.optional(v.array(agreement)),
  boundaryStreets: v.optional(v.array(boundaryStreet)),
})

/* Features: the `properties` of each GeoJSON file. Unknown properties are kept out, not refused: GIS exports carry many. */
const nullable = <T extends v.GenericSchema>(schema: T) => v.optional(v.nullable(schema))
/** `<jurisdiction>/boundary.geojson`: one feature a period. */
export const boundaryProperties = v.object({ from: nullable(date), to: nullable(date) })
/** `areas.geojson`: postal cities, partners' territories, areas that agreements name. */
export const areaProperties = v.object({
  id: slug,
  name: line,
  kind: v.picklist(['postal', 'territory', 'agreement'], 'use postal, territory or agreement'),
  partner: nullable(slug),
  from: nullable(date),
  to: nullable(date),
})
const addressRange = v.pipe(v.array(v.number()), v.length(2, 'use [first, last]'))
/** `roads.geojson`: LineStrings. Without owner the boundary decides; `left`, `right` and `lead` make a boundary street. */
export const roadProperties = v.object({
  id: v.pipe(v.string(), v.regex(/^[\w.:-]{1,64}$/, 'use 1 to 64 letters, digits, and . : - _')),
  name: line,
  class: v.picklist(['highway', 'arterial', 'local', 'path'], 'use highway, arterial, local or path'),
  owner: nullable(slug),
  left: nullable(slug),
  right: nullable(slug),
  lead: nullable(slug),
  /** House numbers along the drawn direction, by side. */
  numbersLeft: nullable(addressRange),
  numbersRight: nullable(addressRange),
  postalCity: nullable(line),
  from: nullable(date),
  to: nullable(date),
})
/** `places.geojson`: points with a name to search for (parks, schools, stations). */
export const placeProperties = v.object({ name: line, kind: nullable(line), address: nullable(line) })
/** `backdrop.geojson`: what only the map shows. */
export const backdropProperties = v.object({
  kind: v.picklist(['water', 'park', 'wood', 'built', 'rail'], 'use water, park, wood, built or rail'),
  name: nullable(line),
})

export type Localized = v.InferOutput<typeof localized>
export type Hours = v.InferOutput<typeof hours>
export type QuestionDocument = v.InferOutput<typeof question>
export type ServiceDocument = v.InferOutput<typeof service>
export type PartnerEndpoint = v.InferOutput<typeof partnerEndpoint>
export type PartnerDocument = v.InferOutput<typeof partner>
export type RegionDocument = v.InferOutput<typeof regionDocument>
export type JurisdictionDocument = v.InferOutput<typeof jurisdictionDocument>
export type AgreementDocument = v.InferOutput<typeof agreement>
export type AgreementsDocument = v.InferOutput<typeof agreementsDocument>

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
