import type { Context } from 'hono'
import { openRegion } from '../core/db.ts'
import { metresBetween } from '../core/geometry.ts'
import { asProblem } from '../core/problem.ts'
import type { Door } from '../regions/site.ts'
import type { Draft } from '../requests/draft.ts'
import { alike } from '../requests/duplicates.ts'
import { type PublicRequest, reportsNearby } from '../requests/public-index.ts'
import { Moment, StatusTag } from '../web/components.tsx'
import type { View } from '../web/view.ts'
import { serviceName } from './catalogue.ts'

/** Null when the index does not answer: a report goes on without it. */
export async function lookNearby(
  c: Context<Door>,
  { place, service }: Draft,
): Promise<readonly PublicRequest[] | null> {
  if (place === null) return []
  const { region } = c.get('site')
  const platform = c.get('platform')
  const db = openRegion(platform, { kind: 'public', region: region.slug }, region.slug)
  try {
    return await reportsNearby(db, place, alike(region, service), platform.clock.now())
  } catch (error) {
    if (asProblem(error).slug !== 'database-away') throw error
    return null
  }
}

interface Props {
  view: View
  draft: Draft
  /** Null: cannot be looked up now. */
  nearby: readonly PublicRequest[] | null
}

/** What has already been reported here, to whichever jurisdiction: perhaps there is no need to report it again (S12). */
export function Nearby({ view, draft: { place }, nearby }: Props) {
  const { t, site } = view
  if (place === null) return null
  if (nearby === null) return <p class="nearby">{t('nearby-away')}</p>
  if (nearby.length === 0) return <p class="nearby">{t('nearby-none')}</p>
  return (
    <section class="nearby" aria-labelledby="nearby">
      <h2 id="nearby">{t('nearby-title')}</h2>
      <p>{t('nearby-help')}</p>
      <ul class="nearby__list">
        {nearby.map(({ id, serviceCode, serviceName: then, status, lat, long, address, requestedAt }) => (
          <li>
            <a class="usa-link" href={view.href(`/cases/${id}`)}>
              {serviceName(view, serviceCode, then)}
            </a>{' '}
            <StatusTag view={view} status={status} />
            <span class="nearby__note">
              {lat !== null && long !== null && (
                <>{t('nearby-metres', { metres: Math.round(metresBetween(place, { lat, long })) })} · </>
              )}
              {address && `${address} · `}
              <Moment view={view} at={requestedAt} zone={site.region.documents.region.timezone} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
