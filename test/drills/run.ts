import { parseArgs } from 'node:util'
import { type Drill, NotHere, type Outcome } from './drill.ts'

/**
 * `npm run drills`: failing machines, and how the server handles them; a row for each drill. `-- --short`: a
 * minute or less each, without root; `-- --only kill,disk-full`: only those; `-- --json`: one object a line.
 * The exit code is 1 when anything was lost, done twice or did not recover.
 */
const files = [
  'kill',
  'disk-full',
  'read-only',
  'damaged',
  'backup',
  'sqld',
  'two',
  'slow',
  'volume',
  'memory-flat',
] as const

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    short: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const isShort = values.short
const wanted = values.only?.split(',') ?? files
const unknown = wanted.filter(name => !files.some(known => known === name))
if (unknown.length > 0)
  throw new Error(`there is no drill ${unknown.join(', ')}: choose from ${files.join(', ')}`)

const WIDTHS = [54, 12, 6, 6, 7, 7, 11, 9, 9, 8] as const
const columns = [
  'drill',
  'acknowledged',
  'lost',
  'twice',
  '503',
  '5xx',
  'unanswered',
  'recovers',
  'jobs',
  'peak',
]
if (!values.json) print(row(columns))

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
let failed = 0
for (const file of wanted) {
  const { drills } = (await import(`./${file}.ts`)) as { drills: readonly Drill[] }
  for (const { name, isLong, run } of drills) {
    if (isShort && isLong) continue
    const outcome = await run(isShort).catch(broken)
    if (outcome.failures.length > 0) failed++
    if (values.json) print(JSON.stringify({ drill: name, ...outcome }))
    else show(name, outcome)
  }
}
process.exit(failed > 0 ? 1 : 0)

function show(name: string, outcome: Outcome): void {
  const { recoverySeconds, jobsSeconds, peakMegabytes: peak } = outcome
  const seconds = (taken: number | undefined) => (taken === undefined ? 'never' : `${taken.toFixed(1)} s`)
  print(
    row([
      name,
      ...[outcome.acknowledged, outcome.lost, outcome.duplicated, outcome.unavailable, outcome.errors].map(
        String,
      ),
      String(outcome.unanswered),
      seconds(recoverySeconds),
      seconds(jobsSeconds),
      peak === undefined ? '–' : `${Math.round(peak)} MB`,
    ]),
  )
  for (const note of outcome.notes) print(`  ${note}`)
  for (const failure of outcome.failures) print(`  FAILED: ${failure}`)
}

function broken(error: unknown): Outcome {
  const isSkipped = error instanceof NotHere
  const said = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return {
    acknowledged: 0,
    lost: 0,
    duplicated: 0,
    unavailable: 0,
    errors: 0,
    unanswered: 0,
    recoverySeconds: undefined,
    jobsSeconds: undefined,
    peakMegabytes: undefined,
    notes: isSkipped ? [`skipped: ${error.message}`] : [],
    failures: isSkipped ? [] : [said],
  }
}

function row(cells: readonly string[]): string {
  return cells
    .map((cell, at) => (at === 0 ? cell.padEnd(WIDTHS[0]) : cell.padStart(WIDTHS[at] ?? 0)))
    .join(' ')
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
