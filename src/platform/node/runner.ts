import { type DatabaseGauge, GaugeRecorder, noteRun } from '../../core/database/gauges.ts'
import type { JobHandler } from '../../core/database/jobs.ts'
import { runDueJobs } from '../../core/database/run-jobs.ts'
import { type DatabaseName, databaseLabel, isWorkDatabase } from '../platform.ts'
import type { NodePlatform } from './platform.ts'

const MAX_CONCURRENT = 32
// Of those, databases that are only visited in a round.
const MAX_CONCURRENT_IN_ROUND = 4
// Of one database; their writes share commits.
const MAX_CONCURRENT_JOBS = 4
const MAX_DELAY_MILLISECONDS = 86_400_000
// A burst of notifications is combined into one run within this time.
const COALESCE_MILLISECONDS = 100
const ROUND_MILLISECONDS = 60_000
const UNAVAILABLE_MILLISECONDS = 5_000
// What is found within this time is kept in one write.
const FLUSH_MILLISECONDS = 1_000

export interface JobRunner {
  start(databases: () => Promise<readonly DatabaseName[]>): void
  stop(): Promise<void>
}

export interface RunnerOptions {
  readonly gauges?: readonly DatabaseGauge[]
  readonly roundMilliseconds?: number
}

export function jobRunner(
  platform: NodePlatform,
  handlers: readonly JobHandler[],
  { gauges = [], roundMilliseconds = ROUND_MILLISECONDS }: RunnerOptions = {},
): JobRunner {
  const timers = new Map<string, { timer: NodeJS.Timeout; at: number }>()
  const running = new Map<string, Promise<void>>()
  const enqueuedAgain = new Set<string>()
  const startedAt = new Map<string, number>()
  const queue = new Map<string, DatabaseName>()
  // Milliseconds until an unavailable database is tried again.
  const unavailableFor = new Map<string, number>()
  const stamps = new Map<string, string>()
  const recorder = new GaugeRecorder(platform, gauges)
  let flushing: NodeJS.Timeout | undefined
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

  const onDue = (name: DatabaseName, wait = 0) => {
    const last = startedAt.get(databaseLabel(name)) ?? -Infinity
    schedule(name, Math.max(0, wait, last + COALESCE_MILLISECONDS - performance.now()))
  }

  const run = (name: DatabaseName, label: string) => {
    if (running.has(label)) {
      enqueuedAgain.add(label)
      return
    }
    if (running.size >= MAX_CONCURRENT) {
      queue.set(label, name)
      return
    }
    startedAt.set(label, performance.now())
    const work = runDueJobs(platform, name, handlers, MAX_CONCURRENT_JOBS)
      .then(async run => {
        if (isWorkDatabase(name)) await recorder.visited(name, run)
        unavailableFor.delete(label)
        if (run.nextDueAt !== null)
          onDue(name, Math.min(run.nextDueAt - platform.clock.now(), MAX_DELAY_MILLISECONDS))
      })
      .catch(() => {
        const wait = unavailableFor.get(label) ?? UNAVAILABLE_MILLISECONDS
        unavailableFor.set(label, Math.min(2 * wait, ROUND_MILLISECONDS))
        if (isWorkDatabase(name)) recorder.unavailable(name)
        schedule(name, wait)
      })
      .finally(() => {
        running.delete(label)
        flushSoon()
        if (enqueuedAgain.delete(label)) onDue(name)
        runQueued()
      })
    running.set(label, work)
  }

  const flushSoon = () => {
    if (recorder.isEmpty || flushing !== undefined) return
    flushing = setTimeout(() => {
      flushing = undefined
      platform.waitUntil(recorder.flush())
    }, FLUSH_MILLISECONDS)
    flushing.unref()
  }

  const runQueued = () => {
    const [first] = queue
    if (first === undefined || stopped) return
    const [label, name] = first
    queue.delete(label)
    run(name, label)
  }

  // Whether nobody has written to the file since the last visit. Stores the new stamp.
  const isUnchanged = async (label: string): Promise<boolean> => {
    const stamp = await platform.embedded?.stamp(label)
    if (stamp === undefined || stamp === stamps.get(label)) return stamp !== undefined
    stamps.set(label, stamp)
    return false
  }

  const inspect = async (names: Iterator<DatabaseName>) => {
    for (let next = names.next(); !next.done && !stopped; next = names.next()) {
      const label = databaseLabel(next.value)
      if (await isUnchanged(label)) continue
      run(next.value, label)
      await running.get(label)
    }
  }

  platform.onNotify(name => onDue(name))

  return {
    start(databases) {
      const pollDatabases = async () => {
        const names = (await databases().catch(() => [])).values()
        await Promise.all(Array.from({ length: MAX_CONCURRENT_IN_ROUND }, () => inspect(names)))
        await noteRun(platform, 'jobs')
        if (!stopped) round = setTimeout(pollDatabases, roundMilliseconds)
      }
      void pollDatabases()
    },
    async stop() {
      stopped = true
      clearTimeout(round)
      for (const { timer } of timers.values()) clearTimeout(timer)
      clearTimeout(flushing)
      await Promise.all(running.values())
      await recorder.flush()
    },
  }
}
