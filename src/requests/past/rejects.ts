import { csvValue } from '../../places/import/rows/reject-lines.ts'

/* What could not be imported, with the reasons: a table to correct and to import again. */

const REASON = 'reason'

export function rejectsHeading(columns: readonly string[]): string {
  return lineOf([...own(columns, columns), REASON])
}

export function rejectLine(columns: readonly string[], cells: readonly string[], reason: string): string {
  return lineOf([...own(columns, cells), reason])
}

// Without the reasons of an earlier file of rejects.
function own(columns: readonly string[], cells: readonly string[]): readonly string[] {
  return columns.at(-1) === REASON ? cells.slice(0, columns.length - 1) : cells
}

function lineOf(values: readonly string[]): string {
  return `${values.map(csvValue).join(',')}\n`
}
