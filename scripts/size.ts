import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Metafile } from 'esbuild'

/* The size of the worker's bundle in gzipped bytes, and its largest parts. Fails over 1 MiB (design § 8). */

const LIMIT = 1024 * 1024
const SHOWN = 8
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
