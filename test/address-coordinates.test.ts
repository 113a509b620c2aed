import { describe, expect, it, test } from 'vitest'
import { parseAddress } from '../src/places/address/parse.ts'

describe('coordinates', () => {
  test.each([
    ['38.581671,-74.255229', 38.581671, -74.255229],
    ['38.581671, -74.255229', 38.581671, -74.255229],
    ['38.581671 -74.255229', 38.581671, -74.255229],
    ['(38.581671; -74.255229)', 38.581671, -74.255229],
    ['38.581671 / −74.255229', 38.581671, -74.255229],
    ['lat: 38.581671, long: -74.255229', 38.581671, -74.255229],
    ['Latitude 38.581671 Longitude -74.255229', 38.581671, -74.255229],
    ['38.581671° N, 74.255229° W', 38.581671, -74.255229],
    ['38.581671N 74.255229W', 38.581671, -74.255229],
    ['N 38.581671 W 74.255229', 38.581671, -74.255229],
    ['W 74.255229, N 38.581671', 38.581671, -74.255229],
    ['38.581671 north, 74.255229 west', 38.581671, -74.255229],
    [`38°34'54.0"N 74°15'18.8"W`, 38.581667, -74.255222],
    ['38°34′54.0″N, 74°15′18.8″W', 38.581667, -74.255222],
    ['38º 34’ 54.0” N 74º 15’ 18.8” W', 38.581667, -74.255222],
    ['38 34 54.0 N 74 15 18.8 W', 38.581667, -74.255222],
    ["38° 34.9' N, 74° 15.313' W", 38.581667, -74.255217],
    [`38°34'54"S, 174°15'18"E`, -38.581667, 174.255],
    ['-138.581671, 74.255229', 74.255229, -138.581671],
    ['geo:38.581671,-74.255229?z=19', 38.581671, -74.255229],
    ['https://maps.example.com/maps/@38.581671,-74.255229,17z', 38.581671, -74.255229],
    ['https://maps.example.com/?q=38.581671,-74.255229', 38.581671, -74.255229],
    ['https://map.example.org/#map=19/38.581671/-74.255229', 38.581671, -74.255229],
  ])('%s', (typed, lat, long) => {
    const place = parseAddress(typed)
    expect(place).toMatchObject({ kind: 'coordinates' })
    expect(place.kind === 'coordinates' && [place.lat.toFixed(6), place.long.toFixed(6)]).toEqual([
      lat.toFixed(6),
      long.toFixed(6),
    ])
  })

  test.each([
    ['38.58,-74.26', 557],
    ['38.581671,-74.255229', 0.06],
    ['38.58167, -74.2', 5566],
    [`38°34'54"N 74°15'18"W`, 15.5],
  ])('%s is within %d meters', (typed, meters) => {
    const place = parseAddress(typed)
    expect(place.kind === 'coordinates' && place.accuracy).toBeCloseTo(meters, meters > 100 ? -1 : 1)
  })

  it.each([
    '38, 74',
    '38,581671 -74,255229',
    '138.5, -190.2',
    '98.5N 74.2W',
    '38.5N 74.2N',
    '38.5N, 74.2',
    `38°61'N 74°15'W`,
    '38.5.5, 74.2',
    '38.5, -74.2, 12.1',
    '12 34',
    '5 N 7 E 5 W',
    '38.58',
    '10.0.0.1',
    '38.581671, -74.255229 Mill Road',
  ])('%j are none', typed => {
    expect(parseAddress(typed).kind).not.toBe('coordinates')
  })
})

describe('plus codes', () => {
  const near = { lat: 37.4, long: -122.1 }

  // Places and codes of the specification's test data.
  test.each([
    ['849VCWC8+R9', 37.4220625, -122.0840625],
    ['849vcwc8+r9', 37.4220625, -122.0840625],
    ['8FVC9G8F+6X', 47.3655625, 8.5249375],
    ['7FG49Q00+', 20.375, 2.775],
    ['7FG49QCJ+2V', 20.3700625, 2.7821875],
    ['7FG49QCJ+2VX', 20.3701125, 2.782234375],
    ['22220000+', -89.5, -179.5],
  ])('%s', (typed, lat, long) => {
    const place = parseAddress(typed)
    expect(place).toMatchObject({ kind: 'plus-code', code: typed.toUpperCase() })
    expect(place.kind === 'plus-code' && [place.lat, place.long]).toEqual([
      expect.closeTo(lat, 7),
      expect.closeTo(long, 7),
    ])
  })

  it('is found near a point where it is short, with the name of a town behind it', () => {
    const place = parseAddress('CWC8+R9 Mountain View, CA', { near })
    expect(place).toMatchObject({
      kind: 'plus-code',
      code: '849VCWC8+R9',
      city: 'Mountain View',
      state: 'CA',
    })
  })

  it('takes the nearest cell, also on the other side of a boundary', () => {
    const short = (typed: string, lat: number, long: number) => {
      const place = parseAddress(typed, { near: { lat, long } })
      return place.kind === 'plus-code' && place.code
    }
    expect(short('2222+22', 38.02, -121.99)).toBe('84CW2222+22')
    expect(short('XXXX+XX', 38.02, -121.99)).toBe('849VXXXX+XX')
  })

  it.each([
    'CWC8+R9',
    'XXVCWC8+R9',
    'A + B',
    '849VCWC8',
    '849VCWC8+R',
    '849V0000+R9',
    '849VCWC8+R9X4ABCDEF',
    '2+2',
  ])('%j is none without a point', typed => {
    expect(parseAddress(typed).kind).not.toBe('plus-code')
  })
})
