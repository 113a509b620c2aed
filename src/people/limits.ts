import type { Context, MiddlewareHandler } from 'hono'
import { problem } from '../core/problem.ts'
import type { Policy, Verdict } from '../platform/platform.ts'
import type { Door } from '../regions/site.ts'
import { bearerOf } from './bearer.ts'

/*
 * How often each door may be used. Whoever has no key is counted by their address; a program by its key alone, so that
 * none is starved by another that comes from the same vendor's address. Credentials that were refused are counted by
 * address again: guessing does not go on.
 */

export const policies = {
  /**
   * Attempts to sign in, and letters and messages that are asked for: enough for a town hall behind one address in the
   * morning. How often one person is written to and may guess is counted by `one-time.ts`.
   */
  'sign-in': { name: 'sign-in', quota: 60, seconds: 60 },
  /** Reports and photos that come without a key. */
  reports: { name: 'reports', quota: 60, seconds: 60 },
  /** Questions to the API without a key. */
  visitor: { name: 'visitor', quota: 1200, seconds: 60 },
  /** Keys, tokens and secrets that are not valid. */
  refused: { name: 'refused', quota: 30, seconds: 60 },
  /** Whatever a program asks with its key, or an OAuth client with its tokens. */
  program: { name: 'program', quota: 6000, seconds: 60 },
} as const satisfies Record<string, Policy>

export type PolicyName = keyof typeof policies

/**
 * Counts this request under a policy: by `key`, else by the caller's address. Throws `too-many-requests` once nothing is
 * left. A caller without an address, as in a test of the app alone, is not counted by it.
 */
export async function limit(c: Context<Door>, name: PolicyName, key?: string): Promise<void> {
  await count(c, name, key, 1)
}

/** Throws `too-many-requests` for an address from which too many wrong keys have come. */
export async function refuseGuessing(c: Context<Door>): Promise<void> {
  await count(c, 'refused', undefined, 0)
}

/** Notes that what the caller proved themselves by was wrong. */
export async function noteRefused(c: Context<Door>): Promise<void> {
  const address = addressOf(c)
  if (address !== undefined) await c.get('platform').limits.take(policies.refused, address)
}

async function count(
  c: Context<Door>,
  name: PolicyName,
  key: string | undefined,
  cost: 0 | 1,
): Promise<void> {
  const counted = key === undefined ? addressOf(c) : `${c.get('site').region.slug} ${key}`
  if (counted === undefined) return
  const policy = policies[name]
  const verdict = await c.get('platform').limits.take(policy, counted, cost)
  // One that was only looked at says nothing of this request, unless it is why it was refused.
  if (cost > 0 || !verdict.isAllowed) c.set('counted', [...(c.get('counted') ?? []), { policy, verdict }])
  if (!verdict.isAllowed) throw problem('too-many-requests', { retryAfterSeconds: verdict.retrySeconds })
}

/** On Workers and in tests the front door may be asked without bindings. */
export function addressOf({ env }: { env: Door['Bindings'] | undefined }): string | undefined {
  return env?.address
}

/**
 * Counts who comes without a key, by the door, and says in each answer what is left: `RateLimit-Policy` and `RateLimit` as
 * draft-ietf-httpapi-ratelimit-headers-10 writes them.
 */
export const limitByDoor: MiddlewareHandler<Door> = async (c, next) => {
  const name = policyOfDoor(c)
  if (name !== undefined) await limit(c, name)
  await next()
}

/** Around `limitByDoor`, so that an answer that was refused has them too. */
export const limitHeaders: MiddlewareHandler<Door> = async (c, next) => {
  await next()
  const counted = c.get('counted')
  if (counted === undefined) return
  const said = (say: (each: { policy: Policy; verdict: Verdict }) => string) => counted.map(say).join(', ')
  c.res.headers.set(
    'ratelimit-policy',
    said(({ policy: { name, quota, seconds } }) => `"${name}";q=${quota};w=${seconds}`),
  )
  c.res.headers.set(
    'ratelimit',
    said(({ policy, verdict }) => `"${policy.name}";r=${verdict.left};t=${verdict.resetSeconds}`),
  )
}

function policyOfDoor(c: Context<Door>): PolicyName | undefined {
  const { path, method } = c.req
  const isReading = method === 'GET' || method === 'HEAD'
  // Each asks a provider, which is more than a page.
  if (path.startsWith('/sign-in/oidc/')) return 'sign-in'
  if (/^\/(?:account\/)?(?:sign-in|code|address|me\/mailbox)(?:\/|$)/.test(path))
    return isReading ? undefined : 'sign-in'
  if (/^\/cases\/[^/]+\/follow$/.test(path)) return isReading ? undefined : 'reports'
  if (/^\/report\/[^/]+\/send$/.test(path)) return isReading ? undefined : 'reports'
  if (!/^\/(?:api|open311)\//.test(path) || method === 'OPTIONS') return undefined
  // A key is counted where it is read, and nowhere else: GeoReport sends it in the form.
  if (path.startsWith('/api/v1/work/') && bearerOf(c) !== '') return undefined
  if (path.startsWith('/open311/')) return isReading ? 'visitor' : undefined
  return isReading ? 'visitor' : 'reports'
}
