import { feature } from 'topojson-client'
import type { GeometryObject, Topology } from 'topojson-specification'
import type { Refusal } from '../../../geography/refusal.ts'
import { type MapFeature, recordOf } from './geometry.ts'
import type { MapQuestion } from './read-map.ts'

/** An arc can be named any number of times: a small file could stand for more positions than fit into memory. */
const MAX_POSITIONS = 20_000_000

const DAMAGED: Refusal = {
  why: 'It is a TopoJSON file whose arcs cannot be read',
  repair: 'Download it again, or convert it to GeoJSON with mapshaper.org',
}

/** The features of one object of a topology. */
export function topologyFeatures(
  value: unknown,
  wanted: string | undefined,
): readonly MapFeature[] | Refusal | MapQuestion {
  const { objects, arcs } = recordOf(value)
  const found = recordOf(objects)
  const names = Object.keys(found).filter(name => wanted === undefined || name === wanted)
  const [name] = names
  if (name === undefined) {
    const held = Object.keys(found).join(', ') || 'nothing'
    return {
      why: `It is a TopoJSON file without ${wanted ?? 'objects'}; it has ${held}`,
      repair: 'Name another object',
    }
  }
  if (names.length > 1) {
    return {
      why: `It is a TopoJSON file of several objects: ${names.join(', ')}`,
      repair: 'Name the one to import, with --member',
      ask: 'member',
      choices: names,
    }
  }
  if (!Array.isArray(arcs) || !arcs.every(Array.isArray)) return DAMAGED
  const lengths = arcs.map(arc => (arc as readonly unknown[]).length)
  if (positionCount(found[name], lengths) > MAX_POSITIONS)
    return { ...DAMAGED, why: 'It is a TopoJSON file of more positions than can be read' }
  try {
    // A topology that is none makes the library throw.
    const read = feature(value as Topology, found[name] as GeometryObject)
    const features = read.type === 'FeatureCollection' ? read.features : [read]
    return features.map(({ properties, geometry }) => ({
      type: 'Feature',
      properties: recordOf(properties),
      geometry,
    }))
  } catch {
    return DAMAGED
  }
}

function positionCount(object: unknown, lengths: readonly number[]): number {
  const waiting: unknown[] = [object]
  let count = 0
  while (waiting.length > 0 && count <= MAX_POSITIONS) {
    const next = waiting.pop()
    if (typeof next === 'number') count += lengths[next < 0 ? ~next : next] ?? 0
    else if (Array.isArray(next)) for (const one of next) waiting.push(one)
    else {
      const { arcs, geometries } = recordOf(next)
      waiting.push(...[arcs, geometries].filter(Array.isArray))
    }
  }
  return count
}
