import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import { problem } from '../../core/problem.ts'
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
  /** `host:port,…`: may be asked although private. Only an operator can say so. */
  OUTBOUND_ALLOW: v.optional(v.string(), ''),
  /** `1`: a proxy that ends TLS stands in front, and its `X-Forwarded-Proto` is true. */
  TRUST_PROXY: v.optional(v.picklist(['', '1'], 'is 1 or nothing')),
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
  readonly outboundAllow: readonly string[]
  readonly trustProxy: boolean
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
  const { PUBLIC_URL, OUTBOUND_ALLOW, TRUST_PROXY } = read.output
  return {
    port: Number(PORT),
    dataDir: DATA_DIR,
    tenantsDir: TENANTS_DIR,
    remote,
    publicUrl: (PUBLIC_URL ?? `http://localhost:${PORT}`).replace(/\/+$/, ''),
    mail: readMail(read.output),
    trustProxy: TRUST_PROXY === '1',
    outboundAllow: OUTBOUND_ALLOW.split(',').flatMap(host => host.trim() || []),
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
