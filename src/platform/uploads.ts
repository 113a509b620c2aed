import { problem } from '../core/problem.ts'
import type { Uploads } from './platform.ts'

export interface UploadLimits {
  readonly max: number
  readonly maxEach: number
  readonly maxWaiting: number
  readonly maxWaitingEach: number
  /** Milliseconds to wait for a turn. */
  readonly maxWait: number
  /** Milliseconds for the upload itself. */
  readonly maxDuration: number
}

export const uploadLimits: UploadLimits = {
  max: 16,
  maxEach: 4,
  maxWaiting: 64,
  maxWaitingEach: 16,
  maxWait: 10_000,
  maxDuration: 120_000,
}

const RECHECK_MILLISECONDS = 25
const RETRY_AFTER_SECONDS = 10

/** A waiting upload reads nothing, so its sender is held back. Polls: on Workers no request wakes another. */
export function uploadQueue(limits: UploadLimits): Uploads {
  const running = new Counts()
  const waiting = new Counts()
  const isFree = (caller: string) => running.all < limits.max && running.of(caller) < limits.maxEach
  return {
    async inTurn(caller, work) {
      if (!isFree(caller)) await waitFor(caller, limits, waiting, isFree)
      running.add(caller, 1)
      try {
        return await within(limits.maxDuration, work)
      } finally {
        running.add(caller, -1)
      }
    },
  }
}

async function waitFor(
  caller: string,
  { maxWaiting, maxWaitingEach, maxWait }: UploadLimits,
  waiting: Counts,
  isFree: (caller: string) => boolean,
): Promise<void> {
  if (waiting.all >= maxWaiting || waiting.of(caller) >= maxWaitingEach) throw full()
  waiting.add(caller, 1)
  try {
    for (let waited = 0; !isFree(caller); waited += RECHECK_MILLISECONDS) {
      if (waited >= maxWait) throw full()
      await new Promise(resolve => setTimeout(resolve, RECHECK_MILLISECONDS))
    }
  } finally {
    waiting.add(caller, -1)
  }
}

async function within<T>(milliseconds: number, work: () => Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(problem('too-slow')), milliseconds)
  })
  try {
    return await Promise.race([work(), late])
  } finally {
    clearTimeout(timer)
  }
}

function full() {
  return problem('uploads-full', { retryAfterSeconds: RETRY_AFTER_SECONDS })
}

class Counts {
  readonly #each = new Map<string, number>()
  all = 0

  of(name: string): number {
    return this.#each.get(name) ?? 0
  }

  add(name: string, count: 1 | -1): void {
    this.all += count
    const of = this.of(name) + count
    if (of === 0) this.#each.delete(name)
    else this.#each.set(name, of)
  }
}
