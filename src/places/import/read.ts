import { columnsFor, type Mapping } from './columns/mapping.ts'
import type { Positions } from './positions/position.ts'
import { addressRow } from './rows/address-rows.ts'
import { commonPlaceRow } from './rows/common-place-rows.ts'
import { districtFactsRow, districtRow } from './rows/district-rows.ts'
import type { Batch, ImportKind, Reject, RejectReason, Rows } from './rows/rows.ts'
import { streetRows } from './rows/street-rows.ts'
import { idOf } from './rows/values.ts'
import type { FileRecord, Table } from './table.ts'

/**
 * The rows of a file, in batches of one piece of it each (some hundreds of records), so that memory does not grow with
 * the file. Give the positions that `survey` found. Throws `UnreadableFile`.
 */
export async function* readRows<Kind extends ImportKind>(
  table: Table,
  mapping: Mapping<Kind>,
  positions: Positions,
): AsyncIterable<Batch<Kind>> {
  const rowsOf = rowMaker(mapping, positions)
  for await (const records of table.records()) {
    const last = records.at(-1)
    if (last === undefined) continue
    const rows: Rows[Kind][] = []
    const rejects: Reject[] = []
    for (const record of records) {
      const found = record.fault ?? rowsOf(record)
      if (typeof found === 'string') rejects.push(rejectOf(record, found, mapping))
      else rows.push(...found)
    }
    yield { rows, rejects, records: last.number }
  }
}

function rowMaker<Kind extends ImportKind>(
  mapping: Mapping<Kind>,
  positions: Positions,
): (record: FileRecord) => readonly Rows[Kind][] | RejectReason {
  const makers: { readonly [K in ImportKind]: (record: FileRecord) => readonly Rows[K][] | RejectReason } = {
    addresses: record => only(addressRow(record, mapping, positions)),
    streets: record => streetRows(record, mapping, positions),
    'common-places': record => only(commonPlaceRow(record, mapping, positions)),
    districts: record => only(districtRow(record, mapping, positions)),
    'district-facts': record => only(districtFactsRow(record, mapping)),
  }
  return makers[mapping.kind]
}

function only<Row extends object>(row: Row | RejectReason): readonly Row[] | RejectReason {
  return typeof row === 'string' ? row : [row]
}

function rejectOf(record: FileRecord, reason: RejectReason, mapping: Mapping): Reject {
  const { number, line } = record
  const id = idOf(record, columnsFor(mapping, 'id'))
  return { record: number, ...(line !== undefined && { line }), id, reason }
}
