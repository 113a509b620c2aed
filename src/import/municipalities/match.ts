import type { BoundaryImport, ImportedBody } from '../boundaries/import.ts'
import { slugOf } from '../boundaries/slug.ts'
import { type RowIssue, rowError } from './issues.ts'
import type { ParticularsRow } from './particulars.ts'

const KIND = '(?:city|town|township|village|borough|county|municipality|parish)'
const BEFORE = new RegExp(`^${KIND}-of-(?:the-)?`)
const AFTER = new RegExp(`-${KIND}$`)

/** Finds a row's area by its slug, by its name, or by its name without `City of` and the like. */
export function areaFinder(imported: BoundaryImport) {
  const plain = Map.groupBy(imported.bodies, ({ slug }) => withoutKind(slug))
  const bySlug = new Map(imported.bodies.map(body => [body.slug, body]))
  const refusals = new Map(imported.refused.map(refusal => [slugOf(refusal.name), refusal]))
  return ({ cells }: ParticularsRow): ImportedBody | RowIssue => {
    const written = [cells.slug, cells.name].flatMap(text => (text === undefined ? [] : slugOf(text)))
    for (const slug of written) {
      const exact = bySlug.get(slug)
      if (exact !== undefined) return exact
      const refused = refusals.get(slug)
      if (refused !== undefined)
        return rowError('boundary-refused', undefined, `${refused.why}. ${refused.repair}`)
    }
    for (const slug of written) {
      const alike = plain.get(withoutKind(slug)) ?? []
      if (alike.length > 1) {
        return rowError('boundary-ambiguous', 'name', alike.map(({ name }) => name).join(', '))
      }
      if (alike[0] !== undefined) return alike[0]
    }
    return rowError('boundary-missing', cells.name === undefined ? 'slug' : 'name')
  }
}

/** The property of a boundary file's features that has the names of most rows; undefined where none has any. */
export function nameFieldFor(geojson: unknown, rows: readonly ParticularsRow[]): string | undefined {
  const wanted = new Set(
    rows.flatMap(({ cells }) =>
      [cells.slug, cells.name].flatMap(text => (text === undefined ? [] : withoutKind(slugOf(text)))),
    ),
  )
  const found = new Map<string, Set<string>>()
  for (const properties of propertiesIn(geojson)) {
    for (const [field, value] of Object.entries(properties)) {
      if (typeof value !== 'string') continue
      const slug = withoutKind(slugOf(value))
      if (wanted.has(slug)) found.set(field, (found.get(field) ?? new Set()).add(slug))
    }
  }
  const isName = (field: string) => Number(/^name$/i.test(field))
  const [best] = [...found].toSorted(
    ([a, inA], [b, inB]) => inB.size - inA.size || isName(b) - isName(a) || a.length - b.length,
  )
  return best?.[0]
}

function propertiesIn(geojson: unknown): readonly Readonly<Record<string, unknown>>[] {
  const { features } = recordOf(geojson)
  return Array.isArray(features) ? features.map(feature => recordOf(recordOf(feature).properties)) : []
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

/** `City of Alder`, `Alder town` and `Alder`, as a slug each, are one. */
export function withoutKind(slug: string): string {
  return slug.replace(BEFORE, '').replace(AFTER, '') || slug
}
