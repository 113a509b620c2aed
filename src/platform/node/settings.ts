import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import { problem } from '../../core/problem.ts'
import { emailAddress } from '../../core/text.ts'
import { DNS_RESOLVER_URL } from '../outbound.ts'
import { servingDeadlines } from '../remote/calls.ts'
import { databaseSettings, type RemoteSettings } from '../remote/databases.ts'
import type { S3Settings } from '../s3/bucket.ts'
import type { SmsService } from '../sms.ts'
import { type TracingSettings, tracingSettings } from '../tracing.ts'
import type { AnchorSettings, MailSettings } from './platform.ts'

const LOOPBACK = '127.0.0.1'
const here = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))
const optionalUrl = v.optional(v.pipe(v.string(), v.regex(/^(https?|libsql|wss?):\/\//, 'is a URL')))

const environment = v.object({
  PORT: v.optional(v.pipe(v.string(), v.regex(/^\d{1,5}$/, 'is a port number')), '8311'),
  HOST: v.optional(v.pipe(v.string(), v.regex(/^[\w.:-]+$/, 'is an address such as 0.0.0.0')), LOOPBACK),
  DATA_DIR: v.optional(v.pipe(v.string(), v.minLength(1, 'is empty')), here('data')),
  TENANTS_DIR: v.optional(v.pipe(v.string(), v.minLength(1, 'is empty')), here('tenants')),
  /** Each open file takes three file handles. */
  OPEN_DATABASES: v.optional(v.pipe(v.string(), v.regex(/^[1-9]\d{0,4}$/, 'is a number')), '256'),
  DATABASE_URL: optionalUrl,
  DATABASE_ADMIN_URL: optionalUrl,
  TURSO_API_URL: optionalUrl,
  DATABASE_REPLICA_URL: optionalUrl,
  /** Seconds that a read of a libSQL server may take; a write may take twice as long. */
  DATABASE_TIMEOUT: v.optional(v.pipe(v.string(), v.regex(/^[1-9]\d?$/, 'is 1 to 99 seconds')), '5'),
  PUBLIC_URL: v.optional(v.pipe(v.string(), v.url('is a URL'), v.regex(/^https?:/, 'is a web address'))),
  SMTP_URL: v.optional(v.pipe(v.string(), v.regex(/^smtps?:\/\//, 'begins with smtp:// or smtps://'))),
  MAIL_URL: v.optional(v.pipe(v.string(), v.url('is a URL'), v.regex(/^https?:/, 'is a web address'))),
  MAIL_TOKEN: v.optional(v.string(), ''),
  MAIL_FROM: v.optional(emailAddress('is an email address')),
  SMS_URL: v.optional(v.pipe(v.string(), v.url('is a URL'), v.regex(/^https?:/, 'is a web address'))),
  SMS_ACCOUNT: v.optional(v.string()),
  SMS_TOKEN: v.optional(v.string(), ''),
  SMS_FROM: v.optional(v.string()),
  OUTBOUND_ALLOW: v.optional(v.string(), ''),
  /** Answers questions about DNS records over HTTPS, as JSON. */
  DNS_RESOLVER_URL: v.optional(
    v.pipe(v.string(), v.url('is a URL'), v.regex(/^https?:/, 'is a web address')),
    DNS_RESOLVER_URL,
  ),
  /** Photos in a bucket of an S3-compatible store, instead of files in DATA_DIR. */
  S3_BUCKET: v.optional(v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'is a name'))),
  S3_ENDPOINT: v.optional(v.pipe(v.string(), v.url('is a URL'), v.regex(/^https?:/, 'is a web address'))),
  S3_ADDRESSING: v.optional(v.picklist(['path', 'virtual'], 'is path or virtual'), 'path'),
  AWS_REGION: v.optional(v.pipe(v.string(), v.regex(/^[\w-]+$/, 'is a region')), 'us-east-1'),
  AWS_ACCESS_KEY_ID: v.optional(v.string()),
  AUDIT_ANCHOR_FILE: v.optional(v.pipe(v.string(), v.minLength(1, 'is empty'))),
  AUDIT_ANCHOR_URL: v.optional(
    v.pipe(v.string(), v.url('is a URL'), v.regex(/^https?:/, 'is a web address')),
  ),
  /** How many proxies are in front. Without it, `X-Forwarded-*` headers are not trusted. */
  TRUST_PROXY: v.optional(v.pipe(v.string(), v.regex(/^[1-9]?$/, 'is 1 to 9 or nothing'))),
  RATE_LIMITS: v.optional(v.picklist(['on', 'off'], 'is on or off'), 'on'),
  /** `1`: a demonstration, in which anyone may sign in as anyone. Refused beside a real sign-in. */
  COUNTYLINE_DEMO: v.optional(v.picklist(['', '1'], 'is 1 or nothing')),
})

export interface Environment {
  readonly port: number
  readonly host: string
  readonly dataDir: string
  readonly tenantsDir: string
  readonly maxOpen: number
  readonly remote: Omit<RemoteSettings, 'inTurn'> | undefined
  readonly publicUrl: string
  readonly mail: MailSettings | undefined
  readonly sms: SmsService | undefined
  readonly outboundAllow: readonly string[]
  readonly dnsResolverUrl: string
  /** Undefined: no AWS_ACCESS_KEY_ID. */
  readonly s3: S3Settings | undefined
  /** In which photos are; undefined: files. */
  readonly photoBucket: string | undefined
  readonly anchors: AnchorSettings
  readonly proxies: number
  readonly rateLimits: boolean
  readonly demo: boolean
  readonly tracing: TracingSettings | undefined
}

/** Throws `bad-request` naming the variable to correct, never its value. */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): Environment {
  const read = v.safeParse(environment, env)
  if (!read.success) {
    const detail = read.issues.map(issue => `${v.getDotPath(issue)} ${issue.message}`).join('; ')
    throw problem('bad-request', { detail: `Correct the environment settings: ${detail}.` })
  }
  const { PORT, HOST, DATA_DIR, TENANTS_DIR } = read.output
  const { DATABASE_URL, DATABASE_TIMEOUT } = read.output
  const deadlines = servingDeadlines(Number(DATABASE_TIMEOUT))
  const remote =
    DATABASE_URL === undefined
      ? undefined
      : { url: DATABASE_URL, ...databaseSettings(name => env[name]), deadlines }
  const { PUBLIC_URL, OUTBOUND_ALLOW, COUNTYLINE_DEMO, TRUST_PROXY, RATE_LIMITS } = read.output
  return {
    port: Number(PORT),
    host: HOST,
    dataDir: DATA_DIR,
    tenantsDir: TENANTS_DIR,
    maxOpen: Number(read.output.OPEN_DATABASES),
    remote,
    publicUrl: (PUBLIC_URL ?? `http://localhost:${PORT}`).replace(/\/+$/, ''),
    mail: readMail(read.output),
    proxies: Number(TRUST_PROXY ?? 0),
    rateLimits: RATE_LIMITS === 'on',
    sms: readSms(read.output),
    outboundAllow: OUTBOUND_ALLOW.split(',').flatMap(host => host.trim() || []),
    dnsResolverUrl: read.output.DNS_RESOLVER_URL,
    demo: COUNTYLINE_DEMO === '1',
    tracing: tracingSettings(name => env[name]),
    s3: readS3(read.output),
    photoBucket: read.output.S3_BUCKET,
    anchors: { file: read.output.AUDIT_ANCHOR_FILE, url: read.output.AUDIT_ANCHOR_URL },
  }
}

/** Whether only this machine can reach a server that listens on `host`. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
}

function readMail({
  SMTP_URL,
  MAIL_URL,
  MAIL_TOKEN,
  MAIL_FROM,
}: v.InferOutput<typeof environment>): MailSettings | undefined {
  if (SMTP_URL === undefined && MAIL_URL === undefined) return undefined
  if (MAIL_FROM === undefined) {
    throw problem('bad-request', { detail: 'Set MAIL_FROM in the environment.' })
  }
  if (SMTP_URL !== undefined) return { kind: 'smtp', url: SMTP_URL, from: MAIL_FROM }
  return { kind: 'service', url: MAIL_URL ?? '', token: MAIL_TOKEN, from: MAIL_FROM }
}

function readSms({
  SMS_URL,
  SMS_ACCOUNT,
  SMS_TOKEN,
  SMS_FROM,
}: v.InferOutput<typeof environment>): SmsService | undefined {
  if (SMS_URL === undefined) return undefined
  if (SMS_FROM === undefined) {
    throw problem('bad-request', { detail: 'Set SMS_FROM in the environment.' })
  }
  return { url: SMS_URL, account: SMS_ACCOUNT || undefined, token: SMS_TOKEN, from: SMS_FROM }
}

function readS3(given: v.InferOutput<typeof environment>): S3Settings | undefined {
  const { S3_BUCKET, AWS_REGION: region, AWS_ACCESS_KEY_ID: accessKeyId } = given
  if (accessKeyId === undefined) {
    if (S3_BUCKET === undefined) return undefined
    throw problem('bad-request', { detail: 'Set AWS_ACCESS_KEY_ID in the environment.' })
  }
  const endpoint = given.S3_ENDPOINT ?? `https://s3.${region}.amazonaws.com`
  const { protocol, hostname, host } = new URL(endpoint)
  const isAllowed = isLoopback(hostname) || given.OUTBOUND_ALLOW.split(',').some(each => each.trim() === host)
  if (protocol === 'http:' && !isAllowed) {
    const detail = 'S3_ENDPOINT begins with https://, or its host and port are in OUTBOUND_ALLOW.'
    throw problem('bad-request', { detail: `Correct the environment settings: ${detail}` })
  }
  return { endpoint, region, accessKeyId, addressing: given.S3_ADDRESSING }
}
