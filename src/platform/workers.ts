import { waitUntil } from 'cloudflare:workers'
import type { Fetcher, Queue, R2Bucket, RateLimit } from '@cloudflare/workers-types'
import { webCipher } from './cipher.ts'
import { noLimits, tokenBuckets } from './limits.ts'
import { mailService, noMail } from './mail.ts'
import { guardedOutbound, type Transport } from './outbound.ts'
import type { Clock, DatabaseName, Files, Limits, Log, Platform } from './platform.ts'
import { remoteDatabases } from './remote.ts'
import { noSms, smsService } from './sms.ts'

/** What `wrangler.toml` binds. */
export interface Env {
  readonly DATABASE_URL: string
  /** A secret; a server of one's own may need none. */
  readonly DATABASE_TOKEN?: string
  readonly FILES: R2Bucket
  readonly BELL: Queue<DatabaseName>
  readonly ASSETS: Fetcher
  /** A secret: marks the links in letters. At least 32 random characters, the same for ever. */
  readonly SIGNING_KEY?: string
  /** A secret: contact details are encrypted by it (`core/encryption.ts`). At least 32 random characters. */
  readonly MASTER_KEY?: string
  /** The one before it, while `countyline keys rotate --master` is at work. */
  readonly MASTER_KEY_PREVIOUS?: string
  readonly PUBLIC_URL?: string
  /** A mail service over HTTP (`mail.ts`); the token is a secret. */
  readonly MAIL_URL?: string
  readonly MAIL_TOKEN?: string
  readonly MAIL_FROM?: string
  /** A provider of text messages over HTTP (`sms.ts`); the token is a secret. */
  readonly SMS_URL?: string
  readonly SMS_ACCOUNT?: string
  readonly SMS_TOKEN?: string
  readonly SMS_FROM?: string
  readonly OUTBOUND_ALLOW?: string
  /** `off`: nobody is counted. */
  readonly RATE_LIMITS?: string
  /** `1`: a demonstration, in which anybody may sign in as anybody. */
  readonly COUNTYLINE_DEMO?: string
}

const platforms = new WeakMap<Env, Platform>()

/** One platform an isolate, so that what it keeps in memory serves the next request too. */
export function workersPlatform(env: Env): Platform {
  const known = platforms.get(env) ?? makePlatform(env)
  platforms.set(env, known)
  return known
}

function makePlatform(env: Env): Platform {
  const later = (work: Promise<unknown>) => waitUntil(work.catch(() => log('error', 'later-failed', {})))
  const clock = { now: () => Date.now() }
  return {
    runtime: 'workers',
    clock,
    random: { bytes: length => crypto.getRandomValues(new Uint8Array(length)) },
    cipher: webCipher,
    databases: remoteDatabases({ url: env.DATABASE_URL, token: env.DATABASE_TOKEN }),
    files: bucketFiles(env.FILES),
    assets: {
      async fetch(request) {
        const url = new URL(request.url)
        url.pathname = url.pathname.replace(/^\/assets/, '')
        const answer = await env.ASSETS.fetch(url.href, {
          method: request.method,
          headers: [...request.headers],
        })
        // What the binding answers cannot be changed; the front door adds its headers to a copy.
        return new Response(answer.body as unknown as ReadableStream, answer as unknown as Response)
      },
    },
    secrets: {
      get(name) {
        const value = /^(SIGNING_KEY|MASTER_KEY|MASTER_KEY_PREVIOUS|(PARTNER|OIDC)_\w+)$/.test(name)
          ? Reflect.get(env, name)
          : undefined
        return typeof value === 'string' && value !== '' ? value : undefined
      },
    },
    mail:
      env.MAIL_URL && env.MAIL_FROM
        ? mailService({ url: env.MAIL_URL, token: env.MAIL_TOKEN ?? '', from: env.MAIL_FROM })
        : noMail,
    sms:
      env.SMS_URL && env.SMS_FROM
        ? smsService({
            url: env.SMS_URL,
            account: env.SMS_ACCOUNT || undefined,
            token: env.SMS_TOKEN ?? '',
            from: env.SMS_FROM,
          })
        : noSms,
    outbound: guardedOutbound(fetchTransport, (env.OUTBOUND_ALLOW ?? '').split(',')),
    limits: env.RATE_LIMITS === 'off' ? noLimits : bindingLimits(env, clock),
    publicUrl: (env.PUBLIC_URL ?? 'http://localhost:8311').replace(/\/+$/, ''),
    demo: env.COUNTYLINE_DEMO === '1',
    log,
    wake: name => later(env.BELL.send(name)),
    later,
  }
}

/** A worker has no way into a private network; what it is asked for is judged by its name. */
const fetchTransport: Transport = async ({ url, method, headers, body, signal }) => {
  const answer = await fetch(url, { method, headers, body, redirect: 'manual', signal })
  return { status: answer.status, headers: answer.headers, body: answer.body }
}

/**
 * Cloudflare's counters hold for a whole location but tell only yes or no; this isolate's own buckets know what is left,
 * for the headers. Either refuses. The counter of policy `sign-in` is the binding `LIMIT_SIGN_IN`.
 */
function bindingLimits(env: Env, clock: Clock): Limits {
  const own = tokenBuckets(clock)
  return {
    async take(policy, key, cost = 1) {
      const verdict = await own.take(policy, key, cost)
      if (!verdict.isAllowed || cost === 0) return verdict
      const name = `LIMIT_${policy.name.toUpperCase().replaceAll('-', '_')}`
      const binding = Reflect.get(env, name) as RateLimit | undefined
      // A counter that does not answer holds nobody up.
      const { success } = (await binding?.limit({ key }).catch(() => undefined)) ?? { success: true }
      const { seconds } = policy
      return success ? verdict : { isAllowed: false, left: 0, resetSeconds: seconds, retrySeconds: seconds }
    },
  }
}

function bucketFiles(bucket: R2Bucket): Files {
  return {
    async put(key, bytes, type) {
      await bucket.put(key, bytes, { httpMetadata: { contentType: type } })
    },
    async get(key) {
      const object = await bucket.get(key)
      if (object === null) return null
      const bytes = new Uint8Array(await object.arrayBuffer())
      return { bytes, type: object.httpMetadata?.contentType ?? 'application/octet-stream' }
    },
    delete: key => bucket.delete(key),
  }
}

const log: Log = (level, event, fields = {}) => {
  console[level](JSON.stringify({ time: new Date().toISOString(), level, event, ...fields }))
}
