import { type JobHandler, runDueJobs } from '../../core/jobs.ts'
import { type DatabaseName, databaseLabel } from '../platform.ts'
import type { NodePlatform } from './platform.ts'

/** A lone ring is heard at once; a burst of them becomes one run in this time. */
const GATHER_MILLISECONDS = 100
/** Every database is looked at this often even if nobody rang. */
const ROUND_MILLISECONDS = 60_000
const AWAY_MILLISECONDS = 5_000

export interface JobRunner {
  /** Looks at all these databases now and at every round. */
  start(databases: () => Promise<readonly DatabaseName[]>): void
  /** Starts no further job and waits for the ones running. */
  stop(): Promise<void>
}

/** Runs jobs in this process: when the bell rings, when one comes due, and once a round in every database. */
export function jobRunner(platform: NodePlatform, handlers: readonly JobHandler[]): JobRunner {
  const timers = new Map<string, { timer: NodeJS.Timeout; at: number }>()
  const running = new Map<string, Promise<void>>()
  const rungAgain = new Set<string>()
  const startedAt = new Map<string, number>()
  let round: NodeJS.Timeout | undefined
  let stopped = false

  const schedule = (name: DatabaseName, wait: number) => {
    if (stopped) return
    const label = databaseLabel(name)
    const at = performance.now() + wait
    const planned = timers.get(label)
    if (planned !== undefined && planned.at <= at) return
    clearTimeout(planned?.timer)
    const timer = setTimeout(() => {
      timers.delete(label)
      run(name, label)
    }, wait)
    timers.set(label, { timer, at })
  }

  const hear = (name: DatabaseName, wait = 0) => {
    const last = startedAt.get(databaseLabel(name)) ?? -Infinity
    schedule(name, Math.max(0, wait, last + GATHER_MILLISECONDS - performance.now()))
  }

  const run = (name: DatabaseName, label: string) => {
    if (running.has(label)) {
      rungAgain.add(label)
      return
    }
    startedAt.set(label, performance.now())
    const work = runDueJobs(platform, name, handlers)
      .then(({ nextDueAt }) => {
        if (nextDueAt !== null) hear(name, Math.min(ROUND_MILLISECONDS, nextDueAt - platform.clock.now()))
      })
      .catch(() => schedule(name, AWAY_MILLISECONDS))
      .finally(() => {
        running.delete(label)
        if (rungAgain.delete(label)) hear(name)
      })
    running.set(label, work)
  }

  platform.onWake(name => hear(name))

  return {
    start(databases) {
      const goRound = async () => {
        for (const name of await databases().catch(() => [])) schedule(name, GATHER_MILLISECONDS)
        if (!stopped) round = setTimeout(goRound, ROUND_MILLISECONDS)
      }
      void goRound()
    },
    async stop() {
      stopped = true
      clearTimeout(round)
      for (const { timer } of timers.values()) clearTimeout(timer)
      await Promise.all(running.values())
    },
  }
}
