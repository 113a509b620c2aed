import type { LongLat } from '../core/geometry.ts'
import type { Refusal } from './refusal.ts'

// Only Antarctica is further south: such a "latitude" is a longitude in the Americas.
const SOUTHERNMOST = -60

/** Rounds to seven decimals, about a centimeter. Altitudes are dropped. */
export function readPosition(value: unknown): LongLat | Refusal {
  const [long, lat]: unknown[] = Array.isArray(value) ? value : []
  if (
    typeof long !== 'number' ||
    typeof lat !== 'number' ||
    !Number.isFinite(long) ||
    !Number.isFinite(lat)
  ) {
    return {
      why: `${shown(value)} is not a position`,
      repair: 'Write each position as two numbers, [longitude, latitude] in degrees',
    }
  }
  // Some files count eastward to 360, or run on past 180 instead of splitting there.
  const turned = Math.abs(long) <= 360 && Math.abs(lat) <= 90 ? Math.max(-180, Math.min(180, long)) : long
  return isOutOfRange(turned, lat) ?? roundPosition([long, lat])
}

// The value if it is short: it may be a whole country, or deeply nested.
function shown(value: unknown): string {
  const parts: unknown[] = Array.isArray(value) ? value : [value]
  if (parts.length > 4 || parts.some(part => typeof part === 'object' && part !== null))
    return 'A longer list'
  return JSON.stringify(value)?.slice(0, 80) ?? 'Nothing'
}

export function roundPosition([long, lat]: LongLat): LongLat {
  return [Math.round(long * 1e7) / 1e7, Math.round(lat * 1e7) / 1e7]
}

/** Detects other reference systems, and latitude before longitude, as far as the numbers show it. */
export function isOutOfRange(long: number, lat: number): Refusal | undefined {
  if (Math.abs(long) <= 180 && lat >= SOUTHERNMOST && lat <= 90) return undefined
  if (Math.abs(long) <= 90 && Math.abs(lat) <= 180) {
    return {
      why: `[${long}, ${lat}] looks like latitude before longitude`,
      repair: 'Put the longitude first: [longitude, latitude]',
    }
  }
  return {
    why: `[${long}, ${lat}] is not on Earth, so the file uses another coordinate system`,
    repair: 'Export it in WGS84 (EPSG:4326), in degrees',
  }
}

export function formatPosition([long, lat]: LongLat): string {
  return `${lat.toFixed(6)}, ${long.toFixed(6)}`
}
