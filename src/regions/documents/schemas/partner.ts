import * as v from 'valibot'
import { describe, duration, email, line, localizedProse, phone, slug, url } from './values.ts'

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

export type PartnerEndpoint = v.InferOutput<typeof partnerEndpoint>

export type PartnerDocument = v.InferOutput<typeof partner>
