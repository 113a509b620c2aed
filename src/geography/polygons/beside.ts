import { metersBetween } from '../../core/geometry.ts'
import type { Bounds } from './bounds.ts'

/** In degrees: how far beside a region a file may lie, at least. A region grows at its edges. */
const MARGIN = 0.25

/** Whether a file touches a region's box, or lies beside it at no more than its size. */
export function isNear(file: Bounds, [west, south, east, north]: Bounds): boolean {
  const [x, y] = [Math.max(MARGIN, east - west), Math.max(MARGIN, north - south)]
  return file[0] <= east + x && file[2] >= west - x && file[1] <= north + y && file[3] >= south - y
}

export function kilometersApart(a: Bounds, b: Bounds): number {
  return Math.round(metersBetween(middle(a), middle(b)) / 1000)
}

export function formatPlace(bounds: Bounds): string {
  const { lat, long } = middle(bounds)
  return `${lat.toFixed(3)}, ${long.toFixed(3)}`
}

function middle([west, south, east, north]: Bounds): { lat: number; long: number } {
  return { lat: (south + north) / 2, long: (west + east) / 2 }
}
