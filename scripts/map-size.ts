import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Bytes, compressed with brotli: what the first map of a page may load beyond the page itself. */
export const MAX_MAP_BYTES = 300_000

const built = fileURLToPath(new URL('../dist/', import.meta.url))

/** The map's scripts and styles with everything they import, as they are sent with brotli: bytes by name. */
export function mapSize(dist = built): ReadonlyMap<string, number> {
  return sizesOf(dist, /^(draw-|map\b)/)
}

/** What the page of a boundary loads beyond its map: for a file, and for drawing, only once they are asked for. */
export function boundarySize(dist = built): ReadonlyMap<string, number> {
  const map = mapSize(dist)
  const all = sizesOf(dist, /^(boundary|file-reader|kml|terra-drawing)\b/)
  return new Map([...all].filter(([name]) => !map.has(name)))
}

function sizesOf(dist: string, wanted: RegExp): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>()
  const add = (name: string) => {
    if (sizes.has(name)) return
    const compressed = join(dist, 'compressed', `${name}.br`)
    const file = join(dist, 'assets', name)
    sizes.set(name, statSync(existsSync(compressed) ? compressed : file).size)
    if (!name.endsWith('.js')) return
    for (const [, imported = ''] of readFileSync(file, 'utf8').matchAll(/["']\.\/([\w-]+\.js)["']/g))
      add(imported)
  }
  for (const name of readdirSync(join(dist, 'assets'))) if (wanted.test(name)) add(name)
  return sizes
}

export function totalOf(sizes: ReadonlyMap<string, number>): number {
  return [...sizes.values()].reduce((sum, size) => sum + size, 0)
}
