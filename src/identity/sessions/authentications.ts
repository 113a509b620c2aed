import { problem } from '../../core/problem.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Authentication, SignInSource, SourceShown, StoredAuthentication } from './sources.ts'

const STEP_UP_VALID = 10 * 60_000

const MAX_AUTHENTICATIONS = 6

interface Authenticated {
  readonly authentications: readonly Authentication[]
}

export function withShown(
  before: readonly Authentication[],
  shown: readonly SourceShown[],
  at: number,
): Authentication[] {
  const isShown = (one: SourceShown) =>
    shown.some(({ method, source }) => one.method === method && one.source === source)
  return [...shown.map(one => ({ ...one, at })), ...before.filter(one => !isShown(one))].slice(
    0,
    MAX_AUTHENTICATIONS,
  )
}

export function writeAuthentications(all: readonly Authentication[]): StoredAuthentication[] {
  return all.map(({ method, source, at }) => [method, source, at])
}

/** Omits `demo` sources unless a demonstration is on. */
export function readAuthentications(
  { demo }: Platform,
  stored: readonly StoredAuthentication[],
): Authentication[] {
  return stored
    .map(([method, source, at]) => ({ method, source, at }))
    .filter(({ source }) => source !== 'demo' || demo)
}

/** Before dangerous actions (ASVS 5.0, 7.5.3). Throws `step-up-required` without a recent proof that counts. */
export function requireStepUp(
  signedIn: Authenticated,
  now: number,
  counts?: (source: SignInSource) => boolean,
): void {
  if (!hasSteppedUp(signedIn, now, counts)) throw problem('step-up-required')
}

export function hasSteppedUp(
  signedIn: Authenticated,
  now: number,
  counts: (source: SignInSource) => boolean = () => true,
): boolean {
  return recentSources(signedIn, now).some(counts)
}

export function recentSources({ authentications }: Authenticated, now: number): SignInSource[] {
  const recent = authentications.filter(({ at }) => now - at <= STEP_UP_VALID)
  return [...new Set(recent.map(({ source }) => source))]
}
