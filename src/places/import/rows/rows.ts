import type { LongLat, MultiPolygonRings } from '../../../core/geometry.ts'
import type { Field } from '../columns/mapping.ts'
import type { RecordFault } from '../table.ts'

/** Texts are trimmed and have single spaces; '' where the file gives none. */
export interface AddressRow {
  /** The file's own; '' where it has none. Owners repeat it (a parcel's number for each of its addresses). */
  readonly id: string
  /** As written: `516`, `74-12`, `N6W23001`. Never empty. */
  readonly number: string
  /** `A`, `1/2`. */
  readonly suffix: string
  /** With directions and type, as written: `N MAIN ST`. Never empty. */
  readonly street: string
  readonly unit: string
  readonly city: string
  readonly state: string
  /** Five digits where it is American. */
  readonly postcode: string
  readonly lat: number
  readonly long: number
}

/** House numbers at the beginning and the end of a line, in its direction. */
export type NumberRange = readonly [from: number, to: number]

export interface StreetRow {
  readonly id: string
  readonly name: string
  readonly leftCity: string
  readonly rightCity: string
  readonly leftPostcode: string
  readonly rightPostcode: string
  /** In WGS84. */
  readonly line: readonly LongLat[]
  readonly left: NumberRange | null
  readonly right: NumberRange | null
  readonly roadClass: RoadClass
  /** The value of the column that says who keeps the road, as written. */
  readonly owner: string
  /** The first day on which this holds, YYYY-MM-DD. */
  readonly from: string | null
}

export type RoadClass = 'highway' | 'arterial' | 'local' | 'path'

export interface CommonPlaceRow {
  readonly id: string
  readonly name: string
  readonly kind: string
  readonly address: string
  readonly lat: number
  readonly long: number
}

/** What a file says of a district. `null`: it has no column for it, which changes nothing. */
export interface DistrictFactsRow {
  /** Counted from 1, in the order of the file. */
  readonly record: number
  /** The file's own; '' where it has none. */
  readonly id: string
  /** '' where a file of facts has only ids. */
  readonly name: string
  /** By the names that the mapping gives; '' where there is none. */
  readonly facts: Readonly<Record<string, string>>
  /** Weekdays of collection, 1 is Monday. */
  readonly days: readonly number[] | null
  readonly week: 'A' | 'B' | '' | null
  readonly holder: GivenHolder | null
  /** Fields with a telephone number, email address or link that is none: they are left out. */
  readonly unusable: readonly Field[]
}

export interface DistrictRow extends DistrictFactsRow {
  /** In WGS84, repaired. */
  readonly polygons: MultiPolygonRings
}

/** Texts are '' where there is none; so is the name where the office is vacant. */
export interface GivenHolder {
  readonly name: string
  readonly phone: string
  readonly email: string
  readonly url: string
  /** YYYY-MM-DD, half-open; null where the file does not say. */
  readonly from: string | null
  readonly to: string | null
}

export interface Rows {
  readonly addresses: AddressRow
  readonly streets: StreetRow
  readonly 'common-places': CommonPlaceRow
  readonly districts: DistrictRow
  readonly 'district-facts': DistrictFactsRow
}
export type ImportKind = keyof Rows
/** What residents search. */
export type IndexedKind = Exclude<ImportKind, 'districts' | 'district-facts'>

export type RejectReason =
  | RecordFault
  | 'no-coordinates'
  | 'zero-coordinates'
  | 'impossible-coordinates'
  | 'outside'
  | 'no-number'
  | 'unreadable-number'
  | 'no-street'
  | 'no-name'
  | 'no-line'
  | 'not-a-road'
  | 'no-polygon'
  | 'unknown-day'
  | 'unknown-week'
  | 'no-district'

/** A record of which nothing is taken. */
export interface Reject {
  /** Counted from 1, in the order of the file. */
  readonly record: number
  /** Of a text file, counted from 1. */
  readonly line?: number
  /** The file's own; '' where it has none or cannot be read. */
  readonly id: string
  readonly reason: RejectReason
}

export interface Batch<Kind extends ImportKind> {
  readonly rows: readonly Rows[Kind][]
  readonly rejects: readonly Reject[]
  /** Records of the file up to here, for progress. */
  readonly records: number
}
