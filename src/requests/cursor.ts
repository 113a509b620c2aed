import type { FieldFault } from '../core/problem.ts'
import type { Cursor } from './find.ts'

/** Where the next page begins, as a caller carries it: the last row's time and number. Null after the last page. */
export function writeCursor(
  rows: readonly { requestedAt: number; seq: number }[],
  limit: number,
): string | null {
  const last = rows.at(-1)
  return last === undefined || rows.length < limit ? null : `${last.requestedAt}-${last.seq}`
}

export function readCursor(typed: string): { value: Cursor | undefined; faults: FieldFault[] } {
  if (typed === '') return { value: undefined, faults: [] }
  const [, requestedAt, seq] = /^(\d{1,15})-(\d{1,15})$/.exec(typed) ?? []
  if (requestedAt === undefined || seq === undefined)
    return { value: undefined, faults: [{ field: 'after', code: 'malformed' }] }
  return { value: { requestedAt: Number(requestedAt), seq: Number(seq) }, faults: [] }
}
