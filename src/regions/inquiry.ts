import type { Place } from '../core/geometry.ts'
import type { FieldError } from '../core/problem.ts'
import type { Atlas } from '../routing/types.ts'

type Location = Pick<Atlas, 'areasAt'>

/** Errors say what is wrong: one value missing, not a number, out of range, swapped. */
export function readPlace(
  lat: string,
  long: string,
  location: Location,
): { place: Place | null; errors: FieldError[] } {
  const typed = { lat: lat.trim(), long: long.trim() }
  if (typed.lat === '' && typed.long === '') return { place: null, errors: [] }
  const missing = (['lat', 'long'] as const).filter(field => typed[field] === '')
  if (missing.length > 0) return { place: null, errors: missing.map(field => ({ field, code: 'pair' })) }
  const place = { lat: Number(typed.lat), long: Number(typed.long) }
  const errors = placeErrors(place)
  if (errors.length === 0 && isSwapped(place, location)) errors.push({ field: 'lat', code: 'swapped' })
  return { place: errors.length === 0 ? place : null, errors }
}

export function placeErrors({ lat, long }: Place): FieldError[] {
  const errors: FieldError[] = []
  if (!Number.isFinite(lat)) errors.push({ field: 'lat', code: 'not-a-number' })
  if (!Number.isFinite(long)) errors.push({ field: 'long', code: 'not-a-number' })
  if (errors.length > 0) return errors
  if (Math.abs(lat) > 90 && Math.abs(lat) <= 180 && Math.abs(long) <= 90)
    return [{ field: 'lat', code: 'swapped' }]
  if (Math.abs(lat) > 90) errors.push({ field: 'lat', code: 'out-of-range', params: { min: -90, max: 90 } })
  if (Math.abs(long) > 180)
    errors.push({ field: 'long', code: 'out-of-range', params: { min: -180, max: 180 } })
  return errors
}

/** Outside the region as given, inside when swapped: most coordinates are valid both ways. */
export function isSwapped({ lat, long }: Place, location: Location): boolean {
  return location.areasAt(lat, long).length === 0 && location.areasAt(long, lat).length > 0
}
