import { createExpression, isExpression, validateStyleMin } from '@maplibre/maplibre-gl-style-spec'
import { beforeAll, describe, expect, it, test, vi } from 'vitest'
import { baseGround, nameIn } from '../src/web/islands/map/base-ground.ts'
import { creditOf } from '../src/web/islands/map/credit.ts'
import type { Ground } from '../src/web/islands/map/ground.ts'
import { ownGround } from '../src/web/islands/map/own-ground.ts'
import { mapStyle } from '../src/web/islands/map/style.ts'

const attribution = '© OpenStreetMap contributors'
const tiles = 'https://tiles.example/{z}/{x}/{y}'

beforeAll(() => {
  vi.stubGlobal('location', { origin: 'https://county.example', href: 'https://county.example/reports' })
  const streets = { tiles: '/map/streets/{z}/{x}/{y}?v=7', minZoom: 8, maxZoom: 14 }
  vi.stubGlobal('fetch', async (url: string) =>
    url.startsWith('/with') ? Response.json(streets) : new Response(null, { status: 204 }),
  )
  return () => vi.unstubAllGlobals()
})

describe('the style of a map', () => {
  test.each<[name: string, ground: () => Promise<Ground>]>([
    ['the streets of the documents', () => ownGround('/without')],
    ['imported streets', () => ownGround('/with')],
    ['tiles in the Protomaps schema', () => baseGround({ tiles, type: 'vector', attribution }, 'es')],
    [
      'tiles in the OpenMapTiles schema',
      () => baseGround({ tiles, type: 'vector', schema: 'openmaptiles', attribution }, 'es'),
    ],
    ['pictures', () => baseGround({ tiles, type: 'raster', attribution }, 'es')],
  ])('is valid over %s, and asks nobody for fonts or symbols', async (_, ground) => {
    const style = mapStyle('/api/v1/map', await ground())
    expect(validateStyleMin(style)).toEqual([])
    expect(style.glyphs ?? style.sprite).toBeUndefined()
    const ids = style.layers.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('takes tiles from the host that the region names, or its own, to the zoom that they have', async () => {
    const raster = await baseGround({ tiles, type: 'raster', attribution, maximumZoom: 17 }, 'en')
    expect(raster.sources.base).toMatchObject({ type: 'raster', tiles: [tiles], maxzoom: 17 })
    const own = await baseGround({ tiles: '/tiles/{z}/{x}/{y}', type: 'vector', attribution }, 'en')
    expect(own.sources.base).toMatchObject({
      type: 'vector',
      tiles: ['https://county.example/tiles/{z}/{x}/{y}'],
      maxzoom: 14,
    })
    const streets = await ownGround('/with')
    expect(streets.sources.streets).toMatchObject({
      tiles: ['https://county.example/map/streets/{z}/{x}/{y}?v=7'],
      minzoom: 8,
    })
  })
})

describe('a label', () => {
  const written = (language: string, properties: Record<string, string>) => {
    const expression = nameIn(language)
    const parsed = isExpression(expression) ? createExpression(expression, 'string') : undefined
    if (parsed?.result !== 'success') throw new Error('no expression')
    return parsed.value.evaluate({ zoom: 12 }, { type: 1, properties })
  }

  test.each([
    ['es', 'Ciudad de México'],
    ['es-MX', 'Ciudad de México'],
    ['en', 'Mexico City'],
    ['ht', 'México'],
  ])('for a reader of %s is %s', (language, name) => {
    const properties = {
      name: 'México',
      'name:es': 'Ciudad de México',
      'name:en': 'Mexico City',
      'name:fr': 'Mexico',
    }
    expect(written(language, properties)).toBe(name)
  })
})

describe('the credit of a base map', () => {
  it('leads from OpenStreetMap’s name to its license', () => {
    expect(creditOf(attribution)).toBe(
      '© <a href="https://www.openstreetmap.org/copyright">OpenStreetMap</a> contributors',
    )
  })

  it('is text, whatever the document has', () => {
    expect(creditOf('<img src=x onerror="a()"> & Co')).not.toMatch(/[<>"]/)
  })
})
