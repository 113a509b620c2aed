import type { Translate } from './i18n.ts'
import { NORTH_AMERICA, parsePhone } from './phone.ts'

export const unitSystems = ['us', 'metric'] as const
export type Units = (typeof unitSystems)[number]

const FEET_PER_METER = 3.28084
const FEET_PER_MILE = 5280

/** `160 feet`, `0.3 miles`; `1.2 kilometers`. No runtime has the unit names in Haitian Creole. */
export function distanceText(t: Translate, units: Units, meters: number): string {
  if (units === 'metric') {
    return meters < 1000
      ? t('distance-meters', { count: Math.round(meters) })
      : t('distance-kilometers', { count: tenths(meters / 1000) })
  }
  const feet = meters * FEET_PER_METER
  return feet < 1000
    ? t('distance-feet', { count: Math.round(feet / 10) * 10 })
    : t('distance-miles', { count: tenths(feet / FEET_PER_MILE) })
}

function tenths(value: number): number {
  return value < 10 ? Math.round(value * 10) / 10 : Math.round(value)
}

/** `3,444 sq ft`, `2.5 acres`, `1.25 sq mi`; `320 m²`, `1.25 km²`. */
export function areaText(units: Units, squareMeters: number): string {
  if (units === 'metric') {
    return squareMeters < 100_000
      ? `${Math.round(squareMeters)} m²`
      : `${(squareMeters / 1e6).toFixed(2)} km²`
  }
  const acres = squareMeters / 4046.8564224
  if (acres < 1) return `${Math.round(squareMeters * FEET_PER_METER ** 2).toLocaleString('en-US')} sq ft`
  return acres < 320 ? `${acres.toFixed(1)} acres` : `${(acres / 640).toFixed(2)} sq mi`
}

/**
 * `(555) 010-0123` for North America, the national form for other numbers of the region's own country, else
 * international. What is no whole number, such as 311, stays as written.
 */
export function phoneText(written: string, units: Units, countryCode?: string): string {
  const own = callingCode(units, countryCode)
  const found = parsePhone(written, own)
  if (found === undefined) return written
  const isOwn = found.countryCallingCode === NORTH_AMERICA || found.countryCallingCode === own
  return isOwn ? found.formatNational() : found.formatInternational()
}

/** Of numbers that are written without one: the region's own, or else North America's where feet and miles are used. */
export function callingCode(units: Units, countryCode: string | undefined): string | undefined {
  return countryCode ?? (units === 'us' ? NORTH_AMERICA : undefined)
}

/** `10 feet`, `1.3 miles`; `3 m`, `1.3 km`. */
export function lengthText(units: Units, meters: number): string {
  if (units === 'metric') return meters < 1000 ? `${tenths(meters)} m` : `${tenths(meters / 1000)} km`
  const feet = meters * FEET_PER_METER
  return feet < 1000 ? `${tenths(feet)} feet` : `${tenths(feet / FEET_PER_MILE)} miles`
}

/** In both systems, as surveyors and newspapers write it: `1.25 km² (0.48 sq mi)`. */
export function groundText(squareMeters: number): string {
  const digits = (value: number) => (value >= 0.005 ? value.toFixed(2) : value.toPrecision(1))
  return `${digits(squareMeters / 1e6)} km² (${digits(squareMeters / SQUARE_METERS_PER_SQUARE_MILE)} sq mi)`
}

const SQUARE_METERS_PER_SQUARE_MILE = 2_589_988.110336
