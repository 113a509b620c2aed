import * as maplibre from 'maplibre-gl'
import { metersPerDegree } from '../../../core/geometry.ts'
import { element, messagesOf } from '../dom.ts'
import { circleAround } from './circle.ts'
import { showReports } from './reports.ts'
import { mapStyle } from './style.ts'

export interface DrawnMap {
  mark(place: { lat: number; long: number }, accuracy: number): void
}

const CLOSE = 16
// Pixels of the world at zoom 0.
const TILE = 512
// Half the width of a fingertip, and how far off people are with a mouse; in CSS pixels.
const FINGER = 20
const MOUSE = 5
// Meters. What may be farther off does not count yet: streets lie closer together.
const PRECISE = 25

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
  if ('pick' in host.dataset) letPick(host, map, pin, messages.closer ?? '')
  return { mark }
}

/** Too far out, where a finger covers several streets, the map comes closer instead. `closer` asks to choose again. */
function letPick(host: HTMLElement, map: maplibre.Map, pin: maplibre.Marker, closer: string) {
  const status = element('p', { class: 'map__status', role: 'status' })
  host.append(status)
  const pick = (at: maplibre.LngLat, reach: number): boolean => {
    const { lat, lng: long } = at
    const accuracy = Math.ceil(reach * metersPerPixel(map, lat))
    const counts = accuracy <= PRECISE
    status.textContent = counts ? '' : closer
    if (counts) {
      pin.setLngLat(at).addTo(map)
      map.getSource<maplibre.GeoJSONSource>('accuracy')?.setData(circleAround({ lat, long }, accuracy))
      host.dispatchEvent(new CustomEvent('pick', { bubbles: true, detail: { lat, long, accuracy } }))
    } else map.easeTo({ center: at, zoom: CLOSE })
    return counts
  }
  map.on('click', ({ lngLat, originalEvent }) => pick(lngLat, reachOf(originalEvent)))
  let before = pin.getLngLat()
  pin.on('dragstart', () => {
    before = pin.getLngLat()
  })
  pin.on('dragend', () => {
    if (!pick(pin.getLngLat(), FINGER)) pin.setLngLat(before)
  })
  map.getCanvas().addEventListener('keydown', event => {
    if (event.key !== 'Enter') return
    event.preventDefault()
    pick(map.getCenter(), FINGER)
  })
}

function reachOf(event: MouseEvent): number {
  return event instanceof PointerEvent && event.pointerType !== 'mouse' ? FINGER : MOUSE
}

function metersPerPixel(map: maplibre.Map, lat: number): number {
  return metersPerDegree(lat).long * (360 / (TILE * 2 ** map.getZoom()))
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
