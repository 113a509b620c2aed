import * as v from 'valibot'
import {
  brand,
  date,
  describe,
  duration,
  email,
  from,
  holiday,
  hours,
  language,
  line,
  localized,
  localizedProse,
  period,
  phone,
  slug,
  to,
  url,
  zone,
} from './document-values.ts'

/**
 * The documents of a region, as people write them in `tenants/<region>/` and as the database keeps them. A
 * tenant is data: whatever differs between two governments is a field here. No transforms, so that the same
 * schemas give the JSON Schemas for editors (`docs/schemas/`). A check's message says how to mend the value. What
 * spans documents is checked in `validate.ts`.
 */

/** What a jurisdiction may let a person be; `people/roles.ts` says what each may do. */
export const staffRoles = ['administrator', 'supervisor', 'agent', 'field-crew', 'auditor'] as const

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
  countryCode: describe(
    v.optional(v.pipe(v.string(), v.regex(/^[1-9]\d{0,2}$/, 'use a calling code in quotes, such as "1"'))),
    'Calling code of telephone numbers that residents type without one. Absent: they begin theirs with +.',
  ),
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

const claimValue = v.pipe(v.string(), v.minLength(1, 'write what the provider sends, such as "311-agents"'))
const signIn = v.strictObject({
  issuer: describe(
    url,
    'Its OpenID provider, as the provider writes it in its own tokens: https://login.city.example. Plain http only where OUTBOUND_ALLOW names the host.',
  ),
  clientId: line,
  clientSecret: describe(
    v.optional(v.pipe(v.string(), v.regex(/^OIDC_[A-Z0-9_]{1,56}$/, 'name a secret such as OIDC_CITY'))),
    'Name of the secret that holds the client secret: OIDC_… in the environment. Absent: a public client.',
  ),
  scope: describe(v.optional(line), 'What it is asked for besides "openid": absent, "profile".'),
  claim: describe(line, 'The claim that says what somebody is, such as "groups" or "realm_access.roles".'),
  roles: describe(
    v.record(claimValue, v.picklist(staffRoles, `use ${staffRoles.join(', ')}`)),
    'Value of the claim → role here. A value that is not here gives nothing.',
  ),
  services: describe(
    v.optional(v.record(claimValue, v.pipe(v.array(v.string()), v.minLength(1, 'name a service')))),
    'Value of the claim → codes of the services that its role is limited to. Absent: all.',
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
  signIn: describe(
    v.optional(signIn),
    'Where its staff sign in (OpenID Connect). It gives grants in this jurisdiction and no other.',
  ),
  retention: describe(
    v.optional(
      v.strictObject({
        contacts: describe(
          v.optional(period),
          'How long a closed request keeps its contact details. Absent: until the resident asks, and then not at all.',
        ),
        law: describe(localized, 'By which law, as residents read it.'),
      }),
    ),
    'How long contact details of closed requests must be kept, and when they are erased.',
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

export type QuestionDocument = v.InferOutput<typeof question>
export type ServiceDocument = v.InferOutput<typeof service>
export type PartnerEndpoint = v.InferOutput<typeof partnerEndpoint>
export type PartnerDocument = v.InferOutput<typeof partner>
export type RegionDocument = v.InferOutput<typeof regionDocument>
export type JurisdictionDocument = v.InferOutput<typeof jurisdictionDocument>
export type SignInDocument = v.InferOutput<typeof signIn>
export type AgreementDocument = v.InferOutput<typeof agreement>
export type AgreementsDocument = v.InferOutput<typeof agreementsDocument>
