import type { Finding, Path } from '../fault.ts'
import type { Documents } from '../snapshot.ts'
import { error, repeats, unknown, warning } from './finding.ts'
import type { Known } from './known.ts'

const FILE = 'region.yaml'
/** Database labels join region and jurisdiction with two hyphens, and must fit into a DNS label (RFC 1035 § 2.3.4). */
const LONGEST_LABEL = 63
/** Names that the platform uses itself. */
const reserved = new Set(['directory', 'none', 'all', 'www', 'api', 'admin', 'assets', 'open311'])

export function checkRegion(slug: string, documents: Documents, known: Known): Finding[] {
  const { intake, languages, brand, map } = documents.region
  const [long, lat] = map.center
  return [
    ...(reserved.has(slug)
      ? [error(FILE, [], `The name "${slug}" is the platform's own`, 'Rename the folder')]
      : []),
    ...(known.jurisdictions.has(intake)
      ? []
      : [unknown(FILE, ['intake'], 'jurisdiction', intake, known.jurisdictions)]),
    ...repeats(languages, language => language).map(({ index, key }) =>
      error(FILE, ['languages', index], `"${key}" is named twice`, 'Name each language once'),
    ),
    ...checkPartners(documents, known),
    ...checkContrast(FILE, ['brand', 'primary'], brand.primary),
    ...(Math.abs(long) <= 180 && Math.abs(lat) <= 90
      ? []
      : [
          error(FILE, ['map', 'center'], `[${long}, ${lat}] is off the earth`, 'Write [longitude, latitude]'),
        ]),
    ...documents.jurisdictions.flatMap(({ slug: own }) => checkSlug(slug, own)),
  ]
}

/** Every host leads to one place. */
export function checkHosts(
  { region }: Documents,
  known: Known,
  taken: ReadonlyMap<string, string>,
): Finding[] {
  const own = Object.entries(region.jurisdictionHosts ?? {})
  const hosts: { host: string; path: Path }[] = [
    ...region.hosts.map((host, index) => ({ host: host.toLowerCase(), path: ['hosts', index] })),
    ...own.map(([host]) => ({ host: host.toLowerCase(), path: ['jurisdictionHosts', host] })),
  ]
  return [
    ...repeats(hosts, ({ host }) => host).map(({ index, key }) =>
      error(
        FILE,
        hosts[index]?.path ?? [],
        `The host "${key}" is named twice`,
        'Let each host lead to one place',
      ),
    ),
    ...hosts.flatMap(({ host, path }) => {
      const region = taken.get(host)
      if (region !== undefined) {
        return [
          error(
            FILE,
            path,
            `The host "${host}" leads to the region ${region}`,
            'Give each host to one region',
          ),
        ]
      }
      if (host === '*' || /^[a-z0-9.-]+$/.test(host)) return []
      return [
        error(FILE, path, `"${host}" is no host name`, 'Write the name alone, without https:// or a port'),
      ]
    }),
    ...own
      .filter(([, slug]) => !known.jurisdictions.has(slug))
      .map(([host, slug]) =>
        unknown(FILE, ['jurisdictionHosts', host], 'jurisdiction', slug, known.jurisdictions),
      ),
  ]
}

function checkPartners({ region: { partners = [] } }: Documents, known: Known): Finding[] {
  return [
    ...repeats(partners, ({ id }) => id).map(({ index, key }) =>
      error(FILE, ['partners', index, 'id'], `"${key}" is another partner's id`, 'Give each partner its own'),
    ),
    ...partners.flatMap(({ id, name, phone, email, url }, index) => {
      const path = ['partners', index, 'id']
      if (reserved.has(id))
        return [error(FILE, path, `The name "${id}" is the platform's own`, 'Choose another')]
      if (known.jurisdictions.has(id)) {
        return [error(FILE, path, `"${id}" is also a jurisdiction`, 'Give the partner another id')]
      }
      return phone || email || url
        ? []
        : [warning(FILE, path, `Nobody can reach ${name}`, 'Add its phone, email or url')]
    }),
  ]
}

function checkSlug(region: string, slug: string): Finding[] {
  const file = `${slug}/jurisdiction.yaml`
  if (reserved.has(slug))
    return [error(file, [], `The name "${slug}" is the platform's own`, 'Rename the folder')]
  if (region.length + 2 + slug.length <= LONGEST_LABEL) return []
  const left = LONGEST_LABEL - 2 - region.length
  return [
    error(
      file,
      [],
      `The name "${slug}" is too long beside that of its region`,
      `Shorten it to ${left} characters`,
    ),
  ]
}

/** White text stands on the primary colour: WCAG 2.2, 1.4.3 asks for 4.5 to 1. */
export function checkContrast(file: string, path: Path, color: string): Finding[] {
  const contrast = 1.05 / (luminance(color) + 0.05)
  if (contrast >= 4.5) return []
  const ratio = Math.floor(contrast * 100) / 100
  return [
    error(
      file,
      path,
      `White on ${color} has a contrast of ${ratio} to 1`,
      'Choose a darker colour, of at least 4.5 to 1',
    ),
  ]
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map(at => {
    const level = Number.parseInt(color.slice(at, at + 2), 16) / 255
    return level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
