import { editDistance } from '../core/spelling.ts'

const everyCall = ['jurisdiction_id', 'api_key']
const namesOf = {
  services: ['lat', 'long'],
  definition: [],
  requests: [
    ...['service_request_id', 'service_code', 'status', 'start_date', 'end_date'],
    ...['updated_after', 'updated_before', 'page', 'page_size', 'extensions'],
  ],
  request: ['extensions'],
  updates: ['start_date', 'end_date'],
  token: [],
  report: [
    ...['service_code', 'lat', 'long', 'address_string', 'address_id', 'zipcode', 'description', 'media_url'],
    ...['email', 'device_id', 'account_id', 'first_name', 'last_name', 'phone'],
  ],
} satisfies Record<string, string[]>
export type Call = keyof typeof namesOf

const otherNames = {
  lat: ['latitude'],
  long: ['lon', 'lng', 'longitude'],
  address_string: ['address'],
  zipcode: ['zip'],
  phone: ['phone_number'],
  email: ['email_address'],
  jurisdiction_id: ['jurisdiction'],
}

const spelled = new Map([
  ...[...everyCall, ...Object.values(namesOf).flat()].map(name => [plain(name), name] as const),
  ...Object.entries(otherNames).flatMap(([name, others]) =>
    others.map(other => [plain(other), name] as const),
  ),
])

/** The parameter that is meant; what is none, as it is written. Case, separators and `[]` do not count. */
export function parameterNamed(written: string): string {
  return spelled.get(plain(written)) ?? written
}

/** The parameter of a call that is close to this name, which is none. */
export function nearestParameter(call: Call, written: string): string | undefined {
  if (call === 'report' && /^attributes?(?![a-z])/i.test(written)) return 'attribute[code]'
  const known = [...everyCall, ...namesOf[call]]
  return known.includes(written) ? undefined : nearest(written.replace(/\[.*/s, ''), known)
}

export function nearestCode(written: string, codes: readonly string[]): string | undefined {
  return codes.includes(written) ? undefined : nearest(written, codes)
}

// Of short names, others are close by chance.
function nearest(written: string, known: readonly string[]): string | undefined {
  const given = plain(written)
  const near = known.flatMap(name => {
    const meant = plain(name)
    const limit = Math.min(given.length, meant.length) < 5 ? 0 : meant.length < 8 ? 1 : 2
    const distance = Math.abs(given.length - meant.length) > limit ? Infinity : editDistance(given, meant)
    return distance <= limit ? [{ name, distance }] : []
  })
  return near.sort((a, b) => a.distance - b.distance)[0]?.name
}

function plain(name: string): string {
  return name
    .replace(/(?:\[\d*\])+$/, '')
    .replace(/[\s_.-]/g, '')
    .toLowerCase()
}
