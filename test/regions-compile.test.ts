import { describe, expect, test } from 'vitest'
import { compileRegion } from '../src/regions/runtime/compile.ts'
import { localizedText } from '../src/regions/runtime/localized.ts'
import { resolve } from '../src/routing/resolve.ts'
import { lakeDocuments, lakeEdited, lakeFiles, lakeRegion } from './support/lake.ts'

describe('a region made ready for questions', () => {
  test('dates begin at midnight where the body is', () => {
    const elsewhere = lakeEdited(
      'west/jurisdiction.yaml',
      'code: WE',
      'code: WE\ntimezone: America/Chicago\nfrom: 2020-01-01',
    )
    const { routing } = lakeRegion(elsewhere)
    expect(routing.agreements[0]?.from).toBe(Date.parse('2026-07-01T00:00-05:00'))
    expect(routing.bodies.get('west')?.from).toBe(Date.parse('2020-01-01T00:00-06:00'))
    expect(routing.bodies.get('east')?.from).toBe(Number.NEGATIVE_INFINITY)
    expect(lakeRegion().routing.agreements[0]?.from).toBe(Date.parse('2026-07-01T00:00-04:00'))
  })

  test('an agreement holds from its first midnight on, and not a millisecond before', () => {
    const { routing } = lakeRegion()
    const performer = (at: string) => {
      const inquiry = {
        service: 'graffiti',
        place: { lat: 40.06, long: -80.04 },
        accuracy: 0,
        answers: {},
        urgent: false,
      }
      return resolve(routing, { ...inquiry, at: Date.parse(at) }).performer.id
    }
    expect(performer('2026-06-30T23:59:59.999-04:00')).toBe('west')
    expect(performer('2026-07-01T00:00:00.000-04:00')).toBe('lake-county')
  })

  test('a jurisdiction offers what its layers decide and what it owns, with its own words', () => {
    const own =
      'name: East\nkind: municipality\ncode: EA\nservices:\n  graffiti: { name: Paint on walls, deadline: 2 days }\n'
    const region = lakeRegion(lakeFiles({ 'east/jurisdiction.yaml': own }))
    const codes = (slug: string) => region.servicesOffered(slug).map(({ code }) => code)
    expect(codes('east')).toEqual(['pothole', 'graffiti'])
    expect(codes('lake-county')).toEqual(['pothole', 'graffiti'])
    expect(codes('quill-water')).toEqual(['water-leak'])
    expect(codes('nobody')).toEqual([])
    expect(region.servicesOffered('east')[1]).toMatchObject({
      name: 'Paint on walls',
      deadline: '2 days',
      layers: ['municipality', 'county'],
    })
    expect(region.servicesOffered('west')[1]).toMatchObject({ name: 'Graffiti' })
    expect(region.service('graffiti')?.name).toBe('Graffiti')
  })

  test('a body that lists what it offers offers that and no more', () => {
    const region = lakeRegion(lakeEdited('east/jurisdiction.yaml', 'code: EA', 'code: EA\noffers: [pothole]'))
    expect(region.servicesOffered('east').map(({ code }) => code)).toEqual(['pothole'])
    expect(region.routing.bodies.get('east')?.offers).toEqual(new Set(['pothole']))
  })

  test('a body named like an agreement’s area does not widen the agreement', () => {
    const agreements =
      'agreements:\n  - { id: a, title: A, accountable: west, performer: east, areas: [east] }\n'
    const area =
      '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"east","name":"East side","kind":"agreement"},"geometry":{"type":"Polygon","coordinates":[[[-80.02,40.03],[-80.01,40.03],[-80.01,40.04],[-80.02,40.03]]]}}]}'
    const { routing } = lakeRegion(lakeFiles({ 'agreements.yaml': agreements, 'areas.geojson': area }))
    const named = [...(routing.agreements[0]?.areas ?? [])].map(index => routing.areas[index]?.kind)
    expect(named).toEqual(['agreement'])
  })

  test('two compilations of one snapshot decide alike', () => {
    const snapshot = { region: 'lake', version: 7, hash: 'x', documents: lakeDocuments() }
    const [one, other] = [compileRegion(snapshot), compileRegion(structuredClone(snapshot))]
    const inquiry = {
      service: 'pothole',
      place: { lat: 40.05, long: -80.03 },
      accuracy: 30,
      at: 0,
      answers: {},
      urgent: false,
    }
    expect(JSON.stringify(resolve(one.routing, inquiry))).toBe(
      JSON.stringify(resolve(other.routing, inquiry)),
    )
    expect(resolve(one.routing, inquiry).snapshot).toBe('lake@7')
  })
})

test('a text is read in the reader’s language, else in the region’s, else in whichever it has', () => {
  expect(localizedText({ en: 'Hole', es: 'Bache' }, 'es')).toBe('Bache')
  expect(localizedText({ en: 'Hole', es: 'Bache' }, 'ht', ['en'])).toBe('Hole')
  expect(localizedText({ es: 'Bache' }, 'ht', ['en'])).toBe('Bache')
  expect(localizedText('Pothole', 'ht')).toBe('Pothole')
  expect(localizedText(undefined, 'en')).toBe('')
})
