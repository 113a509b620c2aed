import type { Series } from './prometheus.ts'

export interface Scrape {
  /** Seconds since 1970. */
  readonly at: number
  readonly series: readonly Series[]
}

const COMPARISON = /^(.+) ([<>]) ([\d.]+)$/
const FOLD = /^(max|min|sum)\((.+)\)$/
const RANGE = /^(rate|increase)\((.+)\[(\d+)m\]\)$/
const SELECTOR = /^(\w+)(?:\{(\w+)(=~?)"([^"]*)"\})?$/

/**
 * Whether a rule fires on the last of these scrapes. As much of PromQL as the rules have: `or` of comparisons with
 * a number, of a fold, of a quotient of folds, or of the time since one. Throws for anything else.
 */
export function fires(expr: string, scrapes: readonly Scrape[]): boolean {
  return expr.split(/\s+or\s+/).some(part => {
    const [, left = '', sign, limit] = matched(COMPARISON, part)
    const value = evaluate(left.trim(), scrapes)
    return value !== undefined && (sign === '>' ? value > Number(limit) : value < Number(limit))
  })
}

function evaluate(term: string, scrapes: readonly Scrape[]): number | undefined {
  const [over, under] = term.split(/\s+\/\s+/)
  if (over !== undefined && under !== undefined) {
    const [top, bottom] = [evaluate(over, scrapes), evaluate(under, scrapes)]
    return top === undefined || bottom === undefined ? undefined : top / bottom
  }
  if (term.startsWith('time() - ')) {
    const since = evaluate(term.slice('time() - '.length), scrapes)
    return since === undefined ? undefined : lastOf(scrapes).at - since
  }
  const [, fold, inner = ''] = matched(FOLD, term)
  const values = RANGE.test(inner)
    ? changes(inner, scrapes)
    : matching(inner, lastOf(scrapes)).map(valueOfOne)
  if (values.length === 0) return undefined
  if (fold === 'sum') return values.reduce((sum, value) => sum + value, 0)
  return fold === 'max' ? Math.max(...values) : Math.min(...values)
}

/** Of each series that both ends of the range have: one that is new has not changed yet, as in Prometheus. */
function changes(term: string, scrapes: readonly Scrape[]): number[] {
  const [, kind, selector = '', minutes] = matched(RANGE, term)
  const last = lastOf(scrapes)
  const inRange = scrapes.filter(({ at }) => last.at - at <= Number(minutes) * 60)
  const [first] = inRange
  if (first === undefined || first === last) return []
  const before = new Map(matching(selector, first).map(series => [keyOf(series), series.value]))
  return matching(selector, last).flatMap(series => {
    const earlier = before.get(keyOf(series))
    if (earlier === undefined) return []
    // A counter that is smaller has begun anew.
    const change = series.value < earlier ? series.value : series.value - earlier
    return [kind === 'rate' ? change / (last.at - first.at) : change]
  })
}

function matching(selector: string, { series }: Scrape): Series[] {
  const [, name, label, sign, text = ''] = matched(SELECTOR, selector)
  const pattern = new RegExp(`^(?:${text})$`)
  const isOf = (value: string) => (sign === '=' ? value === text : pattern.test(value))
  return series.filter(each => each.name === name && (label === undefined || isOf(each.labels[label] ?? '')))
}

const valueOfOne = ({ value }: Series) => value

function keyOf({ labels }: Series): string {
  return JSON.stringify(Object.entries(labels).sort())
}

function lastOf(scrapes: readonly Scrape[]): Scrape {
  const last = scrapes.at(-1)
  if (last === undefined) throw new Error('no scrape')
  return last
}

function matched(pattern: RegExp, text: string): RegExpExecArray {
  const found = pattern.exec(text)
  if (found === null) throw new Error(`this test does not understand ${text}`)
  return found
}
