import type { DocumentPath } from '../issue.ts'
import type { Documents } from '../snapshot.ts'
import { checkSecret, duplicatesIn, type Issues, reporterOf } from './issues.ts'
import type { KnownNames } from './known-names.ts'

const report = reporterOf('region.yaml')
// Database labels join region and jurisdiction with two hyphens, and must fit a DNS label (RFC 1035 § 2.3.4).
const MAX_LABEL_LENGTH = 63
const reserved = new Set(['directory', 'none', 'all', 'www', 'api', 'admin', 'assets', 'open311'])

export function* checkRegion(slug: string, documents: Documents, known: KnownNames): Issues {
  const { intake, languages, brand, map } = documents.region
  if (reserved.has(slug)) yield report.error([], `The name "${slug}" is reserved`, 'Rename the folder')
  if (!known.jurisdictions.has(intake)) {
    yield report.unknown(['intake'], 'jurisdiction', intake, known.jurisdictions)
  }
  const second = documents.region.triage?.escalateTo
  if (second !== undefined && !known.jurisdictions.has(second)) {
    yield report.unknown(['triage', 'escalateTo'], 'jurisdiction', second, known.jurisdictions)
  }
  const { arbitrator = intake } = documents.region.handoffs ?? {}
  for (const { slug: own, to } of documents.jurisdictions) {
    if (to === undefined || (own !== intake && own !== arbitrator)) continue
    const path = own === intake ? ['intake'] : ['handoffs', 'arbitrator']
    yield report.error(path, `${own} stops using this site on ${to}`, 'Choose one that stays')
  }
  for (const { index, key } of duplicatesIn(languages, language => language)) {
    yield report.error(['languages', index], `"${key}" is listed twice`, 'List each language once')
  }
  yield* checkPartners(slug, documents, known)
  yield* checkContrast(report, ['brand', 'primary'], brand.primary)
  const [long, lat] = map.center
  if (Math.abs(long) > 180 || Math.abs(lat) > 90) {
    yield report.error(['map', 'center'], `[${long}, ${lat}] is not on Earth`, 'Use [longitude, latitude]')
  }
  for (const { slug: own } of documents.jurisdictions) yield* checkSlug(slug, own)
}

export function* checkHosts(
  { region }: Documents,
  known: KnownNames,
  taken: ReadonlyMap<string, string>,
): Issues {
  const own = Object.entries(region.jurisdictionHosts ?? {})
  const hosts: { host: string; path: DocumentPath }[] = [
    ...region.hosts.map((host, index) => ({ host: host.toLowerCase(), path: ['hosts', index] })),
    ...own.map(([host]) => ({ host: host.toLowerCase(), path: ['jurisdictionHosts', host] })),
  ]
  for (const { index, key } of duplicatesIn(hosts, ({ host }) => host)) {
    const path = hosts[index]?.path ?? []
    yield report.error(path, `The host "${key}" is listed twice`, 'List each host once')
  }
  for (const { host, path } of hosts) {
    const other = taken.get(host)
    if (other !== undefined) {
      const repair = 'Use each host for one region only'
      yield report.error(path, `The host "${host}" already belongs to the region ${other}`, repair)
    } else if (host !== '*' && !/^[a-z0-9.-]+$/.test(host)) {
      const repair = 'Use only the name, without https:// or a port'
      yield report.error(path, `"${host}" is not a host name`, repair)
    }
  }
  for (const [host, slug] of own) {
    if (known.jurisdictions.has(slug)) continue
    yield report.unknown(['jurisdictionHosts', host], 'jurisdiction', slug, known.jurisdictions)
  }
}

function* checkPartners(region: string, documents: Documents, known: KnownNames): Issues {
  const { partners = [] } = documents.region
  for (const { index, key } of duplicatesIn(partners, ({ id }) => id)) {
    yield report.error(
      ['partners', index, 'id'],
      `Another partner has the id "${key}"`,
      'Use a different id for each partner',
    )
  }
  for (const [index, { id, name, phone, email, url, forward, open311 }] of partners.entries()) {
    const path = ['partners', index, 'id']
    if (reserved.has(id)) yield report.error(path, `The name "${id}" is reserved`, 'Choose another')
    if (known.jurisdictions.has(id)) {
      yield report.error(path, `"${id}" is also a jurisdiction`, 'Use another id for the partner')
    }
    if (!phone && !email && !url) {
      yield report.warning(path, `There is no way to contact ${name}`, 'Add its phone, email or url')
    }
    const needed = forward === 'open311' ? open311 : forward === 'email' ? email : true
    if (needed === undefined) {
      yield report.error(
        ['partners', index, 'forward'],
        `Requests cannot be sent to ${name} by ${forward}`,
        `Add its ${forward}`,
      )
    }
    const owner = { purpose: 'PARTNER', region, body: id } as const
    yield* checkSecret(report, ['partners', index, 'open311', 'keySecret'], owner, open311?.keySecret)
    for (const code of Object.keys(open311?.services ?? {})) {
      if (known.services.has(code)) continue
      yield report.unknown(
        ['partners', index, 'open311', 'services', code],
        'service',
        code,
        known.services.keys(),
      )
    }
  }
}

function* checkSlug(region: string, slug: string): Issues {
  const report = reporterOf(`${slug}/jurisdiction.yaml`)
  if (reserved.has(slug)) yield report.error([], `The name "${slug}" is reserved`, 'Rename the folder')
  const longest = MAX_LABEL_LENGTH - 2 - region.length
  if (slug.length > longest) {
    const message = `The name "${slug}" is too long together with the name of its region`
    yield report.error([], message, `Use ${longest} characters or fewer`)
  }
}

/** White text on the primary color: WCAG 2.2, 1.4.3 requires 4.5 to 1. */
export function* checkContrast(
  report: ReturnType<typeof reporterOf>,
  path: DocumentPath,
  color: string,
): Issues {
  const contrast = contrastWithWhite(color)
  if (contrast >= MIN_CONTRAST) return
  const message = `White on ${color} has a contrast of ${Math.floor(contrast * 100) / 100} to 1`
  const repair = `Choose a darker color, of at least ${MIN_CONTRAST} to 1, such as ${darkened(color)}`
  yield report.error(path, message, repair)
}

// WCAG 2.2, 1.4.3.
const MIN_CONTRAST = 4.5

function contrastWithWhite(color: string): number {
  return 1.05 / (luminance(color) + 0.05)
}

/** The lightest shade of a color on which white text can be read. */
export function darkened(color: string): string {
  const channels = [1, 3, 5].map(at => Number.parseInt(color.slice(at, at + 2), 16))
  const shades = Array.from({ length: 256 }, (_, step) => {
    const parts = channels.map(channel => Math.round((channel * (255 - step)) / 255))
    return `#${parts.map(part => part.toString(16).padStart(2, '0')).join('')}`
  })
  return shades.find(shade => contrastWithWhite(shade) >= MIN_CONTRAST) ?? '#000000'
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map(at => {
    const level = Number.parseInt(color.slice(at, at + 2), 16) / 255
    return level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
