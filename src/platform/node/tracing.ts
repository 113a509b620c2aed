import { AsyncLocalStorage } from 'node:async_hooks'
import { buildInfo } from '../../core/build-info.ts'
import type { Tracer } from '../../core/tracing.ts'
import type { Platform } from '../platform.ts'
import { SpanExporter } from '../span-exporter.ts'
import { type Current, openTelemetry, type TracingSettings } from '../tracing.ts'

// What ends within this time is sent together.
const FLUSH_MILLISECONDS = 1_000
// A server that stops waits no longer for a collector.
const CLOSE_MILLISECONDS = 1_000

export function nodeTracing(
  settings: TracingSettings,
  parts: Pick<Platform, 'metrics' | 'log' | 'random' | 'clock'>,
): { readonly tracer: Tracer; close(): Promise<void> } {
  const resource = { 'service.version': buildInfo.version, 'process.runtime.name': 'nodejs' }
  const exporter = new SpanExporter(settings, resource, parts)
  let timer: NodeJS.Timeout | undefined
  const flush = () => {
    timer = undefined
    return exporter.flush()
  }
  const onEnd = () => {
    timer ??= setTimeout(flush, FLUSH_MILLISECONDS).unref()
  }
  const context = new AsyncLocalStorage<Current>()
  const { random, clock } = parts
  return {
    tracer: openTelemetry({ settings, context, random, clock, exporter, onEnd }),
    async close() {
      clearTimeout(timer)
      const late = new Promise(resolve => setTimeout(resolve, CLOSE_MILLISECONDS).unref())
      await Promise.race([flush(), late])
    },
  }
}
