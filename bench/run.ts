import type { Figure } from './figure.ts'

/**
 * Every figure of the project, each beside its plain baseline in the same run. `--json` prints one object a
 * line; `--only WORD` runs the benches whose file name contains it.
 */
const benches = ['geography', 'routing', 'reports', 'trips', 'handoffs', 'lists', 'people', 'tenants', 'size']

const json = process.argv.includes('--json')
const only = process.argv[process.argv.indexOf('--only') + 1]
const chosen = process.argv.includes('--only') ? benches.filter(name => name.includes(only ?? '')) : benches

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
