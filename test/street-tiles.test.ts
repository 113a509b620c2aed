import { gunzipSync } from 'node:zlib'
import { VectorTile } from '@mapbox/vector-tile'
import { PbfReader } from 'pbf'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { readMigrations } from '../src/platform/node/databases/migrations.ts'
import { applyRegion } from '../src/regions/versions/apply.ts'
import { startApp, type TestApp } from './support/app.ts'
import { lakeDocuments } from './support/lake.ts'
import { importStreets, type Street } from './support/streets.ts'
import { tileAt } from './support/tile-at.ts'

const [long, lat] = [-74.3, 38.6]
const road = (name: string, mtfcc: string, from: number, to: number, north = lat): Street => ({
  name,
  mtfcc,
  line: [
    [from, north],
    [to, north],
  ],
})
const streets = [
  road('Mill Rd', 'S1400', long, long + 0.004),
  road('Mill Rd', 'S1400', long + 0.004, long + 0.008),
  road('State Highway 9', 'S1100', long - 0.2, long + 0.2, lat + 0.001),
  road('Far Ln', 'S1400', long + 1, long + 1.01),
]

let app: TestApp
beforeAll(async () => {
  app = await startApp()
  await applyRegion(app.platform, readMigrations(), 'lake', lakeDocuments(), { by: 'test' })
  await importStreets(app.platform, 'ellery', streets)
  app.advance(61_000)
  await app.request('/r/ellery/map/streets')
})
afterAll(() => app.close())

const path = (z: number, region = 'ellery') => {
  const { x, y } = tileAt(long + 0.001, lat + 0.0005, z)
  return `/r/${region}/map/streets/${z}/${x}/${y}`
}

async function streetsOf(answer: Response) {
  const layer = new VectorTile(new PbfReader(new Uint8Array(await answer.arrayBuffer()))).layers.streets
  return Array.from({ length: layer?.length ?? 0 }, (_, index) => {
    const feature = layer?.feature(index)
    return { ...feature?.properties, lines: feature?.loadGeometry() ?? [] }
  })
}

describe('the streets of a region as vector tiles', () => {
  it('are named, with the version of their import and the zooms they are for', async () => {
    const answer = await app.request('/r/ellery/map/streets')
    expect(await answer.json()).toEqual({
      tiles: expect.stringMatching(/^\/r\/ellery\/map\/streets\/\{z\}\/\{x\}\/\{y\}\?v=\d+$/),
      minZoom: 8,
      maxZoom: 14,
    })
  })

  it('have names and classes; the pieces of a street are one feature; what is far away is in another tile', async () => {
    const found = await streetsOf(await app.request(path(14)))
    expect(found.map(({ lines: _, ...rest }) => rest)).toEqual([
      { name: 'State Highway 9', class: 'highway' },
      { name: 'Mill Rd', class: 'local' },
    ])
    expect(found[1]?.lines).toHaveLength(2)
  })

  it('are cut at the edge of the tile, with a margin', async () => {
    const [highway] = await streetsOf(await app.request(path(14)))
    const across = highway?.lines.flat().map(({ x }) => x) ?? []
    expect([Math.min(...across), Math.max(...across)]).toEqual([-64, 4160])
  })

  it('are only the main roads, farther out', async () => {
    const found = await streetsOf(await app.request(path(10)))
    expect(found.map(street => ('name' in street ? street.name : ''))).toEqual(['State Highway 9'])
  })

  it('may be kept for a year under the address of their version, else for minutes, and are confirmed by their tag', async () => {
    const { tiles } = (await (await app.request('/r/ellery/map/streets')).json()) as { tiles: string }
    const version = new URLSearchParams(tiles.split('?')[1]).get('v')
    const named = await app.request(`${path(14)}?v=${version}`)
    expect(named.headers.get('cache-control')).toContain('immutable')
    const plain = await app.request(`${path(14)}?v=1`)
    expect(plain.headers.get('cache-control')).toBe('public, max-age=300')
    const again = await app.request(path(14), {
      headers: { 'if-none-match': plain.headers.get('etag') ?? '' },
    })
    expect(again.status).toBe(304)
  })

  it('are sent compressed by Node', async () => {
    const many = Array.from({ length: 200 }, (_, index) =>
      road(`Street number ${index}`, 'S1400', long, long + 0.01, lat + 0.0001 * (index - 100)),
    )
    await importStreets(app.platform, 'ellery', [...streets, ...many], 2000)
    const plain = new Uint8Array(await (await app.request(path(14))).arrayBuffer())
    const answer = await app.request(path(14), { headers: { 'accept-encoding': 'gzip' } })
    expect(answer.headers.get('content-encoding')).toBe('gzip')
    const bytes = new Uint8Array(await answer.arrayBuffer())
    expect(new Uint8Array(gunzipSync(bytes))).toEqual(plain)
    expect(bytes.length).toBeLessThan(plain.length / 2)
  })

  it('keep to a number of pieces: the widest roads first, then the longest pieces', async () => {
    const many = Array.from({ length: 3_100 }, (_, index) =>
      road(`Alley ${index}`, 'S1400', long, long + 0.001, lat - 0.00001 * index),
    )
    await importStreets(app.platform, 'ellery', [...many, ...streets], 3000)
    const found = (await streetsOf(await app.request(path(11)))) as { name?: string; lines: unknown[][] }[]
    expect(found.reduce((sum, { lines }) => sum + lines.length, 0)).toBeLessThanOrEqual(3_000)
    expect(found.slice(0, 2).map(({ name }) => name)).toEqual(['State Highway 9', 'Mill Rd'])
  })

  test.each([
    ['too far out', '/map/streets/7/37/48'],
    ['too close in', '/map/streets/15/9620/12555'],
    ['outside the grid', '/map/streets/11/2048/0'],
    ['no number', '/map/streets/11/a/0'],
    ['a fraction', '/map/streets/11/1.5/0'],
    ['negative', '/map/streets/11/-1/0'],
  ])('are not there for a tile that is %s', async (_, tile) => {
    expect((await app.request(`/r/ellery${tile}`)).status).toBe(404)
  })

  it('of another region are not reached: one without streets has none, with the same addresses', async () => {
    expect((await app.request(path(14, 'ellery'))).status).toBe(200)
    expect((await app.request('/r/lake/map/streets')).status).toBe(204)
    expect((await app.request(path(14, 'lake'))).status).toBe(404)
  })
})
