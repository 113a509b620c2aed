import type { View } from './view.ts'

interface Props {
  view: View
  /** Says what the map shows. */
  label: string
  center: readonly [long: number, lat: number]
  zoom: number
  /** A pin. */
  marker?: readonly [long: number, lat: number]
  /** Where the public reports to draw are listed. */
  reports?: string
  /** A place can be chosen on it. */
  pick?: boolean
  class?: string
}

/** A place for the map; the script draws it there. Without script there is none, and nothing is lost by it. */
export function RegionMap({ view, label, center, zoom, marker, reports, pick, class: name }: Props) {
  const { t, site } = view
  const { tiles, attribution } = site.region.documents.region.map
  const messages = {
    pin: t('map-pin'),
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
