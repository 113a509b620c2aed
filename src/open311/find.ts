import { openPublicRegion, openPublicTenant } from '../core/database/handles.ts'
import { problem } from '../core/problem.ts'
import type { Platform } from '../platform/platform.ts'
import type { Jurisdiction } from '../regions/documents/snapshot.ts'
import type { GeoReportFilter } from './filter.ts'
import { type FoundRequest, requestsOf, requestsOfRegion } from './rows.ts'
import type { EndpointScope } from './scope.ts'

export async function findRequests(
  platform: Platform,
  scope: EndpointScope,
  filter: GeoReportFilter,
  extensions: boolean,
): Promise<FoundRequest[]> {
  const { region, jurisdiction } = scope
  const read = (slug: string, wanted: GeoReportFilter) =>
    requestsOf(openPublicTenant(platform, region.slug, slug), wanted, {
      extensions,
      asCases: jurisdiction === undefined,
    })
  if (jurisdiction !== undefined && filter.ids === undefined) return read(jurisdiction.slug, filter)
  if (filter.ids === undefined) return requestsOfRegion(openPublicRegion(platform, region.slug), filter)
  const numbers = filter.ids.flatMap(id => region.caseNumber(id) ?? [])
  const isHere = (keeper: Jurisdiction) => jurisdiction === undefined || jurisdiction === keeper
  const byKeeper = Map.groupBy(numbers, ({ jurisdiction: keeper }) =>
    keeper && isHere(keeper) ? keeper.slug : undefined,
  )
  const found = await Promise.all(
    Array.from(byKeeper, ([slug, own]) =>
      slug === undefined ? [] : read(slug, { ...filter, ids: own.map(({ id }) => id) }),
    ),
  )
  return found.flat().sort((a, b) => b.requested_at - a.requested_at)
}

/** Finds a request of any age by its number, however the number is typed. Throws `not-found`. */
export async function findRequest(
  platform: Platform,
  scope: EndpointScope,
  id: string,
  extensions: boolean,
): Promise<FoundRequest> {
  const [row] = await findRequests(platform, scope, { ids: [id], limit: 1, offset: 0 }, extensions)
  if (row === undefined) throw problem('not-found', { detail: `Request "${id.slice(0, 100)}" not found.` })
  return row
}
