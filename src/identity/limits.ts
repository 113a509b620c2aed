import type { Context, MiddlewareHandler } from 'hono'
import { problem } from '../core/problem.ts'
import type { RateLimitPolicy, RateLimitResult } from '../platform/platform.ts'
import type { AppEnv } from '../regions/runtime/site.ts'
import { bearerOf } from './programs/bearer.ts'

// Programs count by key alone, so that one vendor's customers do not starve each other; anonymous callers and
// rejected credentials count by network address.

export const policies = {
  /** Enough for a town hall behind one address; `one-time.ts` limits emails and guesses per person. */
  'sign-in': { name: 'sign-in', quota: 60, seconds: 60 },
  reports: { name: 'reports', quota: 60, seconds: 60 },
  /** Few, because a public case can be reopened by anybody. */
  'closed-cases': { name: 'closed-cases', quota: 6, seconds: 60 },
  /** Of one partner's address: enough to correct a setting and try again. */
  'partner-tests': { name: 'partner-tests', quota: 5, seconds: 60 },
  /** Forms that carry their key in the body, which has to be read before the key is known. */
  unproven: { name: 'unproven', quota: 1200, seconds: 60 },
  visitor: { name: 'visitor', quota: 1200, seconds: 60 },
  refused: { name: 'refused', quota: 30, seconds: 60 },
  program: { name: 'program', quota: 6000, seconds: 60 },
  /** Each asks servers that an administrator names. */
  'host-checks': { name: 'host-checks', quota: 20, seconds: 60 },
} as const satisfies Record<string, RateLimitPolicy>

export type PolicyName = keyof typeof policies

/** Throws `too-many-requests`. */
export async function limit(c: Context<AppEnv>, name: PolicyName, key?: string): Promise<void> {
  const counted = key === undefined ? addressOf(c) : `${c.get('site').region.slug} ${key}`
  if (counted === undefined) return
  const policy = policies[name]
  const verdict = await c.get('platform').limits.take(policy, counted)
  if (!verdict.isAllowed) refuse(c, policy, verdict)
  recordVerdict(c, policy, verdict)
}

/** Throws `too-many-requests` after too many invalid credentials from this address, unless this one is valid. */
export async function refuseGuessing(c: Context<AppEnv>, isValid: () => Promise<boolean>): Promise<void> {
  const address = addressOf(c)
  if (address === undefined) return
  const verdict = await c.get('platform').limits.take(policies.refused, address, 0)
  if (!verdict.isAllowed && !(await isValid())) refuse(c, policies.refused, verdict)
}

export async function countRefused(c: Context<AppEnv>): Promise<void> {
  const address = addressOf(c)
  if (address !== undefined) await c.get('platform').limits.take(policies.refused, address)
}

function refuse(c: Context<AppEnv>, policy: RateLimitPolicy, verdict: RateLimitResult): never {
  recordVerdict(c, policy, verdict)
  throw problem('too-many-requests', { retryAfterSeconds: verdict.retrySeconds })
}

function recordVerdict(c: Context<AppEnv>, policy: RateLimitPolicy, verdict: RateLimitResult): void {
  c.set('counted', [...(c.get('counted') ?? []), { policy, verdict }])
}

/** Undefined only in tests that call the app directly: `node.ts` and `worker.ts` always set one. */
export function addressOf({ env }: { env: AppEnv['Bindings'] | undefined }): string | undefined {
  return env?.address
}

/** Which policy counts calls of the paths that match; those that match none are not counted. */
export interface RouteLimit {
  readonly paths: RegExp
  readonly reads?: PolicyName
  readonly writes?: PolicyName
  /** Not with an API key or token, which is counted where it is read. */
  readonly isAnonymousOnly?: true
}

/** The first limit whose paths match counts the call, unless a program has been counted for it. */
export function limitByRoute(limits: readonly RouteLimit[]): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const name = policyOf(c, limits)
    if (name !== undefined) await limit(c, name)
    await next()
  }
}

function policyOf(c: Context<AppEnv>, limits: readonly RouteLimit[]): PolicyName | undefined {
  const { path, method } = c.req
  const found = method === 'OPTIONS' ? undefined : limits.find(({ paths }) => paths.test(path))
  const isProgram = typeof c.get('program') === 'object' || (found?.isAnonymousOnly && bearerOf(c) !== '')
  if (found === undefined || isProgram) return undefined
  return method === 'GET' || method === 'HEAD' ? found.reads : found.writes
}

/** Sets the headers of draft-ietf-httpapi-ratelimit-headers-10 around `limitByRoute`, so that refusals have them. */
export const limitHeaders: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next()
  const counted = c.get('counted')
  if (counted === undefined) return
  const headerOf = (format: (each: { policy: RateLimitPolicy; verdict: RateLimitResult }) => string) =>
    counted.map(format).join(', ')
  c.res.headers.set(
    'ratelimit-policy',
    headerOf(({ policy: { name, quota, seconds } }) => `"${name}";q=${quota};w=${seconds}`),
  )
  c.res.headers.set(
    'ratelimit',
    headerOf(({ policy, verdict }) => `"${policy.name}";r=${verdict.left};t=${verdict.resetSeconds}`),
  )
}
