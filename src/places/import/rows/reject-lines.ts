import type { Reject, RejectReason } from './rows.ts'

/** What is wrong with a record, for a file of rejects and for who reads it. */
export const reasonTexts: Readonly<Record<RejectReason, string>> = {
  'unbalanced-quotes': 'a quotation mark without its other',
  'wrong-number-of-values': 'more or fewer values than columns',
  'not-a-feature': 'not a GeoJSON feature',
  deleted: 'marked as deleted',
  'no-coordinates': 'no coordinates',
  'zero-coordinates': 'coordinates 0, 0',
  'impossible-coordinates': 'coordinates that are nowhere on earth',
  outside: 'outside the region',
  'no-number': 'no house number',
  'unreadable-number': 'a house number that cannot be read',
  'no-street': 'no street',
  'no-name': 'no name',
  'no-line': 'no line',
  'not-a-road': 'not a road',
  'no-polygon': 'no polygon',
  'unknown-day': 'a collection day that is no weekday',
  'unknown-week': 'a week other than A or B',
  'no-district': 'no such district in the set',
}

export const REJECTS_HEADING = 'record,line,id,reason,explanation\n'

/** Lines of a CSV file under `REJECTS_HEADING`. */
export function rejectLines(rejects: readonly Reject[]): string {
  return rejects
    .map(
      ({ record, line, id, reason }) =>
        `${record},${line ?? ''},${csvValue(id)},${reason},"${reasonTexts[reason]}"\n`,
    )
    .join('')
}

/** As a value of CSV. One that begins as a formula would be run by a spreadsheet. */
export function csvValue(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
