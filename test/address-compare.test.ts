import { describe, expect, it, test } from 'vitest'
import { compareAddress, type FoundAddress } from '../src/places/address/compare.ts'
import { allowedSlips, nameDistance } from '../src/places/address/distance.ts'
import { parseAddress } from '../src/places/address/parse.ts'

const found: FoundAddress = {
  number: '2230',
  street: 'Mill Road',
  city: 'Port Ellery',
  state: 'MD',
  postcode: '21201',
}

describe('what matched and what contradicted', () => {
  test.each<[string, FoundAddress, string, string]>([
    ['2230 Mill Road, Port Ellery, MD 21201', found, 'number street city state postcode', ''],
    ['2230 MILL RD PORT ELLERY MARYLAND 21201-1234', found, 'number street city state postcode', ''],
    ['2230 Mill Road', found, 'number street', ''],
    ['2230 Mill', found, 'number street', ''],
    ['Mill Road', found, 'street', ''],
    ['Mill', found, 'street', ''],
    ['2230 Mill Road, Springfield', found, 'number street', 'city'],
    [
      '286 5th Street, Hollis',
      { number: '286', street: 'Fifth Street', city: 'Port Ellery' },
      'number street',
      'city',
    ],
    [
      '286 5th Street, Hollis',
      { number: '286', street: 'N Fifth Street', city: 'Hollis' },
      'number street city',
      '',
    ],
    ['2230 Mill Road, VA', found, 'number street', 'state'],
    ['2230 Mill Road, 21202', found, 'number street', 'postcode'],
    ['2231 Mill Road', found, 'street', 'number'],
    ['2230A Mill Road', found, 'number street', ''],
    ['2230A Mill Road', { ...found, number: '2230B' }, 'street', 'number'],
    ['2230-2234 Mill Road', { ...found, number: '2232' }, 'number street', ''],
    ['2200 block of Mill Road', found, 'number street', ''],
    ['2300 block of Mill Road', found, 'street', 'number'],
    ['2230 Mill Street', found, 'number', 'street'],
    ['2230 N Mill Road', { ...found, street: 'S Mill Road' }, 'number', 'street'],
    ['2230 Elm Road', found, 'number', 'street'],
    ['2230 Mill Road', { street: 'Mill Road' }, 'street', ''],
    ['2230 Mill Road, Port Ellery', { number: '2230', street: 'Mill Road' }, 'number street', ''],
    [
      '9th & Mill, Port Ellery',
      { street: 'Mill Road and Ninth Street', city: 'Port Ellery' },
      'street city',
      '',
    ],
    ['9th & Mill', { street: 'Mill Road and Tenth Street' }, '', 'street'],
    ['9th & Mill', { street: 'Mill Road' }, '', ''],
    ['9th & Mill', { street: 'Elm Road' }, '', 'street'],
    ['10 Lewis and Clark Blvd', { number: '10', street: 'Lewis and Clark Boulevard' }, 'number street', ''],
    ['Highway 9', { street: 'State Road 9' }, 'street', ''],
    ['City Hall, Hollis', found, '', 'city'],
    ['PO Box 12, Port Ellery', found, 'city', ''],
    ['38.5,-74.2', found, '', ''],
  ])('%j and %j: %s; %s', (typed, address, matched, contradicted) => {
    const match = compareAddress(parseAddress(typed), address)
    expect([match.matched.join(' '), match.contradicted.join(' ')]).toEqual([matched, contradicted])
  })

  it('does not call a name that is mistyped another, nor the same', () => {
    expect(compareAddress(parseAddress('2230 Mlil Road, Port Elery'), found)).toEqual({
      matched: ['number'],
      contradicted: [],
    })
  })
})

describe('what can be read in two ways', () => {
  it('contradicts neither the house nor the street that it may be', () => {
    const typed = parseAddress('9 Mile Road, Novi')
    expect(compareAddress(typed, { street: '9 Mile Rd', city: 'Novi' }).contradicted).toEqual([])
    expect(compareAddress(typed, { number: '9', street: 'Mile Rd' }).contradicted).toEqual([])
    expect(compareAddress(typed, { street: '12 Mile Rd', city: 'Novi' }).contradicted).toEqual(['street'])
  })
})

describe('the distance of names', () => {
  test.each([
    ['mill', 'mill', 0],
    ['mlil', 'mill', 1],
    ['mil', 'mill', Infinity],
    ['washignton', 'washington', 1],
    ['wshingtno', 'washington', 2],
    ['magnolia', 'magnola', 1],
    ['elm', 'oak', Infinity],
    ['mill', 'milk road', Infinity],
    ['15', '16', Infinity],
    ['old 15 mile', 'old 51 mile', Infinity],
    ['', 'mill', Infinity],
  ])('of %j and %j is %d', (typed, known, distance) => {
    expect(nameDistance(typed, known)).toBe(distance)
    expect(nameDistance(known, typed)).toBe(distance)
  })

  it('may be greater, the longer a name is', () => {
    expect([0, 3, 4, 7, 8, 12, 13, 100].map(allowedSlips)).toEqual([0, 0, 1, 1, 2, 2, 3, 3])
  })
})
