import { isSecretOf, type SecretOwner, secretNameOf } from '../../../core/encryption/secret-names.ts'
import { editDistance } from '../../../core/spelling.ts'
import type { DocumentPath, IssueAtPath } from '../issue.ts'

export type Issues = Generator<IssueAtPath, void>

/** Issues of one file. Messages and repairs are sentences without their full stops. */
export function reporterOf(file: string) {
  const error = (path: DocumentPath, message: string, repair: string): IssueAtPath => {
    return { severity: 'error', file, path, message, repair }
  }
  const warning = (path: DocumentPath, message: string, repair: string): IssueAtPath => {
    return { severity: 'warning', file, path, message, repair }
  }
  return {
    error,
    warning,
    unknown: (path: DocumentPath, noun: string, given: string, known: Iterable<string>) =>
      error(path, `Unknown ${noun} "${given}"`, meant(given, [...known])),
    /** `to` is the first day on which it no longer holds, so it comes after `from`. */
    *dates(path: DocumentPath, { from, to }: Dated): Issues {
      if (!from || !to || from < to) return
      const repair = 'Enter the first day on which it no longer applies'
      yield error([...path, 'to'], `It ends on ${to}, before it starts on ${from}`, repair)
    },
  }
}

export function* checkSecret(
  report: ReturnType<typeof reporterOf>,
  path: DocumentPath,
  owner: SecretOwner,
  name: string | undefined,
): Issues {
  if (name === undefined || isSecretOf(owner, name)) return
  const own = secretNameOf(owner)
  const repair = `Use "${own}", alone or with two underscores and a word after it`
  yield report.error(path, `"${name}" is not a secret of ${owner.body} in ${owner.region}`, repair)
}

function meant(given: string, known: readonly string[]): string {
  const distances = known.map(name => ({ name, distance: editDistance(name, given) }))
  const [nearest] = distances.sort((a, b) => a.distance - b.distance)
  if (nearest && nearest.distance <= 2 + given.length / 8) return `Did you mean "${nearest.name}"?`
  if (known.length === 0) return 'There are none yet'
  return `Use one of: ${known.slice(0, 12).join(', ')}${known.length > 12 ? ' …' : ''}`
}

export function duplicatesIn<T>(
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

export function shareDays(a: Dated, b: Dated): boolean {
  return (a.from ?? '') < (b.to ?? '9999-99-99') && (b.from ?? '') < (a.to ?? '9999-99-99')
}
