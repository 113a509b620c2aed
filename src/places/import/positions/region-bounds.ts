import type { Place } from '../../../core/geometry.ts'

/** The ground whose addresses are wanted. */
export interface RegionBounds {
  /** In degrees: the quick test. */
  readonly bbox: readonly [west: number, south: number, east: number, north: number]
  /** Whether a place inside the box belongs to the region. */
  readonly contains: (place: Place) => boolean
}

export function isWithin(
  { bbox: [west, south, east, north], contains }: RegionBounds,
  place: Place,
): boolean {
  const { lat, long } = place
  return long >= west && long <= east && lat >= south && lat <= north && contains(place)
}
