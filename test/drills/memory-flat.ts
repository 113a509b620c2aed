import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { outcomeOf, recoveryOf } from './check.ts'
import { type Drill, type Outcome, pause } from './drill.ts'
import { newLedger, newTally, times } from './ledger.ts'
import { startLoad } from './load.ts'
import { megabytesOf, processTree } from './memory.ts'
import { nodeServer, type Running } from './process.ts'
import { makeWorld, type World } from './world.ts'

/*
 * Mixed load for half an hour. In the first third it is as much as the server takes, so that every cache fills
 * to its limit; then it is steady. Over these last two thirds, the memory of the process and the live
 * JavaScript heap after collection may grow by no more than these rates.
 */

const MINUTES = 30
const MINUTES_SHORT = 0.5
const RESIDENT_MEGABYTES_A_MINUTE = 2
const LIVE_MEGABYTES_A_MINUTE = 0.3
const SAMPLE_MILLISECONDS = 2_000

interface Sample {
  readonly minute: number
  readonly megabytes: number
}

export const drills: readonly Drill[] = [
  { name: 'memory flat over 30 minutes of mixed load', isLong: true, run: steady },
]

async function steady(isShort: boolean): Promise<Outcome> {
  const world = await makeWorld()
  const folder = mkdtempSync(join(tmpdir(), 'countyline-memory-'))
  const log = join(folder, 'collected')
  const reporter = pathToFileURL(fileURLToPath(new URL('report-memory.js', import.meta.url))).href
  try {
    const server = await nodeServer({
      ...world.env,
      NODE_OPTIONS: `--import=${reporter}`,
      DRILL_MEMORY_LOG: log,
    })
    try {
      return await watch(world, server, log, isShort)
    } finally {
      await server.close()
    }
  } finally {
    rmSync(folder, { recursive: true })
    world.remove()
  }
}

async function watch(world: World, server: Running, log: string, isShort: boolean): Promise<Outcome> {
  const minutes = isShort ? MINUTES_SHORT : MINUTES
  const [ledger, tally] = [newLedger(), newTally()]
  const startedAt = Date.now()
  const resident: Sample[] = []
  const warming = startLoad(world, [server.url], { name: 'warming', clients: 8, ledger, tally: newTally() })
  setTimeout(() => void warming.stop(), (minutes / 3) * 60_000)
  const load = startLoad(world, [server.url], {
    name: 'steady',
    clients: 4,
    rest: isShort ? 20 : 150,
    ledger,
    tally,
  })
  for (let minute = 0; minute < minutes; minute = (Date.now() - startedAt) / 60_000) {
    resident.push({ minute, megabytes: megabytesOf(processTree(server.pid()), 'VmRSS') })
    await pause(SAMPLE_MILLISECONDS)
  }
  await Promise.all([load.stop(), warming.stop()])
  const live = collectedIn(log, server.servingPid(), startedAt)
  const recovery = await recoveryOf(world, server.url, ledger, performance.now())
  const [residentSlope, liveSlope] = [slopeOf(resident, minutes), slopeOf(live, minutes)]
  const failures: string[] = []
  if (!isShort && residentSlope > RESIDENT_MEGABYTES_A_MINUTE)
    failures.push(`resident memory grows by more than ${RESIDENT_MEGABYTES_A_MINUTE} MB a minute`)
  if (!isShort && liveSlope > LIVE_MEGABYTES_A_MINUTE)
    failures.push(`what lives in JavaScript grows by more than ${LIVE_MEGABYTES_A_MINUTE} MB a minute`)
  return outcomeOf(world, server.url, {
    ledger,
    tally,
    recovery,
    peakMegabytes: server.memory.peakMegabytes(),
    notes: [
      `resident ${course(resident, minutes)}; slope after the first third ${perMinute(residentSlope)}`,
      `live after a collection ${course(live, minutes)}; slope ${perMinute(liveSlope)}`,
      `${Math.round(tally.answered / (minutes * 60))} calls a second; a call: ${times(tally)}`,
    ],
    failures,
  })
}

function collectedIn(log: string, pid: number, since: number): Sample[] {
  if (!existsSync(log)) return []
  return readFileSync(log, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line) as { pid: number; at: number; heapUsed: number; external: number })
    .filter(entry => entry.pid === pid && entry.at >= since)
    .map(({ at, heapUsed, external }) => ({
      minute: (at - since) / 60_000,
      megabytes: (heapUsed + external) / 1024 / 1024,
    }))
}

/** Megabytes a minute over the last two thirds, by least squares. */
function slopeOf(samples: readonly Sample[], minutes: number): number {
  const late = samples.filter(({ minute }) => minute >= minutes / 3)
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [x, y] = [mean(late.map(({ minute }) => minute)), mean(late.map(({ megabytes }) => megabytes))]
  const spread = late.reduce((sum, { minute }) => sum + (minute - x) ** 2, 0)
  const along = late.reduce((sum, { minute, megabytes }) => sum + (minute - x) * (megabytes - y), 0)
  return spread === 0 ? 0 : along / spread
}

/** At the start, after the first third, in the middle and at the end. */
function course(samples: readonly Sample[], minutes: number): string {
  if (samples.length === 0) return 'not measured'
  const at = (share: number) =>
    samples.findLast(({ minute }) => minute <= minutes * share)?.megabytes ?? samples[0]?.megabytes ?? 0
  return `${[0, 1 / 3, 1 / 2, 1].map(share => Math.round(at(share))).join(', ')} MB`
}

const perMinute = (slope: number) => `${slope.toFixed(2)} MB a minute`
