import { readFileSync } from 'node:fs'
import type { LinearRing, MultiPolygonRings } from '../../src/core/geometry.ts'

/** A square ring, counterclockwise from its southwestern corner. */
export function square(x: number, y: number, size: number): LinearRing {
  return [
    [x, y],
    [x + size, y],
    [x + size, y + size],
    [x, y + size],
    [x, y],
  ]
}

export function feature(name: unknown, coordinates: unknown, type = 'Polygon') {
  return { type: 'Feature', properties: { NAME: name, OBJECTID: 1 }, geometry: { type, coordinates } }
}

export function collection(...features: readonly unknown[]) {
  return { type: 'FeatureCollection', features }
}

export function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'))
}

/** Its polygons as sets of corners, to compare shapes whatever the order of their rings and starting points. */
export function corners(geometry: MultiPolygonRings): string[][][] {
  return geometry.map(rings => rings.map(ring => ring.slice(1).map(String).sort())).sort()
}
