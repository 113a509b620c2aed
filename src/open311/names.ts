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

// Close to a short name, but known to mean something else.
const otherWords = new Set(['lang', 'last', 'late', 'loc', 'log', 'lot'])

const spelled = new Map([
  ...[...everyCall, ...Object.values(namesOf).flat()].map(name => [plain(name), name] as const),
  ...Object.entries(otherNames).flatMap(([name, others]) =>
    others.map(other => [plain(other), name] as const),
  ),
])

const properlySpelled = new Set(spelled.values())

/** The parameter that is meant; what is none, as it is written. Case, separators and `[]` do not count. */
export function parameterNamed(written: string): string {
  return properlySpelled.has(written) ? written : (spelled.get(plain(written)) ?? written)
}

export function isParameter(call: Call, written: string): boolean {
  const names: readonly string[] = namesOf[call]
  return names.includes(written) || everyCall.includes(written)
}

/** The parameter of a call that is close to this name, which is none. */
export function nearestParameter(call: Call, written: string): string | undefined {
  const names: readonly string[] = [...everyCall, ...namesOf[call]]
  if (otherWords.has(plain(written))) return undefined
  const forms = [...spelled].filter(([, name]) => names.includes(name))
  return nearest(written.replace(/\[.*/s, ''), forms)
}

/** Whether `attribute[code]` is meant: its first word is nearly that, or short for it. */
export function isNearlyAttribute(written: string): boolean {
  const [word = ''] = /^[a-z]*/i.exec(written) ?? []
  return (
    /^attr(ib(ute)?)?s?$/i.test(word) || ['attribute', 'attributes'].some(name => isNear(plain(word), name))
  )
}

export function nearestCode(written: string, codes: readonly string[]): string | undefined {
  if (codes.includes(written)) return undefined
  return nearest(
    written,
    codes.map(code => [plain(code), code]),
  )
}

type Form = readonly [plain: string, name: string]

function nearest(written: string, forms: readonly Form[]): string | undefined {
  const given = plain(written)
  const near = forms.flatMap(([form, name]) =>
    isNear(given, form) ? [{ name, distance: editDistance(given, form) }] : [],
  )
  return near.sort((a, b) => a.distance - b.distance)[0]?.name
}

/** Of a name with fewer than six letters one may be wrong, with fewer than five not the first; else two. */
function isNear(given: string, name: string): boolean {
  const limit = name.length < 6 ? 1 : 2
  if (given.length < 3 || Math.abs(given.length - name.length) > limit) return false
  return (name.length > 4 || given[0] === name[0]) && editDistance(given, name) <= limit
}

function plain(name: string): string {
  return name
    .replace(/(?:\[\d*\])+$/, '')
    .replace(/[\s_.-]/g, '')
    .toLowerCase()
}
