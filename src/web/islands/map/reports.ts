import type { FeatureCollection, Point } from 'geojson'
import * as maplibre from 'maplibre-gl'
import { dataOf, element } from '../dom.ts'

interface Reports {
  readonly host: HTMLElement
  readonly map: maplibre.Map
  /** Where their points come from. */
  readonly url: string
  /** Of the site's paths. */
  readonly base: string
  readonly messages: Readonly<Record<string, string>>
}
interface Answer {
  readonly points: readonly (readonly [id: string, status: string, long: number, lat: number])[]
  readonly isAll: boolean
}

const SOURCE = 'reports'
const [DOT, CLUSTER] = ['report-dot', 'report-cluster']
const PADDING = 48
const MAX_ZOOM = 15
const CLOSE = 16
// Pixels around the middle of the map that Enter reaches.
const REACH = 24

/** Clusters and dots. The first view fits them; a dot opens a card, from the map or from the list beside it. */
export function showReports({ host, map, url, base, messages }: Reports): void {
  map.addSource(SOURCE, {
    type: 'geojson',
    data: { type: 'FeatureCollection', features: [] },
    cluster: true,
    clusterRadius: 36,
    clusterMaxZoom: MAX_ZOOM,
  })
  for (const layer of layers) map.addLayer(layer)
  const note = element('p', { class: 'map__note', role: 'status' })
  host.append(note)
  const source = () => map.getSource<maplibre.GeoJSONSource>(SOURCE)
  let isAll = true
  let pending = new AbortController()
  const load = async (box?: maplibre.LngLatBounds) => {
    pending.abort()
    pending = new AbortController()
    const query = new URL(url, location.href)
    if (box) {
      const degrees = box.toArray().flat()
      query.searchParams.set('bbox', degrees.map(degree => degree.toFixed(5)).join(','))
    }
    try {
      const answer = await fetch(query, { signal: pending.signal })
      const read = (await answer.json()) as Answer
      const points = pointsOf(read)
      if (box === undefined) {
        isAll = read.isAll
        fitTo(map, points)
      }
      note.textContent = read.isAll ? '' : (messages.some ?? '')
      source()?.setData(points)
    } catch {
      // Aborted or unreachable: what is drawn stays, and the list beside the map is complete.
    }
  }
  void load()
  // Of too many, those in view.
  map.on('moveend', () => {
    if (!isAll) void load(map.getBounds())
  })

  const card = cardOpener({ host, map, base, messages })
  const open = async (feature: maplibre.MapGeoJSONFeature) => {
    const { id, cluster_id: cluster } = feature.properties
    const [long = 0, lat = 0] = (feature.geometry as Point).coordinates
    if (cluster === undefined) return card(String(id), [long, lat], map.getCanvas())
    const zoom = await source()?.getClusterExpansionZoom(Number(cluster))
    map.easeTo({ center: [long, lat], zoom: zoom ?? map.getZoom() + 2 })
  }
  for (const id of [DOT, CLUSTER]) {
    map.on('click', id, ({ features: [feature] = [] }) => feature && open(feature))
    map.on('mouseenter', id, () => map.getCanvas().classList.add('is-over-report'))
    map.on('mouseleave', id, () => map.getCanvas().classList.remove('is-over-report'))
  }
  map.getCanvas().addEventListener('keydown', event => {
    if (event.key !== 'Enter') return
    event.preventDefault()
    const feature = nearestToMiddle(map)
    if (feature) void open(feature)
  })
  for (const report of document.querySelectorAll<HTMLElement>('.report[data-lat][data-long]')) {
    addShow(report, messages['show-report'] ?? '', (place, button) => {
      map.jumpTo({ center: place, zoom: Math.max(map.getZoom(), CLOSE) })
      host.scrollIntoView({ block: 'nearest' })
      card(report.dataset.id ?? '', place, button)
    })
  }
}

/** In a row of the list. */
function addShow(
  report: HTMLElement,
  text: string,
  show: (place: [long: number, lat: number], button: HTMLElement) => void,
) {
  const name = report.querySelector('.report__name')?.textContent ?? ''
  const button = element(
    'button',
    {
      type: 'button',
      class: 'usa-button usa-button--unstyled report__show',
      'aria-label': `${text}: ${name}`,
    },
    text,
  )
  const { long, lat } = report.dataset
  button.addEventListener('click', () => show([Number(long), Number(lat)], button))
  report.append(button)
}

function nearestToMiddle(map: maplibre.Map): maplibre.MapGeoJSONFeature | undefined {
  const middle = map.project(map.getCenter())
  const box: [maplibre.PointLike, maplibre.PointLike] = [
    [middle.x - REACH, middle.y - REACH],
    [middle.x + REACH, middle.y + REACH],
  ]
  const distance = ({ geometry }: maplibre.MapGeoJSONFeature) =>
    map.project((geometry as Point).coordinates as [number, number]).dist(middle)
  const found = map.queryRenderedFeatures(box, { layers: [DOT, CLUSTER] })
  return found.sort((a, b) => distance(a) - distance(b))[0]
}

/** The card takes the focus; when it is closed, the focus goes back. */
function cardOpener({ host, map, base, messages }: Omit<Reports, 'url'>) {
  const services = dataOf<Record<string, string>>(host, 'services') ?? {}
  return async (id: string, place: [long: number, lat: number], opener: HTMLElement) => {
    const answer = await fetch(`${base}/api/v1/requests/${id}`).catch(() => undefined)
    const report = answer?.ok ? ((await answer.json()) as Record<string, unknown>) : {}
    const card = element(
      'div',
      { class: 'map__card' },
      element(
        'a',
        { class: 'usa-link', href: `${base}/cases/${id}` },
        services[String(report.service_code)] ?? String(report.service_name ?? id),
      ),
      element('p', { dir: 'auto' }, String(report.address ?? '')),
      element(
        'span',
        { class: `status status--${report.status}` },
        messages[`status-${report.status}`] ?? '',
      ),
    )
    card.addEventListener('keydown', ({ key }) => key === 'Escape' && popup.remove())
    const popup = new maplibre.Popup({ closeButton: false }).setLngLat(place).setDOMContent(card).addTo(map)
    popup.on('close', () => opener.focus())
  }
}

function fitTo(map: maplibre.Map, { features }: FeatureCollection<Point>) {
  if (features.length === 0) return
  const bounds = new maplibre.LngLatBounds()
  for (const { geometry } of features) bounds.extend(geometry.coordinates as [number, number])
  map.fitBounds(bounds, { padding: PADDING, maxZoom: MAX_ZOOM, animate: false })
}

function pointsOf({ points }: Answer): FeatureCollection<Point> {
  const features = points.map(([id, status, long, lat]) => ({
    type: 'Feature' as const,
    properties: { id, status },
    geometry: { type: 'Point' as const, coordinates: [long, lat] },
  }))
  return { type: 'FeatureCollection', features }
}

const layers: maplibre.LayerSpecification[] = [
  {
    id: CLUSTER,
    type: 'circle',
    source: SOURCE,
    filter: ['has', 'point_count'],
    paint: {
      'circle-color': '#1b1b1b',
      'circle-radius': ['step', ['get', 'point_count'], 14, 10, 18, 50, 24],
      'circle-stroke-color': '#ffffff',
      'circle-stroke-width': 2,
    },
  },
  {
    id: 'report-count',
    type: 'symbol',
    source: SOURCE,
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
    id: DOT,
    type: 'circle',
    source: SOURCE,
    filter: ['!', ['has', 'point_count']],
    paint: {
      'circle-color': ['match', ['get', 'status'], 'closed', '#3a7d44', 'in_progress', '#c2850c', '#1a4480'],
      'circle-radius': 8,
      'circle-stroke-color': '#ffffff',
      'circle-stroke-width': 2.5,
    },
  },
]
