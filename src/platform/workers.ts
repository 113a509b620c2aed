import { waitUntil } from 'cloudflare:workers'
import type { Fetcher, Queue, R2Bucket } from '@cloudflare/workers-types'
import { mailService, noMail } from './mail.ts'
import { guardedOutbound, type Transport } from './outbound.ts'
import type { DatabaseName, Files, Log, Platform } from './platform.ts'
import { remoteDatabases } from './remote.ts'

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
  readonly PUBLIC_URL?: string
  /** A mail service over HTTP (`mail.ts`); the token is a secret. */
  readonly MAIL_URL?: string
  readonly MAIL_TOKEN?: string
  readonly MAIL_FROM?: string
  readonly OUTBOUND_ALLOW?: string
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
  return {
    runtime: 'workers',
    clock: { now: () => Date.now() },
    random: { bytes: length => crypto.getRandomValues(new Uint8Array(length)) },
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
    outbound: guardedOutbound(fetchTransport, (env.OUTBOUND_ALLOW ?? '').split(',')),
    publicUrl: (env.PUBLIC_URL ?? 'http://localhost:8311').replace(/\/+$/, ''),
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
