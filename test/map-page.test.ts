import { afterEach, describe, expect, it, test } from 'vitest'
import type { Basemap } from '../src/regions/documents/schemas/basemap.ts'
import { startApp, type TestApp } from './support/app.ts'
import { lakeDocuments } from './support/lake.ts'

let app: TestApp | undefined
afterEach(() => app?.close())

async function pageOf(map: { readonly zoom?: number; readonly basemap?: Basemap }, path = '/r/lake/reports') {
  const lake = lakeDocuments()
  const region = { ...lake.region, map: { center: lake.region.map.center, ...map } }
  app = await startApp({ slug: 'lake', documents: { ...lake, region } })
  const answer = await app.request(path)
  const [, attributes = ''] = /<region-map ([^>]*)>/.exec(await answer.text()) ?? []
  const policy = answer.headers.get('content-security-policy') ?? ''
  return {
    data: (name: string) => new RegExp(`data-${name}="([^"]*)"`).exec(attributes)?.[1],
    connections: /connect-src ([^;]*)/.exec(policy)?.[1]?.trim(),
    policy,
  }
}

const attribution = 'a'
describe('a page with a map', () => {
  test.each<[what: string, basemap: Basemap | undefined, connections: string]>([
    [
      'an archive elsewhere',
      { pmtiles: 'https://tiles.example:8443/a/b.pmtiles', attribution },
      "'self' https://tiles.example:8443",
    ],
    [
      'tiles elsewhere',
      { tiles: 'https://t.example/{z}/{x}/{y}?key=k', type: 'vector', attribution },
      "'self' https://t.example",
    ],
    ['an archive of its own host', { pmtiles: '/tiles/b.pmtiles', attribution }, "'self'"],
    ['no base map', undefined, "'self'"],
  ])('of %s connects to no other server', async (_, basemap, connections) => {
    const page = await pageOf(basemap === undefined ? {} : { basemap })
    expect(page.connections).toBe(connections)
    expect(page.policy).toContain("img-src 'self' blob: data:;")
    expect(page.data('basemap')?.replaceAll('&quot;', '"')).toBe(basemap && JSON.stringify(basemap))
  })

  it('begins with all of the region, or of the jurisdiction on its own site, unless a zoom is chosen', async () => {
    const region = await pageOf({})
    const own = await pageOf({}, '/r/lake/j/west/reports')
    const boxOf = (text = '') => text.split(',').map(Number)
    const [outer, inner] = [boxOf(region.data('bounds')), boxOf(own.data('bounds'))]
    expect([inner.length, inner.every(Number.isFinite)]).toEqual([4, true])
    expect((inner[2] ?? 0) - (inner[0] ?? 0)).toBeLessThan((outer[2] ?? 0) - (outer[0] ?? 0))
    const chosen = await pageOf({ zoom: 9 })
    expect([chosen.data('bounds'), chosen.data('zoom')]).toEqual([undefined, '9'])
  })
})

describe('the parts of a region’s map', () => {
  it('are together all of it, with tags of their own, and another is refused', async () => {
    const started = await startApp()
    app = started
    const read = async (query: string) => {
      const answer = await started.request(`/api/v1/map${query}`)
      const { features } = (await answer.json()) as { features: { properties: Record<string, string> }[] }
      return { features: features.map(({ properties }) => properties), tag: answer.headers.get('etag') }
    }
    const [all, boundaries, main, local] = [
      await read(''),
      await read('?part=boundaries'),
      await read('?part=main'),
      await read('?part=local'),
    ]
    expect(new Set(boundaries.features.map(({ layer }) => layer))).toEqual(new Set(['jurisdiction']))
    expect(new Set(local.features.map(feature => feature.class))).toEqual(new Set(['local']))
    expect(main.features).toEqual(expect.arrayContaining(boundaries.features))
    expect(main.features.length + local.features.length).toBe(all.features.length)
    expect(new Set([all, boundaries, main, local].map(({ tag }) => tag)).size).toBe(4)
    expect((await started.request('/api/v1/map?part=roads')).status).toBe(400)
  })
})
