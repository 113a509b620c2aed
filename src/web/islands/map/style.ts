import type {
  ExpressionSpecification,
  LayerSpecification,
  SourceSpecification,
  StyleSpecification,
} from 'maplibre-gl'
import { addTiles } from './tiles.ts'

const paper = '#f6f4ef'
const ink = '#3d4551'
const fonts = ['Public Sans', 'system-ui', 'sans-serif']

/** A plain map of the region's own data, over the tile layer that the configuration names, if any. */
export async function mapStyle(
  data: string,
  tiles: string | undefined,
  attribution: string | undefined,
): Promise<StyleSpecification> {
  const sources: Record<string, SourceSpecification> = {
    region: { type: 'geojson', data: new URL(data, location.href).href, tolerance: 0.2 },
    accuracy: { type: 'geojson', data: { type: 'FeatureCollection', features: [] } },
  }
  const under: LayerSpecification[] = [
    { id: 'paper', type: 'background', paint: { 'background-color': paper } },
  ]
  const background =
    tiles === undefined ? [...backdrop, ...roads] : await addTiles(sources, tiles, attribution)
  const labels = tiles === undefined ? [...roadLabels, ...placeLabels] : placeLabels
  return { version: 8, sources, layers: [...under, ...background, ...jurisdictions, ...accuracy, ...labels] }
}

const layer = (name: string): ExpressionSpecification => ['==', ['get', 'layer'], name]
const kind = (name: string): ExpressionSpecification => [
  'all',
  layer('backdrop'),
  ['==', ['get', 'kind'], name],
]
const road = (...classes: string[]): ExpressionSpecification => [
  'all',
  layer('road'),
  ['in', ['get', 'class'], ['literal', classes]],
]
const source = 'region'

const fill = (name: string, color: string): LayerSpecification => ({
  id: `backdrop-${name}`,
  type: 'fill',
  source,
  filter: ['all', kind(name), ['==', ['geometry-type'], 'Polygon']],
  paint: { 'fill-color': color },
})

const backdrop: LayerSpecification[] = [
  fill('built', '#ece8df'),
  fill('wood', '#d7e3cd'),
  fill('park', '#dcead0'),
  fill('water', '#c4dcea'),
  {
    id: 'backdrop-stream',
    type: 'line',
    source,
    filter: ['all', kind('water'), ['==', ['geometry-type'], 'LineString']],
    paint: { 'line-color': '#c4dcea', 'line-width': grow(11, 1.5, 16, 10) },
  },
  {
    id: 'backdrop-rail',
    type: 'line',
    source,
    filter: kind('rail'),
    paint: { 'line-color': '#b8b4aa', 'line-width': 1.5, 'line-dasharray': [4, 3] },
  },
]

const lines = (
  id: string,
  classes: string[],
  color: string,
  width: ExpressionSpecification,
  from = 0,
): LayerSpecification => ({
  id,
  type: 'line',
  source,
  minzoom: from,
  filter: road(...classes),
  layout: { 'line-cap': 'round', 'line-join': 'round' },
  paint: { 'line-color': color, 'line-width': width },
})

const roads: LayerSpecification[] = [
  lines('path', ['path'], '#cfc9bb', grow(13, 1, 17, 2.5), 13),
  lines('local-edge', ['local'], '#dcd6c9', grow(11, 0.8, 17, 13)),
  lines('arterial-edge', ['arterial'], '#cdc4b0', grow(10, 2, 17, 19)),
  lines('highway-edge', ['highway'], '#d0a95c', grow(9, 3, 17, 24)),
  lines('local', ['local'], '#ffffff', grow(12, 0.6, 17, 11)),
  lines('arterial', ['arterial'], '#fffdf6', grow(10, 1.2, 17, 17)),
  lines('highway', ['highway'], '#f7dfa6', grow(9, 1.8, 17, 21)),
]

/* The county lies under all other bodies, so its tint is faint. */
const jurisdictions: LayerSpecification[] = [
  {
    id: 'jurisdiction-fill',
    type: 'fill',
    source,
    filter: ['all', layer('jurisdiction'), ['==', ['get', 'kind'], 'municipality']],
    paint: {
      'fill-color': ['get', 'color'],
      'fill-opacity': ['interpolate', ['linear'], ['zoom'], 11, 0.1, 15, 0.03],
    },
  },
  {
    id: 'county-fill',
    type: 'fill',
    source,
    filter: ['all', layer('jurisdiction'), ['==', ['get', 'kind'], 'county']],
    paint: { 'fill-color': ['get', 'color'], 'fill-opacity': 0.03 },
  },
  {
    id: 'jurisdiction-edge',
    type: 'line',
    source,
    filter: ['all', layer('jurisdiction'), ['in', ['get', 'kind'], ['literal', ['municipality', 'county']]]],
    layout: { 'line-join': 'round' },
    paint: {
      'line-color': ['get', 'color'],
      'line-width': grow(9, 1.2, 16, 2.5),
      'line-dasharray': [4, 2],
      'line-opacity': 0.7,
    },
  },
]

const accuracy: LayerSpecification[] = [
  {
    id: 'accuracy',
    type: 'fill',
    source: 'accuracy',
    paint: { 'fill-color': '#005ea2', 'fill-opacity': 0.15 },
  },
  {
    id: 'accuracy-edge',
    type: 'line',
    source: 'accuracy',
    paint: { 'line-color': '#005ea2', 'line-width': 1.5 },
  },
]

const alongRoads = (id: string, classes: string[], size: number, from: number): LayerSpecification => ({
  id,
  type: 'symbol',
  source,
  minzoom: from,
  filter: road(...classes),
  layout: {
    'symbol-placement': 'line',
    'text-field': ['get', 'name'],
    'text-font': fonts,
    'text-size': size,
    'symbol-spacing': 320,
    'text-max-angle': 35,
  },
  paint: { 'text-color': ink, 'text-halo-color': '#ffffff', 'text-halo-width': 1.6 },
})

const roadLabels: LayerSpecification[] = [
  alongRoads('local-name', ['local', 'path'], 11.5, 14.2),
  alongRoads('arterial-name', ['arterial'], 12, 12.6),
  alongRoads('highway-name', ['highway'], 12.5, 11),
]

const placeLabels: LayerSpecification[] = [
  {
    id: 'backdrop-name',
    type: 'symbol',
    source,
    minzoom: 11.5,
    filter: ['all', layer('backdrop'), ['has', 'name'], ['!=', ['get', 'name'], null]],
    layout: { 'text-field': ['get', 'name'], 'text-font': fonts, 'text-size': 11.5, 'text-max-width': 8 },
    paint: {
      'text-color': ['match', ['get', 'kind'], 'water', '#2e6276', '#42602f'],
      'text-halo-color': '#ffffff',
      'text-halo-width': 1.2,
    },
  },
  {
    id: 'jurisdiction-name',
    type: 'symbol',
    source,
    maxzoom: 14,
    filter: ['all', layer('jurisdiction'), ['==', ['get', 'kind'], 'municipality']],
    layout: {
      'text-field': ['get', 'name'],
      'text-font': fonts,
      'text-size': grow(9, 12, 13, 17),
      'text-max-width': 7,
      'text-padding': 8,
    },
    paint: { 'text-color': ['get', 'color'], 'text-halo-color': '#ffffff', 'text-halo-width': 2 },
  },
]

function grow(fromZoom: number, from: number, toZoom: number, to: number): ExpressionSpecification {
  return ['interpolate', ['exponential', 1.5], ['zoom'], fromZoom, from, toZoom, to]
}
