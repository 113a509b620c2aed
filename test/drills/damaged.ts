import { execFileSync } from 'node:child_process'
import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { bundled } from '../support/app.ts'
import { findingsOf } from './books.ts'
import { outcomeOf, recoveryOf } from './check.ts'
import { type Drill, type Outcome, pause, until } from './drill.ts'
import { newLedger, newTally } from './ledger.ts'
import { startLoad } from './load.ts'
import { answersOk, type Running, root } from './process.ts'
import { withServer } from './trouble.ts'
import type { World } from './world.ts'

/*
 * One file is damaged while the server runs; the others go on. Then the server is restarted with the damaged
 * file, and again after the file has been restored.
 */

const BESIDE = 'chicago'
/** Damage may end the server's process once; then it is started again. */
const STARTED_AGAIN_MILLISECONDS = 20_000

interface Damage {
  readonly what: string
  readonly isRegion?: boolean
  readonly isLong?: boolean
  harm(file: string): void
}

const damages: readonly Damage[] = [
  { what: 'truncated to half', isLong: true, harm: file => truncateSync(file, statSync(file).size / 2) },
  { what: 'overwritten in the middle', harm: file => overwrite(file, 0.3, 0.6) },
  { what: 'emptied', isLong: true, harm: file => truncateSync(file, 0) },
  { what: 'gone', isLong: true, harm: file => rmSync(file) },
  { what: 'overwritten in the middle', isRegion: true, harm: file => overwrite(file, 0.2, 0.8) },
]

function overwrite(file: string, from: number, to: number): void {
  const { size } = statSync(file)
  const target = openSync(file, 'r+')
  writeSync(target, new Uint8Array(size * (to - from)).fill(0xa5), 0, undefined, Math.floor(size * from))
  closeSync(target)
}

export const drills: readonly Drill[] = damages.map(damage => ({
  name: `${damage.isRegion ? 'a region’s' : 'one jurisdiction’s'} file ${damage.what}`,
  isLong: damage.isLong ?? false,
  run: isShort =>
    withServer({ beside: [BESIDE] }, (world, server) => damageOne(world, server, damage, isShort)),
}))

async function damageOne(
  world: World,
  server: Running,
  { isRegion = false, harm }: Damage,
  isShort: boolean,
): Promise<Outcome> {
  const { intake } = world.region.documents.region
  const [victim = ''] = [...world.places.keys()].filter(slug => slug !== intake)
  const label = isRegion ? bundled : `${bundled}--${victim}`
  const [ledger, tally] = [newLedger(), newTally()]
  const others = [...world.keys.keys()].filter(slug => isRegion || slug !== victim)
  const failures: string[] = []

  const everywhere = startLoad(world, [server.url], { name: 'before', ledger, tally })
  await until(() => ledger.reports.length >= (isShort ? 20 : 100), 15_000)
  await everywhere.stop()
  // The copy contains everything acknowledged, on both sides of every handoff: an operator's backup, taken
  // while nothing is written or in transit.
  await findingsOf(world, ledger)
  const folder = join(world.dataDir, 'databases')
  const files = () => readdirSync(folder).filter(name => name.startsWith(`${label}.db`))
  await server.end('SIGTERM')
  const backup = join(world.dataDir, 'backup.db')
  copyFileSync(join(folder, `${label}.db`), backup)
  await server.start()
  const sound = [...ledger.reports]
  harm(join(folder, `${label}.db`))

  const watch = async (when: string) => {
    const load = startLoad(world, [server.url], {
      name: when.replace(' ', '-'),
      ledger,
      tally,
      jurisdictions: others,
      onlyReports: true,
    })
    // What the damaged database still accepts is newer than the backup and is lost with the file.
    const atVictim = startLoad(world, [server.url], {
      name: `victim-${when.replace(' ', '-')}`,
      clients: 1,
      rest: 100,
      ledger: newLedger(),
      tally,
      jurisdictions: [victim],
      onlyReports: true,
    })
    await pause(isShort ? 1_500 : 5_000)
    if (!server.isAlive()) failures.push(`${when}: the server ended by ${server.endedBy()}`)
    for (const path of ['/healthz', `/r/${BESIDE}/open311/v2/services.json`]) {
      if (!(await until(() => answersOk(server.url + path), STARTED_AGAIN_MILLISECONDS)))
        failures.push(`${when}: ${path} does not answer`)
    }
    const own = sound.filter(({ id }) => isRegion || world.keeperOf(id) === victim)
    const ofOthers = sound.filter(report => !own.includes(report))
    failures.push(
      ...(await notAnswered(server, own, isRightWithout, when)),
      ...(await notAnswered(server, ofOthers, ({ ok }) => ok, when)),
    )
    await Promise.all([load.stop(), atVictim.stop()])
  }
  await watch('while it runs')
  await server.end('SIGTERM')
  const isStarted = await server.start().then(
    () => true,
    error => failures.push(`it does not start: ${String(error).slice(0, 300)}`) < 0,
  )
  if (isStarted) await watch('after a start')

  // As docs/operate.md says: the server may keep running if it has reported that it closed the file.
  const isQuarantined = existsSync(join(folder, `${label}.quarantine`))
  if (!isQuarantined) await server.end('SIGTERM')
  for (const file of files()) rmSync(join(folder, file))
  const since = performance.now()
  copyFileSync(backup, join(folder, `${label}.db`))
  if (isQuarantined) release(world, label)
  if (!server.isAlive()) await server.start()
  const recovery = await recoveryOf(world, server.url, ledger, since, isRegion ? undefined : victim)
  return outcomeOf(world, server.url, {
    ledger,
    tally,
    recovery,
    peakMegabytes: server.memory.peakMegabytes(),
    notes: [
      `filed at the others meanwhile: ${ledger.reports.length - sound.length}; ${isQuarantined ? 'it was in quarantine, and released' : 'it was not put in quarantine'}`,
    ],
    failures,
  })
}

function release(world: World, label: string): void {
  const args = ['dist/cli.js', 'databases', 'release', label]
  execFileSync(process.execPath, args, { cwd: root, env: { ...process.env, ...world.env }, stdio: 'pipe' })
}

/** Without its database: from the cache, or 503 with `Retry-After`. */
function isRightWithout({ ok, status, headers }: Response): boolean {
  return ok || (status === 503 && Number(headers.get('retry-after')) > 0)
}

async function notAnswered(
  { url }: Running,
  reports: readonly { readonly id: string }[],
  isRight: (answer: Response) => boolean,
  when: string,
): Promise<string[]> {
  const failed: string[] = []
  for (const { id } of reports.slice(-10)) {
    let status = 0
    const isAnswered = async () => {
      const answer = await fetch(`${url}/api/v1/requests/${id}`).catch(() => undefined)
      status = answer?.status ?? 0
      return answer !== undefined && isRight(answer)
    }
    if (!(await until(isAnswered, STARTED_AGAIN_MILLISECONDS)))
      failed.push(`${when}: ${id} answers ${status}`)
  }
  return failed
}
