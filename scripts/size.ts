import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

/* The worker as it would be deployed: its size in gzipped bytes. Fails over 1 MiB (design § 8). */

const LIMIT = 1024 * 1024
const folder = mkdtempSync(join(tmpdir(), 'countyline-worker-'))
try {
  execFileSync('wrangler', ['deploy', '--dry-run', '--minify', '--outdir', folder], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const modules = readdirSync(folder).filter(file => /\.(js|wasm)$/.test(file))
  const bytes = modules.reduce((sum, file) => sum + gzipSync(readFileSync(join(folder, file))).length, 0)
  console.log(`worker bundle: ${bytes} bytes gzipped (limit ${LIMIT})`)
  if (bytes > LIMIT) process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
