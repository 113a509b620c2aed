import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { searchServices } from '../src/citizen/catalogue.ts'
import { fold } from '../src/core/spelling.ts'
import { importServices } from '../src/import/catalogue.ts'
import { search } from '../src/web/search.ts'
import { bundledDocuments, startApp } from './support/app.ts'
import { ELLERY, type Searches, WASHINGTON } from './support/searches.ts'
import { sharedData } from './support/shared.ts'

const { services } = await bundledDocuments()
const codes = (typed: string) => searchServices(services, typed).map(({ code }) => code)

/** Where the first that is found is not the one that is meant, or anything is found where nothing fits. */
function misses(searches: Searches, find: (typed: string) => readonly string[]): string[] {
  const all = Object.entries(searches).flatMap(([meant, queries]) => queries.map(typed => ({ meant, typed })))
  return all
    .map(({ meant, typed }) => ({ meant, typed, found: find(typed) }))
    .filter(({ meant, found }) => (meant === '-' ? found.length > 0 : found[0] !== meant))
    .map(({ meant, typed, found }) => `${typed}: ${found.join(', ') || 'nothing'} instead of ${meant}`)
}

describe('what people type, in three languages', () => {
  test('finds first the service that is meant', () => {
    const { '-': _, ...meant } = ELLERY
    expect(Object.keys(meant)).toEqual(expect.arrayContaining(services.map(({ code }) => code)))
    expect(misses(meant, codes)).toEqual([])
  })

  test('finds nothing where it asks for bills, hours, permits, taxes, jobs, courts, schools or licenses', () => {
    expect(misses({ '-': ELLERY['-'] ?? [] }, codes)).toEqual([])
  })

  const washington = sharedData('catalogues/dc_services_2012.xml')
  test.skipIf(washington === undefined)('does the same in the real catalogue of another city', () => {
    const imported = importServices(readFileSync(washington ?? '', 'utf8'), ['county'])
    const named = (typed: string) =>
      searchServices(imported.services, typed).map(({ name }) => String(name).trim())
    expect(misses(WASHINGTON, named)).toEqual([])
  })
})

test.each([['pay my water bill'], ['library hours'], ['zzxqy']])(
  '"%s" fits no service: the page says so, and whom to call',
  async typed => {
    const app = await startApp()
    onTestFinished(() => app.close())
    const page = await (await app.request(`/report?q=${encodeURIComponent(typed)}`)).text()
    const [nothing = '', rest = ''] = page.slice(page.indexOf('data-empty')).split('data-results')
    expect(nothing).toMatch(/^data-empty="true"><.*Nothing on our list fits.*tel:311.*Ellery County/s)
    expect(rest).toMatch(/^[^>]* hidden[^>]*>/)
  },
)

test('results are in the order of their relevance, whatever their group, and end with "None of these?"', async () => {
  const app = await startApp()
  onTestFinished(() => app.close())
  const page = await (await app.request('/report?q=dirty+water+in+the+street')).text()
  const results = page.slice(page.indexOf('data-results'), page.indexOf('data-all'))
  const linked = [...results.matchAll(/href="\/report\/([\w-]+)"/g)].map(([, code]) => code)
  expect(linked).toEqual(codes('dirty water in the street'))
  expect(new Set(linked.map(code => services.find(one => one.code === code)?.group)).size).toBeGreaterThan(1)
  expect(results).toMatch(/None of these\?.*tel:311.*Show all services/s)
})

test('an everyday word finds each service that it may mean, a typing error only what it is close to', () => {
  expect(codes('trash')).toEqual(['missed-collection', 'illegal-dumping', 'bulk-pickup'])
  expect(codes('potole')).toEqual(['pothole'])
  expect(codes('street lite')).toEqual(['street-light'])
  expect(codes('couch')).toEqual(['bulk-pickup'])
})

test('grammar alone finds nothing; nothing typed, all in the catalogue’s order', () => {
  expect(codes('what is the')).toEqual([])
  expect(codes('  ')).toEqual(services.map(({ code }) => code))
})

test('the likeliest come first, and what is far less likely not at all', () => {
  const things = [
    { name: 'flooded,street', rest: 'water on the road' },
    { name: 'water,leak', rest: 'a pipe that leaks' },
    { name: 'street,light', rest: '' },
  ]
  expect(search(things, 'water')).toEqual([1])
  expect(search(things, 'water leak street')).toEqual([1])
  expect(search(things, 'street')).toEqual([0, 2])
})

test('a service that names what is asked for elsewhere is found by it', () => {
  const things = [
    { name: 'parking,permit', rest: '' },
    { name: 'parking,meter', rest: '' },
  ]
  expect(search(things, 'parking permit')).toEqual([0])
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
