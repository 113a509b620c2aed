import type { Path } from '../fault.ts'
import type { Documents } from '../snapshot.ts'
import { type Findings, repeats, tellOf } from './finding.ts'
import type { Known } from './known.ts'

const tell = tellOf('region.yaml')
/** Database labels join region and jurisdiction with two hyphens, and must fit into a DNS label (RFC 1035 § 2.3.4). */
const LONGEST_LABEL = 63
/** Names that the platform uses itself. */
const reserved = new Set(['directory', 'none', 'all', 'www', 'api', 'admin', 'assets', 'open311'])

export function* checkRegion(slug: string, documents: Documents, known: Known): Findings {
  const { intake, languages, brand, map } = documents.region
  if (reserved.has(slug))
    yield tell.error([], `The name "${slug}" is the platform's own`, 'Rename the folder')
  if (!known.jurisdictions.has(intake)) {
    yield tell.unknown(['intake'], 'jurisdiction', intake, known.jurisdictions)
  }
  const { arbitrator = intake } = documents.region.handoffs ?? {}
  for (const { slug: own, to } of documents.jurisdictions) {
    if (to === undefined || (own !== intake && own !== arbitrator)) continue
    const path = own === intake ? ['intake'] : ['handoffs', 'arbitrator']
    yield tell.error(path, `${own} leaves the platform on ${to}`, 'Name one that stays')
  }
  for (const { index, key } of repeats(languages, language => language)) {
    yield tell.error(['languages', index], `"${key}" is named twice`, 'Name each language once')
  }
  yield* checkPartners(documents, known)
  yield* checkContrast(tell, ['brand', 'primary'], brand.primary)
  const [long, lat] = map.center
  if (Math.abs(long) > 180 || Math.abs(lat) > 90) {
    yield tell.error(['map', 'center'], `[${long}, ${lat}] is off the earth`, 'Write [longitude, latitude]')
  }
  for (const { slug: own } of documents.jurisdictions) yield* checkSlug(slug, own)
}

/** Every host leads to one place. */
export function* checkHosts(
  { region }: Documents,
  known: Known,
  taken: ReadonlyMap<string, string>,
): Findings {
  const own = Object.entries(region.jurisdictionHosts ?? {})
  const hosts: { host: string; path: Path }[] = [
    ...region.hosts.map((host, index) => ({ host: host.toLowerCase(), path: ['hosts', index] })),
    ...own.map(([host]) => ({ host: host.toLowerCase(), path: ['jurisdictionHosts', host] })),
  ]
  for (const { index, key } of repeats(hosts, ({ host }) => host)) {
    const path = hosts[index]?.path ?? []
    yield tell.error(path, `The host "${key}" is named twice`, 'Let each host lead to one place')
  }
  for (const { host, path } of hosts) {
    const other = taken.get(host)
    if (other !== undefined) {
      const mend = 'Give each host to one region'
      yield tell.error(path, `The host "${host}" leads to the region ${other}`, mend)
    } else if (host !== '*' && !/^[a-z0-9.-]+$/.test(host)) {
      const mend = 'Write the name alone, without https:// or a port'
      yield tell.error(path, `"${host}" is no host name`, mend)
    }
  }
  for (const [host, slug] of own) {
    if (known.jurisdictions.has(slug)) continue
    yield tell.unknown(['jurisdictionHosts', host], 'jurisdiction', slug, known.jurisdictions)
  }
}

function* checkPartners({ region: { partners = [] } }: Documents, known: Known): Findings {
  for (const { index, key } of repeats(partners, ({ id }) => id)) {
    yield tell.error(
      ['partners', index, 'id'],
      `"${key}" is another partner's id`,
      'Give each partner its own',
    )
  }
  for (const [index, { id, name, phone, email, url, forward, open311 }] of partners.entries()) {
    const path = ['partners', index, 'id']
    if (reserved.has(id)) yield tell.error(path, `The name "${id}" is the platform's own`, 'Choose another')
    if (known.jurisdictions.has(id)) {
      yield tell.error(path, `"${id}" is also a jurisdiction`, 'Give the partner another id')
    }
    if (!phone && !email && !url) {
      yield tell.warning(path, `Nobody can reach ${name}`, 'Add its phone, email or url')
    }
    const needed = forward === 'open311' ? open311 : forward === 'email' ? email : true
    if (needed === undefined) {
      yield tell.error(
        ['partners', index, 'forward'],
        `What is forwarded to ${name} by ${forward} has nowhere to go`,
        `Add its ${forward}`,
      )
    }
    for (const code of Object.keys(open311?.services ?? {})) {
      if (known.services.has(code)) continue
      yield tell.unknown(
        ['partners', index, 'open311', 'services', code],
        'service',
        code,
        known.services.keys(),
      )
    }
  }
}

function* checkSlug(region: string, slug: string): Findings {
  const tell = tellOf(`${slug}/jurisdiction.yaml`)
  if (reserved.has(slug))
    yield tell.error([], `The name "${slug}" is the platform's own`, 'Rename the folder')
  const longest = LONGEST_LABEL - 2 - region.length
  if (slug.length > longest) {
    const message = `The name "${slug}" is too long beside that of its region`
    yield tell.error([], message, `Shorten it to ${longest} characters`)
  }
}

/** White text stands on the primary color: WCAG 2.2, 1.4.3 asks for 4.5 to 1. */
export function* checkContrast(tell: ReturnType<typeof tellOf>, path: Path, color: string): Findings {
  const contrast = 1.05 / (luminance(color) + 0.05)
  if (contrast >= 4.5) return
  const message = `White on ${color} has a contrast of ${Math.floor(contrast * 100) / 100} to 1`
  yield tell.error(path, message, 'Choose a darker color, of at least 4.5 to 1')
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map(at => {
    const level = Number.parseInt(color.slice(at, at + 2), 16) / 255
    return level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
