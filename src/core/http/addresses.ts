import ipaddr from 'ipaddr.js'

const relay6to4 = ipaddr.IPv4.parseCIDR('192.88.99.0/24')
const translated = ipaddr.IPv6.parseCIDR('64:ff9b::/96')
const global = ipaddr.IPv6.parseCIDR('2000::/3')
/** Protocol assignments with Teredo, documentation (RFC 3849, RFC 9637), 6to4. */
const reservedV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'].map(range =>
  ipaddr.IPv6.parseCIDR(range),
)

// Top-level names that are reserved (RFC 6761, RFC 8375, RFC 9476, ICANN's .internal) or commonly used
// internally.
const privateNames = [
  'localhost',
  'localdomain',
  'local',
  'internal',
  'intranet',
  'private',
  'corp',
  'lan',
  'home',
  'arpa',
  'invalid',
  'test',
  'onion',
  'alt',
]

/** For a host name as `URL` writes it: a name that could be public, or a public literal address. */
export function isPublicHost(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/\.+$/, '')
  if (host.startsWith('[')) return isPublicAddress(host.slice(1, -1))
  if (ipaddr.IPv4.isValidFourPartDecimal(host)) return isPublicAddress(host)
  const [top = '', ...rest] = host.split('.').reverse()
  return (
    rest.length > 0 && !rest.includes('') && !/^(\d+|0x[\da-f]*)$/.test(top) && !privateNames.includes(top)
  )
}

/** Whether it is safe to link to: http(s), a public host, no credentials, no control characters. */
export function isPublicWebAddress(text: string): boolean {
  // The URL parser would drop tabs, line ends and surrounding spaces, and read a backslash as a slash.
  if (/[\s\p{Cc}\\]/u.test(text) || !URL.canParse(text)) return false
  const { protocol, hostname, username, password } = new URL(text)
  return /^https?:$/.test(protocol) && username === '' && password === '' && isPublicHost(hostname)
}

export function publicWebAddress(text: string | null): string | null {
  return text !== null && isPublicWebAddress(text) ? text : null
}

/** Whether a literal address, IPv4 or IPv6, is a public host's: none of IANA's special-purpose registries (RFC 6890). */
export function isPublicAddress(address: string): boolean {
  const parsed = parseAddress(address)
  if (parsed === undefined) return false
  if (parsed instanceof ipaddr.IPv4) return parsed.range() === 'unicast' && !parsed.match(relay6to4)
  // Behind a translator (RFC 6052) it is the IPv4 address that counts.
  if (parsed.match(translated)) return isPublicAddress(v4In(parsed))
  return parsed.match(global) && !reservedV6.some(range => parsed.match(range))
}

/** What rate limits count: the address, or an IPv6 /64, which one household may use. Undefined if invalid. */
export function networkOf(address: string): string | undefined {
  const parsed = parseAddress(address.trim())
  if (parsed === undefined || parsed instanceof ipaddr.IPv4) return parsed?.toString()
  return `${parsed.parts
    .slice(0, 4)
    .map(group => group.toString(16))
    .join(':')}::`
}

export const NO_ADDRESS = 'unknown'

/** `192.0.2.7:51234`, `[2001:db8::1]:51234` or a bare address. Undefined for `unknown` or `_hidden`. */
export function networkOfHop(entry: string): string | undefined {
  const text = entry.trim().replace(/^"(.*)"$/, '$1')
  const [, v4, v6] = /^(?:([\d.]+)|\[([^\]]*)\])(?::\d{1,5})?$/.exec(text) ?? []
  return networkOf(v4 ?? v6 ?? text)
}

/** IPv4 in four decimal parts, or IPv6; IPv4 in IPv6 (RFC 4291) as IPv4. */
function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text)
  return text.includes(':') && ipaddr.IPv6.isValid(text) ? ipaddr.process(text) : undefined
}

function v4In(address: ipaddr.IPv6): string {
  return address.toByteArray().slice(12).join('.')
}
