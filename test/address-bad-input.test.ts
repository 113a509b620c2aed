import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { formatAddress } from '../src/places/address/format.ts'
import { houseNumber } from '../src/places/address/numbers/numbers.ts'
import { type ParsedAddress, parseAddress } from '../src/places/address/parse.ts'
import { cityKey, streetKey } from '../src/places/address/streets/street-key.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

const words =
  `2230 2230A 9th Ninth 12-34 N165W2123 1/2 ½ N NW North S. Mill Road Rd St Street Ave Court Ct Creek Highway SR US I-95
  Apt # 4 Unit Fl 3rd Floor PO Box RR HC and & / @ + at corner of y esquina kwen Port Ellery MD Maryland NE 21201 21201-1234 USA
  c/o attn: , ; - ( ) ' " . block One 38.58 -74.25 ° Calle rue Straße 🏠 مطحنة \u200f \u202e \u0000 \n`.split(
    ' ',
  )

const typed = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.string({ unit: 'grapheme', maxLength: 80 }),
  fc.array(fc.constantFrom(...words, '\n'), { maxLength: 14 }).map(found => found.join(' ')),
  fc.array(fc.constantFrom(...words), { maxLength: 14 }).map(found => found.join('')),
)

describe('whatever is typed', () => {
  it('is read without an error, each word once and in its place', () => {
    fc.assert(
      fc.property(typed, text => {
        const parsed = parseAddress(text, {
          near: { lat: 38.5, long: -74.2 },
          cities: new Set(['port ellery']),
        })
        let end = 0
        for (const word of parsed.words) {
          expect(word.start).toBeGreaterThanOrEqual(end)
          expect(parsed.text.slice(word.start, word.end)).toBe(word.text)
          end = word.end
        }
        formatAddress(parsed)
        streetKey(text)
        cityKey(text)
        houseNumber(text)
      }),
      { numRuns: 2000 },
    )
  })

  it('gives a key that is its own key', () => {
    fc.assert(
      fc.property(typed, text => {
        const { name } = streetKey(text)
        expect(cityKey(name)).toBe(cityKey(cityKey(name)))
      }),
    )
  })

  it.each([
    '',
    '   ',
    '\n\n',
    ',',
    '—',
    '... !!! ???',
    '#',
    '&',
    '🏠🏠🏠',
    '\u0000\u0007\u001b',
    '\u202e\u200f',
    '+',
    '/',
  ])('is nothing where nothing is said: %j', text => {
    expect(parseAddress(text)).toMatchObject({ kind: 'words', units: [] })
    expect(formatAddress(parseAddress(text)).replace(/\W/g, '')).toBe('')
  })

  it.each([
    ['\u202a2230 Mill Road\u202c', '2230', 'Mill Road'],
    ['\u200f2230\u200f Mill\u00a0Road', '2230', 'Mill\u00a0Road'],
    ['2230\tMi\u00adll Road', '2230', 'Mill Road'],
    ['２２３０ Ｍｉｌｌ Ｒｏａｄ', '2230', 'Ｍｉｌｌ Ｒｏａｄ'],
    ['2230 Mill Road\u0000', '2230', 'Mill Road'],
    ['🏠 2230 Mill Road', '2230', 'Mill Road'],
    ['2230 طريق المطحنة', '2230', 'طريق المطحنة'],
  ])('%j', (text, number, street) => {
    expect(parseAddress(text)).toMatchObject({
      kind: 'address',
      number: { key: number },
      street: { text: street },
    })
  })

  // Every word is looked up in tables; how often is the work.
  const lookups = (text: string) => {
    const get = vi.spyOn(Map.prototype, 'get')
    parseAddress(text)
    const { length } = get.mock.calls
    get.mockRestore()
    return length
  }

  it.each(['2230 Mill Road Apt 4 ', 'st ', '1 ', 'Mill & ', 'a,', 'N S ', '# '])(
    'takes no more work for 10,000 characters of %j than for 1,000',
    part => {
      const [short, long] = [1000, 10_000].map(length => lookups(part.repeat(length / part.length)))
      expect(short).toBeGreaterThan(0)
      expect(long).toBe(short)
    },
  )
})

describe('what is formatted', () => {
  const street = fc
    .tuple(
      fc.constantFrom('', 'N ', 'SW ', 'North '),
      fc.constantFrom('Mill', '9th', 'Saint John', 'Old Quarry', 'Magnolia', 'Martin Luther King'),
      fc.constantFrom('Road', 'St', 'Ave', 'Blvd', 'Lane', 'Ct'),
      fc.constantFrom('', ' NW', ' S'),
    )
    .map(parts => parts.join(''))
  const highway = fc.constantFrom('SR 9', 'US Highway 1', 'County Road 12', 'I-95', 'Route 9')
  const number = fc.oneof(
    fc.integer({ min: 1, max: 99_999 }).map(String),
    fc.constantFrom('2230A', '12 1/2', '2230-2234', '59-17', 'N165W2123', '1200 block of'),
  )
  const unit = fc.constantFrom('', ', Apt 4', ' # 12', ', Bldg 3 Unit B', ' Fl 3')
  const city = fc.constantFrom('', ', Port Ellery', ', Hollis', ', North Ellery')
  const state = fc.constantFrom('', ', MD', ', Maryland 21201', ', MD 21201-1234', ', MD 21201, USA')
  const addresses = fc.tuple(number, fc.constant(' '), fc.oneof(street, highway), unit, city, state)
  const corners = fc.tuple(
    street,
    fc.constantFrom(' & ', ' and ', ' at '),
    fc.oneof(street, highway),
    city,
    state,
  )
  const boxes = fc.tuple(fc.constantFrom('PO Box 12', 'RR 2 Box 45'), city, state)
  const text = fc.oneof(addresses, corners, boxes).map(parts => parts.join(''))

  const parts = ({ text: _text, words: _words, ...others }: ParsedAddress) => others

  it('is read as the same parts', () => {
    fc.assert(
      fc.property(text, written => {
        const parsed = parseAddress(written)
        expect(parts(parseAddress(formatAddress(parsed)))).toEqual(parts(parsed))
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    [
      '2230a mill rd apt 4 port ellery maryland 212011234',
      '2230A mill rd, APT 4, port ellery, MD 21201-1234',
    ],
    ['corner of Mill Road and 9th, Hollis', 'Mill Road & 9th, Hollis'],
    ['po box 12, hollis md', 'PO BOX 12, hollis, MD'],
    ['City Hall, Hollis', 'City Hall, Hollis'],
    [`38°30'N 74°15'W`, '38.5000000, -74.2500000'],
    ['849vcwc8+r9', '849VCWC8+R9'],
    ['12 rue de la Paix, 75002 Paris, France', '12 rue de la Paix, Paris, 75002, FRANCE'],
  ])('%j: %s', (written, formatted) => {
    expect(formatAddress(parseAddress(written))).toBe(formatted)
  })
})
