import { problem } from '../core/problem.ts'
import type { Jurisdiction } from '../regions/documents/snapshot.ts'
import type { Region } from '../regions/runtime/compile.ts'
import type { Site } from '../regions/runtime/site.ts'

export interface EndpointScope {
  readonly site: Site
  readonly region: Region
  readonly jurisdiction: Jurisdiction | undefined
}

/**
 * Reads `jurisdiction_id` (GeoReport v2): a jurisdiction's slug or web host, or the region's. A jurisdiction's
 * own endpoint implies it, and the region's endpoint without one serves the whole region, so it is never
 * missing. Throws `unknown-jurisdiction`.
 */
export function readScope(site: Site, id: string): EndpointScope {
  const { region } = site
  if (id === '') return { site, region, jurisdiction: site.jurisdiction }
  const slug = idsOf(region).get(id.trim().toLowerCase())
  const jurisdiction = slug == null ? undefined : region.jurisdiction(slug)
  const isElsewhere = site.jurisdiction !== undefined && site.jurisdiction !== jurisdiction
  if (slug === undefined || isElsewhere) {
    throw problem('unknown-jurisdiction', {
      detail: `Jurisdiction "${id.slice(0, 100)}" not found at this endpoint.`,
    })
  }
  return { site, region, jurisdiction }
}

const known = new WeakMap<Region, ReadonlyMap<string, string | null>>()

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
