import type { Finding, Path } from '../fault.ts'

export function error(file: string, path: Path, message: string, mend: string): Finding {
  return { severity: 'error', file, path, message, mend }
}

export function warning(file: string, path: Path, message: string, mend: string): Finding {
  return { severity: 'warning', file, path, message, mend }
}

/** A reference to something that is not there, with the name that was probably meant. */
export function unknown(
  file: string,
  path: Path,
  noun: string,
  given: string,
  known: Iterable<string>,
): Finding {
  const names = [...known]
  const near = names
    .map(name => ({ name, distance: editDistance(name, given) }))
    .sort((a, b) => a.distance - b.distance)[0]
  const meant = near && near.distance <= 2 + given.length / 8
  const mend = meant
    ? `Did you mean "${near.name}"?`
    : names.length === 0
      ? 'There is none to name yet'
      : `Name one of: ${names.slice(0, 12).join(', ')}${names.length > 12 ? ' …' : ''}`
  return error(file, path, `There is no ${noun} "${given}"`, mend)
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

type Dated = { readonly from?: string | null | undefined; readonly to?: string | null | undefined }

/** `to` is the first day on which it no longer holds, so it comes after `from`. */
export function checkDates(file: string, path: Path, { from, to }: Dated): Finding[] {
  if (!from || !to || from < to) return []
  return [
    error(
      file,
      [...path, 'to'],
      `It ends on ${to}, before it begins on ${from}`,
      'Write the first day on which it no longer holds',
    ),
  ]
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
