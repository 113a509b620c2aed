import { join } from 'node:path'
import { convertV4MiniflareOptions, Miniflare, type V4MiniflareOptions } from 'miniflare'

/** As much of an upload's metadata as is run here. */
export interface Metadata {
  readonly main_module: string
  readonly compatibility_date: string
  readonly compatibility_flags?: readonly string[]
  readonly bindings: readonly {
    readonly name: string
    readonly type: string
    readonly text?: string
    readonly bucket_name?: string
    readonly queue_name?: string
    readonly namespace_id?: string
    readonly simple?: { readonly limit: number; readonly period: 10 | 60 }
  }[]
}

export interface Consumer {
  readonly queue: string
  readonly dead_letter_queue?: string
  readonly settings?: {
    readonly batch_size?: number
    readonly max_retries?: number
    readonly max_wait_time_ms?: number
  }
}

interface Upload {
  readonly metadata: Metadata
  readonly modules: readonly { readonly path: string; readonly contents: string }[]
  readonly secrets: Readonly<Record<string, string>>
  readonly consumers: readonly Consumer[]
  readonly folder: string
  readonly port: number
}

export interface RunningWorker {
  consume(consumers: readonly Consumer[]): Promise<void>
  runCron(): Promise<void>
  stop(): Promise<void>
}

export async function runningWorker(upload: Upload): Promise<RunningWorker> {
  const miniflare = new Miniflare(convertV4MiniflareOptions(optionsOf(upload)))
  await miniflare.ready
  return {
    consume: consumers =>
      miniflare.setOptions(convertV4MiniflareOptions(optionsOf({ ...upload, consumers }))),
    async runCron() {
      const worker = await miniflare.getWorker()
      await worker.scheduled({ cron: '*/15 * * * *' })
    },
    stop: () => miniflare.dispose(),
  }
}

function optionsOf({ metadata, modules, secrets, consumers, folder, port }: Upload): V4MiniflareOptions {
  const { bindings } = metadata
  const named = <T>(type: string, value: (binding: Metadata['bindings'][number]) => T) =>
    Object.fromEntries(bindings.filter(each => each.type === type).map(each => [each.name, value(each)]))
  const unknown = bindings.filter(({ type }) => !KNOWN.includes(type))
  if (unknown.length > 0) throw new Error(`unknown bindings: ${unknown.map(({ type }) => type).join(', ')}`)
  const main = modules.toSorted(
    (a, b) => Number(b.path === metadata.main_module) - Number(a.path === metadata.main_module),
  )
  return {
    host: '127.0.0.1',
    port,
    modules: main.map(({ path, contents }) => ({ type: 'ESModule' as const, path, contents })),
    compatibilityDate: metadata.compatibility_date,
    compatibilityFlags: [...(metadata.compatibility_flags ?? [])],
    bindings: { ...named('plain_text', ({ text = '' }) => text), ...secrets },
    r2Buckets: named('r2_bucket', ({ bucket_name = '' }) => bucket_name),
    kvNamespaces: named('kv_namespace', ({ namespace_id = '' }) => namespace_id),
    queueProducers: named('queue', ({ queue_name = '' }) => queue_name),
    queueConsumers: Object.fromEntries(
      consumers.map(({ queue, dead_letter_queue: deadLetterQueue, settings = {} }) => [
        queue,
        {
          maxBatchSize: settings.batch_size ?? 10,
          maxBatchTimeout: (settings.max_wait_time_ms ?? 1000) / 1000,
          maxRetries: settings.max_retries ?? 3,
          ...(deadLetterQueue && { deadLetterQueue }),
        },
      ]),
    ),
    ratelimits: named('ratelimit', ({ namespace_id = '', simple = { limit: 1, period: 60 as const } }) => ({
      namespace_id,
      simple,
    })),
    assets: {
      directory: join(folder, 'assets'),
      binding: bindings.find(({ type }) => type === 'assets')?.name ?? 'ASSETS',
      routerConfig: { has_user_worker: true, invoke_user_worker_ahead_of_assets: true },
      assetConfig: {},
    },
    r2Persist: join(folder, 'r2'),
  }
}

const KNOWN = ['plain_text', 'secret_text', 'r2_bucket', 'kv_namespace', 'queue', 'ratelimit', 'assets']
