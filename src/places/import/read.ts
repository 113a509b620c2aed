import { addressRow } from './address-rows.ts'
import { commonPlaceRow } from './common-place-rows.ts'
import { columnsFor, type Mapping } from './mapping.ts'
import type { Positions } from './position.ts'
import type { Batch, ImportKind, Reject, RejectReason, Rows } from './rows.ts'
import type { FileRecord, Table } from './table.ts'
import { idOf } from './values.ts'

/**
 * The rows of a file, in batches of one piece of it each (some hundreds of records), so that memory does not grow with
 * the file. Give the positions that `survey` found. Throws `UnreadableFile`.
 */
export async function* readRows<Kind extends ImportKind>(
  table: Table,
  mapping: Mapping<Kind>,
  positions: Positions,
): AsyncIterable<Batch<Kind>> {
  const rowOf = rowMaker(mapping, positions)
  for await (const records of table.records()) {
    const rows: Rows[Kind][] = []
    const rejects: Reject[] = []
    for (const record of records) {
      const row = record.fault ?? rowOf(record)
      if (typeof row === 'string') rejects.push(rejectOf(record, row, mapping))
      else rows.push(row)
    }
    yield { rows, rejects, records: records.at(-1)?.number ?? 0 }
  }
}

function rowMaker<Kind extends ImportKind>(
  mapping: Mapping<Kind>,
  positions: Positions,
): (record: FileRecord) => Rows[Kind] | RejectReason {
  const makers: { [K in ImportKind]: (record: FileRecord) => Rows[K] | RejectReason } = {
    addresses: record => addressRow(record, mapping as Mapping<'addresses'>, positions),
    streets: () => 'no-line',
    'common-places': record => commonPlaceRow(record, mapping as Mapping<'common-places'>, positions),
  }
  return makers[mapping.kind]
}

function rejectOf(record: FileRecord, reason: RejectReason, mapping: Mapping): Reject {
  const { number, line } = record
  const id = idOf(record, columnsFor(mapping, 'id'))
  return { record: number, ...(line !== undefined && { line }), id, reason }
}
