import type { GeoJSONSource, Map as MapLibre } from 'maplibre-gl'

export type Shape = readonly (readonly (readonly (readonly number[])[])[])[]

/** Draws what is in force, dashed, and what would be; and shows both. */
export function showShapes(map: MapLibre, before: Shape, after: Shape): void {
  put(map, 'boundary-before', before)
  put(map, 'boundary-after', after)
  if (map.getLayer('boundary-before') === undefined) addLayers(map)
  const box = boxOf([...before, ...after])
  if (box !== undefined) map.fitBounds(box, { padding: 24, animate: false })
}

const BEFORE = '#3d4551'
const AFTER = '#9c3d10'

function addLayers(map: MapLibre): void {
  map.addLayer({
    id: 'boundary-after-fill',
    type: 'fill',
    source: 'boundary-after',
    paint: { 'fill-color': AFTER, 'fill-opacity': 0.15 },
  })
  map.addLayer({
    id: 'boundary-after',
    type: 'line',
    source: 'boundary-after',
    paint: { 'line-color': AFTER, 'line-width': 3 },
  })
  map.addLayer({
    id: 'boundary-before',
    type: 'line',
    source: 'boundary-before',
    paint: { 'line-color': BEFORE, 'line-width': 2, 'line-dasharray': [2, 2] },
  })
}

function put(map: MapLibre, id: string, shape: Shape): void {
  const data = {
    type: 'Feature' as const,
    properties: {},
    geometry: { type: 'MultiPolygon' as const, coordinates: shape as number[][][][] },
  }
  const source = map.getSource<GeoJSONSource>(id)
  if (source === undefined) map.addSource(id, { type: 'geojson', data })
  else source.setData(data)
}

function boxOf(shape: Shape): [number, number, number, number] | undefined {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const [x = 0, y = 0] of shape.flat(2)) {
    west = Math.min(west, x)
    south = Math.min(south, y)
    east = Math.max(east, x)
    north = Math.max(north, y)
  }
  return west === Infinity ? undefined : [west, south, east, north]
}
