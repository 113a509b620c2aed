import { columnsFor, type Mapping } from './mapping.ts'
import { type Positions, placeOf } from './position.ts'
import type { AddressRow, RejectReason } from './rows.ts'
import type { FileRecord } from './table.ts'
import { idOf, joinedText, postcodeOf, textOf, wholeNumberText } from './values.ts'
import { type SplitAddress, splitAddress } from './whole-address.ts'

/** The address of a record, or why there is none. */
export function addressRow(
  record: FileRecord,
  mapping: Mapping,
  positions: Positions,
): AddressRow | RejectReason {
  const house = houseOf(record, mapping)
  if (typeof house === 'string') return house
  const place = placeOf(record, mapping, positions)
  if (typeof place === 'string') return place
  const [postcodeColumn = ''] = columnsFor(mapping, 'postcode')
  return {
    id: idOf(record, columnsFor(mapping, 'id')),
    ...house,
    unit: joinedText(record, columnsFor(mapping, 'unit')),
    city: joinedText(record, columnsFor(mapping, 'city')),
    state: joinedText(record, columnsFor(mapping, 'state')),
    postcode: postcodeOf(record.values[postcodeColumn]),
    lat: place.lat,
    long: place.long,
  }
}

const NOBODYS = /^(?:0+|unknown|unk|unnamed|none|no (?:name|street|address|number)|tbd|\?+|[-.*]+)$/i

function houseOf(record: FileRecord, mapping: Mapping): SplitAddress | RejectReason {
  const whole = splitAddress(joinedText(record, columnsFor(mapping, 'address')))
  const written = numberText(record, columnsFor(mapping, 'number'))
  const [, own = '', letter = '', fraction = ''] = NUMBER.exec(written.replace(/\.5$/, ' 1/2')) ?? [
    '',
    written,
  ]
  const number = written === '' ? (whole?.number ?? '') : own
  if (number === '' || NOBODYS.test(number)) return 'no-number'
  const street = joinedText(record, columnsFor(mapping, 'street')) || (whole?.street ?? '')
  if (street === '' || NOBODYS.test(street)) return 'no-street'
  const ownSuffix = joinedText(record, columnsFor(mapping, 'suffix'))
  const suffix = ownSuffix || letter || fraction || (written === '' ? (whole?.suffix ?? '') : '')
  return { number, suffix, street }
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
