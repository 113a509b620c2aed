import { counter } from '../../core/metrics.ts'
import type { Platform } from '../../platform/platform.ts'
import { failed, refused, succeeded, takeTurn } from './circuit.ts'
import type { Found, Question, Service } from './service.ts'

export interface Server {
  readonly region: string
  readonly kind: string
  readonly service: Service
  readonly url: string
  readonly key:
    | { readonly state: 'not-needed' | 'missing' }
    | { readonly state: 'set'; readonly value: string }
  /** Milliseconds that a call may take. */
  readonly within: number
}

const AT_ONCE = 4
const REFUSALS = [401, 402, 403, 429, 498, 499]
// Says nothing about the server: the text of one search was too odd for it.
const NOT_UNDERSTOOD = [400, 404, 414, 422]

type Answer =
  | { readonly outcome: 'answered'; readonly found: readonly Found[] }
  | { readonly outcome: 'not-understood' | 'failed' | 'late'; readonly reason: string | number }
  | { readonly outcome: 'refused'; readonly reason: string | number; readonly retryAfter: string | null }

/** Undefined: no answer. Never throws. */
export async function askServer(
  platform: Platform,
  server: Server,
  act: string,
  question: Question,
): Promise<readonly Found[] | undefined> {
  const { region, kind, service, url, within } = server
  // A key that one region may not use says nothing about another's.
  const name = server.key.state === 'not-needed' ? url : `${region} ${url}`
  const pause = url === service.publicUrl ? (service.publicPause ?? 0) : 0
  const over = takeTurn(platform, name, { atOnce: AT_ONCE, pause, within })
  if (over === 'off') return undefined
  if (over === 'busy') {
    logAsked(platform, server, { act, outcome: 'busy', milliseconds: 0, places: 0 })
    return undefined
  }
  const start = platform.clock.now()
  const answer = await call(platform, server, question)
  over()
  const found = answer.outcome === 'answered' ? answer.found : undefined
  const milliseconds = platform.clock.now() - start
  logAsked(platform, server, { act, outcome: answer.outcome, milliseconds, places: found?.length ?? 0 })
  const until = judge(platform, name, answer)
  if (until !== undefined && answer.outcome !== 'answered') {
    platform.log('warn', 'geocoder-off', {
      region,
      geocoder: kind,
      host: new URL(url).host,
      reason: answer.reason,
      until: new Date(until).toISOString(),
    })
  }
  return found
}

const requests = counter(
  'countyline_geocoder_requests_total',
  'Requests to geocoders, by kind and outcome: answered, cached, busy, refused, late, failed, not-understood.',
)

interface Asked {
  readonly act: string
  readonly outcome: Answer['outcome'] | 'busy' | 'cached'
  readonly milliseconds: number
  readonly places: number
}

/** Never the text or the place that is asked about. */
export function logAsked(platform: Platform, { region, kind, url }: Server, asked: Asked): void {
  platform.metrics.add(requests, { geocoder: kind, outcome: asked.outcome })
  platform.log('info', 'geocoder-asked', { region, geocoder: kind, host: new URL(url).host, ...asked })
}

function judge(platform: Platform, name: string, answer: Answer): number | undefined {
  switch (answer.outcome) {
    case 'answered':
      return void succeeded(platform, name)
    case 'not-understood':
      return undefined
    case 'refused':
      return refused(platform, name, answer.retryAfter)
    default:
      return failed(platform, name)
  }
}

async function call(platform: Platform, server: Server, question: Question): Promise<Answer> {
  if (server.key.state === 'missing')
    return { outcome: 'refused', reason: 'secret-not-set', retryAfter: null }
  const signal = AbortSignal.timeout(server.within)
  try {
    const response = await platform.outbound.fetch(addressOf(server, question), {
      headers: { accept: 'application/json', 'user-agent': `Countyline (${platform.publicUrl})` },
      // The query has what was typed, and a key: they are for this server only.
      redirect: 'manual',
      signal,
    })
    const answer: unknown = response.ok ? await response.json().catch(() => undefined) : null
    const status = (response.ok && server.service.errorStatus?.(answer)) || response.status
    const retryAfter = response.headers.get('retry-after')
    if (REFUSALS.includes(status) || (status === 503 && retryAfter !== null)) {
      return { outcome: 'refused', reason: status, retryAfter }
    }
    if (NOT_UNDERSTOOD.includes(status)) return { outcome: 'not-understood', reason: status }
    if (status < 200 || status > 299) return { outcome: 'failed', reason: status }
    const found = question.read(answer)
    return found === undefined
      ? { outcome: 'failed', reason: answer === undefined ? 'not-json' : 'unknown-shape' }
      : { outcome: 'answered', found }
  } catch {
    return signal.aborted
      ? { outcome: 'late', reason: 'late' }
      : { outcome: 'failed', reason: 'unreachable-or-too-large' }
  }
}

function addressOf({ url, service, key }: Server, { path, query }: Question): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) parameters.set(name, String(value))
  if (key.state === 'set' && service.keyParameter !== undefined)
    parameters.set(service.keyParameter, key.value)
  return `${url}${path}?${parameters}`
}
