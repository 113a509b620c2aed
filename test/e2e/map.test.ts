import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Documents } from '../../src/regions/documents/snapshot.ts'
import { bundledDocuments } from '../support/app.ts'
import { onePicture, rasterArchive } from './archive.ts'
import { desktop, type Site, startSite } from './browser.ts'

/** Every color in the drawn map, as `red,green,blue`. */
async function colorsOf(page: Page): Promise<Set<string>> {
  await page.locator('region-map.is-drawn').waitFor()
  await page.waitForTimeout(1000)
  const picture = await page.locator('region-map').screenshot()
  const colors = await page.evaluate(async encoded => {
    const bytes = Uint8Array.from(atob(encoded), message => message.charCodeAt(0))
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')
    context?.drawImage(bitmap, 0, 0)
    const pixels = context?.getImageData(0, 0, bitmap.width, bitmap.height).data ?? new Uint8ClampedArray()
    const seen = new Set<string>()
    for (let at = 0; at < pixels.length; at += 4)
      seen.add(`${pixels[at]},${pixels[at + 1]},${pixels[at + 2]}`)
    return [...seen]
  }, picture.toString('base64'))
  return new Set(colors)
}

async function reports(site: Site): Promise<Page> {
  return (await site.visit({ viewport: desktop })).newPage()
}

describe('from the region’s own data', () => {
  let site: Site
  beforeAll(async () => {
    site = await startSite()
  })
  afterAll(() => site.close())

  test('the map draws water and roads in their colours, and names', async () => {
    const page = await reports(site)
    await page.goto('/reports')
    const colors = await colorsOf(page)
    expect([...colors]).toEqual(expect.arrayContaining(['196,220,234']))
    expect(colors.size).toBeGreaterThan(200)
  })

  test('the map of reports shows them all, wherever they are, and no more than that', async () => {
    const page = await reports(site)
    const found = (lat: number, long: number) => ({
      id: `${lat}`,
      status: 'submitted',
      service_name: 'Pothole',
      address: null,
      lat,
      long,
      url: '/',
    })
    const asked: string[] = []
    await page.route('**/api/v1/requests?*', route => {
      asked.push(new URL(route.request().url()).searchParams.get('bbox') ?? 'everywhere')
      return route.fulfill({ json: { requests: [found(38.6, -74.2), found(38.601, -74.201)] } })
    })
    await page.goto('/reports')
    await expect.poll(() => asked.length).toBeGreaterThan(1)
    const [first, then = ''] = asked
    expect(first).toBe('everywhere')
    const [west = 0, south = 0, east = 0, north = 0] = then.split(',').map(Number)
    expect([west < -74.201, east > -74.2, south < 38.6, north > 38.601]).toEqual([true, true, true, true])
    expect(east - west).toBeLessThan(0.05)
  })

  test('reports stand on it, and a press leads to the case', async () => {
    const [long, lat] = site.app.region.documents.region.map.center
    const body = { service_code: 'pothole', lat, long, answers: { size: 'small', lane: 'bike' } }
    const filed = await site.app.request('/api/v1/requests', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const { id } = (await filed.json()) as { id: string }
    await site.app.runJobs()
    const page = await reports(site)
    await page.goto('/reports')
    await page.locator('region-map.is-drawn').waitFor()
    await page.waitForTimeout(1000)
    await page.locator('canvas').click()
    await page.locator('.map__card a').click()
    await page.waitForURL(`**/cases/${id}`)
  })

  test('a browser without WebGL says so, and the form beside the map is whole', async () => {
    const page = await reports(site)
    await page.addInitScript(() => {
      HTMLCanvasElement.prototype.getContext = () => null
    })
    await page.goto('/report/pothole')
    await page.locator('region-map.is-failed').waitFor()
    expect(await page.locator('region-map').innerText()).toContain('cannot show the map')
    expect(await page.locator('#place').isEnabled()).toBe(true)
  })
})

describe.each([
  ['a template of tiles', 'https://tiles.example/{z}/{x}/{y}.png', onePicture],
  ['a PMTiles archive', 'https://tiles.example/region.pmtiles', rasterArchive],
])('from %s that the configuration names', (_, tiles, served) => {
  let site: Site
  beforeAll(async () => {
    const bundled = await bundledDocuments()
    const map = { ...bundled.region.map, tiles, attribution: 'Survey of somewhere' }
    const documents: Documents = { ...bundled, region: { ...bundled.region, map } }
    site = await startSite({ documents })
  })
  afterAll(() => site.close())

  test('the map is drawn over them, and names whose they are', async () => {
    const page = await reports(site)
    await page.route('https://tiles.example/**', route => {
      const [, from, to] = /bytes=(\d+)-(\d+)/.exec(route.request().headers().range ?? '') ?? []
      const body = from === undefined ? served : served.subarray(Number(from), Number(to) + 1)
      const headers = { 'access-control-allow-origin': '*', 'content-length': String(body.length) }
      return route.fulfill({ status: from === undefined ? 200 : 206, headers, body })
    })
    await page.goto('/reports')
    expect(await colorsOf(page)).toContain('255,0,0')
    expect(await page.locator('region-map').innerText()).toContain('Survey of somewhere')
  })
})
