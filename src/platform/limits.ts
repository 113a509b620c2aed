import type { Clock, Limits, Policy, Verdict } from './platform.ts'

interface Bucket {
  tokens: number
  at: number
}

/** Buckets beyond this many are forgotten, those that were idle longest first: they start full again. */
const MOST_BUCKETS = 100_000

/**
 * Token buckets in this process's memory: each key may send a whole quota at once, and then as fast as the bucket fills.
 * Nothing is written anywhere.
 */
export function tokenBuckets(clock: Clock, most = MOST_BUCKETS): Limits {
  const buckets = new Map<string, Bucket>()
  return {
    async take(policy, key, cost = 1) {
      const name = `${policy.name} ${key}`
      const now = clock.now()
      const known = buckets.get(name)
      const perMillisecond = policy.quota / (policy.seconds * 1000)
      const filled =
        known === undefined ? policy.quota : known.tokens + Math.max(0, now - known.at) * perMillisecond
      const tokens = Math.min(policy.quota, filled)
      const isAllowed = tokens >= 1
      const left = isAllowed ? tokens - cost : tokens
      if (cost > 0) {
        // Last in the map is last used.
        buckets.delete(name)
        buckets.set(name, { tokens: left, at: now })
        if (buckets.size > most) forgetOldest(buckets)
      }
      return verdict(policy, isAllowed, left)
    },
  }
}

function forgetOldest(buckets: Map<string, Bucket>): void {
  const [oldest] = buckets.keys()
  if (oldest !== undefined) buckets.delete(oldest)
}

function verdict({ quota, seconds }: Policy, isAllowed: boolean, tokens: number): Verdict {
  const secondsFor = (missing: number) => Math.max(0, Math.ceil((missing * seconds) / quota))
  return {
    isAllowed,
    left: Math.max(0, Math.floor(tokens)),
    resetSeconds: secondsFor(quota - tokens),
    retrySeconds: Math.max(1, secondsFor(1 - tokens)),
  }
}

/** Where nothing is counted: `RATE_LIMITS=off`. */
export const noLimits: Limits = {
  take: async policy => verdict(policy, true, policy.quota),
}
