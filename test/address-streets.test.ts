import { describe, expect, it, test } from 'vitest'
import { houseNumber } from '../src/places/address/numbers/numbers.ts'
import { parseAddress } from '../src/places/address/parse.ts'
import { cityKey, mayBeSameStreet, streetKey } from '../src/places/address/streets/street-key.ts'

const same = (a: string, b: string) => mayBeSameStreet(streetKey(a), streetKey(b))

describe('the key of a street', () => {
  test.each([
    ['mill rd', ['Mill Road', 'MILL RD.', 'Mill  road', 'Míll Rd', 'Mill Raod']],
    ['9 st', ['Ninth Street', '9th St', '9 Street', '09TH ST', 'ninth st.']],
    ['21 ave', ['Twenty-First Avenue', 'Twenty First Ave', '21st Av']],
    ['n 5 st', ['N 5th Street', 'North Fifth St.', 'n. 5th st']],
    ['nw 5 st', ['NW 5th St', 'N.W. 5th St', 'Northwest Fifth Street']],
    [
      'hwy 9',
      [
        'SR 9',
        'SR-9',
        'State Road 9',
        'State Rd 9',
        'State Highway 9',
        'Highway 9',
        'Hwy 9',
        'Route 9',
        'Rte. 9',
        'SH 9',
        'MD 9',
        'MD-9',
        'Maryland Route 9',
      ],
    ],
    [
      'us 1',
      [
        'US 1',
        'U.S. 1',
        'US-1',
        'US Highway 1',
        'U.S. Hwy 1',
        'US Route 1',
        'U S 1',
        'United States Highway 1',
      ],
    ],
    ['i 95', ['I-95', 'I 95', 'Interstate 95', 'Interstate Highway 95']],
    ['cr 12', ['CR 12', 'CR-12', 'County Road 12', 'Co Rd 12', 'County Rd. 12', 'County Highway 12']],
    ['cr gv', ['County Road GV', 'CTH GV', 'County Highway GV']],
    ['fm 1960', ['FM 1960', 'FM1960', 'Farm to Market Road 1960']],
    ['hwy 71 bus', ['Highway 71 Business', 'Business Highway 71', 'Hwy 71 Bus']],
    ['saint johns rd', ['Saint Johns Rd', 'St Johns Road', "St. John's Road"]],
    ['mount vernon pl', ['Mt Vernon Place', 'Mount Vernon Pl', 'Mt. Vernon Pl.']],
    ['fort hill dr', ['Ft Hill Dr', 'Fort Hill Drive']],
    ['mill creek rd', ['Mill Creek Rd', 'Mill Crk Road']],
    ['ave e', ['Avenue E', 'Ave E']],
    ['e st nw', ['E Street NW', 'E St. N.W.']],
    ['north ave', ['North Ave', 'North Avenue']],
    ['n park', ['North Park', 'N Park']],
    ['east west hwy', ['East-West Highway', 'East West Hwy']],
    ['saint john st w', ['Saint John W St', 'ST JOHN W ST']],
    ['hauptstrasse', ['Hauptstraße', 'HAUPTSTRASSE']],
    ['st 8', ['Calle 8', 'Calle Ocho', 'Calle Octava']],
    ['', ['', '—', '🏠']],
  ])('is %s', (key, spellings) => {
    expect(spellings.map(spelling => streetKey(spelling).key)).toEqual(spellings.map(() => key))
  })

  it('tells directions, name and type', () => {
    expect(streetKey('N 5th Street')).toEqual({
      key: 'n 5 st',
      directionals: ['n'],
      name: '5',
      types: ['st'],
    })
    expect(streetKey('Marietta St NW')).toMatchObject({
      directionals: ['nw'],
      name: 'marietta',
      types: ['st'],
    })
    expect(streetKey('State Road 9')).toMatchObject({ directionals: [], name: '9', types: ['hwy'] })
    expect(streetKey('Mill')).toMatchObject({ name: 'mill', types: [] })
  })

  it('is the same of a typed street', () => {
    for (const street of ['Mill Road', 'N 5th Street', 'SR 9', 'Avenue B', 'Saint John W St']) {
      const parsed = parseAddress(`2230 ${street}, Port Ellery MD 21201`)
      expect(parsed.kind === 'address' && streetKey(parsed.street)).toEqual(streetKey(street))
    }
  })

  it.each([
    ['Mill', 'Mill Road'],
    ['5th Street', 'N 5th Street'],
    ['Fifth', 'N 5th Street'],
    ['Highway 1', 'US 1'],
    ['N 5th St', '5th St N'],
  ])('%s may be %s', (a, b) => {
    expect([same(a, b), same(b, a)]).toEqual([true, true])
  })

  it.each([
    ['Mill Road', 'Mill Street'],
    ['N 5th St', 'S 5th St'],
    ['5th St', '6th St'],
    ['E Street', 'East Street'],
    ['CR 9', 'SR 9'],
    ['I-95', 'US 95'],
  ])('%s is not %s', (a, b) => {
    expect([same(a, b), same(b, a)]).toEqual([false, false])
  })
})

test.each([
  ['St. Louis', 'Saint Louis'],
  ['N. Miami', 'North Miami'],
  ['Ft Payne', 'FORT PAYNE'],
  ['City of Hollis', 'Hollis'],
  ['Fruitland Pk', 'Fruitland Park'],
  ['Port-au-Prince', 'Port au Prince'],
  ['Bear Creek Twp', 'Bear Creek Township'],
])('%s is %s', (a, b) => {
  expect(cityKey(a)).toBe(cityKey(b))
})

describe('house numbers', () => {
  test.each([
    ['2230', { key: '2230', number: 2230, isEven: true }],
    ['0012', { key: '12', number: 12, isEven: true }],
    ['2231A', { key: '2231a', number: 2231, suffix: 'a', isEven: false }],
    ['2231-A', { key: '2231a', number: 2231, suffix: 'a', isEven: false }],
    ['2231B-2', { key: '2231b-2', number: 2231, suffix: 'b-2', isEven: false }],
    ['12 1/2', { key: '12 1/2', number: 12, suffix: '1/2', isEven: true }],
    ['12½', { key: '12 1/2', number: 12, suffix: '1/2', isEven: true }],
    ['2230-2234', { key: '2230-2234', number: 2230, to: 2234, isEven: true }],
    ['2230-34', { key: '2230-2234', number: 2230, to: 2234, isEven: true }],
    ['10-12', { key: '10-12', number: 10, to: 12, isEven: true }],
    ['59-17', { key: '59-17', number: 5917, isEven: false }],
    ['123-45', { key: '123-45', number: 12_345, isEven: false }],
    ['N165W2123', { key: 'n165w2123', number: 1_652_123, isEven: false }],
  ])('%s', (text, house) => {
    expect(houseNumber(text)).toEqual(house)
  })

  it.each(['', 'Mill', '9th', '12345678', '-', '1/2', 'A'])('%j is none', text => {
    expect(houseNumber(text)).toBeUndefined()
  })
})
