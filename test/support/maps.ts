import type { Refusal } from '../../src/geography/refusal.ts'
import { bytesSource } from '../../src/places/import/bytes.ts'
import {
  type MapFile,
  type MapOptions,
  type MapQuestion,
  readMapFile,
} from '../../src/places/import/maps/read-map.ts'

export function readMap(
  content: Uint8Array | string | object,
  options: MapOptions = {},
): Promise<MapFile | Refusal | MapQuestion> {
  const bytes =
    content instanceof Uint8Array
      ? content
      : new TextEncoder().encode(typeof content === 'string' ? content : JSON.stringify(content))
  return readMapFile(bytesSource('map', bytes), options)
}

interface ReadFeature {
  readonly properties: Readonly<Record<string, unknown>>
  readonly geometry: { readonly type: string; readonly coordinates: unknown } | null
}

/** Fails where the file was refused. */
export async function featuresOf(
  reading: Promise<MapFile | Refusal | MapQuestion>,
): Promise<{ features: readonly ReadFeature[]; changes: readonly string[]; accuracyMeters: number }> {
  const read = await reading
  if ('why' in read) throw new Error(`${read.why}. ${read.repair}`)
  const { features } = read.value as { features: readonly ReadFeature[] }
  return { features, changes: read.changes, accuracyMeters: read.coordinateSystem.accuracyMeters }
}

export async function whyOf(reading: Promise<MapFile | Refusal | MapQuestion>): Promise<string> {
  const read = await reading
  return 'why' in read ? `${read.why}. ${read.repair}` : 'read'
}
