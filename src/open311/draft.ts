import type { FieldFault } from '../core/problem.ts'
import type { Region } from '../regions/compile.ts'
import type { ServiceDocument } from '../regions/documents.ts'
import { readPlace } from '../regions/inquiry.ts'
import type { FoundPlace } from '../regions/places.ts'
import { type Draft, draftFaults } from '../requests/draft.ts'
import type { Parameters } from './parameters.ts'

/**
 * Reads the form of POST requests as a draft, with every fault in it (GeoReport v2: "one of lat & long, address_string
 * or address_id"). Coordinates beat an address that disagrees: the address stays as the reporter's words.
 */
export function readDraft(
  form: Parameters,
  region: Region,
  service: ServiceDocument | undefined,
  language: string,
): { draft: Draft; faults: FieldFault[] } {
  const { place, faults } = readPlace(form.one('lat'), form.one('long'), region.routing.atlas)
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
      // GeoReport has no way to ask for it.
      shared: false,
    },
    // Counted here, stored once everything else is in order.
    media: form.files.map(({ name }) => name),
    mediaUrl: form.one('media_url'),
    language,
    channel: 'open311',
  }
  const others = draftFaults(draft, service ?? { code: '', name: '', layers: [] })
  const isRepeated = ({ field }: FieldFault) => field === 'place' && faults.length > 0
  const missing = service === undefined ? [{ field: 'service_code', code: 'required' } as const] : []
  return { draft, faults: [...missing, ...faults, ...others.filter(fault => !isRepeated(fault))] }
}

/** Where an address is, if the words leave no doubt: routing wants a point, and a guess would send it astray. */
function uniquePlace(region: Region, address: string): FoundPlace | null {
  const found = region.searchPlaces(address, 10)
  const [best] = found
  const exact = found.filter(({ kind }) => kind === 'address' || kind === 'intersection')
  // A landmark at the same address is the same place; a landmark's name may be that of a street.
  const isCertain = exact.length === 1 || (found.length === 1 && best?.kind === 'landmark')
  return isCertain && best !== undefined ? best : null
}
