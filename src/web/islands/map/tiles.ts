import * as maplibre from 'maplibre-gl'
import { PMTiles, Protocol, TileType } from 'pmtiles'

/** A raster template, or a PMTiles archive of images or of vectors in the Protomaps scheme. */
export async function addTiles(
  sources: Record<string, maplibre.SourceSpecification>,
  url: string,
  attribution: string | undefined,
): Promise<maplibre.LayerSpecification[]> {
  const credit = attribution === undefined ? {} : { attribution }
  if (!url.endsWith('.pmtiles')) {
    sources.base = { type: 'raster', tiles: [url], tileSize: 256, ...credit }
    return [{ id: 'base', type: 'raster', source: 'base' }]
  }
  const archive = new PMTiles(url)
  const protocol = new Protocol()
  protocol.add(archive)
  maplibre.addProtocol('pmtiles', protocol.tile)
  const { tileType } = await archive.getHeader()
  const isVector = tileType === TileType.Mvt || tileType === TileType.Mlt
  sources.base = { type: isVector ? 'vector' : 'raster', url: `pmtiles://${url}`, ...credit }
  return isVector ? protomapsLayers : [{ id: 'base', type: 'raster', source: 'base' }]
}

const base = { source: 'base' } as const

/** The parts of the Protomaps scheme that make a map: land, water, green areas, roads, road names. */
const protomapsLayers: maplibre.LayerSpecification[] = [
  { ...base, id: 'earth', type: 'fill', 'source-layer': 'earth', paint: { 'fill-color': '#f6f4ef' } },
  {
    ...base,
    id: 'greens',
    type: 'fill',
    'source-layer': 'landuse',
    filter: ['in', ['get', 'kind'], ['literal', ['park', 'forest', 'wood', 'grass', 'nature_reserve']]],
    paint: { 'fill-color': '#dcead0' },
  },
  { ...base, id: 'water', type: 'fill', 'source-layer': 'water', paint: { 'fill-color': '#c4dcea' } },
  {
    ...base,
    id: 'roads',
    type: 'line',
    'source-layer': 'roads',
    filter: ['!=', ['get', 'kind'], 'rail'],
    paint: {
      'line-color': ['match', ['get', 'kind'], 'highway', '#f7dfa6', '#ffffff'],
      'line-width': ['interpolate', ['exponential', 1.5], ['zoom'], 9, 0.6, 17, 12],
    },
  },
  {
    ...base,
    id: 'road-names',
    type: 'symbol',
    'source-layer': 'roads',
    minzoom: 13,
    layout: {
      'symbol-placement': 'line',
      'text-field': ['get', 'name'],
      'text-font': ['system-ui', 'sans-serif'],
      'text-size': 12,
    },
    paint: { 'text-color': '#3d4551', 'text-halo-color': '#ffffff', 'text-halo-width': 1.5 },
  },
]
