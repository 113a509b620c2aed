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
