import { describe, expect, test } from 'vitest'
import { resolve } from '../src/routing/resolve.ts'
import { collection, lakeFiles, lakeRegion, line } from './support/lake.ts'

const region = lakeRegion()
const find = (text: string) => region.searchPlaces(text, 5)

describe('places are found as people write them', () => {
  test.each([
    ['25 Mill Road', 'address', '25 Mill Road'],
    ['25 MILL RD', 'address', '25 Mill Road'],
    ['25 mill rd., Lake City, NY 10001', 'address', '25 Mill Road'],
    ['Mill Road and Oak Street', 'intersection', 'Mill Road and Oak Street'],
    ['oak st & mill rd', 'intersection', 'Oak Street and Mill Road'],
    ['Oak Street y Mill Road', 'intersection', 'Oak Street and Mill Road'],
    ['mill', 'street', 'Mill Road'],
    ['jose marti park', 'landmark', 'José Martí Park'],
    ['west', 'jurisdiction', 'West'],
  ])('%s', (text, kind, label) => {
    expect(find(text)[0]).toMatchObject({ kind, label })
  })

  test('a house number stands along its street, on the side of its parity', () => {
    const [first, middle] = [find('1 Mill Road')[0], find('50 Mill Road')[0]]
    expect(first?.long).toBeCloseTo(-80.08, 4)
    expect(first?.lat).toBeGreaterThan(40.05)
    expect(middle?.long).toBeCloseTo(-80.08 + 0.16 * (48 / 98), 4)
    expect(middle?.lat).toBeLessThan(40.05)
    expect(first?.accuracy).toBe(0)
  })

  test('an address on a boundary street leads to the body of its side', () => {
    const accountable = (address: string) => {
      const place = find(address)[0] ?? null
      return resolve(region.routing, {
        service: 'graffiti',
        place,
        accuracy: 0,
        at: 0,
        answers: {},
        urgent: false,
      }).accountable.id
    }
    expect(accountable('151 Oak Street')).toBe('west')
    expect(accountable('150 Oak Street')).toBe('east')
  })

  test('a street without a number leaves its length open, an intersection its corner', () => {
    expect(find('Oak Street')[0]?.accuracy).toBeGreaterThan(2000)
    expect(find('Oak Street and Mill Road')[0]).toMatchObject({ accuracy: 15 })
    expect(find('Oak Street and Mill Road')[0]?.lat).toBeCloseTo(40.05, 6)
  })

  test('a number that no house has leads to its street', () => {
    expect(find('4711 Mill Road').map(({ kind, label }) => `${kind} ${label}`)).toEqual(['street Mill Road'])
  })

  test('streets that never meet have no corner', () => {
    const far = line({ id: 'far-1', name: 'Far Lane', class: 'local' }, [
      [-79.95, 40.09],
      [-79.94, 40.09],
    ])
    const files = lakeFiles({
      'roads.geojson': (lakeFiles().get('roads.geojson') ?? '').replace(
        '\n]}',
        `,\n${JSON.stringify(far)}\n]}`,
      ),
    })
    expect(lakeRegion(files).searchPlaces('Far Lane and Oak Street', 5)).toEqual([])
  })

  test('one name in two cities is two places, told apart by the city', () => {
    const main = (id: string, postalCity: string, long: number) =>
      line({ id, name: 'Main Street', class: 'local', postalCity, numbersLeft: [1, 9] }, [
        [long, 40.05],
        [long, 40.06],
      ])
    const files = lakeFiles({
      'roads.geojson': collection(main('a', 'Westport', -80.04), main('b', 'Eastport', -79.96)),
    })
    const found = (text: string) =>
      lakeRegion(files)
        .searchPlaces(text, 5)
        .map(({ label }) => label)
    expect(found('5 main st')).toEqual(['5 Main Street, Eastport', '5 Main Street, Westport'])
    expect(found('5 main st westport')).toEqual(['5 Main Street, Westport'])
    expect(found('5 main st, Westport')).toEqual(['5 Main Street, Westport'])
  })

  test.each(['', '   ', ',', '&', '99999999999', '((((', '\u0000', 'a'.repeat(10_000)])(
    'nothing is found for %j, and nothing breaks',
    text => {
      expect(find(text)).toEqual([])
    },
  )
})
