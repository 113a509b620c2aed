import * as v from 'valibot'
import { unitSystems } from '../../core/measures.ts'
import { basemap } from './basemap.ts'
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
} from './values.ts'

// The documents of a region, as written in `tenants/<region>/` and as stored. Whatever differs between two
// governments is a field here. No transforms, so that the schemas also give the JSON Schemas for editors
// (`docs/schemas/`). A check's message says how to correct the value. `validate.ts` checks across documents.

/** `identity/roles.ts` says what each role may do. */
export const staffRoles = ['administrator', 'supervisor', 'agent', 'field-crew', 'auditor'] as const

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

const partnerEndpoint = v.strictObject({
  endpoint: describe(url, 'The base URL, such as https://dot.example/open311/v2.'),
  jurisdictionId: v.optional(line),
  keySecret: describe(
    v.optional(
      v.pipe(
        v.string(),
        v.regex(/^PARTNER_[A-Z0-9_]{1,150}$/, 'name a secret such as PARTNER_LAKE_COUNTY__STATE_DOT'),
      ),
    ),
    'Name of the secret with its api_key: PARTNER_<REGION>__<ID> in the environment. Never the key itself.',
  ),
  services: describe(
    v.optional(v.record(v.string(), line)),
    'Our service_code → their service_code. Other codes are sent unchanged.',
  ),
  format: describe(
    v.optional(v.picklist(['xml', 'json'], 'use xml or json')),
    'Default: xml, which every GeoReport server supports.',
  ),
  updates: describe(
    v.optional(v.boolean()),
    'The server also has servicerequestupdates, as FixMyStreet servers do. Then every update is read, not only the status.',
  ),
})

export const partner = v.strictObject({
  id: slug,
  name: line,
  phone: v.optional(phone),
  email: v.optional(email),
  url: v.optional(url),
  note: describe(v.optional(localizedProse), 'What residents should know about this partner.'),
  forward: describe(
    v.optional(v.picklist(['open311', 'email', 'none'], 'use open311, email or none')),
    'How requests are sent to this partner. Default: none.',
  ),
  open311: v.optional(partnerEndpoint),
  pollEvery: describe(
    v.optional(duration),
    'How often their Open311 endpoint is checked for updates. Default: 1 hour.',
  ),
  checkBackAfter: describe(
    v.optional(duration),
    'When people who follow an open report are asked if the problem is fixed. Default: never.',
  ),
})

const words = v.record(language, v.array(line))
const emergencyContact = v.strictObject({ name: v.optional(localized), phone, sms: v.optional(phone) })
const emergencyTopic = v.strictObject({
  id: describe(
    slug,
    'Of a topic that is shipped, such as gas-leak, to change what is given here; or a new one.',
  ),
  name: v.optional(localized),
  advice: describe(v.optional(localizedProse), 'What to do, in one or two short sentences.'),
  words: describe(
    v.optional(words),
    'Language → words and phrases of people in this emergency. Typing errors are recognized.',
  ),
  except: describe(v.optional(words), 'Language → phrases that only look like it, such as "fire hydrant".'),
  call: describe(
    v.optional(
      v.pipe(
        v.array(v.union([v.literal('emergency'), emergencyContact])),
        v.minLength(1, 'name whom to call'),
      ),
    ),
    'Whom to call, in order. "emergency" stands for the emergency number. Default: only that number.',
  ),
  private: describe(v.optional(v.boolean()), 'Reports about it are not shown to the public.'),
})

const geocoder = v.strictObject({
  kind: v.picklist(
    ['census', 'nominatim', 'photon', 'pelias', 'arcgis'],
    'use census, nominatim, photon, pelias or arcgis',
  ),
  url: describe(
    v.optional(url),
    'The base URL of its server, such as https://geocoder.county.example. Default: the public server of census, nominatim, photon and arcgis.',
  ),
  attribution: describe(
    line,
    'Whose data it is, shown with its places, such as "U.S. Census Bureau" or "© OpenStreetMap contributors".',
  ),
  city: describe(
    v.optional(
      v.pipe(
        v.string(),
        v.regex(/^[^,]+, [A-Z]{2}$/, 'use a city and the code of its state, such as "Springfield, IL"'),
      ),
    ),
    'Added to searches that name no city or state: the Census geocoder finds nothing without. Such as "Springfield, IL".',
  ),
  keySecret: describe(
    v.optional(
      v.pipe(
        v.string(),
        v.regex(/^GEOCODER_[A-Z0-9_]{1,150}$/, 'name a secret such as GEOCODER_LAKE_COUNTY__PELIAS'),
      ),
    ),
    'Name of the secret with its key: GEOCODER_<REGION>__<KIND> in the environment. Never the key itself.',
  ),
  cache: describe(
    v.optional(
      v.pipe(
        v.string(),
        v.regex(/^(none|1 day|[1-9]\d{0,2} days)$/, 'use none, or a number of days such as "30 days"'),
      ),
    ),
    'How long its answers may be kept, by its license. Default: none.',
  ),
})

export const regionDocument = v.strictObject({
  name: line,
  languages: v.pipe(v.array(language), v.minLength(1, 'name at least one language, such as "en"')),
  timezone: zone,
  hosts: describe(v.array(line), 'Host names of the shared site. "*" stands for every other host.'),
  jurisdictionHosts: describe(v.optional(v.record(v.string(), slug)), 'Host name → jurisdiction.'),
  phone: describe(phone, 'The shared phone number.'),
  countryCode: describe(
    v.optional(v.pipe(v.string(), v.regex(/^[1-9]\d{0,2}$/, 'use a calling code in quotes, such as "1"'))),
    'Country code for phone numbers that residents enter without one. Default: residents start the number with +.',
  ),
  units: describe(
    v.optional(v.picklist(unitSystems, 'use us or metric')),
    'How distances and phone numbers are shown: us (feet, miles, (555) 010-0123) or metric. Default: us.',
  ),
  email: v.optional(email),
  url: v.optional(url),
  emergency: v.strictObject({ phone, text: localized }),
  emergencies: describe(
    v.optional(v.array(emergencyTopic)),
    'Emergencies that are recognized in what people type. Changes the shipped topics and adds others.',
  ),
  intake: describe(
    slug,
    'The jurisdiction that receives reports that no one else covers, that belong to a partner, or that cannot be routed.',
  ),
  brand,
  map: v.strictObject({
    center: v.strictTuple([v.number(), v.number()]),
    zoom: describe(
      v.optional(v.number()),
      'How close the first view is. Default: all of the region, or of the jurisdiction on its own site.',
    ),
    basemap: describe(
      v.optional(basemap),
      'A map of streets under the region’s own data. Default: its imported streets.',
    ),
  }),
  geocoders: describe(
    v.optional(v.pipe(v.array(geocoder), v.maxLength(4, 'use up to 4 geocoders'))),
    'Services that find addresses that the region itself does not have, in the order in which they are asked.',
  ),
  partners: v.optional(v.array(partner)),
  triage: describe(
    v.optional(
      v.strictObject({
        within: describe(v.optional(duration), 'How long a review may wait. Default: 4 business hours.'),
        urgentWithin: describe(
          v.optional(duration),
          'For urgent requests, at any hour. Default: 15 minutes.',
        ),
        escalateTo: describe(
          v.optional(slug),
          'The jurisdiction that is told when its own staff have not reviewed it twice as long. Default: the intake.',
        ),
      }),
    ),
    'When requests that need review, and that nobody has reviewed, are escalated.',
  ),
  handoffs: describe(
    v.optional(
      v.strictObject({
        arbitrator: describe(
          v.optional(slug),
          'The jurisdiction that decides disputes. Default: the intake.',
        ),
        answerWithin: describe(
          v.optional(duration),
          'Counted in the business hours of the receiver. Default: 2 business days.',
        ),
        reasons: describe(
          v.optional(v.array(v.strictObject({ code: slug, label: localized }))),
          'Reasons to offer or decline a transfer. Default: the built-in list.',
        ),
      }),
    ),
    'How requests are transferred between jurisdictions.',
  ),
})

const claimValue = v.pipe(
  v.string(),
  v.minLength(1, 'enter the value that the provider sends, such as "311-agents"'),
)
const signIn = v.strictObject({
  issuer: describe(
    v.pipe(url, v.maxLength(255, 'use 255 characters or fewer')),
    'The OpenID provider, exactly as in its tokens: https://login.city.example. Plain http works only if OUTBOUND_ALLOW lists the host.',
  ),
  clientId: line,
  clientSecret: describe(
    v.optional(
      v.pipe(v.string(), v.regex(/^OIDC_[A-Z0-9_]{1,150}$/, 'name a secret such as OIDC_LAKE_COUNTY__WEST')),
    ),
    'Name of the secret with the client secret: OIDC_<REGION>__<JURISDICTION> in the environment. Default: a public client.',
  ),
  scope: describe(v.optional(line), 'Scopes to request besides "openid". Default: "profile".'),
  claim: describe(line, 'The claim with the roles of a person, such as "groups" or "realm_access.roles".'),
  roles: describe(
    v.record(claimValue, v.picklist(staffRoles, `use ${staffRoles.join(', ')}`)),
    'Value of the claim → role. Other values give no access.',
  ),
  services: describe(
    v.optional(v.record(claimValue, v.pipe(v.array(v.string()), v.minLength(1, 'name a service')))),
    'Value of the claim → service codes that the role is limited to. Default: all services.',
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
    'The first letters of its tracking numbers. Each code belongs to one jurisdiction of the region for good.',
  ),
  layers: describe(v.optional(v.array(layer)), 'Layers in which it has authority. Default: its kind.'),
  timezone: v.optional(zone),
  phone: v.optional(phone),
  email: v.optional(email),
  url: v.optional(url),
  brand: v.optional(brand),
  hours: v.optional(hours),
  holidays: v.optional(v.array(holiday)),
  afterHoursDesk: describe(
    v.optional(slug),
    'The jurisdiction or partner that answers while this one is closed.',
  ),
  offers: describe(
    v.optional(v.union([v.literal('all'), v.array(v.string())])),
    'Service codes. Default, or "all": every service that has one of its layers.',
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
    'Its own name, description, questions or deadline for a service. These replace the values in services.yaml.',
  ),
  signIn: describe(
    v.optional(signIn),
    'Where its staff sign in (OpenID Connect). It gives access to this jurisdiction only.',
  ),
  acceptSignInsFrom: describe(
    v.optional(v.array(slug)),
    'Jurisdictions whose sign-ins are also accepted here for everyday work. Default: only its own.',
  ),
  retention: describe(
    v.optional(
      v.strictObject({
        contacts: describe(
          v.optional(period),
          'How long a closed request keeps its contact details. Default: until the resident asks to delete them.',
        ),
        law: describe(localized, 'The law that requires this, in words for residents.'),
      }),
    ),
    'How long contact details of closed requests are kept before they are deleted.',
  ),
  from,
  to: describe(
    v.optional(date),
    'The day on which it stops using this site. Its requests become read-only, and it becomes a partner.',
  ),
})

const services = describe(
  v.optional(v.union([v.literal('all'), v.array(v.string())])),
  'Service codes. Default: all.',
)
const agreement = v.strictObject({
  id: slug,
  title: line,
  accountable: slug,
  performer: describe(slug, 'The jurisdiction or partner that does the work.'),
  services,
  areas: describe(
    v.optional(v.array(v.string())),
    'Ids of areas in areas.geojson. Limits the agreement to them.',
  ),
  segments: describe(
    v.optional(v.array(v.string())),
    'Ids of roads in roads.geojson. Limits the agreement to them.',
  ),
  from,
  to,
  hours: describe(
    v.optional(v.picklist(['always', 'open', 'closed'], 'use always, open or closed')),
    'Follows the business hours of the accountable jurisdiction.',
  ),
  urgentOnly: v.optional(v.boolean()),
  preAccepted: describe(
    v.optional(v.boolean()),
    'The performer accepts every request in advance. Custody transfers right away.',
  ),
  deadline: v.optional(duration),
  runOff: describe(
    v.optional(v.picklist(['finish', 'return'], 'use finish or return')),
    'What happens to open requests at the end: the performer finishes them (default) or returns them.',
  ),
})
const boundaryStreet = v.strictObject({
  id: slug,
  title: line,
  segment: v.string(),
  services,
  lead: describe(v.optional(slug), 'The jurisdiction responsible for the whole street. Use this or parts.'),
  parts: describe(
    v.optional(
      v.array(v.strictObject({ upTo: v.pipe(v.number(), v.minValue(0), v.maxValue(1)), lead: slug })),
    ),
    'Splits the street by length. Each part ends at the fraction upTo, the last at 1.',
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
export type GeocoderDocument = v.InferOutput<typeof geocoder>
export type PartnerDocument = v.InferOutput<typeof partner>
export type EmergencyDocument = v.InferOutput<typeof emergencyTopic>
export type EmergencyContact = v.InferOutput<typeof emergencyContact>
export type RegionDocument = v.InferOutput<typeof regionDocument>
export type JurisdictionDocument = v.InferOutput<typeof jurisdictionDocument>
export type SignInDocument = v.InferOutput<typeof signIn>
export type AgreementDocument = v.InferOutput<typeof agreement>
export type AgreementsDocument = v.InferOutput<typeof agreementsDocument>
