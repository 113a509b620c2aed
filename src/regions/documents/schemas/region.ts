import * as v from 'valibot'
import { unitSystems } from '../../../core/measures.ts'
import { basemap } from './basemap.ts'
import { emergencyTopic } from './emergency.ts'
import { geocoder } from './geocoder.ts'
import { partner } from './partner.ts'
import {
  brand,
  describe,
  duration,
  email,
  language,
  line,
  localized,
  phone,
  slug,
  url,
  zone,
} from './values.ts'

// The documents of a region, as written in `tenants/<region>/` and as stored. Whatever differs between two
// governments is a field here. No transforms, so that the schemas also give the JSON Schemas for editors
// (`docs/schemas/`). A check's message says how to correct the value. `validate.ts` checks across documents.

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
  approval: describe(
    v.optional(v.picklist(['second-person'], 'use second-person')),
    'Who must approve a draft before it is applied from the administration pages: a second person, who has changed nothing in it. Default: nobody.',
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

export type RegionDocument = v.InferOutput<typeof regionDocument>
