import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl'

/** Roads of any source, drawn in one way. */
export interface Roads {
  readonly id: string
  readonly at: SourceLayer
  readonly filter: (roadClass: RoadClass) => ExpressionSpecification
  readonly name: ExpressionSpecification
  /** Where the source has names in a layer of their own. */
  readonly namesAt?: SourceLayer
}
export type RoadClass = 'highway' | 'arterial' | 'local' | 'path'
export interface SourceLayer {
  readonly source: string
  readonly 'source-layer'?: string
}

export const ink = '#3d4551'
export const fonts = ['Public Sans', 'system-ui', 'sans-serif']

export function roadLines({ id, at, filter }: Roads): LayerSpecification[] {
  const lines = (
    name: string,
    roadClass: RoadClass,
    color: string,
    width: ExpressionSpecification,
    from = 0,
  ): LayerSpecification => ({
    ...at,
    id: `${id}-${name}`,
    type: 'line',
    minzoom: from,
    filter: filter(roadClass),
    layout: { 'line-cap': 'round', 'line-join': 'round' },
    paint: { 'line-color': color, 'line-width': width },
  })
  return [
    lines('path', 'path', '#cfc9bb', grow(13, 1, 17, 2.5), 13),
    lines('local-edge', 'local', '#dcd6c9', grow(11, 0.8, 17, 13)),
    lines('arterial-edge', 'arterial', '#cdc4b0', grow(10, 2, 17, 19)),
    lines('highway-edge', 'highway', '#d0a95c', grow(9, 3, 17, 24)),
    lines('local', 'local', '#ffffff', grow(12, 0.6, 17, 11)),
    lines('arterial', 'arterial', '#fffdf6', grow(10, 1.2, 17, 17)),
    lines('highway', 'highway', '#f7dfa6', grow(9, 1.8, 17, 21)),
  ]
}

export function roadNames({ id, at, filter, name, namesAt = at }: Roads): LayerSpecification[] {
  const along = (classes: readonly RoadClass[], size: number, from: number): LayerSpecification => ({
    ...namesAt,
    id: `${id}-${classes[0]}-name`,
    type: 'symbol',
    minzoom: from,
    filter: ['any', ...classes.map(filter)],
    layout: {
      'symbol-placement': 'line',
      'text-field': name,
      'text-font': fonts,
      'text-size': size,
      'symbol-spacing': 320,
      'text-max-angle': 35,
    },
    paint: { 'text-color': ink, 'text-halo-color': '#ffffff', 'text-halo-width': 1.6 },
  })
  return [along(['local', 'path'], 11.5, 14.2), along(['arterial'], 12, 12.6), along(['highway'], 12.5, 11)]
}

export function grow(fromZoom: number, from: number, toZoom: number, to: number): ExpressionSpecification {
  return ['interpolate', ['exponential', 1.5], ['zoom'], fromZoom, from, toZoom, to]
}
