import { Cache } from '../../core/cache.ts'
import type { Platform } from '../../platform/platform.ts'

const FAILURES = 3
const MINUTE = 60_000
const REFUSED_FOR = 15 * MINUTE
const FAILED_FOR = MINUTE
const FAILED_AT_MOST = 60 * MINUTE
const OFF_AT_MOST = 24 * 60 * MINUTE

/** What the calls to one server have in common. */
interface Circuit {
  /** In a row. */
  failures: number
  offUntil: number
  lastStart: number
  /** Ends of the calls under way, as they are at the latest: a call that is dropped with its caller counts no longer. */
  readonly running: Set<{ readonly end: number }>
}

const circuits = new Cache<Circuit>({ fresh: Infinity })

function circuitOf(platform: Platform, server: string): Circuit {
  const none = { failures: 0, offUntil: 0, lastStart: -Infinity, running: new Set<{ end: number }>() }
  return circuits.peek(platform, server)?.value ?? circuits.set(platform, server, none)
}

export interface Turn {
  /** Calls at once. */
  readonly atOnce: number
  /** Milliseconds from one start to the next. */
  readonly pause: number
  /** Milliseconds that a call may take. */
  readonly within: number
}

/** What to call when it is over; or why there is no call now. */
export function takeTurn(
  platform: Platform,
  server: string,
  { atOnce, pause, within }: Turn,
): (() => void) | 'off' | 'busy' {
  const circuit = circuitOf(platform, server)
  const now = platform.clock.now()
  if (now < circuit.offUntil) return 'off'
  for (const call of circuit.running) if (call.end < now) circuit.running.delete(call)
  if (circuit.running.size >= atOnce || now - circuit.lastStart < pause) return 'busy'
  const call = { end: now + within }
  circuit.running.add(call)
  circuit.lastStart = now
  return () => circuit.running.delete(call)
}

export function succeeded(platform: Platform, server: string): void {
  circuitOf(platform, server).failures = 0
}

/** Until when the server is left alone, if this failure is why. */
export function failed(platform: Platform, server: string): number | undefined {
  const circuit = circuitOf(platform, server)
  // Calls that were under way when it began.
  if (platform.clock.now() < circuit.offUntil) return undefined
  circuit.failures++
  const beyond = circuit.failures - FAILURES
  if (beyond < 0) return undefined
  return leave(platform, circuit, Math.min(FAILED_FOR * 2 ** beyond, FAILED_AT_MOST))
}

/** Until when the server is left alone, if this refusal is why. `retryAfter`: the header's value. */
export function refused(platform: Platform, server: string, retryAfter: string | null): number | undefined {
  return leave(platform, circuitOf(platform, server), waitOf(platform, retryAfter) ?? REFUSED_FOR)
}

function leave(platform: Platform, circuit: Circuit, wait: number): number | undefined {
  const now = platform.clock.now()
  const until = now + wait
  // Of several refusals at once, the first is told, and any that means longer.
  if (now < circuit.offUntil && until < circuit.offUntil + MINUTE) return undefined
  circuit.offUntil = until
  return until
}

// Seconds or a date (RFC 9110 § 10.2.3).
function waitOf(platform: Platform, retryAfter: string | null): number | undefined {
  if (retryAfter === null) return undefined
  const wait = /^\d+$/.test(retryAfter)
    ? Number(retryAfter) * 1000
    : Date.parse(retryAfter) - platform.clock.now()
  return Number.isFinite(wait) ? Math.min(Math.max(wait, 1000), OFF_AT_MOST) : undefined
}
