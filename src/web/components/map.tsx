import { boundsOf } from '../../regions/places/bounds.ts'
import type { PageView } from '../view.ts'

interface Props {
  view: PageView
  label: string
  /** What the first view shows; by default all of the site's region or jurisdiction. */
  place?: readonly [long: number, lat: number]
  /** Where the reports come from that are drawn: the first view fits them. */
  reports?: string
  /** With `reports`: names of services by their codes. */
  services?: Readonly<Record<string, string>>
  pick?: boolean
  class?: string
}

const CLOSE = 15
const FAR = 11

/** Without script there is no map; everything on it is on the page in another form too. */
export function RegionMap({ view, label, place, reports, services, pick, class: name }: Props) {
  const { t, site } = view
  const { center, zoom, basemap } = site.region.documents.region.map
  const jurisdiction = site.jurisdiction?.slug
  const all = (jurisdiction && boundsOf(site.region, jurisdiction)) || boundsOf(site.region)
  const bounds = place || (zoom !== undefined && jurisdiction === undefined) ? undefined : all
  const messages = {
    pin: t('map-pin'),
    closer: t('map-closer'),
    plain: t('map-plain'),
    some: t('map-some'),
    'show-report': t('map-show-report'),
    'zoom-in': t('map-zoom-in'),
    'zoom-out': t('map-zoom-out'),
    'status-submitted': t('status-submitted'),
    'status-acknowledged': t('status-acknowledged'),
    'status-in_progress': t('status-in_progress'),
    'status-closed': t('status-closed'),
  }
  return (
    <region-map
      class={`map ${name ?? ''}`}
      data-base={site.base}
      data-basemap={basemap && JSON.stringify(basemap)}
      data-bounds={bounds?.join(',')}
      data-center={(place ?? center).join(',')}
      data-zoom={place ? CLOSE : (zoom ?? FAR)}
      data-marker={place?.join(',')}
      data-reports={reports}
      data-services={services && JSON.stringify(services)}
      data-pick={pick ? '' : undefined}
      data-label={label}
      data-messages={JSON.stringify(messages)}
    >
      <button class="usa-button usa-button--outline" type="button">
        {t('map-show')}
      </button>
      <p class="map__failed">{t('map-failed')}</p>
    </region-map>
  )
}
