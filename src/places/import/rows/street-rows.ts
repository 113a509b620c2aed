import { columnsFor, type Field, type Mapping } from '../columns/mapping.ts'
import { lengthMeters, linesOf } from '../positions/lines.ts'
import { geometryOf, type Positions } from '../positions/position.ts'
import type { FileRecord } from '../table.ts'
import { roadClassOf } from './road-class.ts'
import type { NumberRange, RejectReason, StreetRow } from './rows.ts'
import { dayOf, idOf, joinedText, postcodeOf, wholeNumberText } from './values.ts'

/**
 * The streets of a record, or why there is none. Pieces of line that do not meet are streets of their own, `7:2` after
 * `7`; the longest has the house numbers. A street is outside if no vertex of it is in the region.
 */
export function streetRows(
  record: FileRecord,
  mapping: Mapping,
  positions: Positions,
): readonly StreetRow[] | RejectReason {
  const text = (field: Field) => joinedText(record, columnsFor(mapping, field))
  const value = (field: Field) => record.values[columnsFor(mapping, field)[0] ?? '']
  const roadClass = text('roadClass') === '' ? 'local' : roadClassOf(text('roadClass'))
  if (roadClass === undefined) return 'not-a-road'
  const name = text('name')
  if (name === '') return 'no-name'
  const lines = linesOf(geometryOf(record, mapping), positions)
  if (typeof lines === 'string') return lines
  const [longest] = lines.toSorted((a, b) => lengthMeters(b) - lengthMeters(a))
  const [left, right] = [
    rangeOf(value('leftFrom'), value('leftTo')),
    rangeOf(value('rightFrom'), value('rightTo')),
  ]
  const id = idOf(record, columnsFor(mapping, 'id'))
  return lines.map((line, i) => ({
    id: i === 0 || id === '' ? id : `${id}:${i + 1}`,
    name,
    leftCity: text('leftCity'),
    rightCity: text('rightCity'),
    leftPostcode: postcodeOf(value('leftPostcode')),
    rightPostcode: postcodeOf(value('rightPostcode')),
    line,
    left: line === longest ? left : null,
    right: line === longest ? right : null,
    roadClass,
    owner: text('owner'),
    from: dayOf(value('from')) ?? null,
  }))
}

// TIGER/Line leaves out what a side does not have; counties write 0 and 0.
function rangeOf(from: unknown, to: unknown): NumberRange | null {
  const numbers = [from, to].map(value => /^\d+/.exec(wholeNumberText(value))?.[0])
  const [first, last] = numbers.map(digits => (digits === undefined ? 0 : Number(digits)))
  return first && last ? [first, last] : null
}
