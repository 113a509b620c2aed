import { readFileSync, statSync } from 'node:fs'
import { parseEnv } from 'node:util'
import * as v from 'valibot'
import { isOwnMachine, weaknessOf } from '../../src/monitoring/doctor/strength.ts'

/** Those of the deployment that the worker itself does not get. */
const FOR_THE_COMMAND = ['CLOUDFLARE_ACCOUNT_ID', 'CLOUDFLARE_API_TOKEN', 'DOMAINS'] as const

/** Those of one region, and secrets that documents name. */
const OTHERS = /^(DATABASE_TOKEN|TURSO_GROUP|TURSO_API_TOKEN|PARTNER|OIDC|GEOCODER)_[A-Z0-9_]+$/

const needed = v.optional(v.string(), '')
const key = v.pipe(
  needed,
  v.nonEmpty('is missing. `npm run deploy -- --new FILE` makes one'),
  v.rawCheck(({ dataset, addIssue }) => {
    const weakness = dataset.typed ? weaknessOf(dataset.value) : undefined
    if (weakness !== undefined) addIssue({ message: weakness })
  }),
)
const webAddress = v.pipe(needed, v.nonEmpty('is missing'), v.url('is not a URL'))
const text = v.optional(v.string())

const form = v.objectWithRest(
  {
    CLOUDFLARE_ACCOUNT_ID: v.pipe(
      needed,
      v.nonEmpty('is missing'),
      v.regex(/^\w+$/, 'is not an account’s id'),
    ),
    CLOUDFLARE_API_TOKEN: v.pipe(needed, v.nonEmpty('is missing')),
    DOMAINS: text,
    PUBLIC_URL: v.pipe(webAddress, v.regex(/^https?:\/\/[^/]+\/?$/, 'has more than a host')),
    DATABASE_URL: v.pipe(needed, v.nonEmpty('is missing'), v.regex(/^(https?|libsql):\/\/./, 'is not a URL')),
    DATABASE_TOKEN: text,
    DATABASE_ADMIN_URL: text,
    DATABASE_ADMIN_TOKEN: text,
    TURSO_ORGANIZATION: text,
    TURSO_GROUP: text,
    TURSO_API_TOKEN: text,
    TURSO_API_URL: text,
    DATABASE_REPLICA_URL: text,
    DATABASE_TIMEOUT: text,
    MASTER_KEY: key,
    MASTER_KEY_PREVIOUS: text,
    SIGNING_KEY: key,
    MAIL_URL: text,
    MAIL_TOKEN: text,
    MAIL_FROM: text,
    SMS_URL: text,
    SMS_ACCOUNT: text,
    SMS_TOKEN: text,
    SMS_FROM: text,
    OUTBOUND_ALLOW: text,
    DNS_RESOLVER_URL: text,
    AUDIT_ANCHOR_URL: text,
    AUDIT_ANCHOR_TOKEN: text,
    METRICS_TOKEN: v.optional(
      v.pipe(v.string(), v.regex(/^\S{32,}$/, 'has fewer than 32 characters, or a space')),
    ),
    SETUP_CODE: v.optional(
      v.pipe(
        v.string(),
        v.check(code => code.replace(/[^0-9a-z]/gi, '').length >= 16, 'has fewer than 16 letters and digits'),
      ),
    ),
    OTEL_EXPORTER_OTLP_ENDPOINT: text,
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: text,
    OTEL_EXPORTER_OTLP_HEADERS: text,
    OTEL_SERVICE_NAME: text,
    OTEL_TRACES_SAMPLER_ARG: text,
    COUNTYLINE_DEMO: text,
  },
  v.string(),
)

export type Settings = v.InferOutput<typeof form>

export interface ReadSettings {
  readonly settings: Settings
  /** What works, but is seldom meant. */
  readonly warnings: readonly string[]
}

/** Every fault of a settings file, none of which shows a value. */
export class SettingsFaults extends Error {
  constructor(file: string, faults: readonly string[]) {
    super(`Correct ${file}:\n${faults.map(fault => `  ${fault}`).join('\n')}`)
  }
}

/** Reads a file of `NAME=value` lines. Throws `SettingsFaults`; production is refused what staging is warned of. */
export function readSettings(file: string, environment: string): ReadSettings {
  let content: string
  let mode: number
  try {
    content = readFileSync(file, 'utf8')
    mode = statSync(file).mode
  } catch (error) {
    throw new SettingsFaults(file, [`it cannot be read: ${(error as NodeJS.ErrnoException).code}`])
  }
  const given = Object.fromEntries(Object.entries(parseEnv(content)).filter(([, value]) => value !== ''))
  const read = v.safeParse(form, given, { abortPipeEarly: true })
  const faults = (read.issues ?? []).map(issue => `${v.getDotPath(issue)} ${issue.message}.`)
  for (const name of Object.keys(given)) {
    if (!(name in form.entries) && !OTHERS.test(name))
      faults.push(`${name} is not a setting. Correct its name, or remove the line.`)
  }
  if (process.platform !== 'win32' && (mode & 0o077) !== 0)
    faults.push(`Other accounts of this machine can read it. Run: chmod 600 ${file}`)
  if (given.MASTER_KEY !== undefined && given.MASTER_KEY === given.SIGNING_KEY)
    faults.push('MASTER_KEY and SIGNING_KEY are the same. Make two.')
  for (const service of ['MAIL', 'SMS']) {
    const [url, from] = [given[`${service}_URL`], given[`${service}_FROM`]]
    if ((url === undefined) !== (from === undefined))
      faults.push(`${service}_URL and ${service}_FROM go together. Set both, or neither.`)
  }
  const turso = ['TURSO_ORGANIZATION', 'TURSO_GROUP', 'TURSO_API_TOKEN'].filter(
    name => given[name] === undefined,
  )
  if (turso.length < 3 && turso.length > 0)
    faults.push(`Set ${turso.join(' and ')} too, to create databases at Turso.`)
  const doubts = doubtsOf(given)
  if (turso.length === 3 && given.DATABASE_ADMIN_URL === undefined)
    doubts.push('Nothing creates databases: set TURSO_… or DATABASE_ADMIN_URL (docs/operate.md).')
  const isProduction = environment === 'production'
  if (isProduction) faults.push(...doubts)
  if (!read.success || faults.length > 0) throw new SettingsFaults(file, faults)
  const warnings = isProduction ? [] : [...doubts]
  if (given.MAIL_URL === undefined) warnings.push('MAIL_URL is not set: no email is sent.')
  return { settings: read.output, warnings }
}

function doubtsOf(given: Readonly<Record<string, string | undefined>>): string[] {
  const doubts: string[] = []
  for (const name of ['PUBLIC_URL', 'DATABASE_URL', 'DATABASE_REPLICA_URL', 'MAIL_URL', 'SMS_URL']) {
    const value = given[name]
    if (value === undefined || !URL.canParse(value.replace('{name}', 'name'))) continue
    const { protocol, hostname } = new URL(value.replace('{name}', 'name'))
    if (isOwnMachine(hostname)) doubts.push(`${name} names this machine, which Cloudflare cannot reach.`)
    else if (protocol === 'http:') doubts.push(`${name} is not encrypted. Use https.`)
  }
  if (given.COUNTYLINE_DEMO === '1') doubts.push('COUNTYLINE_DEMO lets anyone sign in as anyone.')
  return doubts
}

/** Every name that a settings file may have, apart from those of one region and of documents. */
export const settingNames: readonly string[] = Object.keys(form.entries)

/** What is sent with the worker. */
export function secretsFor(settings: Settings): Record<string, string> {
  const kept: readonly string[] = FOR_THE_COMMAND
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]) =>
      value === undefined || kept.includes(name) ? [] : [[name, value]],
    ),
  )
}
