import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import { problem } from '../../core/problem.ts'
import type { SmsService } from '../sms.ts'
import type { MailSettings } from './platform.ts'

const here = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))
const optionalUrl = v.optional(v.pipe(v.string(), v.regex(/^(https?|libsql|wss?):\/\//, 'is a URL')))

/** The environment, as one schema: every name that Node deployments read. */
const environment = v.object({
  PORT: v.optional(v.pipe(v.string(), v.regex(/^\d{1,5}$/, 'is a port number')), '8311'),
  DATA_DIR: v.optional(v.pipe(v.string(), v.minLength(1, 'is empty')), here('data')),
  TENANTS_DIR: v.optional(v.pipe(v.string(), v.minLength(1, 'is empty')), here('tenants')),
  /** Databases over HTTP instead of files; see `platform/remote.ts`. */
  DATABASE_URL: optionalUrl,
  DATABASE_TOKEN: v.optional(v.string()),
  DATABASE_ADMIN_URL: optionalUrl,
  /** Where residents reach this server; links in letters begin with it. */
  PUBLIC_URL: v.optional(v.pipe(v.string(), v.url('is a URL'), v.regex(/^https?:/, 'is a web address'))),
  /** Letters go out by SMTP, or by a service over HTTP; see docs/partners.md. */
  SMTP_URL: v.optional(v.pipe(v.string(), v.regex(/^smtps?:\/\//, 'begins with smtp:// or smtps://'))),
  MAIL_URL: v.optional(v.pipe(v.string(), v.url('is a URL'), v.regex(/^https?:/, 'is a web address'))),
  MAIL_TOKEN: v.optional(v.string(), ''),
  MAIL_FROM: v.optional(v.pipe(v.string(), v.email('is an email address'))),
  /** Text messages go out by a provider over HTTP; see docs/residents.md. */
  SMS_URL: v.optional(v.pipe(v.string(), v.url('is a URL'), v.regex(/^https?:/, 'is a web address'))),
  SMS_ACCOUNT: v.optional(v.string()),
  SMS_TOKEN: v.optional(v.string(), ''),
  SMS_FROM: v.optional(v.string()),
  /** `host:port,…`: may be asked although private. Only an operator can say so. */
  OUTBOUND_ALLOW: v.optional(v.string(), ''),
  /**
   * How many proxies stand in front, `1` for most. Only then are their `X-Forwarded-Proto` and `X-Forwarded-For` true, and
   * the last `X-Forwarded-For` that they have added says who asks.
   */
  TRUST_PROXY: v.optional(v.pipe(v.string(), v.regex(/^[1-9]?$/, 'is 1 to 9 or nothing'))),
  RATE_LIMITS: v.optional(v.picklist(['on', 'off'], 'is on or off'), 'on'),
  /** `1`: a demonstration, in which anybody may sign in as anybody. Refused beside a real sign-in. */
  COUNTYLINE_DEMO: v.optional(v.picklist(['', '1'], 'is 1 or nothing')),
})

export interface Environment {
  readonly port: number
  readonly dataDir: string
  readonly tenantsDir: string
  readonly remote:
    | { readonly url: string; readonly token?: string | undefined; readonly adminUrl?: string | undefined }
    | undefined
  readonly publicUrl: string
  readonly mail: MailSettings | undefined
  readonly sms: SmsService | undefined
  readonly outboundAllow: readonly string[]
  /** How many; 0: callers reach this process themselves. */
  readonly proxies: number
  readonly rateLimits: boolean
  readonly demo: boolean
}

/** Throws `bad-request` naming the variable to mend; never shows its value. */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): Environment {
  const read = v.safeParse(environment, env)
  if (!read.success) {
    const detail = read.issues.map(issue => `${v.getDotPath(issue)} ${issue.message}`).join('; ')
    throw problem('bad-request', { detail: `The environment needs mending: ${detail}.` })
  }
  const { PORT, DATA_DIR, TENANTS_DIR, DATABASE_URL, DATABASE_TOKEN, DATABASE_ADMIN_URL } = read.output
  const remote =
    DATABASE_URL === undefined
      ? undefined
      : { url: DATABASE_URL, token: DATABASE_TOKEN, adminUrl: DATABASE_ADMIN_URL }
  const { PUBLIC_URL, OUTBOUND_ALLOW, COUNTYLINE_DEMO, TRUST_PROXY, RATE_LIMITS } = read.output
  return {
    port: Number(PORT),
    dataDir: DATA_DIR,
    tenantsDir: TENANTS_DIR,
    remote,
    publicUrl: (PUBLIC_URL ?? `http://localhost:${PORT}`).replace(/\/+$/, ''),
    mail: readMail(read.output),
    proxies: Number(TRUST_PROXY ?? 0),
    rateLimits: RATE_LIMITS === 'on',
    sms: readSms(read.output),
    outboundAllow: OUTBOUND_ALLOW.split(',').flatMap(host => host.trim() || []),
    demo: COUNTYLINE_DEMO === '1',
  }
}

function readMail({
  SMTP_URL,
  MAIL_URL,
  MAIL_TOKEN,
  MAIL_FROM,
}: v.InferOutput<typeof environment>): MailSettings | undefined {
  if (SMTP_URL === undefined && MAIL_URL === undefined) return undefined
  if (MAIL_FROM === undefined) {
    throw problem('bad-request', { detail: 'The environment needs mending: MAIL_FROM is missing.' })
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
    throw problem('bad-request', { detail: 'The environment needs mending: SMS_FROM is missing.' })
  }
  return { url: SMS_URL, account: SMS_ACCOUNT || undefined, token: SMS_TOKEN, from: SMS_FROM }
}
