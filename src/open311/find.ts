import { openRegion, openTenantReader } from '../core/db.ts'
import { groupBy } from '../core/group.ts'
import { parseTrackingNumber } from '../core/ids.ts'
import { problem } from '../core/problem.ts'
import type { Platform } from '../platform/platform.ts'
import type { Filter } from './filter.ts'
import { type FoundRequest, requestsOf, requestsOfRegion } from './rows.ts'
import type { Scope } from './scope.ts'

/** GET requests, newest first. Those asked for by number come from the databases of whoever keeps them. */
export async function findRequests(
  platform: Platform,
  scope: Scope,
  filter: Filter,
  extensions: boolean,
): Promise<FoundRequest[]> {
  const { region, jurisdiction } = scope
  const access = { kind: 'public', region: region.slug } as const
  const read = (slug: string, wanted: Filter) =>
    requestsOf(openTenantReader(platform, access, region.slug, slug), wanted, {
      extensions,
      asCases: jurisdiction === undefined,
    })
  if (jurisdiction !== undefined && filter.ids === undefined) return read(jurisdiction.slug, filter)
  if (filter.ids === undefined) return requestsOfRegion(openRegion(platform, access, region.slug), filter)
  const numbers = filter.ids.flatMap(id => parseTrackingNumber(id) ?? [])
  const byKeeper = groupBy(numbers, ({ code }) => keeperOf(scope, code)?.slug)
  const found = await Promise.all(
    Array.from(byKeeper, ([slug, own]) =>
      slug === undefined ? [] : read(slug, { ...filter, ids: own.map(({ id }) => id) }),
    ),
  )
  return found.flat().sort((a, b) => b.requested_at - a.requested_at)
}

/** GET requests/{id}, however old, in any typing of its number. Throws `not-found`. */
export async function findRequest(
  platform: Platform,
  scope: Scope,
  id: string,
  extensions: boolean,
): Promise<FoundRequest> {
  const [row] = await findRequests(platform, scope, { ids: [id], limit: 1, offset: 0 }, extensions)
  if (row === undefined)
    throw problem('not-found', { detail: `There is no request "${id.slice(0, 100)}" here.` })
  return row
}

/** Whose numbers begin with this code, among those the call is about. */
function keeperOf({ region, jurisdiction }: Scope, code: string) {
  const keeper = region.documents.jurisdictions.find(candidate => candidate.code === code)
  return jurisdiction === undefined || jurisdiction === keeper ? keeper : undefined
}
