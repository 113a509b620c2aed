import type { FieldError } from '../core/problem.ts'
import { readPlace } from '../regions/inquiry.ts'
import type { FoundPlace } from '../regions/places/search.ts'
import type { Region } from '../regions/runtime/compile.ts'
import type { Draft } from '../requests/draft.ts'
import type { Parameters } from './parameters.ts'

/** Coordinates win over an address that disagrees; the address stays as the reporter's text. */
export function readDraft(
  form: Parameters,
  region: Region,
  language: string,
  media: readonly string[],
): { draft: Draft; errors: FieldError[] } {
  const { place, errors } = readPlace(form.one('lat'), form.one('long'), region.routing.atlas)
  const address = form.one('address_string')
  const found = place === null ? uniquePlace(region, address) : { ...place, accuracy: 0 }
  const draft: Draft = {
    service: form.one('service_code'),
    place: found && { lat: found.lat, long: found.long },
    accuracy: found?.accuracy ?? 0,
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

/** Only if it is unambiguous: routing needs a point, and a guess would misroute the report. */
function uniquePlace(region: Region, address: string): FoundPlace | null {
  const found = region.searchPlaces(address, 10)
  const [best] = found
  const exact = found.filter(({ kind }) => kind === 'address' || kind === 'intersection')
  // A landmark at the same address is the same place; on its own, a landmark's name may be that of a street.
  const isCertain = exact.length === 1 || (found.length === 1 && best?.kind === 'landmark')
  return isCertain && best !== undefined ? best : null
}
