import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Log } from '../../platform.ts'
import type { CheckAnswer } from './check-process.ts'
import { keepLastUsed, takeSuspects } from './last-used.ts'
import type { Quarantine } from './quarantine.ts'

// Checks a server's database files: each when it is opened, unless it was checked within a day and the server
// has ended in good order since; each once a week; one that was in use at a crash, before it is called again;
// and one that caused an error.

export interface DatabaseMonitor {
  called(label: string): void
  opened(label: string): void
  suspect(label: string): void
  /** What must finish before a database may be opened; usually undefined. */
  before(label: string): Promise<unknown> | undefined
  close(): void
}

export interface MonitoredDatabase {
  readonly folder: string
  readonly labels: () => readonly string[]
  readonly quarantine: Quarantine
  readonly check: (label: string) => Promise<CheckAnswer>
  readonly closeFile: (label: string) => void
  readonly log: Log
}

const SECOND = 1_000
const DAY = 86_400 * SECOND
const WEEK = 7 * DAY
const PLAN_EVERY = 3_600 * SECOND
const CHECK_INTERVAL = 60 * SECOND
const FIRST_AFTER = 5 * SECOND
// Checks take at most one part in this many of the time.
const SHARE = 5
const MIN_PAUSE = SECOND / 5
// How long a call waits for the check of a suspected database.
const MAX_HOLD = 20 * SECOND

export function databaseMonitor({
  folder,
  labels,
  quarantine,
  check,
  closeFile,
  log,
}: MonitoredDatabase): DatabaseMonitor {
  const suspects = takeSuspects(folder)
  const lastUsed = keepLastUsed(folder)
  const times = checkTimes(folder)
  const holds = new Map<string, Promise<unknown>>()
  const seen = new Set<string>()
  const queue = new Set<string>()
  const timers = new Set<NodeJS.Timeout>()
  let isChecking = false
  let isOpen = true

  const after = (milliseconds: number, work: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      work()
    }, milliseconds)
    timer.unref()
    timers.add(timer)
    return timer
  }

  const checkNow = async (label: string) => {
    queue.delete(label)
    const { damage, failure } = await check(label)
    if (!isOpen) return
    if (damage !== undefined) log('error', 'database-quarantined', { database: label, reason: damage })
    else if (failure === undefined) times.set(label, Date.now())
    else log('warn', 'database-not-checked', { database: label, reason: failure })
  }

  const next = async () => {
    const [label] = queue
    if (label === undefined || isChecking || !isOpen) return
    isChecking = true
    const startedAt = performance.now()
    await checkNow(label)
    isChecking = false
    after(Math.max(MIN_PAUSE, (SHARE - 1) * (performance.now() - startedAt)), next)
  }

  const enqueue = (label: string) => {
    queue.add(label)
    if (!isChecking) after(MIN_PAUSE, next)
  }

  const plan = () => {
    const now = Date.now()
    for (const label of labels()) if (now - times.of(label) > WEEK && !quarantine.has(label)) queue.add(label)
    after(PLAN_EVERY, plan)
    void next()
  }

  const closeQuarantined = () => {
    for (const { database } of quarantine.list()) closeFile(database)
    after(CHECK_INTERVAL, closeQuarantined)
  }

  const hold = (label: string) => {
    const limit = new Promise(resolve => after(MAX_HOLD, () => resolve(undefined)))
    const held = Promise.race([checkNow(label), limit]).finally(() => holds.delete(label))
    holds.set(label, held)
  }

  for (const { database, reason } of quarantine.list())
    log('error', 'database-quarantined', { database, reason })
  for (const label of suspects) if (!quarantine.has(label)) hold(label)
  after(FIRST_AFTER, plan)
  after(CHECK_INTERVAL, closeQuarantined)

  return {
    called: lastUsed.called,
    opened(label) {
      if (seen.has(label)) return
      seen.add(label)
      if (suspects.length > 0 || Date.now() - times.of(label) > DAY) queue.add(label)
    },
    suspect: enqueue,
    before: label => (holds.size === 0 ? undefined : holds.get(label)),
    close() {
      isOpen = false
      for (const timer of timers) clearTimeout(timer)
      lastUsed.close()
    },
  }
}

// When each database was last found sound, stored in a file. If it is lost, all are checked again.
function checkTimes(folder: string) {
  const file = join(folder, 'checked.json')
  const times = new Map<string, number>(readTimes(file))
  return {
    of: (label: string) => times.get(label) ?? 0,
    set(label: string, at: number) {
      times.set(label, at)
      try {
        writeFileSync(`${file}.part`, JSON.stringify([...times]), { mode: 0o600 })
        renameSync(`${file}.part`, file)
      } catch {
        // The disk is full or read-only.
      }
    },
  }
}

function readTimes(file: string): [string, number][] {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as [string, number][]
  } catch {
    return []
  }
}
