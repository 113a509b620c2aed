import { type HouseNumber, houseNumber } from '../../address/numbers/numbers.ts'
import { columnsFor, type Field, type Mapping } from '../columns/mapping.ts'
import { type Positions, placeOf } from '../positions/position.ts'
import type { FileRecord } from '../table.ts'
import type { AddressRow, RejectReason } from './rows.ts'
import { idOf, joinedText, postcodeOf, textOf, wholeNumberText } from './values.ts'
import { wholeAddress } from './whole-address.ts'

/** The address of a record, or why there is none. */
export function addressRow(
  record: FileRecord,
  mapping: Mapping,
  positions: Positions,
): AddressRow | RejectReason {
  const text = (field: Field) => joinedText(record, columnsFor(mapping, field))
  const whole = wholeAddress(text('address'))
  const house = houseOf(numberText(record, columnsFor(mapping, 'number'))) ?? whole
  if (house.number === '' || NOBODYS.test(house.number)) return 'no-number'
  const suffix = text('suffix') || house.suffix
  if (!isReadable({ number: house.number, suffix })) return 'unreadable-number'
  const street = text('street') || whole.street
  if (street === '' || NOBODYS.test(street)) return 'no-street'
  const place = placeOf(record, mapping, positions)
  if (typeof place === 'string') return place
  const [postcodeColumn = ''] = columnsFor(mapping, 'postcode')
  return {
    id: idOf(record, columnsFor(mapping, 'id')),
    number: house.number,
    suffix,
    street,
    unit: text('unit') || whole.unit,
    city: text('city') || whole.city,
    state: text('state') || whole.state,
    postcode: postcodeOf(record.values[postcodeColumn]) || whole.postcode,
    lat: place.lat,
    long: place.long,
  }
}

/** With its suffix, as it is written: `123A`, `123 1/2`. */
export function writtenNumber({ number, suffix }: Pick<AddressRow, 'number' | 'suffix'>): string {
  return `${number}${suffix && `${/^\d/.test(suffix) ? ' ' : ''}${suffix}`}`
}

// Most are no more than a number, for which a look is enough.
function isReadable(row: Pick<AddressRow, 'number' | 'suffix'>): boolean {
  return (row.suffix === '' && /^\d{1,6}$/.test(row.number)) || readNumber(row) !== undefined
}

/** Undefined for what is no house number. */
export function readNumber(row: Pick<AddressRow, 'number' | 'suffix'>): HouseNumber | undefined {
  return houseNumber(writtenNumber(row))
}

const NOBODYS = /^(?:0+|unknown|unk|unnamed|none|no (?:name|street|address|number)|tbd|\?+|[-.*]+)$/i

function houseOf(written: string): { readonly number: string; readonly suffix: string } | undefined {
  if (written === '') return undefined
  const [, number = written, letter, fraction] = NUMBER.exec(written.replace(/\.5$/, ' 1/2')) ?? []
  return { number, suffix: letter ?? fraction ?? '' }
}

/** `123A`, `123 A`, `123 1/2` (also `123.5`): a number with what follows it. */
const NUMBER = /^(\d+)(?:\s?-?([A-Z])|\s([13]\/[234]))?$/i

// A prefix has its own hyphen, if the number is written with one (NENA-STA-006, Address Number Prefix).
function numberText({ values }: FileRecord, columns: readonly string[]): string {
  const [only = ''] = columns
  if (columns.length === 1) return wholeNumberText(values[only])
  const parts = columns.map(column => textOf(values[column]))
  const last = columns.at(-1) ?? ''
  return [...parts.slice(0, -1), wholeNumberText(values[last])].join('')
}
