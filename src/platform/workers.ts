import { waitUntil } from 'cloudflare:workers'
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Fetcher, KVNamespace, Queue, R2Bucket, RateLimit } from '@cloudflare/workers-types'
import { buildInfo } from '../core/build-info.ts'
import { isSecretOf } from '../core/encryption/secret-names.ts'
import { Metrics } from '../core/metrics.ts'
import { problem } from '../core/problem.ts'
import type { Tracer } from '../core/tracing.ts'
import { webAnchors } from './anchors.ts'
import { webCipher } from './cipher.ts'
import { demoMailbox } from './demo-mailbox.ts'
import { snapshotsInCache, snapshotsInKv } from './kept-snapshots.ts'
import { noLimits, tokenBuckets } from './limits.ts'
import { mailService, noMail } from './mail.ts'
import { observedMail, observedSms, observedTransport } from './observed.ts'
import { DNS_RESOLVER_URL, guardedOutbound, type Transport } from './outbound.ts'
import type {
  Bytes,
  Clock,
  DatabaseName,
  Files,
  Limits,
  Log,
  Platform,
  RateLimitResult,
  RoundPart,
} from './platform.ts'
import { servingDeadlines } from './remote/calls.ts'
import { databaseSettings, remoteDatabases } from './remote/databases.ts'
import { turns } from './remote/turns.ts'
import { noSms, smsService } from './sms.ts'
import { SpanExporter } from './span-exporter.ts'
import { type Current, openTelemetry, tracingSettings } from './tracing.ts'
import { uploadLimits, uploadQueue } from './uploads.ts'

/** Jobs of a database are due; or a step of what the cron begins. */
export type QueueMessage = DatabaseName | RoundMessage

export type RoundMessage =
  | { readonly part: RoundPart }
  /** Those that did not answer. */
  | { readonly again: readonly DatabaseName[]; readonly tries: number }
  | { readonly migrate: true }

export interface Env {
  readonly DATABASE_URL: string
  readonly DATABASE_TOKEN?: string
  readonly DATABASE_REPLICA_URL?: string
  /** Where databases are made: the admin API of `sqld`, or Turso's platform API. */
  readonly DATABASE_ADMIN_URL?: string
  readonly DATABASE_ADMIN_TOKEN?: string
  readonly TURSO_ORGANIZATION?: string
  readonly TURSO_GROUP?: string
  readonly TURSO_API_TOKEN?: string
  readonly TURSO_API_URL?: string
  /** Seconds that a read may take; a write may take twice as long. */
  readonly DATABASE_TIMEOUT?: string
  readonly FILES: R2Bucket
  readonly JOB_QUEUE: Queue<QueueMessage>
  readonly ASSETS: Fetcher
  /** Keeps the last configuration for isolates that start while the database is away. Default: the location's cache. */
  readonly SNAPSHOTS?: KVNamespace
  /** A secret: signs the links in emails. At least 32 random characters, never changed. */
  readonly SIGNING_KEY?: string
  /** A secret: encrypts contact details (`core/encryption/fields.ts`). At least 32 random characters. */
  readonly MASTER_KEY?: string
  readonly MASTER_KEY_PREVIOUS?: string
  readonly PUBLIC_URL?: string
  readonly MAIL_URL?: string
  readonly MAIL_TOKEN?: string
  readonly MAIL_FROM?: string
  readonly SMS_URL?: string
  readonly SMS_ACCOUNT?: string
  readonly SMS_TOKEN?: string
  readonly SMS_FROM?: string
  readonly OUTBOUND_ALLOW?: string
  readonly DNS_RESOLVER_URL?: string
  readonly AUDIT_ANCHOR_URL?: string
  readonly AUDIT_ANCHOR_TOKEN?: string
  readonly RATE_LIMITS?: string
  /** A secret: opens `/metrics` to the operator's monitoring. At least 32 random characters. */
  readonly METRICS_TOKEN?: string
  /** A secret: lets its holder set up the first region in the browser. At least 16 letters and digits. */
  readonly SETUP_CODE?: string
  readonly COUNTYLINE_DEMO?: string
  readonly OTEL_EXPORTER_OTLP_ENDPOINT?: string
  readonly OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?: string
  readonly OTEL_EXPORTER_OTLP_HEADERS?: string
  readonly OTEL_SERVICE_NAME?: string
  readonly OTEL_TRACES_SAMPLER_ARG?: string
}

// Of one isolate to one database. With dozens at once, a libSQL server leaves some waiting for seconds.
const MAX_WRITERS = 4
const OWN_SECRETS = ['SIGNING_KEY', 'MASTER_KEY', 'MASTER_KEY_PREVIOUS', 'METRICS_TOKEN', 'SETUP_CODE']

function textIn(env: Env, name: string): string | undefined {
  const value: unknown = Reflect.get(env, name)
  return typeof value === 'string' && value !== '' ? value : undefined
}

const platforms = new WeakMap<Env, Platform>()

/** One platform per isolate, so that its caches serve later requests. */
export function workersPlatform(env: Env): Platform {
  const known = platforms.get(env) ?? makePlatform(env)
  platforms.set(env, known)
  return known
}

function makePlatform(env: Env): Platform {
  const later = (work: Promise<unknown>) =>
    waitUntil(work.catch(() => log('error', 'background-task-failed', {})))
  const clock = { now: () => Date.now() }
  const metrics = new Metrics()
  const random = { bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)) }
  const tracer = tracerOf(env, { metrics, random, clock, waitUntil: later })
  const transport = observedTransport({ tracer }, fetchTransport)
  const outbound = guardedOutbound(transport, (env.OUTBOUND_ALLOW ?? '').split(','))
  const deadlines = servingDeadlines(Number(env.DATABASE_TIMEOUT) || 5)
  const isDemo = env.COUNTYLINE_DEMO === '1'
  // Of this isolate.
  const mailbox = isDemo && !env.MAIL_URL && !env.SMS_URL ? demoMailbox() : undefined
  return {
    runtime: 'workers',
    clock,
    random,
    cipher: webCipher,
    databases: remoteDatabases({
      url: env.DATABASE_URL,
      ...databaseSettings(name => textIn(env, name)),
      deadlines,
      inTurn: turns(MAX_WRITERS, deadlines.write),
    }),
    files: bucketFiles(env.FILES),
    assets: {
      async fetch(request) {
        const url = new URL(request.url)
        url.pathname = url.pathname.replace(/^\/assets/, '')
        const answer = await env.ASSETS.fetch(url.href, {
          method: request.method,
          headers: [...request.headers],
        })
        // The binding's response is immutable; the app adds its headers to a copy.
        return new Response(answer.body as unknown as ReadableStream, answer as unknown as Response)
      },
    },
    secrets: {
      get: name => (OWN_SECRETS.includes(name) ? textIn(env, name) : undefined),
      ownedBy: (owner, name) => (isSecretOf(owner, name) ? textIn(env, name) : undefined),
    },
    mail: observedMail(
      { metrics, tracer },
      mailbox?.mail(clock) ??
        (env.MAIL_URL && env.MAIL_FROM
          ? mailService({ url: env.MAIL_URL, token: env.MAIL_TOKEN ?? '', from: env.MAIL_FROM })
          : noMail),
    ),
    sms: observedSms(
      { metrics, tracer },
      mailbox?.sms(clock) ??
        (env.SMS_URL && env.SMS_FROM
          ? smsService({
              url: env.SMS_URL,
              account: env.SMS_ACCOUNT || undefined,
              token: env.SMS_TOKEN ?? '',
              from: env.SMS_FROM,
            })
          : noSms),
    ),
    outbound,
    dnsResolverUrl: env.DNS_RESOLVER_URL || DNS_RESOLVER_URL,
    anchors: env.AUDIT_ANCHOR_URL
      ? webAnchors(outbound, env.AUDIT_ANCHOR_URL, env.AUDIT_ANCHOR_TOKEN || undefined)
      : undefined,
    limits: env.RATE_LIMITS === 'off' ? noLimits : bindingLimits(env, clock),
    uploads: uploadQueue(isolateUploads),
    kept: env.SNAPSHOTS === undefined ? snapshotsInCache() : snapshotsInKv(env.SNAPSHOTS),
    publicUrl: (env.PUBLIC_URL ?? 'http://localhost:8311').replace(/\/+$/, ''),
    demo: isDemo,
    mailbox,
    log,
    metrics,
    tracer,
    hasBinding: name => Reflect.get(env, name) !== undefined,
    notifyWorker: name => later(env.JOB_QUEUE.send(name)),
    waitUntil: later,
  }
}

function tracerOf(
  env: Env,
  parts: Pick<Platform, 'metrics' | 'random' | 'clock' | 'waitUntil'>,
): Tracer | undefined {
  const settings = tracingSettings(name => textIn(env, name))
  if (settings === undefined) return undefined
  const resource = { 'service.version': buildInfo.version, 'cloud.platform': 'cloudflare.workers' }
  const exporter = new SpanExporter(settings, resource, { metrics: parts.metrics, log })
  const context = new AsyncLocalStorage<Current>()
  return openTelemetry({
    ...parts,
    settings,
    context,
    exporter,
    onEnd: () => parts.waitUntil(exporter.flush()),
  })
}

// A Worker cannot reach a private network; addresses are checked by name only.
const fetchTransport: Transport = async ({ url, method, headers, body, signal }) => {
  const answer = await fetch(url, { method, headers, body, redirect: 'manual', signal })
  return { status: answer.status, headers: answer.headers, body: answer.body }
}

// Beyond this many keys, the ones refused longest ago are dropped.
const MAX_REFUSED = 100_000

// Cloudflare's counters hold for a whole location but only answer yes or no, and cannot be read without
// counting. So this isolate's buckets supply the remaining quota for the headers, and keys that a counter
// refused are remembered for calls with a cost of 0. Either one refuses. The counter of policy `sign-in` is
// the binding `LIMIT_SIGN_IN`.
function bindingLimits(env: Env, clock: Clock): Limits {
  const own = tokenBuckets(clock)
  const refusedUntil = new Map<string, number>()
  const refused = (milliseconds: number): RateLimitResult => {
    const seconds = Math.max(1, Math.ceil(milliseconds / 1000))
    return { isAllowed: false, left: 0, resetSeconds: seconds, retrySeconds: seconds }
  }
  return {
    async take(policy, key, cost = 1) {
      const name = `${policy.name} ${key}`
      const left = (refusedUntil.get(name) ?? 0) - clock.now()
      if (cost === 0 && left > 0) return refused(left)
      const verdict = await own.take(policy, key, cost)
      if (!verdict.isAllowed || cost === 0) return verdict
      const bound = `LIMIT_${policy.name.toUpperCase().replaceAll('-', '_')}`
      const binding = Reflect.get(env, bound) as RateLimit | undefined
      // A counter that does not answer refuses nobody.
      const { success } = (await binding?.limit({ key }).catch(() => undefined)) ?? { success: true }
      if (success) return verdict
      refusedUntil.delete(name)
      refusedUntil.set(name, clock.now() + policy.seconds * 1000)
      const [oldest] = refusedUntil.keys()
      if (refusedUntil.size > MAX_REFUSED && oldest !== undefined) refusedUntil.delete(oldest)
      return refused(policy.seconds * 1000)
    },
  }
}

const isolateUploads = { ...uploadLimits, max: 3, maxEach: 2 }

function bucketFiles(bucket: R2Bucket): Files {
  return {
    async put(key, size, pieces) {
      // R2 needs the length in advance; a photo fits in memory.
      const whole = new Uint8Array(size)
      let length = 0
      for await (const piece of pieces) {
        whole.set(piece, length)
        length += piece.length
      }
      if (length !== size) throw new Error(`a file of ${size} bytes came with ${length}`)
      await unlessUnavailable(bucket.put(key, whole))
    },
    async get(key) {
      const object = await unlessUnavailable(bucket.get(key))
      if (object === null) return null
      return {
        size: object.size,
        read: () => object.body as unknown as AsyncIterable<Bytes>,
        type: async () => object.httpMetadata?.contentType,
      }
    },
    delete: key => unlessUnavailable(bucket.delete(key)),
    async *list(folder, first = '') {
      const start = `${folder}/`.length
      const prefix = `${folder}/${first}`
      for (let cursor: string | undefined, isOver = false; !isOver; ) {
        const page = await unlessUnavailable(
          bucket.list({ prefix, delimiter: '/', ...(cursor && { cursor }) }),
        )
        for (const { key, uploaded } of page.objects) {
          yield { id: key.slice(start), changedAt: uploaded.getTime() }
        }
        isOver = !page.truncated
        cursor = page.truncated ? page.cursor : undefined
      }
    },
  }
}

const STORAGE_RETRY_SECONDS = 30

async function unlessUnavailable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (cause) {
    throw problem('storage-unavailable', { cause, retryAfterSeconds: STORAGE_RETRY_SECONDS })
  }
}

export const log: Log = (level, event, fields = {}) => {
  console[level](JSON.stringify({ time: new Date().toISOString(), level, event, ...fields }))
}
