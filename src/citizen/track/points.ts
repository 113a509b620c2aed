import type { Context } from 'hono'
import { openPublicRegion } from '../../core/database/handles.ts'
import { problem } from '../../core/problem.ts'
import type { AppEnv } from '../../regions/runtime/site.ts'
import { listPublicPoints, type PublicFilter } from '../../requests/list/public-index.ts'
import { readBox } from '../../requests/read.ts'
import { type PageView, viewOf } from '../../web/view.ts'
import { grouped, siteServices } from '../catalogue.ts'

export interface ReportsFilter {
  readonly group: string
  readonly status: string
  readonly jurisdiction: string
}

const MAX_POINTS = 5_000
const FRESH_SECONDS = 30

/** As chosen on the page, and as the list and the map of reports are asked for it. */
export function readReportsFilter(
  c: Context<AppEnv>,
  view: PageView,
): { readonly chosen: ReportsFilter; readonly filter: Omit<PublicFilter, 'limit'> } {
  const { region, jurisdiction: own } = view.site
  const chosen = {
    group: c.req.query('group') ?? '',
    status: c.req.query('status') ?? '',
    jurisdiction: c.req.query('jurisdiction') ?? own?.slug ?? '',
  }
  const group = grouped(view, siteServices(view)).find(({ id }) => id === chosen.group)
  return {
    chosen,
    filter: {
      services: group?.services.map(({ code }) => code),
      status: chosen.status === 'open' || chosen.status === 'closed' ? chosen.status : undefined,
      jurisdiction: region.jurisdiction(chosen.jurisdiction)?.slug,
    },
  }
}

/**
 * The reports of a filter for the map, the newest if there are too many: `[id, status, long, lat]` each. With `bbox`, those
 * in the box.
 */
export async function reportPoints(c: Context<AppEnv>) {
  const view = viewOf(c)
  const { filter } = readReportsFilter(c, view)
  const { value: box, errors } = readBox(c.req.query('bbox') ?? '')
  if (errors.length > 0) throw problem('invalid-fields', { fields: errors })
  const db = openPublicRegion(c.get('platform'), view.site.region.slug)
  const rows = await listPublicPoints(db, { ...filter, box, limit: MAX_POINTS })
  return c.json(
    {
      points: rows.map(({ id, status, long, lat }) => [id, status, long, lat]),
      isAll: rows.length < MAX_POINTS,
    },
    200,
    { 'cache-control': `public, max-age=${FRESH_SECONDS}` },
  )
}
