import type { Deadlines } from '../platform.ts'

// Limits on one database call. Each call has its own timer and signal: on Workers a request may not await
// another's.

/** Deadlines while serving. A write may wait for other writers, so it gets twice as long. */
export function servingDeadlines(seconds: number): Deadlines {
  return { read: seconds * 1000, write: seconds * 2000 }
}

export const withServingDeadlines = servingDeadlines(5)

export type Operation = keyof Deadlines

/** No answer came in time. Whether a write was stored is unknown. */
export class DeadlinePassed extends Error {
  readonly code = 'DEADLINE_PASSED'
  override readonly name = 'DeadlinePassed'

  constructor() {
    super('the database server did not answer in time')
  }
}

/** The call was not made: a deadline of this database has just passed. */
export class CircuitOpen extends Error {
  readonly code = 'CIRCUIT_OPEN'
  override readonly name = 'CircuitOpen'

  constructor() {
    super('the database server did not answer others a moment ago')
  }
}

const TICKS = 10

/** Throws `DeadlinePassed`. Counts ticks, so time in which a busy process could hear no answer hardly counts. */
export async function withDeadline<T>(
  milliseconds: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  const { signal } = controller
  let left = TICKS
  const tick = () => {
    if (--left === 0) controller.abort()
    else timer = setTimeout(tick, milliseconds / TICKS)
  }
  let timer = setTimeout(tick, milliseconds / TICKS)
  // Raced, because a request made from another one loses its signal when that one is garbage collected.
  const aborted = new Promise<never>((_, reject) =>
    signal.addEventListener('abort', () => reject(new DeadlinePassed())),
  )
  try {
    return await Promise.race([work(signal), aborted])
  } catch (error) {
    throw signal.aborted && !isBusy(error) ? new DeadlinePassed() : error
  } finally {
    clearTimeout(timer)
  }
}

const FIRST_WAIT_MILLISECONDS = 10
const MAX_WAIT_MILLISECONDS = 500

/** Retries while another writer has the database, until `end` on the clock of `performance.now()`. */
export async function untilFree<T>(end: number, work: () => Promise<T>): Promise<T> {
  for (let maxWait = FIRST_WAIT_MILLISECONDS; ; maxWait = Math.min(2 * maxWait, MAX_WAIT_MILLISECONDS)) {
    try {
      return await work()
    } catch (error) {
      // Jitter, so that writers refused together do not retry together.
      const [chance = 0] = crypto.getRandomValues(new Uint8Array(1))
      const wait = maxWait * (0.5 + chance / 512)
      if (!isBusy(error) || performance.now() + wait > end) throw error
      await new Promise(resolve => setTimeout(resolve, wait))
    }
  }
}

const FIND_TRIES = 7
const FIRST_FIND_WAIT_MILLISECONDS = 20

/**
 * Asks again for a second where the server answers that it does not know the database: a sqld does so for a moment
 * where it has just made one, and while it puts one that was used long ago in the place of another. Nothing was
 * done then.
 */
export async function untilFound<T>(end: number, work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      const wait = FIRST_FIND_WAIT_MILLISECONDS * 2 ** (tries - 1)
      if (!isNotFound(error) || tries === FIND_TRIES || performance.now() + wait > end) throw error
      await new Promise(resolve => setTimeout(resolve, wait))
    }
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && /\bHTTP status 404\b/.test(error.message)
}

/** Whether the database refused because of another writer. Nothing was done then. */
export function isBusy(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return /^(SQLITE_BUSY|SQLITE_LOCKED|TRANSACTION_BUSY)/.test(code)
}

const PAUSE_MILLISECONDS = 2_000

/** Circuit breaker: after a missed deadline no call for two seconds, then one; its answer admits the rest. */
export class Breaker {
  #answeredAt = -Infinity
  #openUntil = -Infinity

  get isOpen(): boolean {
    return performance.now() < this.#openUntil
  }

  /** Throws `CircuitOpen`. `milliseconds` is how long this call may take. */
  async run<T>(milliseconds: number, call: () => Promise<T>): Promise<T> {
    const now = performance.now()
    if (now < this.#openUntil) throw new CircuitOpen()
    // The only call until its outcome is known.
    if (this.#openUntil > -Infinity) this.#openUntil = now + milliseconds
    try {
      const result = await call()
      this.#answered()
      return result
    } catch (error) {
      if (error instanceof DeadlinePassed) this.#unanswered(now)
      else this.#answered()
      throw error
    }
  }

  #unanswered(startedAt: number): void {
    // If a later call was answered meanwhile, only this one was slow.
    if (this.#answeredAt <= startedAt) this.#openUntil = performance.now() + PAUSE_MILLISECONDS
  }

  /** A refusal is an answer too. */
  #answered(): void {
    this.#answeredAt = performance.now()
    this.#openUntil = -Infinity
  }
}
