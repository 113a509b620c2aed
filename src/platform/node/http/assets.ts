import { createHash } from 'node:crypto'
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { extname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseAccept } from 'hono/utils/accept'
import { hasETag } from '../../../core/http/etag.ts'
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

// The best first.
const encodings = [
  { name: 'br', suffix: '.br' },
  { name: 'gzip', suffix: '.gz' },
] as const

interface Version {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly headers: Readonly<Record<string, string>>
}

interface Asset {
  readonly plain: Version
  /** By encoding; empty for what does not get smaller, such as fonts. */
  readonly compressed: ReadonlyMap<string, Version>
}

/** What `scripts/build-assets.ts` has written: files, and beside their folder each one compressed. */
export function diskAssets(dist = fileURLToPath(new URL('../../../../dist/', import.meta.url))): Assets {
  const folder = join(dist, 'assets')
  const kept = new Map<string, Asset>()

  const read = (path: string, type: string): Asset => {
    const compressed = encodings
      .map(encoding => ({ ...encoding, file: join(dist, 'compressed', path + encoding.suffix) }))
      .filter(({ file }) => existsSync(file))
    const common = {
      'content-type': type,
      'cache-control': 'public, max-age=300',
      ...(compressed.length > 0 && { vary: 'Accept-Encoding' }),
    }
    return {
      plain: version(join(folder, path), common),
      compressed: new Map(
        compressed.map(({ name, file }) => [name, version(file, { ...common, 'content-encoding': name })]),
      ),
    }
  }

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
      const asset = kept.get(file) ?? read(path, type)
      kept.set(file, asset)
      const { bytes, headers } = chosen(asset, request.headers.get('accept-encoding') ?? '')
      if (hasETag(request.headers.get('if-none-match'), headers.etag ?? '')) {
        const { 'content-encoding': _, ...ofAnswer } = headers
        return new Response(null, { status: 304, headers: ofAnswer })
      }
      return new Response(request.method === 'HEAD' ? null : bytes, {
        headers: { ...headers, 'content-length': String(bytes.length) },
      })
    },
  }
}

function version(file: string, headers: Version['headers']): Version {
  const bytes = new Uint8Array(readFileSync(file))
  const etag = `"${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}"`
  return { bytes, headers: { ...headers, etag } }
}

// The caller's favorite; of several, ours.
function chosen({ plain, compressed }: Asset, accepted: string): Version {
  const wanted = parseAccept(accepted)
  const weight = (name: string) =>
    (wanted.find(({ type }) => type.toLowerCase() === name) ?? wanted.find(({ type }) => type === '*'))?.q ??
    0
  const best = [...compressed].reduce(
    (best, [name, version]) => (weight(name) > best.weight ? { version, weight: weight(name) } : best),
    { version: plain, weight: 0 },
  )
  return best.version
}
