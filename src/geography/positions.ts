import type { Position } from '../core/geometry.ts'
import type { Refusal } from './refusal.ts'

/** South of it is only Antarctica: a "latitude" there is the longitude of a county in the west of the world. */
const SOUTHERNMOST = -60

/** A position to seven decimals, about a centimetre. Altitudes are left out. */
export function readPosition(value: unknown): Position | Refusal {
  const [long, lat]: unknown[] = Array.isArray(value) ? value : []
  if (
    typeof long !== 'number' ||
    typeof lat !== 'number' ||
    !Number.isFinite(long) ||
    !Number.isFinite(lat)
  ) {
    return {
      why: `${shown(value)} is no position`,
      mend: 'Write each position as two numbers, [longitude, latitude] in degrees',
    }
  }
  return misplaced(long, lat) ?? rounded([long, lat])
}

/** As it is written, if that is short: what stands there may be a whole country, or nested without end. */
function shown(value: unknown): string {
  const parts: unknown[] = Array.isArray(value) ? value : [value]
  if (parts.length > 4 || parts.some(part => typeof part === 'object' && part !== null))
    return 'A longer list'
  return JSON.stringify(value)?.slice(0, 80) ?? 'Nothing'
}

export function rounded([long, lat]: Position): Position {
  return [Math.round(long * 1e7) / 1e7, Math.round(lat * 1e7) / 1e7]
}

/** Tells coordinates of another reference system, and latitude before longitude, as far as the numbers show them. */
export function misplaced(long: number, lat: number): Refusal | undefined {
  if (Math.abs(long) <= 180 && lat >= SOUTHERNMOST && lat <= 90) return undefined
  if (Math.abs(long) <= 90 && Math.abs(lat) <= 180) {
    return {
      why: `[${long}, ${lat}] looks like latitude before longitude`,
      mend: 'Put the longitude first: [longitude, latitude]',
    }
  }
  return {
    why: `[${long}, ${lat}] is not on the globe, so the file is in another coordinate system`,
    mend: 'Export it in WGS84 (EPSG:4326), in degrees',
  }
}

/** For people, who write the latitude first. */
export function spoken([long, lat]: Position): string {
  return `${lat.toFixed(6)}, ${long.toFixed(6)}`
}
