import { type ChildProcess, fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { startSqld } from '../support/sqld.ts'
import { type Finding, playSchedule } from './schedule.ts'
import { openWorld } from './world.ts'

/**
 * `npm run custody -- --schedules N --seed S`: N random schedules, the first with seed S, the next with S + 1,
 * …; each can be repeated alone by its own seed. Ends with one line, `N schedules, M violations`; the exit code
 * is 1 when there is a violation. `--sqld`: on a libSQL server over HTTP instead of files.
 */
const { values } = parseArgs({
  options: {
    schedules: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    sqld: { type: 'boolean', default: false },
    /** For the processes that share the work: every `of`-th schedule, starting with the `part`-th. */
    part: { type: 'string' },
    of: { type: 'string' },
  },
})
const schedules = Number(values.schedules)
const seed = Number(values.seed)
if (values.part === undefined) await share()
else await play(Number(values.part), Number(values.of))

async function share(): Promise<void> {
  console.log(`seeds from ${seed}`)
  const of = Math.max(1, Math.min(availableParallelism(), Math.ceil(schedules / 50)))
  let violations = 0
  const parts = Array.from({ length: of }, (_, part) => {
    const args = [
      '--schedules',
      String(schedules),
      '--seed',
      String(seed),
      '--part',
      String(part),
      '--of',
      String(of),
    ]
    const child = fork(import.meta.filename, values.sqld ? [...args, '--sqld'] : args)
    child.on('message', (finding: Finding) => {
      violations++
      console.log(inWords(finding))
    })
    return ended(child)
  })
  const codes = await Promise.all(parts)
  if (codes.some(code => code !== 0)) throw new Error('a part of the schedules was not played')
  console.log(`${schedules} schedules, ${violations} violations`)
  process.exitCode = violations > 0 ? 1 : 0
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise(resolve => child.once('exit', resolve))
}

async function play(part: number, of: number): Promise<void> {
  const startServer = async () => (values.sqld ? await startSqld() : undefined)
  let sqld = await startServer()
  const open = () => openWorld(sqld && { remote: { url: sqld.url, adminUrl: sqld.adminUrl } })
  let world = await open()
  for (let at = part; at < schedules; at += of) {
    const finding = await playSchedule(world, seed + at)
    if (finding === undefined) continue
    process.send?.(finding)
    // The remains of a broken case must not disturb the next.
    await world.close()
    await sqld?.stop()
    sqld = await startServer()
    world = await open()
  }
  await world.close()
  await sqld?.stop()
}

function inWords({ seed, errors, steps }: Finding): string {
  const listed = steps.map((step, at) => `  ${at + 1}. ${step}`)
  return [`seed ${seed}:`, ...listed, ...errors.map(error => `  ! ${error}`)].join('\n')
}
