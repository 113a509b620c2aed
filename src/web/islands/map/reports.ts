import type { FeatureCollection, Point } from 'geojson'
import * as maplibre from 'maplibre-gl'
import { element } from '../dom.ts'

interface Listed {
  readonly id: string
  readonly status: string
  readonly service_name: string
  readonly address: string | null
  readonly lat: number | null
  readonly long: number | null
  readonly url: string
}

const MAX_REPORTS = 200
const DOTS = 'reports'
const PADDING = 48
const MAX_ZOOM = 15

export function showReports(
  map: maplibre.Map,
  url: string,
  messages: Readonly<Record<string, string>>,
): void {
  map.addSource(DOTS, {
    type: 'geojson',
    data: { type: 'FeatureCollection', features: [] },
    cluster: true,
    clusterRadius: 36,
    clusterMaxZoom: 15,
  })
  for (const layer of layers) map.addLayer(layer)
  let pending = new AbortController()
  const show = async (box?: maplibre.LngLatBounds) => {
    pending.abort()
    pending = new AbortController()
    const query = new URL(url, location.href)
    query.searchParams.set('limit', String(MAX_REPORTS))
    if (box) {
      const degrees = box.toArray().flat()
      query.searchParams.set('bbox', degrees.map(degree => degree.toFixed(5)).join(','))
    }
    try {
      const answer = await fetch(query, { signal: pending.signal })
      const { requests } = (await answer.json()) as { requests: Listed[] }
      const shown = dots(requests)
      map.getSource<maplibre.GeoJSONSource>(DOTS)?.setData(shown)
      if (box === undefined) fitTo(map, shown)
    } catch {
      // Aborted or unreachable: what is drawn stays, and the list beside the map is complete.
    }
  }
  map.on('moveend', () => show(map.getBounds()))
  // At first the newest, wherever they are.
  void show()
  map.on('click', 'report-dot', ({ features, lngLat }) => {
    const report = features?.[0]?.properties
    if (report)
      new maplibre.Popup({ closeButton: false })
        .setLngLat(lngLat)
        .setDOMContent(cardOf(report, messages))
        .addTo(map)
  })
  map.on('click', 'report-cluster', ({ lngLat }) => map.easeTo({ center: lngLat, zoom: map.getZoom() + 2 }))
  for (const id of ['report-dot', 'report-cluster']) {
    map.on('mouseenter', id, () => map.getCanvas().classList.add('is-over-report'))
    map.on('mouseleave', id, () => map.getCanvas().classList.remove('is-over-report'))
  }
}

function fitTo(map: maplibre.Map, { features }: FeatureCollection<Point>) {
  if (features.length === 0) return
  const bounds = new maplibre.LngLatBounds()
  for (const { geometry } of features) bounds.extend(geometry.coordinates as [number, number])
  map.fitBounds(bounds, { padding: PADDING, maxZoom: MAX_ZOOM, animate: false })
}

function dots(requests: readonly Listed[]): FeatureCollection<Point> {
  const features = requests.flatMap(({ lat, long, ...properties }) =>
    lat === null || long === null
      ? []
      : [
          {
            type: 'Feature' as const,
            properties,
            geometry: { type: 'Point' as const, coordinates: [long, lat] },
          },
        ],
  )
  return { type: 'FeatureCollection', features }
}

function cardOf(report: Record<string, unknown>, messages: Readonly<Record<string, string>>): HTMLElement {
  const { url, service_name, address, status } = report
  return element(
    'div',
    { class: 'map__card' },
    element('a', { class: 'usa-link', href: String(url) }, String(service_name)),
    element('p', {}, String(address ?? '')),
    element('span', { class: `status status--${status}` }, messages[`status-${status}`] ?? ''),
  )
}

const layers: maplibre.LayerSpecification[] = [
  {
    id: 'report-cluster',
    type: 'circle',
    source: DOTS,
    filter: ['has', 'point_count'],
    paint: {
      'circle-color': '#1b1b1b',
      'circle-opacity': 0.85,
      'circle-radius': ['step', ['get', 'point_count'], 14, 10, 18, 50, 24],
      'circle-stroke-color': '#ffffff',
      'circle-stroke-width': 2,
    },
  },
  {
    id: 'report-count',
    type: 'symbol',
    source: DOTS,
    filter: ['has', 'point_count'],
    layout: {
      'text-field': ['get', 'point_count_abbreviated'],
      'text-font': ['system-ui', 'sans-serif'],
      'text-size': 13,
      'text-allow-overlap': true,
    },
    paint: { 'text-color': '#ffffff' },
  },
  {
    id: 'report-dot',
    type: 'circle',
    source: DOTS,
    filter: ['!', ['has', 'point_count']],
    paint: {
      'circle-color': ['match', ['get', 'status'], 'closed', '#3a7d44', 'in_progress', '#c2850c', '#1a4480'],
      'circle-radius': 8,
      'circle-stroke-color': '#ffffff',
      'circle-stroke-width': 2.5,
    },
  },
]
