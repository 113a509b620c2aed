import { problem } from '../core/problem.ts'
import type { Region } from '../regions/compile.ts'
import type { Site } from '../regions/site.ts'
import type { Jurisdiction } from '../regions/snapshot.ts'

/** Whom a call is about: one jurisdiction, or the region as a whole. */
export interface Scope {
  readonly site: Site
  readonly region: Region
  readonly jurisdiction: Jurisdiction | undefined
}

/**
 * Reads `jurisdiction_id` (GeoReport v2, "jurisdiction_id"): a jurisdiction's slug or one of its web hosts, or the
 * region's. A jurisdiction's own endpoint implies it. The region's endpoint serves the region as one when there is
 * none, so it is never missing. Throws `unknown-jurisdiction`.
 */
export function readScope(site: Site, id: string): Scope {
  const { region } = site
  if (id === '') return { site, region, jurisdiction: site.jurisdiction }
  const slug = idsOf(region).get(id.trim().toLowerCase())
  const jurisdiction = slug == null ? undefined : region.jurisdiction(slug)
  const isElsewhere = site.jurisdiction !== undefined && site.jurisdiction !== jurisdiction
  if (slug === undefined || isElsewhere) {
    throw problem('unknown-jurisdiction', {
      detail: `There is no jurisdiction "${id.slice(0, 100)}" at this endpoint.`,
    })
  }
  return { site, region, jurisdiction }
}

const known = new WeakMap<Region, ReadonlyMap<string, string | null>>()

/** Every id that is understood → the jurisdiction's slug; null: the region itself. */
function idsOf(region: Region): ReadonlyMap<string, string | null> {
  const ids = known.get(region) ?? collectIds(region)
  known.set(region, ids)
  return ids
}

function collectIds({ slug, documents }: Region): ReadonlyMap<string, string | null> {
  const { region, jurisdictions } = documents
  const websites = jurisdictions.flatMap(({ slug, url }) =>
    url === undefined ? [] : [[new URL(url).hostname.replace(/^www\./, ''), slug] as const],
  )
  return new Map<string, string | null>([
    ...websites,
    ...region.hosts.filter(host => host !== '*').map(host => [host.toLowerCase(), null] as const),
    ...Object.entries(region.jurisdictionHosts ?? {}).map(
      ([host, own]) => [host.toLowerCase(), own] as const,
    ),
    [slug, null],
    ...jurisdictions.map(({ slug }) => [slug, slug] as const),
  ])
}
