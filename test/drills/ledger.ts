import { type ChannelName, TIMEOUT_MILLISECONDS } from './calls.ts'

export interface Ledger {
  readonly reports: { id: string; name: string; channel: ChannelName; hasPhoto: boolean }[]
  readonly offers: { id: string; sender: string }[]
  readonly answers: { id: string; receiver: string; accepted: boolean }[]
  /** Changes of status and notes, each with a unique text. */
  readonly changes: { request: string; jurisdiction: string; text: string }[]
}

export function newLedger(): Ledger {
  return { reports: [], offers: [], answers: [], changes: [] }
}

export function acknowledgedIn({ reports, offers, answers, changes }: Ledger): number {
  return reports.length + offers.length + answers.length + changes.length
}

/** A request for a page. */
export interface PageRead {
  readonly path: string
  readonly askedAt: number
  readonly endedAt: number
  /** With status 200, complete. */
  readonly isAnswered: boolean
}

/** How the server responded, to whatever request. */
export interface Tally {
  answered: number
  unavailable: number
  /** Other 5xx, with their counts. */
  readonly errors: Map<string, number>
  unanswered: number
  /** Connection refused or broken. */
  broken: number
  readonly reads: PageRead[]
  readonly took: number[]
}

export function newTally(): Tally {
  return {
    answered: 0,
    unavailable: 0,
    errors: new Map(),
    unanswered: 0,
    broken: 0,
    reads: [],
    took: [],
  }
}

export function tallyAnswer(tally: Tally, answer: Response, what: string): void {
  tally.answered++
  if (answer.status < 500) return
  if (answer.status === 503 && Number(answer.headers.get('retry-after')) > 0) tally.unavailable++
  else tally.errors.set(`${answer.status} ${what}`, (tally.errors.get(`${answer.status} ${what}`) ?? 0) + 1)
}

export function tallyError(tally: Tally, error: unknown): void {
  if (error instanceof Error && error.name === 'TimeoutError') tally.unanswered++
  else tally.broken++
}

export async function readPage(
  tally: Tally,
  path: string,
  ask: (signal: AbortSignal) => Promise<Response>,
): Promise<Response | undefined> {
  const askedAt = performance.now()
  let answer: Response | undefined
  try {
    answer = await ask(AbortSignal.timeout(TIMEOUT_MILLISECONDS))
    await answer.arrayBuffer()
    tallyAnswer(tally, answer, path)
  } catch (error) {
    answer = undefined
    tallyError(tally, error)
  }
  const endedAt = performance.now()
  const isAnswered = answer?.status === 200
  tally.reads.push({ path, askedAt, endedAt, isAnswered })
  if (isAnswered) tally.took.push(endedAt - askedAt)
  return answer
}

export function times({ took }: Tally): string {
  const [median, p99] = [0.5, 0.99].map(share => `${Math.round(percentile(took, share))} ms`)
  return `${median} (p99 ${p99})`
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(share * (sorted.length - 1))] ?? 0
}
