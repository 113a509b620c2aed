import type { Place } from '../core/geometry.ts'
import type { FoundPlace } from '../regions/places/search.ts'
import type { Region } from '../regions/runtime/compile.ts'

/** The nearest road of the documents within `meters`, with the house number that is beside the position if it is known. */
export function nearestRoad(
  { routing, documents }: Region,
  { lat, long }: Place,
  meters: number,
): FoundPlace | undefined {
  const [near] = routing.atlas.segmentsWithin(lat, long, meters)
  const road = near && documents.roads[near.segment]?.properties
  if (!road) return undefined
  const { numbersLeft, numbersRight } = road
  const range = near.side === 'right' ? (numbersRight ?? numbersLeft) : (numbersLeft ?? numbersRight)
  const number = numberAlong(range, near.along)
  const line = number === undefined ? road.name : `${number} ${road.name}`
  const label = road.postalCity ? `${line}, ${road.postalCity}` : line
  return { label, lat, long, accuracy: meters, kind: number === undefined ? 'street' : 'address' }
}

// Each side has every second number.
function numberAlong(range: readonly number[] | null | undefined, along: number): number | undefined {
  const [first, last] = range ?? []
  if (first === undefined || last === undefined) return undefined
  return first + 2 * Math.round((along * (last - first)) / 2)
}
