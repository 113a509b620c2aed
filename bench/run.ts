import type { Figure } from './figure.ts'

/**
 * Every figure of the project, each beside its plain baseline in the same run. `--json` prints one object a
 * line; `--only NAME,NAME` runs the benches of these files.
 */
const benches = [
  'geography',
  'routing',
  'reports',
  'trips',
  'handoffs',
  'lists',
  'people',
  'places',
  'tenants',
  'apply',
  'edge',
  'size',
]

const json = process.argv.includes('--json')
const only = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1] : undefined
const chosen = only?.split(',') ?? benches
const unknown = chosen.find(name => !benches.includes(name))
if (unknown !== undefined) throw new Error(`no bench "${unknown}"; there are ${benches.join(', ')}`)

if (!json) console.log(row('figure', 'value', 'baseline', 'ratio'))
for (const name of chosen) {
  const { bench } = (await import(`./${name}.ts`)) as { bench: () => Promise<readonly Figure[]> }
  for (const { name, value, unit, baseline, ratio } of await bench()) {
    if (json) console.log(JSON.stringify({ name, value, unit, baseline, ratio }))
    else console.log(row(name, `${plain(value)} ${unit}`, `${plain(baseline)} ${unit}`, ratio.toFixed(2)))
  }
}

function plain(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: value < 100 ? 1 : 0 })
}

function row(name: string, value: string, baseline: string, ratio: string): string {
  return `${name.padEnd(78)} ${value.padStart(22)} ${baseline.padStart(22)} ${ratio.padStart(8)}`
}
