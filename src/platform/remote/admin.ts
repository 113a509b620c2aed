import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { type Problem, problem } from '../../core/problem.ts'
import type { DatabaseName } from '../platform.ts'
import { DeadlinePassed, withDeadline } from './calls.ts'

// How the databases of a server are made and deleted: by the admin API of sqld, or by Turso's platform API.

export interface DatabaseAdmin {
  /**
   * Makes the database that the server calls `remoteName`, unless it is there; whether it has made it. Throws `database-unavailable`
   * for what may succeed later, `not-configured` for what the operator must mend, `bad-request` for a name
   * that the service refuses.
   */
  create(name: DatabaseName, remoteName: string): Promise<boolean>
  /** Whether it was there. Throws as `create` does. */
  delete(name: DatabaseName, remoteName: string): Promise<boolean>
}

export interface TursoSettings {
  readonly organization: string
  readonly group: string
  /** Creates databases, and opens none: that is `DATABASE_TOKEN`. */
  readonly apiToken: string
  readonly apiUrl?: string | undefined
}

/** A setting of one region, such as `DATABASE_TOKEN_RIVER_COUNTY`, if it is set. */
export type RegionSetting = (
  name: 'DATABASE_TOKEN' | 'TURSO_GROUP' | 'TURSO_API_TOKEN',
  region: string,
) => string | undefined

/** Reads `<NAME>_<REGION>`, with underscores for the hyphens of the region. */
export function regionSettings(get: (name: string) => string | undefined): RegionSetting {
  return (name, region) => get(`${name}_${region.toUpperCase().replaceAll('-', '_')}`) || undefined
}

export function sqldAdmin(url: string, token: string | undefined, deadline: number): DatabaseAdmin {
  const namespaces = `${url.replace(/\/+$/, '')}/v1/namespaces`
  // The server knows no other scheme: the word Basic, then the key as it is.
  const given = { authorization: token === undefined ? undefined : `Basic ${token}`, deadline }
  const said = {
    service: 'The database server',
    token: 'DATABASE_ADMIN_TOKEN',
    others: 'DATABASE_ADMIN_URL',
  }
  return {
    async create(_name, remoteName) {
      const answer = await ask('POST', `${namespaces}/${remoteName}/create`, { ...given, body: {} })
      if (answer.isOk || answer.text.includes('already exists')) return answer.isOk
      throw refusal('create', answer, remoteName, said)
    },
    async delete(_name, remoteName) {
      const answer = await ask('DELETE', `${namespaces}/${remoteName}`, given)
      if (answer.isOk) return true
      if (answer.status === 404 && answer.text.includes("doesn't exist")) return false
      throw refusal('delete', answer, remoteName, said)
    },
  }
}

const TURSO = 'https://api.turso.tech'

/** https://docs.turso.tech/api-reference/databases/create and /delete */
export function tursoAdmin(
  { organization, group, apiToken, apiUrl = TURSO }: TursoSettings,
  urlOf: (remoteName: string) => string,
  ofRegion: RegionSetting,
  deadline: number,
): DatabaseAdmin {
  const said = { service: 'Turso', token: 'TURSO_API_TOKEN', others: 'TURSO_ORGANIZATION and TURSO_GROUP' }
  const path = `${apiUrl.replace(/\/+$/, '')}/v1/organizations/${encodeURIComponent(organization)}/databases`
  const own = (setting: 'TURSO_GROUP' | 'TURSO_API_TOKEN', name: DatabaseName) =>
    name.kind === 'directory' ? undefined : ofRegion(setting, name.region)
  const given = (name: DatabaseName) => ({
    authorization: `Bearer ${own('TURSO_API_TOKEN', name) ?? apiToken}`,
    deadline,
  })
  return {
    async create(name, remoteName) {
      const missing = Object.entries({
        TURSO_ORGANIZATION: organization,
        TURSO_GROUP: group,
        TURSO_API_TOKEN: apiToken,
      }).flatMap(([setting, value]) => (value === '' ? [setting] : []))
      if (missing.length > 0)
        throw notConfigured(`Set ${missing.join(' and ')} to create databases at Turso.`)
      const body = { name: remoteName, group: own('TURSO_GROUP', name) ?? group }
      const answer = await ask('POST', path, { ...given(name), body })
      if (answer.status === 409) return false
      if (!answer.isOk) throw refusal('create', answer, remoteName, said)
      const host = hostIn(answer.text)
      const expected = new URL(urlOf(remoteName).replace(/^\w+:/, 'https:')).hostname
      if (host !== undefined && host !== expected) {
        throw notConfigured(
          `Turso answers for ${remoteName} at ${host}, and DATABASE_URL leads to ${expected}. Correct DATABASE_URL, with {name} for the name.`,
        )
      }
      return true
    },
    async delete(name, remoteName) {
      const answer = await ask('DELETE', `${path}/${remoteName}`, given(name))
      // An organization that it does not know has no such database either.
      if (answer.isOk || answer.status === 404) return answer.isOk
      throw refusal('delete', answer, remoteName, said)
    },
  }
}

interface Answer {
  readonly isOk: boolean
  readonly status: number
  readonly text: string
  readonly headers: Headers
}

interface Given {
  readonly authorization: string | undefined
  readonly body?: object
  readonly deadline: number
}

async function ask(method: 'POST' | 'DELETE', url: string, given: Given): Promise<Answer> {
  try {
    return await withDeadline(given.deadline, async signal => {
      const answer = await fetch(url, {
        method,
        headers: {
          'content-type': 'application/json',
          ...(given.authorization === undefined ? {} : { authorization: given.authorization }),
        },
        ...(given.body === undefined ? {} : { body: JSON.stringify(given.body) }),
        redirect: 'manual',
        signal,
      })
      const { ok, status, headers } = answer
      return { isOk: ok, status, text: await answer.text(), headers }
    })
  } catch (cause) {
    const why = cause instanceof DeadlinePassed ? 'did not answer in time' : 'cannot be reached'
    throw later(`The service that creates databases ${why}.`, RETRY_SECONDS, cause)
  }
}

const RETRY_SECONDS = 5
const BUSY_SECONDS = 30
const MAX_RETRY_SECONDS = 3600

interface Said {
  readonly service: string
  readonly token: string
  readonly others: string
}

function refusal(
  verb: 'create' | 'delete',
  answer: Answer,
  remoteName: string,
  { service, token, others }: Said,
): Problem {
  const { status } = answer
  switch (status) {
    case 401:
    case 403:
      return notConfigured(
        `${service} does not accept the token that creates databases (${status}). Correct ${token}.`,
      )
    case 402:
      return notConfigured(
        `${service} creates no more databases on this plan (402). Raise the plan's limit or check its payment.`,
      )
    case 404:
      return notConfigured(`${service} does not know where to create databases (404). Correct ${others}.`)
    case 429:
      return later(`${service} asks to come again later (429).`, secondsOf(answer.headers))
  }
  if (status >= 500) return later(`${service} failed (${status}).`, RETRY_SECONDS)
  return problem('bad-request', {
    detail: `${service} refuses to ${verb} the database ${remoteName} (${status}).`,
    logged: { remoteName, status: String(status) },
  })
}

function notConfigured(detail: string): Problem {
  return problem('not-configured', { detail })
}

function later(detail: string, retryAfterSeconds: number, cause?: unknown): Problem {
  return problem('database-unavailable', { detail, retryAfterSeconds, cause: cause ?? new Error(detail) })
}

/** From `Retry-After`: seconds, or a date, which is compared with the server's own. */
function secondsOf(headers: Headers): number {
  const given = headers.get('retry-after') ?? ''
  const until = (Date.parse(given) - Date.parse(headers.get('date') ?? '')) / 1000
  const seconds = /^\d+$/.test(given) ? Number(given) : until
  return Number.isNaN(seconds) ? BUSY_SECONDS : Math.min(MAX_RETRY_SECONDS, Math.max(1, Math.ceil(seconds)))
}

function hostIn(text: string): string | undefined {
  try {
    const { database } = JSON.parse(text) as { database?: { Hostname?: unknown } }
    return typeof database?.Hostname === 'string' && database.Hostname !== '' ? database.Hostname : undefined
  } catch {
    return undefined
  }
}

// One label of a host name (RFC 1035). Turso allows 64 characters in a name, which its host name does not.
const MAX_HOST_LABEL = 63
const HASH_DIGITS = 10

/**
 * What the server calls a database: its label. Where that is too long for the host name in `url`, its beginning
 * and a hash, the same each time.
 */
export function remoteNameOf(label: string, url: string): string {
  const [host = ''] = url.replace(/^\w+:\/\//, '').split(/[/?#]/)
  const part = host.split('.').find(each => each.includes('{name}'))
  if (part === undefined) return label
  const room = MAX_HOST_LABEL - (part.length - '{name}'.length)
  if (label.length <= room) return label
  const hash = bytesToHex(sha256(utf8ToBytes(label))).slice(0, HASH_DIGITS)
  return `${label.slice(0, room - HASH_DIGITS - 1).replace(/-+$/, '')}-${hash}`
}
