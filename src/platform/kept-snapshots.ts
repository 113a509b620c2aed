import type { CacheStorage, KVNamespace, Response as WorkerResponse } from '@cloudflare/workers-types'
import type { KeptSnapshots } from './platform.ts'

// An address of no host: only a key of this location's cache.
const KEY = 'https://kept-snapshots.invalid/'
const LABEL = 'x-label'
const TTL_SECONDS = 8 * 86_400

interface Metadata {
  readonly label?: string
}

/** Everywhere, within the minute or so that KV takes to show a change. */
export function snapshotsInKv(namespace: KVNamespace): KeptSnapshots {
  return {
    async labelOf(name) {
      const { value, metadata } = await namespace.getWithMetadata<Metadata>(name, 'stream')
      await value?.cancel()
      return metadata?.label
    },
    read: async name => (await namespace.get(name, 'text')) ?? undefined,
    write: (name, label, text) =>
      namespace.put(name, text, { metadata: { label }, expirationTtl: TTL_SECONDS }),
  }
}

/** In the cache of one location, on a custom domain: elsewhere Cloudflare keeps nothing there. */
export function snapshotsInCache(): KeptSnapshots {
  const { default: cache } = caches as unknown as CacheStorage
  const address = (name: string) => KEY + encodeURIComponent(name)
  return {
    async labelOf(name) {
      const kept = await cache.match(address(name))
      await kept?.body?.cancel()
      return kept?.headers.get(LABEL) ?? undefined
    },
    read: async name => (await cache.match(address(name)))?.text(),
    async write(name, label, text) {
      const headers = { 'cache-control': `public, max-age=${TTL_SECONDS}`, [LABEL]: label }
      await cache.put(address(name), new Response(text, { headers }) as unknown as WorkerResponse)
    },
  }
}
