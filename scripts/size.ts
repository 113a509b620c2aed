import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Metafile } from 'esbuild'
import { boundarySize, MAX_MAP_BYTES, mapSize, totalOf } from './map-size.ts'

/*
 * The size of the first map and of the boundary page's scripts in bytes as sent with brotli, after `npm run build`; of
 * the worker's bundle in gzipped bytes, and its largest parts. Fails over 300,000 bytes, or over 1 MiB.
 */

const LIMIT = 1024 * 1024
const SHOWN = 8

const map = mapSize()
console.log(`first map: ${totalOf(map)} bytes with brotli (limit ${MAX_MAP_BYTES}):`)
for (const [file, bytes] of map) console.log(`${String(bytes).padStart(9)}  ${file}`)
if (totalOf(map) > MAX_MAP_BYTES) process.exitCode = 1

const boundary = boundarySize()
console.log(
  `boundary page, beyond its map: ${totalOf(boundary)} bytes with brotli, each when it is asked for:`,
)
for (const [file, bytes] of boundary) console.log(`${String(bytes).padStart(9)}  ${file}`)

const folder = mkdtempSync(join(tmpdir(), 'countyline-worker-'))
try {
  const metafile = join(folder, 'meta.json')
  execFileSync('wrangler', ['deploy', '--dry-run', '--minify', '--outdir', folder, '--metafile', metafile], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const modules = readdirSync(folder).filter(file => /\.(js|wasm)$/.test(file))
  const bytes = modules.reduce((sum, file) => sum + gzipSync(readFileSync(join(folder, file))).length, 0)
  console.log(`worker bundle: ${bytes} bytes gzipped (limit ${LIMIT}). Its largest parts, minified:`)
  for (const [part, size] of largestParts(JSON.parse(readFileSync(metafile, 'utf8')))) {
    console.log(`${String(size).padStart(9)}  ${part}`)
  }
  if (bytes > LIMIT) process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function largestParts({ outputs }: Metafile): [part: string, bytes: number][] {
  const parts = new Map<string, number>()
  for (const { inputs } of Object.values(outputs)) {
    for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
      const part = partOf(file)
      parts.set(part, (parts.get(part) ?? 0) + bytesInOutput)
    }
  }
  return [...parts].sort(([, a], [, b]) => b - a).slice(0, SHOWN)
}

/** The outermost package, its scope for a scoped one; `src` or the catalogues of texts for our own. */
function partOf(file: string): string {
  const inPackage = /node_modules\/([^/]+)\//.exec(file)?.[1]
  if (inPackage !== undefined) return inPackage
  return file.includes('src/core/messages/') ? 'src/core/messages' : 'src'
}
