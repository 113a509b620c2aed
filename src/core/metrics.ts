// Figures of one process, in the text format of Prometheus
// (https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format).

export interface Metric {
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly name: string
  readonly help: string
}

export type Labels = Readonly<Record<string, string>>

export interface Sample {
  readonly metric: Metric
  readonly labels?: Labels | undefined
  readonly value: number
}

export const counter = (name: string, help: string): Metric => ({ type: 'counter', name, help })
export const gauge = (name: string, help: string): Metric => ({ type: 'gauge', name, help })
/** Of durations in seconds. */
export const histogram = (name: string, help: string): Metric => ({ type: 'histogram', name, help })

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

interface Durations {
  /** How many took at most as many seconds as `SECONDS` says, and longer than the one before. */
  readonly counts: number[]
  count: number
  sum: number
}

export class Metrics {
  readonly #values = new Map<Metric, Map<string, number>>()
  readonly #durations = new Map<Metric, Map<string, Durations>>()
  readonly #collectors: (() => readonly Sample[])[] = []

  add(metric: Metric, labels: Labels = {}, by = 1): void {
    const series = entry(this.#values, metric, () => new Map<string, number>())
    const key = labelText(labels)
    series.set(key, (series.get(key) ?? 0) + by)
  }

  /** `seconds` of a histogram. */
  observe(metric: Metric, labels: Labels, seconds: number): void {
    const series = entry(this.#durations, metric, () => new Map<string, Durations>())
    const durations = entry(series, labelText(labels), () => ({
      counts: SECONDS.map(() => 0),
      count: 0,
      sum: 0,
    }))
    const bucket = SECONDS.findIndex(most => seconds <= most)
    if (bucket >= 0) durations.counts[bucket] = (durations.counts[bucket] ?? 0) + 1
    durations.count++
    durations.sum += seconds
  }

  /** For figures that are read when they are asked for. */
  onCollect(collect: () => readonly Sample[]): void {
    this.#collectors.push(collect)
  }

  /** What this process has counted, and `others`. */
  text(others: readonly Sample[] = []): string {
    const lines = new Map<Metric, string[]>()
    const write = (metric: Metric, line: string) => entry(lines, metric, () => []).push(line)
    for (const [metric, series] of this.#values) {
      for (const [labels, value] of series) write(metric, lineOf(metric.name, labels, value))
    }
    for (const [metric, series] of this.#durations) {
      for (const [labels, durations] of series) {
        for (const line of durationLines(metric.name, labels, durations)) write(metric, line)
      }
    }
    for (const { metric, labels = {}, value } of [
      ...this.#collectors.flatMap(collect => collect()),
      ...others,
    ]) {
      write(metric, lineOf(metric.name, labelText(labels), value))
    }
    return [...lines].map(([metric, its]) => `${headOf(metric)}${its.join('')}`).join('')
  }
}

function durationLines(name: string, labels: string, { counts, count, sum }: Durations): string[] {
  let below = 0
  const within = (most: string) => [labels, `le="${most}"`].filter(Boolean).join()
  const buckets = SECONDS.map((most, index) => {
    below += counts[index] ?? 0
    return lineOf(`${name}_bucket`, within(String(most)), below)
  })
  return [
    ...buckets,
    lineOf(`${name}_bucket`, within('+Inf'), count),
    lineOf(`${name}_sum`, labels, sum),
    lineOf(`${name}_count`, labels, count),
  ]
}

const headOf = ({ name, help, type }: Metric) => `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`

const lineOf = (name: string, labels: string, value: number) =>
  `${name}${labels === '' ? '' : `{${labels}}`} ${value}\n`

function labelText(labels: Labels): string {
  return Object.entries(labels)
    .map(
      ([name, value]) =>
        `${name}="${value.replace(/[\\"\n]/g, found => (found === '\n' ? '\\n' : `\\${found}`))}"`,
    )
    .join()
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}
