import type { Place } from '../core/geometry.ts'
import type { FieldFault } from '../core/problem.ts'
import type { Atlas } from '../routing/types.ts'

/* Reading a place, a number or an instant as typed or sent; shared by every door. */

/** Where a region has ground: enough to tell a pair that was swapped. */
type Ground = Pick<Atlas, 'areasAt'>

/** Reads "lat" and "long". Faults name what is wrong: one alone, no number, out of range, swapped. */
export function readPlace(
  lat: string,
  long: string,
  ground: Ground,
): { place: Place | null; faults: FieldFault[] } {
  const typed = { lat: lat.trim(), long: long.trim() }
  if (typed.lat === '' && typed.long === '') return { place: null, faults: [] }
  const missing = (['lat', 'long'] as const).filter(field => typed[field] === '')
  if (missing.length > 0) return { place: null, faults: missing.map(field => ({ field, code: 'pair' })) }
  const place = { lat: Number(typed.lat), long: Number(typed.long) }
  const faults = placeFaults(place)
  if (faults.length === 0 && isSwapped(place, ground)) faults.push({ field: 'lat', code: 'swapped' })
  return { place: faults.length === 0 ? place : null, faults }
}

export function placeFaults({ lat, long }: Place): FieldFault[] {
  const faults: FieldFault[] = []
  if (!Number.isFinite(lat)) faults.push({ field: 'lat', code: 'not-a-number' })
  if (!Number.isFinite(long)) faults.push({ field: 'long', code: 'not-a-number' })
  if (faults.length > 0) return faults
  if (Math.abs(lat) > 90 && Math.abs(lat) <= 180 && Math.abs(long) <= 90)
    return [{ field: 'lat', code: 'swapped' }]
  if (Math.abs(lat) > 90) faults.push({ field: 'lat', code: 'out-of-range', params: { min: -90, max: 90 } })
  if (Math.abs(long) > 180)
    faults.push({ field: 'long', code: 'out-of-range', params: { min: -180, max: 180 } })
  return faults
}

/** Nowhere here, and the other way round it is here: most of the world's pairs are places both ways. */
export function isSwapped({ lat, long }: Place, ground: Ground): boolean {
  return ground.areasAt(lat, long).length === 0 && ground.areasAt(long, lat).length > 0
}

type Read = { readonly value: number | undefined; readonly faults: FieldFault[] }

/** A number in a range; nothing typed is undefined. */
export function readNumber(field: string, typed: string, min: number, max: number): Read {
  if (typed.trim() === '') return { value: undefined, faults: [] }
  const value = Number(typed)
  if (!Number.isFinite(value)) return { value: undefined, faults: [{ field, code: 'not-a-number' }] }
  if (value < min || value > max)
    return { value: undefined, faults: [{ field, code: 'out-of-range', params: { min, max } }] }
  return { value, faults: [] }
}

/**
 * An ISO 8601 instant with its zone, in milliseconds since 1970. A `+` that arrived as a space is read as `+`, and an
 * offset may lack its colon, as deployed clients send both. Nothing typed is undefined.
 */
export function readInstant(field: string, typed: string): Read {
  const written = typed.trim().replace(/ (\d{2}:?\d{2})$/, '+$1')
  if (written === '') return { value: undefined, faults: [] }
  const shape = /^(\d{4})-(\d{2})-(\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})$/.exec(
    written,
  )
  const value = shape === null ? Number.NaN : Date.parse(written.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'))
  const [, year, month, day] = shape ?? []
  if (Number.isNaN(value) || !isDay(Number(year), Number(month), Number(day))) {
    return { value: undefined, faults: [{ field, code: 'not-a-date' }] }
  }
  return { value, faults: [] }
}

/** 30 February is no day, though `Date` takes it for 2 March, and a thirteenth month for January. */
export function isDay(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day))
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}
