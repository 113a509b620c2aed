import * as v from 'valibot'
import { layer, question } from './services.ts'
import {
  brand,
  date,
  describe,
  duration,
  email,
  from,
  holiday,
  hours,
  line,
  localized,
  localizedProse,
  period,
  phone,
  slug,
  url,
  zone,
} from './values.ts'

/** `identity/roles.ts` says what each role may do. */
export const staffRoles = ['administrator', 'supervisor', 'agent', 'field-crew', 'auditor'] as const

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
  declines: describe(
    v.optional(
      v.record(
        v.string(),
        v.strictObject({
          servedBy: describe(slug, 'The jurisdiction or partner that serves it instead, or "nobody".'),
          note: describe(v.optional(localizedProse), 'What residents should know about it.'),
        }),
      ),
    ),
    'Services that it does not offer, and who serves them instead. Residents there are told so.',
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

export type JurisdictionDocument = v.InferOutput<typeof jurisdictionDocument>

export type SignInDocument = v.InferOutput<typeof signIn>
