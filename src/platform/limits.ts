import type { Clock, Limits, RateLimitPolicy, RateLimitResult } from './platform.ts'

interface Bucket {
  tokens: number
  at: number
}

// Beyond this many, the buckets idle longest are dropped: they start full again.
const MAX_BUCKETS = 100_000

/** Token buckets in this process's memory: a key may use a whole quota at once, then as the bucket refills. */
export function tokenBuckets(clock: Clock, max = MAX_BUCKETS): Limits {
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
        // Map order is order of use.
        buckets.delete(name)
        buckets.set(name, { tokens: left, at: now })
        if (buckets.size > max) forgetOldest(buckets)
      }
      return verdict(policy, isAllowed, left)
    },
  }
}

function forgetOldest(buckets: Map<string, Bucket>): void {
  const [oldest] = buckets.keys()
  if (oldest !== undefined) buckets.delete(oldest)
}

function verdict({ quota, seconds }: RateLimitPolicy, isAllowed: boolean, tokens: number): RateLimitResult {
  const secondsFor = (missing: number) => Math.max(0, Math.ceil((missing * seconds) / quota))
  return {
    isAllowed,
    left: Math.max(0, Math.floor(tokens)),
    resetSeconds: secondsFor(quota - tokens),
    retrySeconds: Math.max(1, secondsFor(1 - tokens)),
  }
}

export const noLimits: Limits = {
  take: async policy => verdict(policy, true, policy.quota),
}
