import { openPublicRegion } from '../../core/database/handles.ts'
import { metersBetween, type Place } from '../../core/geometry.ts'
import { asProblem } from '../../core/problem.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { similarServices } from '../../requests/case/duplicates.ts'
import type { Draft } from '../../requests/draft.ts'
import { type PublicRequest, reportsNearby } from '../../requests/list/public-index.ts'
import { Moment, StatusTag } from '../../web/components/components.tsx'
import type { PageView } from '../../web/view.ts'
import { serviceName } from '../catalogue.ts'
import { Thumbnail, WhichReport } from '../track/report-list.tsx'

/** Null when the index does not answer: a report can be filed without it. */
export async function findNearby(
  platform: Platform,
  region: Region,
  { place, service }: Draft,
): Promise<readonly PublicRequest[] | null> {
  if (place === null) return []
  const db = openPublicRegion(platform, region.slug)
  try {
    return await reportsNearby(db, place, similarServices(region, service), platform.clock.now())
  } catch (error) {
    if (asProblem(error).slug !== 'database-unavailable') throw error
    return null
  }
}

interface Props {
  view: PageView
  draft: Draft
  nearby: readonly PublicRequest[] | null
}

export function Nearby({ view, draft: { place }, nearby }: Props) {
  const { t } = view
  if (place === null) return null
  if (nearby === null) return <p class="nearby">{t('nearby-unavailable')}</p>
  if (nearby.length === 0) return <p class="nearby">{t('nearby-none')}</p>
  const [closed, open] = [true, false].map(is => nearby.filter(({ status }) => (status === 'closed') === is))
  return (
    <section class="nearby" aria-labelledby="nearby">
      <h2 id="nearby">{t('nearby-title')}</h2>
      {open && open.length > 0 && (
        <>
          <p>{t('nearby-help')}</p>
          <NearbyList {...{ view, place }} reports={open} />
        </>
      )}
      {closed && closed.length > 0 && (
        <>
          <p>{t('nearby-closed')}</p>
          <NearbyList {...{ view, place }} reports={closed} />
        </>
      )}
    </section>
  )
}

interface ListProps {
  view: PageView
  place: Place
  reports: readonly PublicRequest[]
}

function NearbyList({ view, place, reports }: ListProps) {
  return (
    <ul class="nearby__list">
      {reports.map(row => (
        <li>
          <NearbyReport view={view} place={place} row={row} />
        </li>
      ))}
    </ul>
  )
}

interface RowProps {
  view: PageView
  place: Place
  row: PublicRequest
}

function NearbyReport({ view, place, row }: RowProps) {
  const { t, site } = view
  const { id, serviceCode, status, lat, long, address, requestedAt } = row
  return (
    <>
      <Thumbnail view={view} row={row} />
      <a class="usa-link" href={view.href(`/cases/${id}`)}>
        {serviceName(view, serviceCode, row.serviceName)}
        <WhichReport row={row} />
      </a>{' '}
      <StatusTag view={view} status={status} />
      <span class="nearby__note">
        {lat !== null && long !== null && (
          <>{t('distance-away', { distance: view.distance(metersBetween(place, { lat, long })) })} · </>
        )}
        {address && (
          <>
            <bdi>{address}</bdi> ·{' '}
          </>
        )}
        <Moment view={view} at={requestedAt} zone={site.region.documents.region.timezone} />
      </span>
    </>
  )
}
