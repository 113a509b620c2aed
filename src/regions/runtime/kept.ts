import { asProblem, type Problem } from '../../core/problem.ts'
import type { Platform } from '../../platform/platform.ts'
import { hashJson } from '../documents/hash.ts'
import type { Snapshot } from '../documents/snapshot.ts'

// What a process read last from its database is kept where a new process finds it while the database is away.
// Nothing newer is known to such a process, so it never goes back to an older version.

const DAY = 86_400_000
// Kept again each day, so that this only ends what nobody has served for long.
const MAX_AGE = 7 * DAY

interface Kept<T> {
  readonly hash: string
  readonly keptAt: number
  readonly value: T
}

/** How one kind of value is kept. */
export interface Keeping<T> {
  /** Of the whole value: what comes back with another is refused. */
  hash(value: T): Promise<string>
  /** Another for another value; cheaper than its hash. */
  label(value: T): string
}

/** The hash covers region and version too, not the documents alone. */
export const keptRegion: Keeping<Snapshot> = {
  hash: hashJson,
  label: ({ version, hash }) => `${version} ${hash}`,
}

/** After a read from the database, in the background. Writes where the label or the day is another. */
export function keep<T>(platform: Platform, name: string, value: T, { hash, label }: Keeping<T>): void {
  const { kept, clock, log, waitUntil } = platform
  if (kept === undefined) return
  const write = async () => {
    const keptAt = clock.now()
    const today = `${label(value)} ${Math.floor(keptAt / DAY)}`
    if ((await kept.labelOf(name)) === today) return
    const entry: Kept<T> = { hash: await hash(value), keptAt, value }
    await kept.write(name, today, JSON.stringify(entry))
  }
  waitUntil(write().catch(() => log('warn', 'snapshot-not-kept', { name })))
}

/**
 * What was kept under this name, unless it is too old or does not have its hash: then throws `unavailable`, the
 * problem of the database.
 */
export async function readKept<T>(
  platform: Platform,
  name: string,
  { hash }: Pick<Keeping<T>, 'hash'>,
  unavailable: Problem,
): Promise<T> {
  const text = await platform.kept?.read(name).catch(() => undefined)
  if (text === undefined) throw unavailable
  const entry = await verified(text, hash)
  if (entry === undefined || platform.clock.now() - entry.keptAt > MAX_AGE) {
    platform.log('warn', 'kept-snapshot-refused', { name })
    throw unavailable
  }
  platform.log('warn', 'kept-snapshot-used', { name, keptAt: entry.keptAt })
  return entry.value
}

async function verified<T>(text: string, hash: Keeping<T>['hash']): Promise<Kept<T> | undefined> {
  try {
    const entry = JSON.parse(text) as Kept<T>
    return (await hash(entry.value)) === entry.hash ? entry : undefined
  } catch {
    return undefined
  }
}

/** `work`, or `otherwise` if the database is not available. */
export async function unlessUnavailable<T>(
  work: () => Promise<T>,
  otherwise: (unavailable: Problem) => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const problem = asProblem(error)
    if (problem.slug !== 'database-unavailable') throw error
    return otherwise(problem)
  }
}
