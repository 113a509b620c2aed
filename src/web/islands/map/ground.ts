import type { LayerSpecification, Map as MapLibre, SourceSpecification } from 'maplibre-gl'

/** What lies under the boundaries: a base map, or the region's own streets. */
export interface Ground {
  readonly sources: Readonly<Record<string, SourceSpecification>>
  readonly below: readonly LayerSpecification[]
  readonly labels: readonly LayerSpecification[]
}

/** The layers of every map over the ground, and over its labels. */
export const [OVER_GROUND, OVER_LABELS] = ['jurisdiction-fill', 'accuracy']

export function exchangeGround(map: MapLibre, from: Ground, to: Ground): void {
  for (const { id } of [...from.below, ...from.labels]) map.removeLayer(id)
  for (const id of Object.keys(from.sources)) map.removeSource(id)
  for (const [id, source] of Object.entries(to.sources)) map.addSource(id, source)
  for (const layer of to.below) map.addLayer(layer, OVER_GROUND)
  for (const layer of to.labels) map.addLayer(layer, OVER_LABELS)
}
