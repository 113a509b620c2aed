import { asProblem } from '../../core/problem.ts'
import type { Platform } from '../../platform/platform.ts'

/** `fault`: something does not work, or is not safe. `warning`: it works now, but may soon stop or does not work for everyone. */
export type Level = 'ok' | 'warning' | 'fault'

export interface Finding {
  readonly level: Level
  /** No secret, no personal data: operators send this to others who help them. */
  readonly what: string
  /** How to mend it, in a sentence. */
  readonly mend?: string
}

export interface Check {
  readonly name: string
  /** Milliseconds; ten seconds if absent. */
  readonly within?: number
  run(platform: Platform, onProgress: Progress): Promise<readonly Finding[]>
}

/** For a check of many things: how many of them are done. */
export type Progress = (done: number, total: number) => void

export interface Examined {
  readonly check: string
  readonly findings: readonly Finding[]
}

const WITHIN_MILLISECONDS = 10_000

export const ok = (what: string): Finding => ({ level: 'ok', what })
export const warning = (what: string, mend: string): Finding => ({ level: 'warning', what, mend })
export const fault = (what: string, mend: string): Finding => ({ level: 'fault', what, mend })

/** All at once. One that fails or does not end is a fault, and holds up no other. */
export function examine(
  platform: Platform,
  checks: readonly Check[],
  onProgress: (check: string, done: number, total: number) => void = () => {},
): Promise<readonly Examined[]> {
  return Promise.all(
    checks.map(async check => {
      const progress: Progress = (done, total) => onProgress(check.name, done, total)
      return { check: check.name, findings: await findingsOf(platform, check, progress) }
    }),
  )
}

async function findingsOf(
  platform: Platform,
  check: Check,
  onProgress: Progress,
): Promise<readonly Finding[]> {
  const { within = WITHIN_MILLISECONDS } = check
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<readonly Finding[]>(resolve => {
    const finding = fault(
      `This check did not end within ${within / 1000} seconds.`,
      'Find out what does not answer: the other findings and the log may say.',
    )
    timer = setTimeout(() => resolve([finding]), within)
  })
  try {
    return await Promise.race([check.run(platform, onProgress), late])
  } catch (error) {
    return [fault(`This check failed: ${reasonOf(error)}`, 'Mend that first, and run the check again.')]
  } finally {
    clearTimeout(timer)
  }
}

/** Why something failed, for the operator: never the text of a driver's error, which can hold SQL. */
export function reasonOf(error: unknown): string {
  const { title, detail, cause } = asProblem(error)
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : ''
  return `${(detail ?? title).replace(/\.$/, '')}${code}.`
}

const MAX_NAMED = 20

/** The first of them, and how many more there are. */
export function named(names: readonly string[]): string {
  const more = names.length - MAX_NAMED
  const shown = names.slice(0, MAX_NAMED).join(', ')
  return more > 0 ? `${shown}, and ${more} more` : shown
}

/** Like `Promise.all` of `work`, with at most so many at once. */
export async function each<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  const left = items.entries()
  const worker = async () => {
    for (const [index, item] of left) results[index] = await work(item)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return results
}
