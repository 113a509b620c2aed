import type { PageView } from '../view.ts'

interface Props {
  view: PageView
  label: string
  center: readonly [long: number, lat: number]
  zoom: number
  marker?: readonly [long: number, lat: number]
  reports?: string
  pick?: boolean
  class?: string
}

/** Without script there is no map; everything on it is on the page in another form too. */
export function RegionMap({ view, label, center, zoom, marker, reports, pick, class: name }: Props) {
  const { t, site } = view
  const { tiles, attribution } = site.region.documents.region.map
  const messages = {
    pin: t('map-pin'),
    closer: t('map-closer'),
    zoomIn: t('map-zoom-in'),
    zoomOut: t('map-zoom-out'),
    'status-submitted': t('status-submitted'),
    'status-acknowledged': t('status-acknowledged'),
    'status-in_progress': t('status-in_progress'),
    'status-closed': t('status-closed'),
  }
  return (
    <region-map
      class={`map ${name ?? ''}`}
      data-source={view.href('/api/v1/map')}
      data-tiles={tiles}
      data-attribution={attribution}
      data-center={center.join(',')}
      data-zoom={zoom}
      data-marker={marker?.join(',')}
      data-reports={reports}
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
