/**
 * Which addresses of the internet are anybody's: what a partner's endpoint may have. Everything that could be a machine
 * of our own, of the host or of its cloud is not (IANA's special-purpose registries, RFC 6890).
 */
const privateV4: readonly (readonly [network: string, bits: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
]

/** Of a URL's host name, as `URL` writes it: a name that could be public, or a literal that is. */
export function isPublicHost(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/\.$/, '')
  if (host.startsWith('[')) return isPublicAddress(host.slice(1, -1))
  if (v4(host) !== undefined) return isPublicAddress(host)
  const [top = '', ...rest] = host.split('.').reverse()
  return rest.length > 0 && !['localhost', 'local', 'internal', 'lan', 'home', 'arpa'].includes(top)
}

/** Of a literal address, IPv4 or IPv6, as a resolver gives it. What is no address is not public. */
export function isPublicAddress(address: string): boolean {
  const plain = v4(address)
  if (plain !== undefined) return isPublicV4(plain)
  const groups = v6(address)
  if (groups === undefined) return false
  const [first = 0, second = 0] = groups
  const [high = 0, low = 0] = groups.slice(6)
  const prefix = groups.slice(0, 6).join(':')
  // IPv4 in IPv6 (RFC 4291) and behind a translator (RFC 6052) is judged as IPv4.
  if (prefix === '0:0:0:0:0:65535' || prefix === '100:65435:0:0:0:0') return isPublicV4(high * 65536 + low)
  // Global unicast, without what tunnels to elsewhere (Teredo, 6to4) or stands in books only.
  const isGlobal = first >= 0x2000 && first <= 0x3fff
  return isGlobal && first !== 0x2002 && !(first === 0x2001 && (second < 0x200 || second === 0xdb8))
}

/**
 * What an address is counted by: itself, or of IPv6 the network of 64 bits, all of which one household or machine may use.
 * Undefined for what is no address.
 */
export function networkOf(address: string): string | undefined {
  const text = address.trim()
  if (v4(text) !== undefined) return text
  const groups = v6(text)
  if (groups === undefined) return undefined
  const isMapped = groups.slice(0, 6).join(':') === '0:0:0:0:0:65535'
  const [high = 0, low = 0] = groups.slice(6)
  if (isMapped) return [high >> 8, high & 255, low >> 8, low & 255].join('.')
  return `${groups
    .slice(0, 4)
    .map(group => group.toString(16))
    .join(':')}::`
}

function isPublicV4(address: number): boolean {
  return !privateV4.some(([network, bits]) => {
    const size = 2 ** (32 - bits)
    return Math.floor(address / size) === Math.floor((v4(network) ?? 0) / size)
  })
}

function v4(text: string): number | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number)
  if (parts === undefined || parts.some(part => part > 255)) return undefined
  return parts.reduce((sum, part) => sum * 256 + part, 0)
}

/** Its eight groups. */
function v6(text: string): number[] | undefined {
  const url = `http://[${text.replace(/%.*$/, '')}]`
  if (!URL.canParse(url)) return undefined
  // The URL parser has checked it and written it in one way.
  const [before = [], after = []] = new URL(url).hostname
    .slice(1, -1)
    .split('::')
    .map(part => part.split(':').filter(group => group !== ''))
  const zeros = Array<string>(8 - before.length - after.length).fill('0')
  return [...before, ...zeros, ...after].map(group => Number.parseInt(group, 16))
}
