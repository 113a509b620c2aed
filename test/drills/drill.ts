export interface Outcome {
  /** What clients were told is done: reports, offers, answers, changes. */
  readonly acknowledged: number
  /** Acknowledged, but not found afterwards. */
  readonly lost: number
  /** Filed or done twice. */
  readonly duplicated: number
  /** 503 with `Retry-After`. */
  readonly unavailable: number
  readonly errors: number
  /** Calls without a response within the client's patience. */
  readonly unanswered: number
  /** From the end of the trouble until a report is filed; undefined: it did not recover. */
  readonly recoverySeconds: number | undefined
  /** Until the jobs of that report have run. */
  readonly jobsSeconds: number | undefined
  /**
   * The most memory that the server and its child processes had at once; undefined where the system does not
   * report it.
   */
  readonly peakMegabytes: number | undefined
  readonly notes: readonly string[]
  /** Every violation, described. Empty: passed. */
  readonly failures: readonly string[]
}

export interface Drill {
  readonly name: string
  /** Left out of the short form. */
  readonly isLong?: boolean
  /** `isShort`: within seconds. Throws `NotHere` where the system does not allow it. */
  run(isShort: boolean): Promise<Outcome>
}

export class NotHere extends Error {}

export const pause = (milliseconds: number) => new Promise<void>(resolve => setTimeout(resolve, milliseconds))

export function anyOf<T>(from: readonly T[]): T {
  const chosen = from[Math.floor(Math.random() * from.length)]
  if (chosen === undefined) throw new Error('nothing to choose from')
  return chosen
}

export async function until(
  isTrue: () => Promise<boolean> | boolean,
  milliseconds: number,
  every = 100,
): Promise<boolean> {
  const end = performance.now() + milliseconds
  for (;;) {
    if (await isTrue()) return true
    if (performance.now() > end) return false
    await pause(every)
  }
}

export async function forEach<T>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
  together = 8,
): Promise<void> {
  let next = 0
  const lanes = Array.from({ length: together }, async () => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item)
  })
  await Promise.all(lanes)
}
