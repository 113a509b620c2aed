import { sql } from 'drizzle-orm'
import { openDirectory } from '../../core/database/handles.ts'
import { checkMasterKey } from '../../core/encryption/master-key.ts'
import { isPublicHost } from '../../core/http/addresses.ts'
import { policies } from '../../identity/limits.ts'
import type { Platform } from '../../platform/platform.ts'
import { type Check, type Finding, fault, ok, reasonOf, warning } from './examine.ts'
import { isOwnMachine, weaknessOf } from './strength.ts'

const DAY = 86_400_000

/** What only a Worker has. */
export const bindings: Check = {
  name: 'bindings',
  async run({ hasBinding }) {
    if (hasBinding === undefined) return []
    const missing = ['FILES', 'JOB_QUEUE', 'ASSETS'].filter(name => !hasBinding(name))
    const limits = Object.keys(policies).map(name => `LIMIT_${name.toUpperCase().replaceAll('-', '_')}`)
    const unlimited = limits.filter(name => !hasBinding(name))
    const isKept = hasBinding('SNAPSHOTS')
    return [
      ...missing.map(name => fault(`${name} is not bound.`, 'Bind it in wrangler.toml, and deploy again.')),
      ...unlimited.map(name =>
        warning(
          `${name} is not bound: each isolate counts for itself.`,
          'Bind the rate limit in wrangler.toml.',
        ),
      ),
      ...(isKept
        ? []
        : [
            warning(
              'SNAPSHOTS is not bound: where nobody visited before, a site is away while its databases are.',
              'Bind a KV namespace as SNAPSHOTS in wrangler.toml, and deploy again.',
            ),
          ]),
      ...(missing.length + unlimited.length === 0 && isKept ? [ok('Everything is bound.')] : []),
    ]
  },
}

export const addresses: Check = {
  name: 'addresses',
  async run(platform) {
    const url = new URL(platform.publicUrl)
    const findings: Finding[] = []
    if (platform.demo) {
      findings.push(
        warning(
          'Anyone can sign in as anyone: COUNTYLINE_DEMO is on.',
          'Unset COUNTYLINE_DEMO in production.',
        ),
      )
    }
    if (isOwnMachine(url.hostname)) {
      const set = 'Set PUBLIC_URL to the address where residents reach it.'
      const what = 'Links in emails lead to localhost.'
      findings.push(platform.runtime === 'workers' ? fault(what, set) : warning(what, set))
    } else if (url.protocol === 'http:' && isPublicHost(url.hostname)) {
      findings.push(
        fault('PUBLIC_URL is not https.', 'End TLS in front of the server, and use https in PUBLIC_URL.'),
      )
    }
    findings.push(...databaseAddress(platform))
    return findings.length > 0 ? findings : [ok('The public address and that of the databases can be used.')]
  },
}

function databaseAddress({ databases }: Platform): Finding[] {
  const url = serverUrl(databases.urlOf({ kind: 'directory' }))
  if (url === undefined) return []
  const isPlain = url.protocol === 'http:' || url.protocol === 'ws:'
  if (!isPlain || !isPublicHost(url.hostname)) return []
  return [
    fault(
      `The databases on ${url.hostname} are reached without TLS.`,
      'Use https in DATABASE_URL, or reach the server by a private network.',
    ),
  ]
}

// Undefined for a file.
function serverUrl(address: string): URL | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined
  return url !== undefined && /^(https?|libsql|wss?):$/.test(url.protocol) ? url : undefined
}

export const secrets: Check = {
  name: 'secrets',
  async run(platform) {
    const names = ['MASTER_KEY', 'SIGNING_KEY', 'DATABASE_KEY', 'METRICS_TOKEN']
    const known = names.flatMap(name => {
      const value = platform.secrets.get(name)
      return value === undefined ? [] : [[name, value] as const]
    })
    const findings = ['MASTER_KEY', 'SIGNING_KEY']
      .filter(name => !known.some(([each]) => each === name))
      .map(name =>
        fault(`${name} is not set.`, `Set ${name} to at least 32 random characters (docs/operate.md).`),
      )
    for (const [name, value] of known) {
      const weakness = weaknessOf(value)
      if (weakness !== undefined) {
        const replace =
          name === 'MASTER_KEY' || name === 'DATABASE_KEY'
            ? 'Replace it with `countyline keys rotate` (docs/operate.md).'
            : 'Set another.'
        findings.push(fault(`${name} ${weakness}.`, `Use 32 random bytes, as hex or base64. ${replace}`))
      }
      const twin = known.find(([other, its]) => other !== name && its === value)
      if (twin !== undefined)
        findings.push(fault(`${name} and ${twin[0]} are the same.`, 'Make one for each.'))
    }
    const isWrong = await checkMasterKey(platform).then(
      () => undefined,
      error => reasonOf(error),
    )
    if (isWrong !== undefined && known.some(([name]) => name === 'MASTER_KEY')) {
      findings.push(
        fault(`MASTER_KEY cannot be used: ${isWrong}`, 'Set the one that this deployment began with.'),
      )
    }
    return findings.length > 0 ? findings : [ok(`${known.length} secrets are set and strong.`)]
  },
}

const WARNED_MILLISECONDS = 5_000
const FAULT_MILLISECONDS = 60_000

/** Against that of the database server, which is another machine. */
export const clock: Check = {
  name: 'clock',
  async run(platform) {
    if (serverUrl(platform.databases.urlOf({ kind: 'directory' })) === undefined) {
      return [ok('There is no other clock to compare with: the databases are files.')]
    }
    const [row] = await openDirectory(platform).rows<{ now: number }>(sql`SELECT unixepoch() AS now`)
    const apart = Math.abs((row?.now ?? 0) * 1000 - platform.clock.now())
    const what = `The clocks here and on the database server are ${Math.round(apart / 1000)} seconds apart.`
    const mend = 'Let both set their clocks by NTP.'
    if (apart > FAULT_MILLISECONDS) return [fault(what, mend)]
    return [apart > WARNED_MILLISECONDS ? warning(what, mend) : ok(what)]
  },
}

const SOON = 21 * DAY

/** Of the public address and of sign-in providers. Absent where the runtime does not tell. */
export async function certificateFinding(platform: Platform, address: string): Promise<Finding | undefined> {
  const url = new URL(address)
  if (platform.certificateEnd === undefined || url.protocol !== 'https:') return undefined
  const renew = `Renew the certificate of ${url.host}, and find out why it was not renewed by itself.`
  try {
    const left = (await platform.certificateEnd(url)) - platform.clock.now()
    const days = Math.floor(left / DAY)
    if (left < 0) return fault(`The certificate of ${url.host} has expired.`, renew)
    if (left < SOON) return warning(`The certificate of ${url.host} ends in ${days} days.`, renew)
    return ok(`The certificate of ${url.host} is good for ${days} days.`)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    return fault(`TLS with ${url.host} fails${code}.`, renew)
  }
}

export const certificate: Check = {
  name: 'certificate',
  async run(platform) {
    const found = await certificateFinding(platform, platform.publicUrl)
    return found === undefined ? [] : [found]
  },
}
