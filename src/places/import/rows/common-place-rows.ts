import { columnsFor, type Mapping } from '../columns/mapping.ts'
import { type Positions, placeOf } from '../positions/position.ts'
import type { FileRecord } from '../table.ts'
import type { CommonPlaceRow, RejectReason } from './rows.ts'
import { idOf, joinedText } from './values.ts'

/** The common place of a record, or why there is none. */
export function commonPlaceRow(
  record: FileRecord,
  mapping: Mapping,
  positions: Positions,
): CommonPlaceRow | RejectReason {
  const name = joinedText(record, columnsFor(mapping, 'name'))
  if (name === '') return 'no-name'
  const place = placeOf(record, mapping, positions)
  if (typeof place === 'string') return place
  return {
    id: idOf(record, columnsFor(mapping, 'id')),
    name,
    kind: joinedText(record, columnsFor(mapping, 'kind')),
    address: joinedText(record, columnsFor(mapping, 'address')),
    ...place,
  }
}
