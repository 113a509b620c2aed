import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Basemap } from '../../src/regions/documents/schemas/basemap.ts'
import { lakeDocuments } from '../support/lake.ts'
import { importStreets } from '../support/streets.ts'
import { onePicture, rasterArchive, vectorArchive } from './archive.ts'
import { desktop, type Site, startSite } from './browser.ts'
import { colorsOf } from './colors.ts'
import { serveTiles, type TileServer } from './tile-server.ts'

const [red, water, paper, highway] = ['255,0,0', '196,220,234', '246,244,239', '247,223,166']
const attribution = '© OpenStreetMap contributors & others'

let tiles: TileServer
beforeAll(async () => {
  tiles = await serveTiles({
    '/county.pmtiles': vectorArchive,
    '/photos.pmtiles': rasterArchive,
    '/raster/{z}/{x}/{y}.png': onePicture,
  })
})
afterAll(() => tiles.close())

async function withBasemap(
  basemap: Omit<Basemap, 'attribution'> | undefined,
  streets = false,
): Promise<Site> {
  const lake = lakeDocuments()
  const map =
    basemap === undefined ? lake.region.map : { ...lake.region.map, basemap: { ...basemap, attribution } }
  const site = await startSite({ slug: 'lake', documents: { ...lake, region: { ...lake.region, map } } })
  if (streets) {
    const line = [
      [-80.2, 40.05],
      [-79.8, 40.05],
    ] as const
    await importStreets(site.app.platform, 'lake', [{ name: 'State Highway 9', mtfcc: 'S1100', line }])
  }
  return site
}

async function opened(site: Site): Promise<Page> {
  const page = await (await site.visit({ viewport: desktop })).newPage()
  await page.goto('/r/lake/reports')
  return page
}

/** Waits for a color, which arrives with the tiles. */
async function expectColor(page: Page, color: string) {
  await expect.poll(async () => [...(await colorsOf(page))], { timeout: 20_000 }).toContain(color)
}

describe.each([
  ['an archive of vector tiles', () => ({ pmtiles: `${tiles.url}/county.pmtiles` }), water],
  ['an archive of pictures', () => ({ pmtiles: `${tiles.url}/photos.pmtiles` }), red],
  [
    'a template of pictures',
    () => ({ tiles: `${tiles.url}/raster/{z}/{x}/{y}.png`, type: 'raster' as const }),
    red,
  ],
])('a base map from %s', (_, basemap, color) => {
  let site: Site
  beforeAll(async () => {
    site = await withBasemap(basemap())
  })
  afterAll(() => site.close())

  test('is drawn, says whose it is, and OpenStreetMap’s name leads to its license', async () => {
    const page = await opened(site)
    await expectColor(page, color)
    const credit = page.locator('region-map .maplibregl-ctrl-attrib')
    expect(await credit.innerText()).toBe(attribution)
    expect(await credit.locator('a').getAttribute('href')).toBe('https://www.openstreetmap.org/copyright')
    expect(await page.locator('.map__note', { hasText: 'street map' }).count()).toBe(0)
  })
})

describe.each([
  ['an archive that is not there', () => ({ pmtiles: `${tiles.url}/none.pmtiles` })],
  [
    'tiles that are not there',
    () => ({ tiles: `${tiles.url}/none/{z}/{x}/{y}.png`, type: 'raster' as const }),
  ],
  ['a server that is away', () => ({ tiles: 'http://127.0.0.1:9/{z}/{x}/{y}.mvt', type: 'vector' as const })],
])('a base map of %s', (_, basemap) => {
  let site: Site
  beforeAll(async () => {
    site = await withBasemap(basemap(), true)
  })
  afterAll(() => site.close())

  test('gives way to the region’s own streets, and says so', async () => {
    const page = await opened(site)
    await page.locator('.map__note', { hasText: 'The street map did not load' }).waitFor()
    await expectColor(page, highway)
    expect(await page.locator('region-map').innerText()).not.toContain('OpenStreetMap')
    await page.goto('/r/lake/report/pothole')
    expect(await page.locator('#place').isEnabled()).toBe(true)
  })
})

describe('without a base map', () => {
  let site: Site
  beforeAll(async () => {
    site = await withBasemap(undefined)
  })
  afterAll(() => site.close())

  test('there are the region’s boundaries, then its imported streets, and nothing of others', async () => {
    const page = await (await site.visit({ viewport: desktop })).newPage()
    const hosts = new Set<string>()
    page.on('request', request => hosts.add(new URL(request.url()).host))
    await page.goto('/r/lake/reports')
    await expectColor(page, paper)
    expect([...(await colorsOf(page))]).not.toContain(highway)
    const line = [
      [-80.2, 40.05],
      [-79.8, 40.05],
    ] as const
    await importStreets(site.app.platform, 'lake', [{ name: 'State Highway 9', mtfcc: 'S1100', line }])
    site.app.advance(61_000)
    await site.app.request('/r/lake/map/streets')
    await (await site.visit({ viewport: desktop })).newPage().then(async fresh => {
      await fresh.goto('/r/lake/reports')
      await expectColor(fresh, highway)
    })
    expect([...hosts]).toEqual([new URL(site.url).host])
  })
})
