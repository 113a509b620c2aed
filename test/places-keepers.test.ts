import { describe, expect, it } from 'vitest'
import { type Importing, roadsAfter } from '../src/places/import/keepers/changes.ts'
import { readKeepers, withKeepers } from '../src/places/import/keepers/keepers-file.ts'
import type { Road } from '../src/places/import/keepers/road-keepers.ts'

const importing: Importing = { source: 'county', day: '2026-07-01' }

function road(
  id: string,
  owner: string,
  { from, to, source = 'county' }: Partial<Record<string, string>> = {},
): Road {
  const dates = { ...(from && { from }), ...(to && { to }) }
  return { properties: { id, name: 'Mill Road', class: 'local', owner, source, ...dates }, coordinates: [] }
}

const updated = (present: readonly Road[], imported: readonly Road[], day = importing.day) =>
  roadsAfter(present, imported, { ...importing, day })
const shown = ({ roads }: { roads: readonly Road[] }) =>
  roads.map(({ properties: { id, owner, from, to } }) => `${id} ${owner} ${from ?? ''}..${to ?? ''}`)

describe('the roads of a region after a newer file', () => {
  it('begin on the day that the file says, else on the day of the import', () => {
    expect(shown(updated([], [road('1', 'a', { from: '2019-03-01' }), road('2', 'a')]))).toEqual([
      '1 a 2019-03-01..',
      '2 a 2026-07-01..',
    ])
  })

  it('change on the day that the file says where it is later than what is known', () => {
    const present = [road('1', 'a', { from: '2019-03-01' })]
    expect(shown(updated(present, [road('1', 'b', { from: '2026-02-01' })]))).toEqual([
      '1 a 2019-03-01..2026-02-01',
      '1 b 2026-02-01..',
    ])
    expect(shown(updated(present, [road('1', 'b', { from: '2019-03-01' })]))).toEqual([
      '1 a 2019-03-01..2026-07-01',
      '1 b 2026-07-01..',
    ])
  })

  it('begin anew where they come back, and never before they ended', () => {
    const present = [road('1', 'a', { to: '2026-01-01' })]
    expect(shown(updated(present, [road('1', 'a')]))).toEqual(['1 a ..2026-01-01', '1 a 2026-07-01..'])
    expect(shown(updated(present, [road('1', 'a', { from: '2020-01-01' })]))).toEqual([
      '1 a ..2026-01-01',
      '1 a 2026-01-01..',
    ])
  })

  it('of other sources and drawn by hand stay, and keep their names', () => {
    const present = [road('1', 'a', { source: 'state' }), road('2', 'a', { source: '' })]
    const result = updated(present, [road('1', 'b'), road('3', 'b')])
    expect(shown(result)).toEqual(['1 a ..', '2 a ..', 'county:1 b 2026-07-01..', '3 b 2026-07-01..'])
    expect(shown(updated(result.roads, [road('1', 'b'), road('3', 'b')]))).toEqual(shown(result))
  })

  it('forget what an earlier import dated later, in both directions', () => {
    const future = updated([road('1', 'a')], [road('1', 'b')], '2027-01-01')
    expect(shown(future)).toEqual(['1 a ..2027-01-01', '1 b 2027-01-01..'])
    expect(shown(updated(future.roads, [road('1', 'a')]))).toEqual(['1 a ..'])
    expect(shown(updated(future.roads, [road('1', 'b')]))).toEqual(['1 a ..2026-07-01', '1 b 2026-07-01..'])
    expect(shown(updated(future.roads, []))).toEqual(['1 a ..2026-07-01'])
  })
})

describe('the table of keepers', () => {
  it('is kept by source, with its comments, whatever the values look like', () => {
    const first = withKeepers(
      undefined,
      'county',
      new Map([
        ['C', 'lake-county'],
        ['1', 'west'],
      ]),
    )
    const edited = first.replace('C: lake-county', 'C: lake-county # since 1950')
    const text = withKeepers(
      edited,
      'county',
      new Map([
        ['1', 'east'],
        ['no', 'state-dot'],
        ['', 'west'],
      ]),
    )
    expect(text).toContain('# since 1950')
    expect([...(readKeepers(text, 'county') as Map<string, string>)]).toEqual([
      ['1', 'east'],
      ['C', 'lake-county'],
      ['no', 'state-dot'],
      ['', 'west'],
    ])
    expect(readKeepers(text, 'other')).toEqual(new Map())
  })

  it.each(['county: [C]', 'county: {C: Lake County}', '{', 'C: lake-county'])(
    'says where it is none: %s',
    text => {
      expect(readKeepers(text, 'county')).toMatchObject({ why: 'keepers.yaml cannot be read' })
    },
  )
})
