import type { ExpressionSpecification, GeoJSONSource, LayerSpecification, Map as MapLibre } from 'maplibre-gl'
import type { Ground } from './ground.ts'
import { fonts, grow, type Roads, roadLines, roadNames } from './roads.ts'

const source = 'region'
const LOCAL = 'local'
const LOCAL_ZOOM = 11.5

interface StreetTiles {
  readonly tiles: string
  readonly minZoom: number
  readonly maxZoom: number
}

/** The region's imported streets, else those of its documents, over what its documents have of water and parks. */
export async function ownGround(streets: string): Promise<Ground> {
  const imported = await importedStreets(streets)
  if (imported === undefined) {
    const local = { type: 'geojson' as const, data: { type: 'FeatureCollection' as const, features: [] } }
    return { ...groundOf(localRoads, mainRoads), sources: { [LOCAL]: local } }
  }
  const { tiles, minZoom, maxZoom } = imported
  return {
    ...groundOf(tileRoads),
    sources: {
      streets: { type: 'vector', tiles: [location.origin + tiles], minzoom: minZoom, maxzoom: maxZoom },
    },
  }
}

async function importedStreets(url: string): Promise<StreetTiles | undefined> {
  const answer = await fetch(url).catch(() => undefined)
  return answer?.status === 200 ? ((await answer.json()) as StreetTiles) : undefined
}

/** Loads the documents' local streets once the map is close enough to draw them. */
export function loadLocalStreets(map: MapLibre, url: string): void {
  const load = () => {
    if (map.getZoom() < LOCAL_ZOOM) return
    map.off('zoom', load)
    map.getSource<GeoJSONSource>(LOCAL)?.setData(url)
  }
  map.on('zoom', load)
  load()
}

function groundOf(...roads: readonly Roads[]): Ground {
  return {
    sources: {},
    below: [...backdrop, ...roads.flatMap(roadLines)],
    labels: [...roads.flatMap(roadNames), ...placeNames],
  }
}

const layer = (name: string): ExpressionSpecification => ['==', ['get', 'layer'], name]
const kind = (name: string): ExpressionSpecification => [
  'all',
  layer('backdrop'),
  ['==', ['get', 'kind'], name],
]

const documentRoads = (id: string, from: string): Roads => ({
  id,
  at: { source: from },
  filter: roadClass => ['all', layer('road'), ['==', ['get', 'class'], roadClass]],
  name: ['get', 'name'],
})
const mainRoads = documentRoads('main', source)
const localRoads = documentRoads('local', LOCAL)
const tileRoads: Roads = {
  id: 'streets',
  at: { source: 'streets', 'source-layer': 'streets' },
  filter: roadClass => ['==', ['get', 'class'], roadClass],
  name: ['get', 'name'],
}

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

const placeNames: LayerSpecification[] = [
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
