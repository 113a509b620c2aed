import type { Finding, Path } from '../fault.ts'

/** What a check finds, told one by one. */
export type Findings = Generator<Finding, void>

/** Tells of one file. Messages and mends are sentences without their full stops. */
export function tellOf(file: string) {
  const error = (path: Path, message: string, mend: string): Finding => {
    return { severity: 'error', file, path, message, mend }
  }
  const warning = (path: Path, message: string, mend: string): Finding => {
    return { severity: 'warning', file, path, message, mend }
  }
  return {
    error,
    warning,
    /** A reference to something that is not there, with the name that was probably meant. */
    unknown: (path: Path, noun: string, given: string, known: Iterable<string>) =>
      error(path, `There is no ${noun} "${given}"`, meant(given, [...known])),
    /** `to` is the first day on which it no longer holds, so it comes after `from`. */
    *dates(path: Path, { from, to }: Dated): Findings {
      if (!from || !to || from < to) return
      const mend = 'Write the first day on which it no longer holds'
      yield error([...path, 'to'], `It ends on ${to}, before it begins on ${from}`, mend)
    },
  }
}

function meant(given: string, known: readonly string[]): string {
  const distances = known.map(name => ({ name, distance: editDistance(name, given) }))
  const [nearest] = distances.sort((a, b) => a.distance - b.distance)
  if (nearest && nearest.distance <= 2 + given.length / 8) return `Did you mean "${nearest.name}"?`
  if (known.length === 0) return 'There is none to name yet'
  return `Name one of: ${known.slice(0, 12).join(', ')}${known.length > 12 ? ' …' : ''}`
}

/** Second and later uses of what may stand only once, with the index of the first. */
export function repeats<T>(
  items: readonly T[],
  key: (item: T) => string,
): { index: number; first: number; key: string }[] {
  const seen = new Map<string, number>()
  return items.flatMap((item, index) => {
    const first = seen.get(key(item))
    if (first !== undefined) return [{ index, first, key: key(item) }]
    seen.set(key(item), index)
    return []
  })
}

export interface Dated {
  readonly from?: string | null | undefined
  readonly to?: string | null | undefined
}

/** Do two half-open periods share a day? */
export function shareDays(a: Dated, b: Dated): boolean {
  return (a.from ?? '') < (b.to ?? '9999-99-99') && (b.from ?? '') < (a.to ?? '9999-99-99')
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (letter === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
