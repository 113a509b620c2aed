import * as v from 'valibot'
import { describe, line, url } from './values.ts'

export const geocoder = v.strictObject({
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

export type GeocoderDocument = v.InferOutput<typeof geocoder>
