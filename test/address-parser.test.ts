import { describe, expect, it, test } from 'vitest'
import { otherReading, type ParsedAddress, parseAddress } from '../src/places/address/parse.ts'
import { labeledAddresses, type Parts, partsOf } from './support/labeled-addresses.ts'
import { sharedData } from './support/shared.ts'

// What matters of a parsed address, in one line.
function summary(address: ParsedAddress): string {
  const { kind, name, units, city, state, postcode, country } = address
  const parts = {
    number: kind === 'address' ? address.number?.key : undefined,
    street: kind === 'address' ? address.street.text : undefined,
    corner: kind === 'corner' ? address.streets.map(street => street.text).join(' × ') : undefined,
    box: kind === 'address' || kind === 'box' ? address.box : undefined,
    route: kind === 'box' ? address.route : undefined,
    unit: units.join(' ') || undefined,
    name,
    city,
    state,
    postcode,
    country,
  }
  const given = Object.entries(parts).filter(([, part]) => part !== undefined)
  return given.map(([part, text]) => `${part}: ${text}`).join(', ')
}

const CITY = 'city: Port Ellery, state: MD, postcode: 21201'

describe('everyday forms', () => {
  test.each([
    ['2230 Mill Road', 'number: 2230, street: Mill Road'],
    ['2230, Mill Road', 'number: 2230, street: Mill Road'],
    ['Mill Road 2230', 'number: 2230, street: Mill Road'],
    ['2230A Mill Road', 'number: 2230a, street: Mill Road'],
    ['2230 A Mill Road', 'number: 2230a, street: Mill Road'],
    ['2230-2234 Mill Road', 'number: 2230-2234, street: Mill Road'],
    ['2230 - 2234 Mill Road', 'number: 2230-2234, street: Mill Road'],
    ['2230–34 Mill Road', 'number: 2230-2234, street: Mill Road'],
    ['12 1/2 Mill Road', 'number: 12 1/2, street: Mill Road'],
    ['12½ Mill Road', 'number: 12 1/2, street: Mill Road'],
    ['12-1/2 Mill Road', 'number: 12 1/2, street: Mill Road'],
    ['N165W2123 Tartan Ct', 'number: n165w2123, street: Tartan Ct'],
    ['N165 W2123 Tartan Ct', 'number: n165w2123, street: Tartan Ct'],
    ['12-34 31st Ave', 'number: 12-34, street: 31st Ave'],
    ['1200 block of Mill Road', 'number: 1200-1299, street: Mill Road'],
    ['1200 Blk N Mill Rd', 'number: 1200-1299, street: N Mill Rd'],
    ['One Mill Road', 'number: 1, street: Mill Road'],
    ['No. 12 Mill Road', 'number: 12, street: Mill Road'],
    ['123 S 400 W', 'number: 123, street: S 400 W'],
    ['100 Avenue B', 'number: 100, street: Avenue B'],
    ['12345 Road 204', 'number: 12345, street: Road 204'],
    ['150 I St SE', 'number: 150, street: I St SE'],
    ['2230 St Johns Ave', 'number: 2230, street: St Johns Ave'],
    ['2230 Old St Johns Rd N', 'number: 2230, street: Old St Johns Rd N'],
    ['123 Lewis and Clark Blvd', 'number: 123, street: Lewis and Clark Blvd'],
    ['2230 Mill Road at Ninth Street', 'number: 2230, street: Mill Road'],
    ['in front of 2230 Mill Road', 'number: 2230, street: Mill Road'],
    ['2230 Mill', 'number: 2230, street: Mill'],
    ['2230 Mill Raod', 'number: 2230, street: Mill Raod'],
    ['Mill Road', 'street: Mill Road'],
    ['Nine Mile Road', 'street: Nine Mile Road'],
    ['9 Street NW', 'street: 9 Street NW'],
    ['Mill Road between 8th and 9th', 'street: Mill Road'],
    ['Mill Road by the bridge', 'street: Mill Road'],
    ['2230 Mill Road, across from the school', 'number: 2230, street: Mill Road'],
    ['2230 Mill Road (City Hall)', 'number: 2230, street: Mill Road, name: City Hall'],
    ['2230 Mill Road in Hollis', 'number: 2230, street: Mill Road, city: Hollis'],
    ['2230 & 2232 Mill Road', 'number: 2230-2232, street: Mill Road'],
    ['2230 to 2240 Mill Road', 'number: 2230-2240, street: Mill Road'],
    ['Mill Road, 2200 block', 'number: 2200-2299, street: Mill Road'],
    ['Mill Road 2200 block', 'number: 2200-2299, street: Mill Road'],
    ['3536.5 Mill Road', 'number: 3536 1/2, street: Mill Road'],
    ['500 East Ave 248', 'number: 500, street: East Ave, unit: # 248'],
    ['1250 S 500 E Provo UT', 'number: 1250, street: S 500 E, city: Provo, state: UT'],
    ['12 Old Number 6 Highway', 'number: 12, street: Old Number 6 Highway'],
    ['3665 Ellery County Rd 312', 'number: 3665, street: Ellery County Rd 312'],
    ['1 Court Square Village Apt 2', 'number: 1, street: Court Square Village, unit: APT 2'],
    ['220 Mill Drive, second floor', 'number: 220, street: Mill Drive, unit: FL 2'],
    ['6040 E Mill Run Parkway South Dr', 'number: 6040, street: E Mill Run Parkway South Dr'],
    [
      'Ada Example, MD 12605 Mill Lane, Hollis',
      'number: 12605, street: Mill Lane, name: Ada Example MD, city: Hollis',
    ],
    ['1221 Avenue of the Americas, New York', 'number: 1221, street: Avenue of the Americas, city: New York'],
  ])('%j: %s', (typed, parts) => {
    expect(summary(parseAddress(typed))).toBe(parts)
  })

  test.each([
    ['2230 Mill Road Apt 4', 'APT 4'],
    ['2230 Mill Road, apartment 4B', 'APT 4B'],
    ['2230 Mill Road Apt. #4', 'APT 4'],
    ['2230 Mill Road Apartment Number 4', 'APT 4'],
    ['2230 Mill Road #4', '# 4'],
    ['2230 Mill Road # 4-B', '# 4-B'],
    ['2230 Mill Road No. 4', '# 4'],
    ['2230 Mill Road 4B', '# 4B'],
    ['2230 Mill Road B', '# B'],
    ['2230 Mill Road Ste 200', 'STE 200'],
    ['2230 Mill Road Suite200', 'STE 200'],
    ['2230 Mill Road Unit C', 'UNIT C'],
    ['2230 Mill Road Fl 3', 'FL 3'],
    ['2230 Mill Road, 3rd floor', 'FL 3'],
    ['2230 Mill Road Bldg 3 Apt 4', 'BLDG 3 APT 4'],
    ['2230 Mill Road Rm 12', 'RM 12'],
    ['2230 Mill Road Lot 5', 'LOT 5'],
    ['2230 Mill Road Trlr 5', 'TRLR 5'],
    ['2230 Mill Road Rear', 'REAR'],
    ['2230 Mill Road Basement', 'BSMT'],
    ['Apt 4, 2230 Mill Road', 'APT 4'],
    ['Apt 4 2230 Mill Road', 'APT 4'],
    ['2230 Mill Road, apto 4', 'APT 4'],
    ['2230 Mill Road, piso 3', 'FL 3'],
  ])('the unit of %j is %s', (typed, unit) => {
    expect(summary(parseAddress(typed))).toBe(`number: 2230, street: Mill Road, unit: ${unit}`)
  })

  test.each([
    '2230 Mill Road Port Ellery MD 21201',
    '2230 Mill Road, Port Ellery, MD 21201',
    '2230 Mill Road, Port Ellery, Maryland 21201',
    '2230 Mill Road\nPort Ellery Md. 21201',
    '2230 Mill Road - Port Ellery - MD - 21201',
    '2230 MILL ROAD PORT ELLERY MD 21201',
  ])('city, state and ZIP code of %j', typed => {
    expect(summary(parseAddress(typed)).toLowerCase()).toBe(
      `number: 2230, street: mill road, ${CITY}`.toLowerCase(),
    )
  })

  test.each([
    ['286 5th Street, Hollis', 'number: 286, street: 5th Street, city: Hollis'],
    ['2230 Mill Road, Springfield', 'number: 2230, street: Mill Road, city: Springfield'],
    ['2230 Mill Road Port Ellery', 'number: 2230, street: Mill Road, city: Port Ellery'],
    ['2230 Elm Ellery MD', 'number: 2230, street: Elm, city: Ellery, state: MD'],
    ['2230 Mill Rd N Port Ellery MD', 'number: 2230, street: Mill Rd N, city: Port Ellery, state: MD'],
    ['2230 Mill Rd North Ellery MD', 'number: 2230, street: Mill Rd, city: North Ellery, state: MD'],
    ['2230 Mill Rd, 21201-1234', 'number: 2230, street: Mill Rd, postcode: 21201-1234'],
    ['2230 Mill Rd MD 212011234', 'number: 2230, street: Mill Rd, state: MD, postcode: 21201-1234'],
    [`2230 Mill Rd, Port Ellery MD 21201, USA`, `number: 2230, street: Mill Rd, ${CITY}, country: US`],
    ['100 Main St, New York', 'number: 100, street: Main St, city: New York'],
    ['100 Main St, New York, New York', 'number: 100, street: Main St, city: New York, state: NY'],
    ['100 Main St NE', 'number: 100, street: Main St NE'],
    ['100 Main St Omaha NE', 'number: 100, street: Main St, city: Omaha, state: NE'],
    ['37 Elm Ct', 'number: 37, street: Elm Ct'],
    ['37 Elm Ct Hartford CT', 'number: 37, street: Elm Ct, city: Hartford, state: CT'],
    ['37 Elm Street St. Louis MO', 'number: 37, street: Elm Street, city: St. Louis, state: MO'],
    ['100 Virginia Avenue', 'number: 100, street: Virginia Avenue'],
    [
      `City Hall, 100 Main St, Port Ellery MD 21201`,
      `number: 100, street: Main St, name: City Hall, ${CITY}`,
    ],
    [
      `Ada Example\nc/o Library\n100 Main St\nPort Ellery MD 21201`,
      `number: 100, street: Main St, name: Ada Example c/o Library, ${CITY}`,
    ],
    [
      `100 Main St, Old Mill Apartments, Port Ellery MD 21201`,
      `number: 100, street: Main St, name: Old Mill Apartments, ${CITY}`,
    ],
  ])('%j: %s', (typed, parts) => {
    expect(summary(parseAddress(typed))).toBe(parts)
  })

  test.each([
    'SR 9',
    'State Road 9',
    'Highway 9',
    'US 1',
    'U.S. 1',
    'I-95',
    'County Road 12',
    'FM 1960',
    'Route 9',
    'MD 97',
  ])('%s is a road, with and without a number of a house', road => {
    expect(summary(parseAddress(road))).toBe(`street: ${road}`)
    expect(summary(parseAddress(`2230 ${road}, Hollis`))).toBe(`number: 2230, street: ${road}, city: Hollis`)
  })

  test.each([
    'Mill Road and Ninth Street',
    'Mill Road & Ninth Street',
    'Mill Road/Ninth Street',
    'Mill Road / Ninth Street',
    'Mill Road @ Ninth Street',
    'Mill Road at Ninth Street',
    'corner of Mill Road and Ninth Street',
    'the corner of Mill Road & Ninth Street',
    'NE corner of Mill Road and Ninth Street',
    'intersection of Mill Road and Ninth Street',
    'Mill Road y Ninth Street',
    'Mill Road con Ninth Street',
    'Mill Road esquina Ninth Street',
    'la esquina de Mill Road y Ninth Street',
    'Mill Road ak Ninth Street',
    'kwen Mill Road ak Ninth Street',
    'nan kwen Mill Road ak Ninth Street',
    'on Mill Road at Ninth Street',
    'Mill Road et Ninth Street',
    'Mill Road und Ninth Street',
  ])('%j is a corner', typed => {
    expect(summary(parseAddress(typed))).toBe('corner: Mill Road × Ninth Street')
  })

  test.each([
    ['Mill & 9th', 'corner: Mill × 9th'],
    ['9th & Mill', 'corner: 9th × Mill'],
    ['9 & Mill', 'corner: 9 × Mill'],
    ['SR 9 at Mill Road', 'corner: SR 9 × Mill Road'],
    ['Mill Rd and 9th St, Port Ellery MD 21201', `corner: Mill Rd × 9th St, ${CITY}`],
    ['Mill Rd and 9th St Port Ellery MD 21201', `corner: Mill Rd × 9th St, ${CITY}`],
    ['500 S and 300 E', 'corner: 500 S × 300 E'],
    ['Lewis and Clark Blvd & Mill Rd', 'corner: Lewis and Clark Blvd × Mill Rd'],
    ['5th and Washington', 'corner: 5th × Washington'],
    ['la esquina de la Calle 8 y la Avenida 27', 'corner: Calle 8 × Avenida 27'],
  ])('%j: %s', (typed, parts) => {
    expect(summary(parseAddress(typed))).toBe(parts)
  })

  test.each([
    ['PO Box 123', 'box: 123'],
    ['P.O. Box #123, Port Ellery MD 21201', `box: 123, ${CITY}`],
    ['Post Office Box 12-A', 'box: 12-A'],
    ['POB 123', 'box: 123'],
    ['RR 2 Box 45', 'box: 45, route: 2'],
    ['Lockbox 12, PO Box 123, Hollis', 'box: 123, unit: LOCKBOX 12, city: Hollis'],
    ['Rural Route #2, Box 45', 'box: 45, route: 2'],
    ['HC 72 Box 1A', 'box: 1A, route: 72'],
    ['2230 Mill Road, PO Box 12, Port Ellery MD 21201', `number: 2230, street: Mill Road, box: 12, ${CITY}`],
  ])('%j: %s', (typed, parts) => {
    expect(summary(parseAddress(typed))).toBe(parts)
  })

  test.each([
    ['Hauptstraße 12, 35390 Gießen', 'number: 12, street: Hauptstraße, city: Gießen, postcode: 35390'],
    [
      '12, rue de la Paix, 75002 Paris, France',
      'number: 12, street: rue de la Paix, city: Paris, postcode: 75002, country: FR',
    ],
    ['12 bis rue de la Paix', 'number: 12 bis, street: rue de la Paix'],
    ['Calle Mayor 5, 28013 Madrid', 'number: 5, street: Calle Mayor, city: Madrid, postcode: 28013'],
    [
      '10 Downing Street, London SW1A 2AA',
      'number: 10, street: Downing Street, city: London, postcode: SW1A 2AA',
    ],
    [
      '123 Main St, Toronto ON M5V 2T6, Canada',
      'number: 123, street: Main St, city: Toronto, state: ON, postcode: M5V 2T6, country: CA',
    ],
    [
      '#12, Rue Capois, Port-au-Prince, Haiti',
      'number: 12, street: Rue Capois, city: Port-au-Prince, country: HT',
    ],
  ])('%j: %s', (typed, parts) => {
    expect(summary(parseAddress(typed))).toBe(parts)
  })

  test.each([
    ['City Hall', 'name: City Hall'],
    ['City Hall, Port Ellery', 'name: City Hall, city: Port Ellery'],
    ['City Hall, Room 5', 'unit: RM 5, name: City Hall'],
    ['mile marker 12 on I-95', 'name: mile marker 12 on I 95'],
    ['Port Ellery, MD', 'name: Port Ellery, state: MD'],
    ['Parks and Recreation Department', 'name: Parks and Recreation Department'],
    ['near City Hall', 'name: City Hall'],
    ['Broadway', 'name: Broadway'],
    ['Trash is on the road', 'name: Trash is on the road'],
    ['the swing in the park', 'name: the swing in the park'],
    ['21201', 'postcode: 21201'],
    ['9', 'name: 9'],
  ])('%j are words: %s', (typed, parts) => {
    const parsed = parseAddress(typed)
    expect([parsed.kind, summary(parsed)]).toEqual(['words', parts])
  })
})

it('ends a street before a city that is known', () => {
  const cities = new Set(['port ellery', 'hollis'])
  expect(summary(parseAddress('2230 Mill Port Ellery', { cities }))).toBe(
    'number: 2230, street: Mill, city: Port Ellery',
  )
  expect(summary(parseAddress('Mill Hollis', { cities }))).toBe('name: Mill, city: Hollis')
  expect(summary(parseAddress('100 North Hollis', { cities }))).toBe('number: 100, street: North Hollis')
  expect(summary(parseAddress('9th and Hollis', { cities }))).toBe('corner: 9th × Hollis')
})

describe('a number in the name of a street', () => {
  test.each([
    ['9 Mile Road', 'street: 9 Mile Road'],
    ['9 Mile Road, Novi MI', 'street: 9 Mile Road, city: Novi, state: MI'],
    ['9 Mile Rd and 12 Mile Rd', 'corner: 9 Mile Rd × 12 Mile Rd'],
    ['9 Mile Rd Apt 4', 'street: 9 Mile Rd, unit: APT 4'],
    ['9 Mile', 'name: 9 Mile'],
  ])('is read there too: %s', (text, expected) => {
    const parsed = parseAddress(text)
    expect(parsed.kind === 'address' && parsed.number?.key).toBe('9')
    const other = otherReading(parsed)
    expect(other && summary(other)).toBe(expected)
  })

  test.each([
    '2230 Mill Road',
    '9, Mile Road',
    '9 W Mile Road',
    '9A Mile Road',
    '12 9 St NW',
    'Nine Mile Road',
  ])('is in one reading only: %s', text => {
    expect(otherReading(parseAddress(text))).toBeUndefined()
  })

  test.each([
    ['23400 9 Mile Road', 'number: 23400, street: 9 Mile Road'],
    ['100 5 Ave', 'number: 100, street: 5 Ave'],
    ['100 125 St Apt 4', 'number: 100, street: 125 St, unit: APT 4'],
  ])('follows a house number: %s', (text, expected) => {
    expect(summary(parseAddress(text))).toBe(expected)
  })
})

describe('labeled addresses', () => {
  // All words with one label are one part. A part is right if ours has the same words.
  const share = (file: string) => {
    let [right, all] = [0, 0]
    for (const { text, parts } of labeledAddresses(file)) {
      const ours: Parts = partsOf(parseAddress(text).words)
      for (const [part, words] of parts) {
        all++
        if (ours.get(part) === words) right++
      }
    }
    return right / all
  }

  for (const name of ['usaddress_labeled.xml', 'usaddress_simple_patterns.xml']) {
    const file = sharedData(`addresses/${name}`)
    it.skipIf(!file)(`reads at least 97 % of the parts as people labeled them: ${name}`, () => {
      expect(share(file ?? '')).toBeGreaterThanOrEqual(0.97)
    })
  }
})
