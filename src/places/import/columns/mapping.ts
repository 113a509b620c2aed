import * as v from 'valibot'
import type { ImportKind } from '../rows/rows.ts'

const holderFields = ['holder', 'phone', 'email', 'url', 'from', 'to'] as const

/** What each kind of file can tell, by the name that a mapping calls it. */
export const fieldsOf = {
  addresses: [
    'id',
    'number',
    'suffix',
    'street',
    'unit',
    'address',
    'city',
    'state',
    'postcode',
    'lat',
    'long',
    'geometry',
  ],
  streets: [
    'id',
    'name',
    'leftFrom',
    'leftTo',
    'rightFrom',
    'rightTo',
    'leftCity',
    'rightCity',
    'leftPostcode',
    'rightPostcode',
    'roadClass',
    'owner',
    'from',
    'geometry',
  ],
  'common-places': ['id', 'name', 'kind', 'address', 'lat', 'long', 'geometry'],
  districts: ['id', 'name', ...holderFields, 'days', 'week', 'geometry'],
  'district-facts': ['id', 'name', ...holderFields, 'days', 'week'],
} as const satisfies Readonly<Record<ImportKind, readonly string[]>>

export type Field = (typeof fieldsOf)[ImportKind][number]

/**
 * Which columns of a file hold what, as plain JSON: to be shown, corrected, and kept with the source. The values of
 * several columns are joined in order: a street may be its directional, name and type. `address` is a whole address
 * in one column, for what has no column of its own; `geometry` is well-known text (`POINT (-122.1 37.5)`) or
 * `(lat, long)`, where the format has no geometry itself.
 */
export interface Mapping<Kind extends ImportKind = ImportKind> {
  readonly kind: Kind
  readonly columns: Readonly<Partial<Record<Field, readonly string[]>>>
  /** Of districts: other columns that residents read, and by which name. */
  readonly facts?: Readonly<Record<string, string>>
}

const columnNames = v.pipe(v.array(v.string()), v.minLength(1))
const columnsOf = (kind: ImportKind) =>
  v.strictObject(Object.fromEntries(fieldsOf[kind].map(field => [field, v.optional(columnNames)])))
const ofKind = (kind: ImportKind) => v.strictObject({ kind: v.literal(kind), columns: columnsOf(kind) })
const ofDistricts = (kind: 'districts' | 'district-facts') =>
  v.strictObject({ ...ofKind(kind).entries, facts: v.optional(v.record(v.string(), v.string())) })

/** For mappings that were kept or sent. */
export const mappingSchema = v.variant('kind', [
  ofKind('addresses'),
  ofKind('streets'),
  ofKind('common-places'),
  ofDistricts('districts'),
  ofDistricts('district-facts'),
])

export function columnsFor({ columns }: Mapping, field: Field): readonly string[] {
  return columns[field] ?? []
}

/** Columns of a mapping that the file does not have. */
export function missingColumns({ columns, facts = {} }: Mapping, present: readonly string[]): string[] {
  return [...Object.values(columns).flat(), ...Object.keys(facts)].filter(column => !present.includes(column))
}
