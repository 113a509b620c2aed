import { createHash } from 'node:crypto'
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { extname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Assets } from '../../platform.ts'

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
}

export function diskAssets(
  folder = fileURLToPath(new URL('../../../../dist/assets/', import.meta.url)),
): Assets {
  const kept = new Map<string, { bytes: Uint8Array<ArrayBuffer>; etag: string }>()
  return {
    async fetch(request) {
      // No asset name needs escapes, so an escaped path is not found.
      const path = new URL(request.url).pathname.replace(/^\/assets\//, '')
      const type = types[extname(path)]
      const file = join(folder, path)
      if (
        type === undefined ||
        !existsSync(file) ||
        !realpathSync(file).startsWith(realpathSync(folder) + sep)
      ) {
        return new Response('Not found', { status: 404 })
      }
      let asset = kept.get(file)
      if (asset === undefined) {
        const bytes = new Uint8Array(readFileSync(file))
        asset = { bytes, etag: `"${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}"` }
        kept.set(file, asset)
      }
      const headers = { 'content-type': type, etag: asset.etag, 'cache-control': 'public, max-age=300' }
      if (request.headers.get('if-none-match') === asset.etag)
        return new Response(null, { status: 304, headers })
      return new Response(request.method === 'HEAD' ? null : asset.bytes, { headers })
    },
  }
}
