import type { FieldError } from '../core/problem.ts'
import type { Platform } from '../platform/platform.ts'
import { readPlace } from '../regions/inquiry.ts'
import type { Region } from '../regions/runtime/compile.ts'
import type { Draft } from '../requests/draft.ts'
import { reportedPlace } from '../requests/place.ts'
import type { Parameters } from './parameters.ts'

/** The address stays as the reporter's text, whether or not it says the place. */
export async function readDraft(
  platform: Platform,
  region: Region,
  form: Parameters,
  { language, media }: Pick<Draft, 'language' | 'media'>,
): Promise<{ draft: Draft; errors: FieldError[] }> {
  const { place, errors } = readPlace(form.one('lat'), form.one('long'), region.routing.atlas)
  const address = form.one('address_string')
  const draft: Draft = {
    service: form.one('service_code'),
    ...(await reportedPlace(platform, region, { place, accuracy: 0, address })),
    address,
    addressId: form.one('address_id'),
    zipcode: form.one('zipcode'),
    description: form.one('description'),
    answers: form.attributes(),
    contact: {
      firstName: form.one('first_name'),
      lastName: form.one('last_name'),
      email: form.one('email'),
      phone: form.one('phone'),
      deviceId: form.one('device_id'),
      accountId: form.one('account_id'),
      // GeoReport has no way to ask for consent.
      shared: false,
    },
    media,
    mediaUrl: form.one('media_url'),
    language,
    channel: 'open311',
  }
  const missing = draft.service === '' ? [{ field: 'service_code', code: 'required' } as const] : []
  return { draft, errors: [...missing, ...errors] }
}
