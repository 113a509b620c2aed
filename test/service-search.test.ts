import fc from 'fast-check'
import { expect, test } from 'vitest'
import { searchServices } from '../src/citizen/catalogue.ts'
import { fold, search } from '../src/web/fold.ts'
import { bundledDocuments } from './support/app.ts'

const { services } = await bundledDocuments()
const codes = (typed: string) => searchServices(services, typed).map(({ code }) => code)

test.each([
  ['pot hole', 'pothole'],
  ['pothole mill road', 'pothole'],
  ['Bache en mi calle', 'pothole'],
  ['street lamp broken', 'street-light'],
  ['my neighbor is loud', 'noise'],
  ['garbage not picked up', 'missed-collection'],
  ['basura', 'missed-collection'],
  ['fatra', 'missed-collection'],
  ['sidwalk', 'sidewalk'],
  ['garbaje', 'missed-collection'],
  ['mosqito', 'mosquito'],
  ['grafitti', 'graffiti'],
  ['tres down', 'fallen-tree'],
  ['homeless', 'something-else'],
])('"%s" finds first %s', (typed, code) => {
  expect(codes(typed)[0]).toBe(code)
})

test('what fits nothing finds nothing; nothing typed, all in the catalogue’s order', () => {
  expect(codes('zzxqy')).toEqual([])
  expect(codes('  ')).toEqual(services.map(({ code }) => code))
})

test('the likeliest come first, and what is far less likely not at all', () => {
  const things = [
    { name: 'flooded street', rest: 'water on the road' },
    { name: 'water leak', rest: 'a pipe that leaks' },
    { name: 'street light', rest: '' },
  ]
  expect(search(things, 'water')).toEqual([1])
  expect(search(things, 'water leak street')).toEqual([1, 0])
  expect(search(things, 'street')).toEqual([0, 2])
})

test('each service is found by its own name, whatever is typed around it', () => {
  const anything = fc.string({ maxLength: 30 })
  fc.assert(
    fc.property(fc.constantFrom(...services), anything, ({ code, name }, typed) => {
      const own = typeof name === 'string' ? name : (name.en ?? '')
      expect(codes(own)[0]).toBe(code)
      expect(() => codes(typed)).not.toThrow()
      expect(fold(fold(typed))).toBe(fold(typed))
    }),
  )
})
