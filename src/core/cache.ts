import type { Platform } from '../platform/platform.ts'
import type { LogFields } from './problem.ts'

export interface CachePolicy<T> {
  /** Milliseconds. Beyond, a value is still used, and read again in the background. */
  readonly fresh: number
  /** Milliseconds since it was last used or read. Beyond, a value is read again before it is used. */
  readonly stale?: number
  /** Logged if it cannot be read again. */
  readonly event?: string
  /** For values that must not be kept, such as empty ones. */
  readonly keeps?: (value: T) => boolean
  /** How many values of a platform are kept; the one read longest ago is dropped first. */
  readonly maxValues?: number
}

export interface Cached<T> {
  readonly value: T
  readonly readAt: number
}

/**
 * Values by name, of each platform. Values, not promises: on Workers a request may not wait for another's
 * reads.
 */
export class Cache<T> {
  readonly #policy: CachePolicy<T>
  readonly #platforms = new WeakMap<Platform, Map<string, Cached<T>>>()

  constructor(policy: CachePolicy<T>) {
    this.#policy = policy
  }

  /** `read` gets the value that it replaces. */
  async get(
    platform: Platform,
    name: string,
    read: (known: T | undefined) => Promise<T>,
    logged: LogFields = {},
  ): Promise<T> {
    const { fresh, stale = Infinity, event } = this.#policy
    const known = this.peek(platform, name)
    const now = platform.clock.now()
    if (known === undefined || now - known.readAt > stale) {
      return this.set(platform, name, await read(known?.value))
    }
    if (now - known.readAt <= fresh) return known.value
    // Others that ask meanwhile do not read it too.
    const asked = this.#put(platform, name, known.value)
    const again = async () => {
      const value = await read(known.value)
      // Unless it was forgotten or replaced meanwhile.
      if (this.peek(platform, name) === asked) this.set(platform, name, value)
    }
    const reading = again()
    platform.waitUntil(
      event === undefined ? reading : reading.catch(() => platform.log('warn', event, logged)),
    )
    return known.value
  }

  peek(platform: Platform, name: string): Cached<T> | undefined {
    return this.#platforms.get(platform)?.get(name)
  }

  set(platform: Platform, name: string, value: T): T {
    if (this.#policy.keeps?.(value) === false) this.delete(platform, name)
    else this.#put(platform, name, value)
    return value
  }

  delete(platform: Platform, name: string): void {
    this.#platforms.get(platform)?.delete(name)
  }

  clear(platform: Platform): void {
    this.#platforms.delete(platform)
  }

  #put(platform: Platform, name: string, value: T): Cached<T> {
    const values = this.#platforms.get(platform) ?? new Map<string, Cached<T>>()
    this.#platforms.set(platform, values)
    const cached = { value, readAt: platform.clock.now() }
    values.delete(name)
    values.set(name, cached)
    const [oldest] = values.keys()
    if (values.size > (this.#policy.maxValues ?? Infinity) && oldest !== undefined) values.delete(oldest)
    return cached
  }
}
