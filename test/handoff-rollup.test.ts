import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { rollUp, type ShareStatus } from '../src/requests/case/case.ts'
import { type CloseReason, closeReasons, type Status, statuses } from '../src/requests/schema.ts'

const page = readFileSync(new URL('../docs/handoffs.md', import.meta.url), 'utf8')
const [, table = ''] = page.split('| shares | case | reason |')
const [body = ''] = table.split('\n\n')
const rows = body
  .split('\n')
  .slice(2)
  .map(line => line.split('|').map(cell => cell.trim()))

/** `passed closed completed`: custody, status, reason. */
function readShare(words: string): ShareStatus {
  const [, passed, status, reason] = /^(passed )?(\w+)(?: (.+))?$/.exec(words) ?? []
  return {
    held: passed === undefined,
    status: status as Status,
    closeReason: (reason as CloseReason | undefined) ?? null,
  }
}

test('the page has a table of the roll-up', () => expect(rows.length).toBeGreaterThan(15))

test.each(rows)('%s%s: the case is %s %s', (_, shares = '', status, reason) => {
  const expected = status === 'as it was' ? undefined : { status, closeReason: reason === '' ? null : reason }
  const read = shares.split(', ').map(readShare)
  expect(rollUp(read)).toEqual(expected)
  expect(rollUp(read.toReversed())).toEqual(expected)
})

test('a case is closed exactly when all its shares are, and open ones never take it back', () => {
  const every: ShareStatus[] = statuses.flatMap(status =>
    (status === 'closed' ? closeReasons : [null]).map(closeReason => ({ status, closeReason, held: true })),
  )
  for (const a of every) {
    for (const b of every) {
      const rolled = rollUp([a, b])
      const isClosed = a.status === 'closed' && b.status === 'closed'
      expect(rolled?.status === 'closed').toBe(isClosed)
      expect(rolled?.closeReason !== null).toBe(isClosed)
    }
  }
})
