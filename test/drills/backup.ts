import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { nodePlatform } from '../../src/platform/node/platform.ts'
import { bundled } from '../support/app.ts'
import type { Sqld } from '../support/sqld.ts'
import { outcomeOf, recoveryOf } from './check.ts'
import { type Drill, type Outcome, until } from './drill.ts'
import { acknowledgedIn, type Ledger, newLedger, newTally } from './ledger.ts'
import { startLoad } from './load.ts'
import { nodeServer, type Running, root } from './process.ts'
import { withSqld } from './sqld.ts'
import { withServer } from './trouble.ts'
import { makeWorld, type World } from './world.ts'

/*
 * A backup while clients work, and a restore elsewhere: all that was acknowledged before the backup began is
 * there. Then one jurisdiction alone, beside a running server and its neighbors. Both commands are killed once
 * in the middle and run again.
 */

const WAIT_MILLISECONDS = 60_000

interface Ended {
  readonly code: number | null
  readonly text: string
}

function countyline(env: Readonly<Record<string, string>>, argv: readonly string[]) {
  const child = spawn(process.execPath, ['dist/cli.js', ...argv], {
    cwd: root,
    env: { ...process.env, ...env },
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => {
      text += String(data)
    })
  const ended = new Promise<Ended>(resolve => child.once('close', code => resolve({ code, text })))
  return { child, ended }
}

async function mustRun(env: Readonly<Record<string, string>>, ...argv: string[]): Promise<string> {
  const { code, text } = await countyline(env, argv).ended
  if (code !== 0) throw new Error(`countyline ${argv.join(' ')}: exit code ${code}: ${text.slice(-500)}`)
  return text
}

async function killedWhen(
  env: Readonly<Record<string, string>>,
  argv: readonly string[],
  isInTheMiddle: () => boolean,
): Promise<number | null> {
  const { child, ended }: { child: ChildProcess; ended: Promise<Ended> } = countyline(env, argv)
  await until(() => isInTheMiddle() || child.exitCode !== null, WAIT_MILLISECONDS, 5)
  child.kill('SIGKILL')
  return (await ended).code
}

const copyOf = ({ reports, offers, answers, changes }: Ledger): Ledger => ({
  reports: [...reports],
  offers: [...offers],
  answers: [...answers],
  changes: [...changes],
})

const filesIn = (folder: string) =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true }).filter(name => String(name).endsWith('.db')).length
    : 0

async function backUpAndRestore(
  world: World,
  server: Running,
  other: Sqld | undefined,
  isShort: boolean,
): Promise<Outcome> {
  const [ledger, tally] = [newLedger(), newTally()]
  const backups = join(world.dataDir, '..', 'backups')
  const create = ['backup', 'create', '--to', backups]
  const load = startLoad(world, [server.url], { name: 'backup', ledger, tally })
  await until(() => ledger.reports.length >= (isShort ? 40 : 400), WAIT_MILLISECONDS)
  await killedWhen(world.env, create, () => filesIn(join(backups, 'backups')) > 2)
  const before = copyOf(ledger)
  const startedAt = performance.now()
  await mustRun(world.env, ...create)
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  const during = acknowledgedIn(ledger) - acknowledgedIn(before)
  await load.stop()
  await server.end('SIGTERM')
  await mustRun(world.env, 'backup', 'verify', '--in', backups)

  const restored = await restoreElsewhere(world, other, backups)
  const again = await nodeServer(restored.env)
  try {
    const recovery = await recoveryOf(restored, again.url, before, performance.now())
    return await outcomeOf(restored, again.url, {
      ledger: before,
      tally,
      recovery,
      peakMegabytes: again.memory.peakMegabytes(),
      notes: [`the backup took ${seconds} s, while ${during} more were acknowledged`],
      failures: during === 0 ? ['nothing was acknowledged while the backup was made'] : [],
    })
  } finally {
    await again.close()
  }
}

async function restoreElsewhere(world: World, other: Sqld | undefined, backups: string): Promise<World> {
  const dataDir = join(world.dataDir, '..', 'restored')
  mkdirSync(dataDir)
  cpSync(join(world.dataDir, 'secrets'), join(dataDir, 'secrets'), { recursive: true })
  const remote = other && { url: other.url, adminUrl: other.adminUrl }
  const env = {
    ...world.env,
    DATA_DIR: dataDir,
    ...(remote && { DATABASE_URL: remote.url, DATABASE_ADMIN_URL: remote.adminUrl }),
  }
  const restore = ['restore', '--from', backups]
  // It has begun with the jurisdictions: the directory comes after them.
  const isInTheMiddle = () =>
    readdirSync(dataDir, { recursive: true }).some(
      name => String(name).includes(`.restore-`) && String(name).includes(`${bundled}--`),
    )
  const killed = await killedWhen(env, restore, isInTheMiddle)
  if (killed !== null) throw new Error('the restore was not killed in the middle')
  await mustRun(env, ...restore)
  await mustRun(env, 'audit', 'verify')
  return { ...world, dataDir, env, open: () => nodePlatform({ dataDir, remote, log: () => {} }) }
}

async function restoreBeside(world: World, server: Running, isShort: boolean): Promise<Outcome> {
  const [ledger, tally] = [newLedger(), newTally()]
  const { intake } = world.region.documents.region
  const [victim = ''] = [...world.places.keys()].filter(slug => slug !== intake)
  const backups = join(world.dataDir, '..', 'backups')
  const enough = isShort ? 40 : 200
  const load = startLoad(world, [server.url], { name: 'beside', ledger, tally })
  await until(() => ledger.reports.length >= enough, WAIT_MILLISECONDS)
  const before = copyOf(ledger)
  await mustRun(world.env, 'backup', 'create', '--to', backups)
  const atBackup = ledger.reports.length
  await until(() => ledger.reports.length >= atBackup + enough, WAIT_MILLISECONDS)
  const since = performance.now()
  const restore = ['restore', '--from', backups, '--region', bundled, '--jurisdiction', victim, '--replace']
  await killedWhen(world.env, restore, () => filesIn(join(world.dataDir, 'replaced')) > 0)
  const said = await mustRun(world.env, ...restore)
  await load.stop()
  await mustRun(world.env, 'audit', 'verify')
  // What happened there after the backup is lost, and said to be; all else is as it was.
  const known = {
    ...copyOf(ledger),
    reports: ledger.reports.filter(
      report => before.reports.includes(report) || world.keeperOf(report.id) !== victim,
    ),
    offers: before.offers,
    answers: before.answers,
    changes: before.changes,
  }
  const recovery = await recoveryOf(world, server.url, known, since, victim)
  return outcomeOf(world, server.url, {
    ledger: known,
    tally,
    recovery,
    peakMegabytes: server.memory.peakMegabytes(),
    notes: [said.split('\n').find(line => line.includes('delivered again')) ?? ''],
  })
}

const roomFor =
  (run: (world: World, server: Running, isShort: boolean) => Promise<Outcome>) => (isShort: boolean) =>
    withServer({}, async (world, server) => {
      try {
        return await run(world, server, isShort)
      } finally {
        for (const name of ['backups', 'restored'])
          rmSync(join(world.dataDir, '..', name), { recursive: true, force: true })
      }
    })

async function onServer(isShort: boolean): Promise<Outcome> {
  return withSqld({}, sqld =>
    withSqld({}, async other => {
      const world = await makeWorld({ remote: { url: sqld.url, adminUrl: sqld.adminUrl } })
      const server = await nodeServer(world.env)
      try {
        return await backUpAndRestore(world, server, other, isShort)
      } finally {
        await server.close()
        world.remove()
      }
    }),
  )
}

export const drills: readonly Drill[] = [
  {
    name: 'backup under load, killed once; restored elsewhere',
    run: roomFor((world, server, isShort) => backUpAndRestore(world, server, undefined, isShort)),
  },
  { name: 'the same on a libSQL server', run: onServer },
  { name: 'one jurisdiction restored beside its neighbors', run: roomFor(restoreBeside) },
]
