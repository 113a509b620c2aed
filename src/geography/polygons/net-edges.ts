import type { LinearRing, LongLat, MultiPolygonRings } from '../../core/geometry.ts'
import type { Lines } from '../quadtree.ts'
import { signedSquareMeters } from './measure.ts'

/**
 * Edges run upward (level ones eastward). `first` and `second`: how many more polygons of each geometry cover
 * their left than their right.
 */
export interface Edges {
  readonly lines: Lines
  readonly first: Int32Array
  readonly second: Int32Array
}

/** Sums up equal edges: those that neighbors share come to nothing. A hash table of four numbers each. */
export class NetEdges {
  readonly #slots: Int32Array
  readonly #lines: Float64Array
  readonly #first: Int32Array
  readonly #second: Int32Array
  #count = 0

  constructor(most: number) {
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * most + 2))).fill(-1)
    this.#lines = new Float64Array(most * 4)
    this.#first = new Int32Array(most)
    this.#second = new Int32Array(most)
  }

  add(ax: number, ay: number, bx: number, by: number, first: number, second: number): void {
    if (ax === bx && ay === by) return
    const isUpward = ay < by || (ay === by && ax < bx)
    const edge = isUpward ? this.#edge(ax, ay, bx, by) : this.#edge(bx, by, ax, ay)
    const sign = isUpward ? 1 : -1
    this.#first[edge] = (this.#first[edge] as number) + sign * first
    this.#second[edge] = (this.#second[edge] as number) + sign * second
  }

  edges(): Edges {
    const kept: number[] = []
    for (let edge = 0; edge < this.#count; edge++) {
      if (this.#first[edge] !== 0 || this.#second[edge] !== 0) kept.push(edge)
    }
    const lines = new Float64Array(kept.length * 4)
    for (const [i, edge] of kept.entries()) lines.set(this.#lines.subarray(edge * 4, edge * 4 + 4), i * 4)
    return {
      lines,
      first: Int32Array.from(kept, edge => this.#first[edge] as number),
      second: Int32Array.from(kept, edge => this.#second[edge] as number),
    }
  }

  #edge(ax: number, ay: number, bx: number, by: number): number {
    const lines = this.#lines
    const mask = this.#slots.length - 1
    let hash = Math.imul(ax, 73_856_093) ^ Math.imul(ay, 19_349_663) ^ Math.imul(bx, 83_492_791)
    hash = Math.imul(hash ^ Math.imul(by, 50_331_653), 0x9e3779b1)
    for (let slot = (hash ^ (hash >>> 15)) & mask; ; slot = (slot + 1) & mask) {
      const edge = this.#slots[slot] as number
      if (edge < 0) {
        this.#slots[slot] = this.#count
        lines.set([ax, ay, bx, by], this.#count * 4)
        return this.#count++
      }
      const at = edge * 4
      if (lines[at] === ax && lines[at + 1] === ay && lines[at + 2] === bx && lines[at + 3] === by)
        return edge
    }
  }
}

// Seventh decimals as whole numbers: their differences are exact, so that collinear corners are found to be so.
const UNITS = 1e7

function inUnits(degrees: number): number {
  const value = degrees * UNITS
  const whole = Math.round(value)
  return Math.abs(value - whole) < 1e-3 ? whole : value
}

export function inDegrees(ring: LinearRing): LinearRing {
  return ring.map(([x, y]): LongLat => [x / UNITS, y / UNITS])
}

/** In units of 1e-7 degrees. Rings may run either way. */
export function netEdges(first: MultiPolygonRings, second: MultiPolygonRings): Edges {
  const net = new NetEdges([first, second].flat(3).length)
  for (const [geometry, one, two] of [
    [first, 1, 0],
    [second, 0, 1],
  ] as const) {
    for (const rings of geometry) {
      for (const [i, ring] of rings.entries()) {
        const sign = signedSquareMeters(ring) > 0 === (i === 0) ? 1 : -1
        const [lastLong, lastLat] = ring.at(-1) ?? [0, 0]
        let [ax, ay] = [inUnits(lastLong), inUnits(lastLat)]
        for (const [long, lat] of ring) {
          const [bx, by] = [inUnits(long), inUnits(lat)]
          net.add(ax, ay, bx, by, sign * one, sign * two)
          ax = bx
          ay = by
        }
      }
    }
  }
  return net.edges()
}
