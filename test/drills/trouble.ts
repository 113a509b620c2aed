import { outcomeOf, type Recovery, recoveryOf } from './check.ts'
import { NotHere, type Outcome, pause, until } from './drill.ts'
import { newLedger, newTally, type PageRead } from './ledger.ts'
import { pages, startLoad } from './load.ts'
import { nodeServer, type Running } from './process.ts'
import { makeWorld, type World, type WorldOptions } from './world.ts'

export interface Trouble {
  begin(): Promise<void> | void
  end(): Promise<void> | void
  /** How long it lasts. */
  readonly seconds: number
  readonly times?: number
  /** Every read of these pages must be answered while it lasts. */
  readonly reads?: readonly string[]
  readonly clients?: number
  /**
   * It begins once the jobs have put a report on the public list: an empty list would not prove that a replica
   * answered.
   */
  readonly afterJobs?: boolean
}

/** The load is under way by then. */
const REPORTS_BEFORE = 40
const BEFORE_MILLISECONDS = 15_000
const REPLICATED_MILLISECONDS = 2_000
const QUICKLY_MILLISECONDS = 2_000
/** Milliseconds between two actions of a client during the trouble: like a person who waits for a page. */
const REST_IN_TROUBLE = 100

/** A server under mixed load, trouble, and its end; then a search for everything that was acknowledged. */
export async function outlast(world: World, server: Running, trouble: Trouble): Promise<Outcome> {
  const { seconds, times = 1, clients = 6 } = trouble
  const [ledger, tally] = [newLedger(), newTally()]
  const meanwhile: PageRead[] = []
  const failures: string[] = []
  const recoveries: Recovery[] = []
  for (let time = 0; time < times; time++) {
    const load = startLoad(world, [server.url], { name: `load-${time}`, clients, readers: 2, ledger, tally })
    await until(() => ledger.reports.length >= (time + 1) * REPORTS_BEFORE, BEFORE_MILLISECONDS)
    if (trouble.afterJobs && time === 0) {
      await recoveryOf(world, server.url, ledger, performance.now())
      await pause(REPLICATED_MILLISECONDS)
    }
    await trouble.begin()
    load.slowDown(REST_IN_TROUBLE)
    const begunAt = performance.now()
    await pause(seconds * 1000)
    const endedAt = performance.now()
    const acknowledgedBefore = ledger.reports.length
    await trouble.end()
    const since = performance.now()
    if (!server.isAlive()) {
      failures.push(`the server ended by ${server.endedBy()}`)
      await server.start()
    }
    recoveries.push(await recoveryOf(world, server.url, ledger, since))
    await load.stop()
    meanwhile.push(...tally.reads.filter(read => isWithin(read, begunAt, endedAt)))
    if (ledger.reports.length === acknowledgedBefore) failures.push('nothing was filed afterwards')
  }
  for (const path of trouble.reads ?? []) {
    const reads = meanwhile.filter(read => read.path === path)
    const answered = reads.filter(({ isAnswered }) => isAnswered).length
    if (answered < reads.length) failures.push(`${path} was answered ${answered} times of ${reads.length}`)
  }
  const outcome = await outcomeOf(world, server.url, {
    ledger,
    tally,
    recovery: {
      seconds: longest(recoveries.map(each => each.seconds)),
      jobsSeconds: longest(recoveries.map(each => each.jobsSeconds)),
    },
    peakMegabytes: server.memory.peakMegabytes(),
    notes: [`read meanwhile: ${readsOf(meanwhile)}`],
    failures,
  })
  return outcome.failures.length === 0
    ? outcome
    : { ...outcome, notes: [...outcome.notes, server.lastLines()] }
}

function longest(taken: readonly (number | undefined)[]): number | undefined {
  return taken.reduce((most, each) =>
    most === undefined || each === undefined ? undefined : Math.max(most, each),
  )
}

/** Requested while it lasted, with time left for a response. */
function isWithin({ askedAt, endedAt }: PageRead, begin: number, end: number): boolean {
  return askedAt > begin && (endedAt < end || askedAt < end - QUICKLY_MILLISECONDS)
}

function readsOf(reads: readonly PageRead[]): string {
  return pages
    .flatMap(path => {
      const asked = reads.filter(read => read.path === path)
      return asked.length === 0
        ? []
        : [`${path} ${asked.filter(read => read.isAnswered).length}/${asked.length}`]
    })
    .join(', ')
}

/** A world and a server on Node in it; both are removed afterwards. */
export async function withServer<T>(
  options: WorldOptions,
  work: (world: World, server: Running) => Promise<T>,
): Promise<T> {
  const world = await makeWorld(options)
  try {
    const server = await nodeServer(world.env)
    try {
      return await work(world, server)
    } catch (error) {
      throw error instanceof NotHere ? error : new Error(`${error}\n${server.lastLines()}`, { cause: error })
    } finally {
      await server.close()
    }
  } finally {
    world.remove()
  }
}
