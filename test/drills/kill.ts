import { outcomeOf, recoveryOf, secondsToServe } from './check.ts'
import { type Drill, type Outcome, pause, until } from './drill.ts'
import { newLedger, newTally } from './ledger.ts'
import { startLoad } from './load.ts'
import type { Running } from './process.ts'
import { withServer } from './trouble.ts'
import type { World } from './world.ts'

const MAX_LIFE = 5_000

/**
 * Kills the server in the middle of its work, `rounds` times: the process that serves, and every fifth time the
 * one that was started. `seconds to recover` is the longest.
 */
export async function killRounds(world: World, server: Running, rounds: number): Promise<Outcome> {
  const ledger = newLedger()
  const tally = newTally()
  let longest = 0
  let since = 0
  for (let round = 0; round < rounds; round++) {
    const load = startLoad(world, [server.url], { name: `kill-${round}`, clients: 6, ledger, tally })
    // In the middle of its work, however slow the machine: after some actions, at any instant of the next.
    const actions = tally.answered + 20 + Math.random() * 150
    await until(() => tally.answered > actions, MAX_LIFE, 10)
    await pause(Math.random() * 30)
    since = performance.now()
    const victim = round % 5 === 4 ? server.pid() : server.servingPid()
    process.kill(victim, 'SIGKILL')
    if (victim === server.pid()) {
      await server.end('SIGKILL')
      await server.start()
    }
    const served = await secondsToServe(world, server.url, ledger, since)
    longest = Math.max(longest, served?.seconds ?? Number.POSITIVE_INFINITY)
    await load.stop()
    if (served === undefined) break
  }
  const { jobsSeconds } = await recoveryOf(world, server.url, ledger, since)
  return outcomeOf(world, server.url, {
    ledger,
    tally,
    recovery: { seconds: Number.isFinite(longest) ? longest : undefined, jobsSeconds },
    peakMegabytes: server.memory.peakMegabytes(),
    notes: [
      `${ledger.reports.length} reports, ${ledger.offers.length} offers, ${ledger.answers.length} answers`,
    ],
  })
}

export const drills: readonly Drill[] = [
  {
    name: 'kill -9 under mixed load, 25 times (short: 3)',
    run: isShort => withServer({}, (world, server) => killRounds(world, server, isShort ? 3 : 25)),
  },
]
