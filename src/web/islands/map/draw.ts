import * as maplibre from 'maplibre-gl'
import { element, messagesOf } from '../dom.ts'
import { circleAround } from './circle.ts'
import { showReports } from './reports.ts'
import { mapStyle } from './style.ts'

export interface DrawnMap {
  mark(place: { lat: number; long: number }, accuracy: number): void
}

const CLOSE = 16

/** Rejects where the browser has no WebGL. */
export async function drawMap(host: HTMLElement): Promise<DrawnMap> {
  const { source = '', center = '0,0', zoom = '11', marker, reports, label = '' } = host.dataset
  const messages = messagesOf(host)
  await loadStyles()
  maplibre.setWorkerUrl(new URL('./map-worker.js', import.meta.url).href)
  const container = element('div', { class: 'map__canvas' })
  const map = new maplibre.Map({
    container,
    style: await mapStyle(source, host.dataset.tiles, host.dataset.attribution),
    center: positionOf(center),
    zoom: Number(zoom),
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    cooperativeGestures: false,
    locale: {
      'Map.Title': label,
      'NavigationControl.ZoomIn': messages.zoomIn ?? '',
      'NavigationControl.ZoomOut': messages.zoomOut ?? '',
      'Marker.Title': messages.pin ?? label,
    },
  })
  map.touchZoomRotate.disableRotation()
  map.keyboard.disableRotation()
  map.addControl(new maplibre.NavigationControl({ showCompass: false }), 'top-right')
  if (host.dataset.attribution) map.addControl(new maplibre.AttributionControl({ compact: false }))
  host.replaceChildren(container)
  map.resize()
  await new Promise<void>((resolve, reject) => {
    map.once('load', () => resolve())
    map.once('error', ({ error }) => reject(error))
  })
  host.classList.add('is-drawn')

  const pin = new maplibre.Marker({ draggable: 'pick' in host.dataset, color: brandColor(host) })
  const mark = (place: { lat: number; long: number }, accuracy: number) => {
    pin.setLngLat([place.long, place.lat]).addTo(map)
    const around = circleAround(place, accuracy)
    map.getSource<maplibre.GeoJSONSource>('accuracy')?.setData(around)
    const bounds = new maplibre.LngLatBounds()
    for (const [long = 0, lat = 0] of around.geometry.coordinates[0] ?? []) bounds.extend([long, lat])
    map.fitBounds(bounds, { padding: 24, maxZoom: CLOSE })
  }
  if (marker) pin.setLngLat(positionOf(marker)).addTo(map)
  if (reports) showReports(map, reports, messages)
  if ('pick' in host.dataset) letPick(host, map, pin)
  return { mark }
}

function letPick(host: HTMLElement, map: maplibre.Map, pin: maplibre.Marker) {
  const pick = ({ lat, lng }: maplibre.LngLat) => {
    pin.setLngLat([lng, lat]).addTo(map)
    map.getSource<maplibre.GeoJSONSource>('accuracy')?.setData(circleAround({ lat, long: lng }, 0))
    host.dispatchEvent(new CustomEvent('pick', { bubbles: true, detail: { lat, long: lng } }))
  }
  map.on('click', ({ lngLat }) => pick(lngLat))
  pin.on('dragend', () => pick(pin.getLngLat()))
  map.getCanvas().addEventListener('keydown', event => {
    if (event.key !== 'Enter') return
    event.preventDefault()
    pick(map.getCenter())
  })
}

function loadStyles(): Promise<void> {
  return new Promise((resolve, reject) => {
    const link = element('link', { rel: 'stylesheet', href: new URL('./map.css', import.meta.url).href })
    link.addEventListener('load', () => resolve())
    link.addEventListener('error', () => reject(new Error('The style sheet of the map did not arrive')))
    document.head.append(link)
  })
}

function positionOf(text: string): [number, number] {
  const [long = 0, lat = 0] = text.split(',').map(Number)
  return [long, lat]
}

function brandColor(host: HTMLElement): string {
  return getComputedStyle(host).getPropertyValue('--brand').trim() || '#005ea2'
}
