import type { ExpressionSpecification, Map as MapLibre } from 'maplibre-gl'
import type { Basemap } from '../../../regions/documents/schemas/basemap.ts'
import { creditOf } from './credit.ts'
import type { Ground } from './ground.ts'
import { type VectorSchema, vectorLayers } from './vector-layers.ts'

export interface TileSource {
  readonly isVector: boolean
  readonly tiles: string[]
  readonly minzoom?: number
  readonly maxzoom: number
  readonly bounds?: [west: number, south: number, east: number, north: number]
}

export const BASE = 'base'
const MAX_WAIT_MILLISECONDS = 8_000

/** Rejects where a base map cannot be read, or does not answer in time. */
export async function baseGround(basemap: Basemap, language: string): Promise<Ground> {
  const { isVector, ...tiles } = await inTime(sourceOf(basemap))
  const credit = { attribution: creditOf(basemap.attribution) }
  if (!isVector) {
    const sources = { [BASE]: { type: 'raster' as const, tileSize: 256, ...tiles, ...credit } }
    return { sources, below: [{ id: BASE, type: 'raster', source: BASE }], labels: [] }
  }
  const schema: VectorSchema = basemap.schema ?? 'protomaps'
  const sources = { [BASE]: { type: 'vector' as const, ...tiles, ...credit } }
  return { sources, ...vectorLayers(schema, BASE, nameIn(language)) }
}

/** Calls back once if none of its tiles arrives. */
export function whenBaseFails(map: MapLibre, fallBack: () => void): void {
  let isSettled = false
  let isAsked = false
  const settle = (hasFailed: boolean) => {
    if (isSettled) return
    isSettled = true
    clearTimeout(timer)
    if (hasFailed) fallBack()
  }
  const timer = setTimeout(() => settle(true), MAX_WAIT_MILLISECONDS)
  map.on('sourcedata', ({ sourceId, tile }) => {
    if (sourceId === BASE && tile?.state === 'loaded') settle(false)
  })
  map.on('sourcedataloading', ({ sourceId, tile }) => {
    if (sourceId === BASE && tile) isAsked = true
  })
  // A tile that is not found is no error to MapLibre.
  map.on('idle', () => {
    if (isAsked) settle(true)
  })
}

/** The name in the reader's language, else the local one. */
export function nameIn(language: string): ExpressionSpecification {
  const [main = ''] = language.split('-')
  return ['coalesce', ['get', `name:${main}`], ['get', 'name']]
}

async function sourceOf({ pmtiles, tiles = '', type, maximumZoom }: Basemap): Promise<TileSource> {
  if (pmtiles !== undefined) return (await import('./archive.ts')).openArchive(pmtiles)
  const isVector = type === 'vector'
  // Not by `new URL`, which escapes the braces.
  const template = tiles.startsWith('/') ? location.origin + tiles : tiles
  return { isVector, tiles: [template], maxzoom: maximumZoom ?? (isVector ? 14 : 19) }
}

function inTime<T>(work: Promise<T>): Promise<T> {
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error('the base map does not answer')), MAX_WAIT_MILLISECONDS)
  })
  return Promise.race([work, late])
}
