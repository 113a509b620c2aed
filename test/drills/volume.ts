import { outcomeOf, recoveryOf } from './check.ts'
import { type Drill, type Outcome, pause, until } from './drill.ts'
import { newLedger, newTally, readPage, type Tally, times } from './ledger.ts'
import { startLoad } from './load.ts'
import type { Running } from './process.ts'
import { withServer } from './trouble.ts'
import type { World } from './world.ts'

const REPORTS = 100_000
const REPORTS_SHORT = 500
const HOUR_SECONDS = 3_600
const CLIENTS = 24
/** Reports come as fast as they are answered: transfers of the last ones follow later. */
const DELIVERED_MILLISECONDS = 1_800_000

export const drills: readonly Drill[] = [
  {
    name: '100,000 reports within an hour, the staff’s list beside',
    run: isShort => withServer({}, (world, server) => fill(world, server, isShort)),
  },
]

async function fill(world: World, server: Running, isShort: boolean): Promise<Outcome> {
  const reports = isShort ? REPORTS_SHORT : REPORTS
  const [ledger, tally, pages] = [newLedger(), newTally(), newTally()]
  const startedAt = performance.now()
  const isFiled = () => ledger.reports.length >= reports
  const load = startLoad(world, [server.url], {
    name: 'v',
    clients: CLIENTS,
    ledger,
    tally,
    onlyReports: true,
  })
  const reader = readQueue(world, server.url, pages, isFiled)
  const limit = HOUR_SECONDS * 1000 * (reports / REPORTS) * 2
  await until(isFiled, limit, 50)
  const seconds = (performance.now() - startedAt) / 1000
  await load.stop()
  await reader
  const recovery = await recoveryOf(world, server.url, ledger, performance.now())
  const filed = ledger.reports.length
  const rate = filed / seconds
  const asked = pages.reads.length
  const answered = pages.reads.filter(({ isAnswered }) => isAnswered).length
  return outcomeOf(world, server.url, {
    ledger,
    tally,
    recovery,
    peakMegabytes: server.memory.peakMegabytes(),
    deliveredMilliseconds: DELIVERED_MILLISECONDS,
    notes: [
      `${filed.toLocaleString('en')} reports in ${Math.round(seconds)} s: ${Math.round(rate * HOUR_SECONDS).toLocaleString('en')} an hour`,
      `a report: ${times(tally)}; the staff’s list: ${times(pages)}, answered ${answered} of ${asked}`,
    ],
    failures: [
      ...(!isShort && rate * HOUR_SECONDS < REPORTS ? ['fewer than 100,000 an hour'] : []),
      ...(answered < asked ? [`the staff’s list did not answer ${asked - answered} times`] : []),
    ],
  })
}

/** A staff member of every jurisdiction reads the list of all requests repeatedly. */
async function readQueue(world: World, url: string, tally: Tally, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const headers = { cookie: world.staff.cookie }
    const answer = await readPage(tally, '/work', signal =>
      fetch(`${url}/work`, { headers, signal, redirect: 'manual' }),
    )
    if (answer !== undefined) world.staff.keep(answer)
    await pause(200)
  }
}
