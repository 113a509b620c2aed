import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl'
import type { Ground } from './ground.ts'
import { grow } from './roads.ts'

const source = 'region'

/** A region's boundaries over a ground. `data` is the address of its features. */
export function mapStyle(data: string, { sources, below, labels }: Ground): StyleSpecification {
  return {
    version: 8,
    sources: {
      region: { type: 'geojson', data, tolerance: 0.2 },
      accuracy: { type: 'geojson', data: { type: 'FeatureCollection', features: [] } },
      ...sources,
    },
    layers: [paper, ...below, ...jurisdictions, ...labels, ...accuracy],
  }
}

const paper: LayerSpecification = {
  id: 'paper',
  type: 'background',
  paint: { 'background-color': '#f6f4ef' },
}

const body = (...kinds: string[]): ExpressionSpecification => [
  'all',
  ['==', ['get', 'layer'], 'jurisdiction'],
  ['in', ['get', 'kind'], ['literal', kinds]],
]

/* The county lies under all other bodies, so its tint is faint. */
const jurisdictions: LayerSpecification[] = [
  {
    id: 'jurisdiction-fill',
    type: 'fill',
    source,
    filter: body('municipality'),
    paint: {
      'fill-color': ['get', 'color'],
      'fill-opacity': ['interpolate', ['linear'], ['zoom'], 11, 0.1, 15, 0.03],
    },
  },
  {
    id: 'county-fill',
    type: 'fill',
    source,
    filter: body('county'),
    paint: { 'fill-color': ['get', 'color'], 'fill-opacity': 0.03 },
  },
  {
    id: 'jurisdiction-edge',
    type: 'line',
    source,
    filter: body('municipality', 'county'),
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
