const LOOK_AGAIN_MILLISECONDS = 8

/**
 * Lets so many calls run at once for each label. On Workers one request may not wait for what another has begun, so each
 * looks again by itself. A call whose request ended unnoticed counts until its time is over.
 */
export function turns(max: number, milliseconds: number) {
  const calls = new Map<string, Set<{ readonly until: number }>>()
  return async <T>(label: string, work: () => Promise<T>): Promise<T> => {
    const running = calls.get(label) ?? new Set()
    calls.set(label, running)
    const until = performance.now() + milliseconds
    while (isFull(running, max) && performance.now() < until) {
      const [chance = 0] = crypto.getRandomValues(new Uint8Array(1))
      await new Promise(resolve => setTimeout(resolve, LOOK_AGAIN_MILLISECONDS * (0.5 + chance / 256)))
    }
    const call = { until: performance.now() + milliseconds }
    running.add(call)
    try {
      return await work()
    } finally {
      running.delete(call)
    }
  }
}

function isFull(running: Set<{ readonly until: number }>, max: number): boolean {
  const now = performance.now()
  for (const call of running) if (call.until < now) running.delete(call)
  return running.size >= max
}
