import type { FieldError } from '../../core/problem.ts'
import type { Cursor } from './find.ts'

export function writeCursor(
  rows: readonly { requestedAt: number; seq: number }[],
  limit: number,
): string | null {
  const last = rows.at(-1)
  return last === undefined || rows.length < limit ? null : `${last.requestedAt}-${last.seq}`
}

export function readCursor(typed: string): { value: Cursor | undefined; errors: FieldError[] } {
  if (typed === '') return { value: undefined, errors: [] }
  const [, requestedAt, seq] = /^(\d{1,15})-(\d{1,15})$/.exec(typed) ?? []
  if (requestedAt === undefined || seq === undefined)
    return { value: undefined, errors: [{ field: 'after', code: 'malformed' }] }
  return { value: { requestedAt: Number(requestedAt), seq: Number(seq) }, errors: [] }
}
