import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl'
import type { Ground } from './ground.ts'
import { fonts, grow, ink, type RoadClass, type Roads, roadLines, roadNames } from './roads.ts'

export type VectorSchema = 'protomaps' | 'openmaptiles'

/** A layer of the tiles, and which of its features: values of `kind` or `class`; all of them if none are given. */
type Selected = readonly [layer: string, kinds?: readonly string[]]

interface Scheme {
  /** The property that says what a feature is. */
  readonly key: string
  readonly green: readonly Selected[]
  readonly water: readonly Selected[]
  readonly streams: Selected
  readonly buildings: Selected
  readonly roads: string
  readonly roadNames: string
  readonly roadKinds: Readonly<Record<RoadClass, readonly string[]>>
  readonly rails: Selected
  readonly towns: Selected
  readonly quarters: Selected
}

// https://docs.protomaps.com/basemaps/layers (version 4), https://openmaptiles.org/schema/
const schemes: Readonly<Record<VectorSchema, Scheme>> = {
  protomaps: {
    key: 'kind',
    green: [
      ['landcover', ['forest', 'grassland']],
      ['landuse', ['park', 'forest', 'wood', 'grass', 'nature_reserve', 'cemetery', 'golf_course', 'garden']],
    ],
    water: [['water']],
    streams: ['water'],
    buildings: ['buildings', ['building']],
    roads: 'roads',
    roadNames: 'roads',
    roadKinds: {
      highway: ['highway'],
      arterial: ['major_road'],
      local: ['minor_road'],
      path: ['path'],
    },
    rails: ['roads', ['rail']],
    towns: ['places', ['locality']],
    quarters: ['places', ['neighbourhood', 'macrohood']],
  },
  openmaptiles: {
    key: 'class',
    green: [['landcover', ['wood', 'grass']], ['park'], ['landuse', ['cemetery']]],
    water: [['water']],
    streams: ['waterway'],
    buildings: ['building'],
    roads: 'transportation',
    roadNames: 'transportation_name',
    roadKinds: {
      highway: ['motorway', 'trunk'],
      arterial: ['primary', 'secondary', 'tertiary'],
      local: ['minor', 'service'],
      path: ['path', 'track'],
    },
    rails: ['transportation', ['rail']],
    towns: ['place', ['city', 'town', 'village']],
    quarters: ['place', ['suburb', 'neighbourhood', 'quarter', 'hamlet']],
  },
}

/** A quiet map of streets, on which boundaries and reports stand out. `name` gives what is written. */
export function vectorLayers(
  schema: VectorSchema,
  source: string,
  name: ExpressionSpecification,
): Pick<Ground, 'below' | 'labels'> {
  const scheme = schemes[schema]
  const isOneOf = (kinds: readonly string[]): ExpressionSpecification => [
    'in',
    ['get', scheme.key],
    ['literal', [...kinds]],
  ]
  const of = ([layer, kinds]: Selected) => ({
    source,
    'source-layer': layer,
    ...(kinds && { filter: isOneOf(kinds) }),
  })
  const areas = (id: string, color: string, selected: readonly Selected[]): LayerSpecification[] =>
    selected.map((each, index) => {
      const { filter, ...at } = of(each)
      const isArea: ExpressionSpecification = ['==', ['geometry-type'], 'Polygon']
      return {
        ...at,
        id: `base-${id}-${index}`,
        type: 'fill',
        filter: filter === undefined ? isArea : ['all', isArea, filter],
        paint: { 'fill-color': color },
      }
    })
  const roads: Roads = {
    id: 'base',
    at: { source, 'source-layer': scheme.roads },
    namesAt: { source, 'source-layer': scheme.roadNames },
    filter: roadClass => isOneOf(scheme.roadKinds[roadClass]),
    name,
  }
  return {
    below: [
      ...areas('green', '#dcead0', scheme.green),
      ...areas('water', '#c4dcea', scheme.water),
      {
        ...of(scheme.streams),
        id: 'base-stream',
        type: 'line',
        filter: ['==', ['geometry-type'], 'LineString'],
        paint: { 'line-color': '#c4dcea', 'line-width': grow(11, 1, 16, 6) },
      },
      {
        ...of(scheme.buildings),
        id: 'base-building',
        type: 'fill',
        minzoom: 15,
        paint: { 'fill-color': '#e7e2d7' },
      },
      ...roadLines(roads),
      {
        ...of(scheme.rails),
        id: 'base-rail',
        type: 'line',
        minzoom: 12,
        paint: { 'line-color': '#b8b4aa', 'line-width': 1.5, 'line-dasharray': [4, 3] },
      },
    ],
    labels: [
      ...roadNames(roads),
      places('quarter', of(scheme.quarters), name, { size: 12, from: 12.5, to: 16 }),
      places('town', of(scheme.towns), name, { size: 14, from: 6, to: 15 }),
    ],
  }
}

function places(
  id: string,
  at: object,
  name: ExpressionSpecification,
  { size, from, to }: { readonly size: number; readonly from: number; readonly to: number },
): LayerSpecification {
  return {
    ...(at as { readonly source: string }),
    id: `base-${id}-name`,
    type: 'symbol',
    minzoom: from,
    maxzoom: to,
    layout: { 'text-field': name, 'text-font': fonts, 'text-size': size, 'text-max-width': 8 },
    paint: { 'text-color': ink, 'text-halo-color': '#ffffff', 'text-halo-width': 1.8 },
  }
}
