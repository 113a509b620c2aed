import { isRefusal } from '../../../geography/refusal.ts'
import { areasInFile, type NamedArea } from '../../../import/boundaries/areas-in-file.ts'
import type { ByteSource } from '../../../places/import/bytes.ts'
import { isQuestion, type MapQuestion, readMapFile } from '../../../places/import/maps/read-map.ts'

type Bounds = readonly [west: number, south: number, east: number, north: number]

export interface Answers {
  readonly crs?: string | undefined
  readonly member?: string | undefined
}

export type FileAreas =
  | { readonly areas: readonly NamedArea[]; readonly changes: readonly string[] }
  | { readonly question: MapQuestion }
  | { readonly refused: string }

/** The areas of a file of any format, in degrees. */
export async function readAreas(
  file: File,
  within: Bounds | undefined,
  { crs, member }: Answers,
): Promise<FileAreas> {
  const read = await readMapFile(sourceOf(file), { crs, member, within })
  if (isQuestion(read)) return { question: read }
  if (isRefusal(read)) return { refused: `${read.why}. ${read.repair}.` }
  return { areas: areasInFile(read.value), changes: read.changes }
}

/** The polygons of an area as one geometry, to the seven decimals that are kept. */
export function geometryOf({ geometries }: NamedArea): { type: 'MultiPolygon'; coordinates: unknown[] } {
  const parts = geometries.flatMap(geometry => {
    if (typeof geometry !== 'object' || geometry === null || !('coordinates' in geometry)) return []
    const { type, coordinates } = geometry as { type?: unknown; coordinates: unknown }
    return type === 'Polygon' ? [coordinates] : Array.isArray(coordinates) ? coordinates : []
  })
  return { type: 'MultiPolygon', coordinates: parts.map(rounded) }
}

function rounded(value: unknown): unknown {
  if (typeof value === 'number') return Math.round(value * 1e7) / 1e7
  return Array.isArray(value) ? value.map(rounded) : value
}

function sourceOf(file: File): ByteSource {
  return {
    name: file.name,
    size: file.size,
    async *read(from = 0, to = file.size) {
      const reader = file.slice(from, to).stream().getReader()
      for (;;) {
        const { done, value } = await reader.read()
        if (done) return
        yield value
      }
    },
  }
}
