import type { Geometry, Position } from '../table.ts'

/** A shape of any type but the null shape and the multipatch, without its heights and measures. */
export function shapeOf(bytes: Uint8Array): Geometry | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const kind = view.getInt32(0, true) % 10
  if (view.getInt32(0, true) > 30) return null
  if (kind === 1 && bytes.length >= 20) return { type: 'Point', coordinates: positionAt(view, 4) }
  if (kind === 8 && bytes.length >= 40) {
    return { type: 'MultiPoint', coordinates: positions(view, 40, view.getInt32(36, true)) }
  }
  if ((kind !== 3 && kind !== 5) || bytes.length < 44) return null
  const parts = partsOf(view)
  if (kind === 5) return { type: 'MultiPolygon', coordinates: polygonsOf(parts) }
  const [only] = parts
  if (only !== undefined && parts.length === 1) return { type: 'LineString', coordinates: only }
  return { type: 'MultiLineString', coordinates: parts }
}

function positionAt(view: DataView, at: number): Position {
  return [view.getFloat64(at, true), view.getFloat64(at + 8, true)]
}

function positions(view: DataView, from: number, count: number): Position[] {
  const room = Math.floor((view.byteLength - from) / 16)
  return Array.from({ length: Math.max(0, Math.min(count, room)) }, (_, i) => positionAt(view, from + i * 16))
}

function partsOf(view: DataView): Position[][] {
  const [partCount, pointCount] = [view.getInt32(36, true), view.getInt32(40, true)]
  if (partCount < 0 || 44 + partCount * 4 > view.byteLength) return []
  const all = positions(view, 44 + partCount * 4, pointCount)
  const starts = Array.from({ length: partCount }, (_, i) => view.getInt32(44 + i * 4, true))
  return starts.map((start, i) => all.slice(start, starts[i + 1])).filter(part => part.length > 0)
}

// An outer ring is clockwise, and its holes follow it.
function polygonsOf(rings: readonly Position[][]): Position[][][] {
  const polygons: Position[][][] = []
  for (const ring of rings) {
    const last = polygons.at(-1)
    if (last === undefined || isClockwise(ring)) polygons.push([ring])
    else last.push(ring)
  }
  return polygons
}

function isClockwise(ring: readonly Position[]): boolean {
  let sum = 0
  for (const [i, [x, y]] of ring.entries()) {
    const [nextX, nextY] = ring[i + 1] ?? ring[0] ?? [x, y]
    sum += (nextX - x) * (nextY + y)
  }
  return sum > 0
}
