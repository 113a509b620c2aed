import type { LongLat } from '../../../core/geometry.ts'
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

export interface Rows {
  readonly addresses: AddressRow
  readonly streets: StreetRow
  readonly 'common-places': CommonPlaceRow
}
export type ImportKind = keyof Rows

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
