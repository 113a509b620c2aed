export interface Series {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/y

/** Reads the text format of Prometheus as strictly as it does. Throws with the first line that is not of it. */
export function parseMetrics(text: string): Series[] {
  const types = new Map<string, string>()
  const seen = new Set<string>()
  const series: Series[] = []
  if (!text.endsWith('\n')) throw new Error('the last line does not end')
  for (const line of text.slice(0, -1).split('\n')) {
    const type = /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(line)
    if (type !== null) {
      const [, name = '', kind = ''] = type
      if (types.has(name)) throw new Error(`${name} has two types`)
      types.set(name, kind)
      continue
    }
    if (/^# HELP \S+ \S/.test(line)) continue
    const [, name = '', labels = '', value = ''] = LINE.exec(line) ?? []
    const family = name.replace(/_(bucket|sum|count)$/, found => (types.has(name) ? found : ''))
    if (!types.has(family) || Number.isNaN(Number(value)) || seen.has(`${name}{${labels}}`)) {
      throw new Error(`not a line of the format: ${line}`)
    }
    seen.add(`${name}{${labels}}`)
    series.push({ name, labels: parseLabels(labels), value: Number(value) })
  }
  return series
}

function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {}
  LABEL.lastIndex = 0
  while (LABEL.lastIndex < text.length) {
    const found = LABEL.exec(text)
    if (found === null) throw new Error(`not labels: ${text}`)
    const [, name = '', value = ''] = found
    labels[name] = value.replace(/\\([\\"n])/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped))
  }
  return labels
}

/** The sum of what matches; undefined if nothing does. */
export function sumOf(
  series: readonly Series[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const matching = series.filter(
    each => each.name === name && Object.entries(labels).every(([key, value]) => each.labels[key] === value),
  )
  return matching.length === 0 ? undefined : matching.reduce((sum, { value }) => sum + value, 0)
}
