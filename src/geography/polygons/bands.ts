import type { Lines } from '../quadtree.ts'

const EDGES_PER_BAND = 4

/** Lines by the bands of latitude that they meet. */
export function bandsOf(lines: Lines) {
  const edges = lines.length / 4
  let [south, north] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let at = 1; at < lines.length; at += 2) {
    south = Math.min(south, lines[at] as number)
    north = Math.max(north, lines[at] as number)
  }
  const bands: number[][] = Array.from({ length: Math.ceil(edges / EDGES_PER_BAND) + 1 }, () => [])
  const scale = north > south ? (bands.length - 1) / (north - south) : 0
  const bandAt = (y: number) => Math.floor((y - south) * scale)
  for (let edge = 0; edge < edges; edge++) {
    const [from, to] = [bandAt(lines[edge * 4 + 1] as number), bandAt(lines[edge * 4 + 3] as number)]
    for (let band = Math.min(from, to); band <= Math.max(from, to); band++) bands[band]?.push(edge)
  }
  return { all: bands, at: (y: number): readonly number[] => bands[bandAt(y)] ?? [] }
}

/** Calls `each` with all pairs of lines whose bounds meet, some more than once. */
export function nearPairs(lines: Lines, each: (one: number, other: number) => void): void {
  const least = (edge: number, axis: 0 | 1) =>
    Math.min(lines[edge * 4 + axis] as number, lines[edge * 4 + 2 + axis] as number)
  const most = (edge: number, axis: 0 | 1) =>
    Math.max(lines[edge * 4 + axis] as number, lines[edge * 4 + 2 + axis] as number)
  for (const band of bandsOf(lines).all) {
    band.sort((a, b) => least(a, 0) - least(b, 0))
    for (let i = 0; i < band.length; i++) {
      const one = band[i] as number
      const [reach, south, north] = [most(one, 0), least(one, 1), most(one, 1)]
      for (let k = i + 1; k < band.length; k++) {
        const other = band[k] as number
        if (least(other, 0) > reach) break
        if (least(other, 1) <= north && most(other, 1) >= south) each(one, other)
      }
    }
  }
}
