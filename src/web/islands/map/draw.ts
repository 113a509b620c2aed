import * as maplibre from 'maplibre-gl'
import { metersPerDegree } from '../../../core/geometry.ts'
import type { Basemap } from '../../../regions/documents/schemas/basemap.ts'
import type { MapPart } from '../../../regions/places/map.ts'
import { dataOf, element, messagesOf } from '../dom.ts'
import { baseGround, whenBaseFails } from './base-ground.ts'
import { circleAround } from './circle.ts'
import { exchangeGround, type Ground } from './ground.ts'
import { loadLocalStreets, ownGround } from './own-ground.ts'
import { showReports } from './reports.ts'
import { mapStyle } from './style.ts'

export interface DrawnMap {
  readonly map: maplibre.Map
  mark(place: { lat: number; long: number }, accuracy: number): void
}

const CLOSE = 16
// Pixels around the first view.
const PADDING = 16
// Pixels of the world at zoom 0.
const TILE = 512
// Half the width of a fingertip, and how far off people are with a mouse; in CSS pixels.
const FINGER = 20
const MOUSE = 5
// Meters. What may be farther off does not count yet: streets lie closer together.
const PRECISE = 25

/** Rejects where the browser has no WebGL. */
export async function drawMap(host: HTMLElement): Promise<DrawnMap> {
  const { base = '', marker, reports, label = '' } = host.dataset
  const messages = messagesOf(host)
  maplibre.setWorkerUrl(new URL('./map-worker.js', import.meta.url).href)
  const part = (name: MapPart) => new URL(`${base}/api/v1/map?part=${name}`, location.href).href
  const own = () => ownGround(`${base}/map/streets`)
  const [basemap] = await Promise.all([basemapOf(host), loadStyles()])
  const container = element('div', { class: 'map__canvas' })
  const map = new maplibre.Map({
    container,
    style: mapStyle(part(basemap === undefined ? 'main' : 'boundaries'), basemap ?? (await own())),
    attributionControl: basemap === undefined ? false : { compact: false },
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    cooperativeGestures: false,
    locale: {
      'Map.Title': label,
      'NavigationControl.ZoomIn': messages['zoom-in'] ?? '',
      'NavigationControl.ZoomOut': messages['zoom-out'] ?? '',
      'Marker.Title': messages.pin ?? label,
    },
  })
  map.touchZoomRotate.disableRotation()
  map.keyboard.disableRotation()
  map.addControl(new maplibre.NavigationControl({ showCompass: false }), 'top-right')
  const loadLocal = () => loadLocalStreets(map, part('local'))
  const fallBack = () =>
    host.append(element('p', { class: 'map__note', role: 'status' }, messages.plain ?? ''))
  if (basemap !== undefined) {
    whenBaseFails(map, async () => {
      exchangeGround(map, basemap, await own())
      map.getSource<maplibre.GeoJSONSource>('region')?.setData(part('main'))
      loadLocal()
      host.classList.remove('is-picture')
      fallBack()
    })
  }
  host.replaceChildren(container)
  map.resize()
  showFirst(map, host)
  // Not when all is loaded: a base map may be slow.
  await new Promise<void>((resolve, reject) => {
    map.once('style.load', () => resolve())
    map.on('error', event => {
      if (!('sourceId' in event)) reject(event.error)
    })
  })
  if (basemap === undefined) loadLocal()
  host.classList.add('is-drawn')
  // Kept as it is in the dark: a photograph would become its negative.
  host.classList.toggle('is-picture', basemap?.below.some(({ type }) => type === 'raster') ?? false)
  if (host.dataset.basemap !== undefined && basemap === undefined) fallBack()

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
  if (reports) showReports({ host, map, url: reports, base, messages })
  if ('pick' in host.dataset) letPick(host, map, pin, messages.closer ?? '')
  return { map, mark }
}

/** Undefined if none is named, or if it cannot be read. */
async function basemapOf(host: HTMLElement): Promise<Ground | undefined> {
  const basemap = dataOf<Basemap>(host, 'basemap')
  return basemap && baseGround(basemap, document.documentElement.lang).catch(() => undefined)
}

/** Once the map has its size. */
function showFirst(map: maplibre.Map, { dataset }: HTMLElement) {
  const { bounds, center = '0,0', zoom = '11' } = dataset
  if (bounds === undefined) return map.jumpTo({ center: positionOf(center), zoom: Number(zoom) })
  const [west = 0, south = 0, east = 0, north = 0] = bounds.split(',').map(Number)
  return map.fitBounds([west, south, east, north], { padding: PADDING, animate: false })
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
