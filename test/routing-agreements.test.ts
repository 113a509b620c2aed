import { describe, expect, test } from 'vitest'
import { agreementConflicts, agreementCycles, agreementsWithoutSuccessor } from '../src/routing/agreements.ts'
import type { Agreement } from '../src/routing/types.ts'
import { agreement, local } from './support/routing-fixture.ts'

const from2026 = local('2026-07-01T00:00')
const from2028 = local('2028-07-01T00:00')
const from2030 = local('2030-07-01T00:00')
const everywhere = () => true
const nowhere = () => false

describe('two agreements that could claim one matter', () => {
  const conflicts = (a: Partial<Agreement>, b: Partial<Agreement>, overlap = everywhere) =>
    agreementConflicts([agreement('a', 'maple', 'calloway', a), agreement('b', 'maple', 'alder', b)], overlap)

  test('are found and named', () => {
    expect(conflicts({}, {}).map(pair => pair.map(({ id }) => id))).toEqual([['a', 'b']])
    expect(
      conflicts({ services: new Set(['tree', 'signal']) }, { services: new Set(['signal']) }),
    ).toHaveLength(1)
    expect(conflicts({ hours: 'closed' }, { hours: 'always' })).toHaveLength(1)
    expect(conflicts({ urgentOnly: true }, {})).toHaveLength(1)
    expect(conflicts({ from: from2026, to: from2030 }, { from: from2028 })).toHaveLength(1)
  })

  test('are fine if service, time, hours or place keep them apart', () => {
    expect(conflicts({ services: new Set(['tree']) }, { services: new Set(['signal']) })).toEqual([])
    expect(conflicts({ to: from2028 }, { from: from2028 })).toEqual([])
    expect(conflicts({ hours: 'closed' }, { hours: 'open' })).toEqual([])
    expect(conflicts({}, {}, nowhere)).toEqual([])
    expect(
      agreementConflicts(
        [agreement('a', 'maple', 'calloway'), agreement('b', 'alder', 'calloway')],
        everywhere,
      ),
    ).toEqual([])
  })
})

describe('agreements that lead back to their first body', () => {
  const cycles = (agreements: Agreement[], overlap = everywhere) =>
    agreementCycles(agreements, overlap).map(cycle => cycle.map(({ id }) => id))

  test('are found once each, however long', () => {
    expect(cycles([agreement('self', 'maple', 'maple')])).toEqual([['self']])
    expect(
      cycles([
        agreement('c', 'calloway', 'alder'),
        agreement('b', 'maple', 'calloway'),
        agreement('a', 'alder', 'maple'),
        agreement('aside', 'maple', 'water'),
      ]),
    ).toEqual([['a', 'b', 'c']])
  })

  test('are no cycle if no one matter could go all the way round', () => {
    const [tree, signal] = [new Set(['tree']), new Set(['signal'])]
    const there = (more: Partial<Agreement>) => agreement('there', 'maple', 'alder', more)
    const back = (more: Partial<Agreement>) => agreement('back', 'alder', 'maple', more)
    expect(cycles([there({}), back({})])).toHaveLength(1)
    expect(cycles([there({ services: tree }), back({ services: signal })])).toEqual([])
    expect(cycles([there({ to: from2028 }), back({ from: from2028 })])).toEqual([])
    expect(cycles([there({}), back({})], nowhere)).toEqual([])
    expect(
      cycles([
        agreement('1', 'a', 'b', { services: new Set(['tree', 'signal']) }),
        agreement('2', 'b', 'c', { services: new Set(['signal', 'leak']) }),
        agreement('3', 'c', 'a', { services: new Set(['leak', 'tree']) }),
      ]),
    ).toEqual([])
  })
})

describe('S5 an end with no successor', () => {
  const ending = agreement('signals', 'maple', 'calloway', {
    services: new Set(['signal']),
    from: from2026,
    to: from2028,
  })
  const warning = (time: string) => agreementsWithoutSuccessor([ending], local(time))[0]?.warning

  test('is warned of 60, 30 and 7 days ahead', () => {
    expect(warning('2028-05-01T23:59')).toBe(null)
    expect(warning('2028-05-02T00:00')).toBe(60)
    expect(warning('2028-05-31T23:59')).toBe(60)
    expect(warning('2028-06-01T00:00')).toBe(30)
    expect(warning('2028-06-24T00:00')).toBe(7)
    expect(warning('2028-06-30T23:59')).toBe(7)
    expect(agreementsWithoutSuccessor([ending], local('2028-07-01T00:00'))).toEqual([
      { agreement: ending, daysLeft: 0, warning: null },
    ])
  })

  const left = (next: Partial<Agreement>) =>
    agreementsWithoutSuccessor([ending, agreement('next', 'maple', 'alder', next)], 0).map(
      ({ agreement }) => agreement.id,
    )

  test('is none if another takes over at that very instant, whoever performs it', () => {
    expect(left({ from: from2028 })).toEqual([])
    expect(left({ from: from2028, services: new Set(['signal', 'tree']) })).toEqual([])
  })

  test('remains if the next begins later, covers less, or is another body’s', () => {
    expect(left({ from: from2028 + 1 })).toEqual(['signals'])
    expect(left({ from: from2026 + 1, to: from2028 })).toEqual(['signals', 'next'])
    expect(left({ from: from2028, services: new Set(['tree']) })).toEqual(['signals'])
    expect(left({ from: from2028, areas: new Set([1]) })).toEqual(['signals'])
    expect(left({ from: from2028, hours: 'closed' })).toEqual(['signals'])
    expect(left({ from: from2028, urgentOnly: true })).toEqual(['signals'])
    expect(left({ from: from2028, accountable: 'alder' })).toEqual(['signals'])
  })

  test('an agreement without end never ends', () => {
    expect(agreementsWithoutSuccessor([agreement('forever', 'maple', 'calloway')], 0)).toEqual([])
  })
})
