import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MAX_MAP_BYTES, mapSize } from '../../scripts/map-size.ts'
import { bundled } from '../support/app.ts'
import { publish } from '../support/public-reports.ts'
import { desktop, type Site, startSite } from './browser.ts'
import { colorsOf } from './colors.ts'

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
    await expect.poll(async () => [...(await colorsOf(page))], { timeout: 20_000 }).toContain('196,220,234')
    await expect.poll(async () => (await colorsOf(page)).size, { timeout: 20_000 }).toBeGreaterThan(200)
  })

  test('the first view of the reports fits them', async () => {
    const page = await reports(site)
    const asked: string[] = []
    const [id, status] = ['EC-22W96-7GTDM', 'submitted']
    await page.route('**/reports/points?*', route => {
      asked.push(new URL(route.request().url()).searchParams.get('bbox') ?? 'everywhere')
      const points = [
        [id, status, -74.2, 38.6],
        [id, status, -74.201, 38.601],
      ]
      return route.fulfill({ json: { points, isAll: false } })
    })
    await page.goto('/reports')
    await expect.poll(() => asked.length).toBeGreaterThan(1)
    const [first, then = ''] = asked
    expect(first).toBe('everywhere')
    const [west = 0, south = 0, east = 0, north = 0] = then.split(',').map(Number)
    expect([west < -74.201, east > -74.2, south < 38.6, north > 38.601]).toEqual([true, true, true, true])
    expect(east - west).toBeLessThan(0.05)
    await page.locator('.map__note', { hasText: 'There are more reports here' }).waitFor()
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
    await page.goto('/reports?lang=es')
    await page.locator('region-map.is-drawn').waitFor()
    await expect
      .poll(
        async () => {
          const cards = await page.locator('.map__card').count()
          if (cards === 0) await page.locator('canvas').click()
          return cards
        },
        { timeout: 20_000, interval: 500 },
      )
      .toBe(1)
    expect(await page.locator('.map__card a').innerText()).toBe('Bache')
    await page.locator('.map__card a').click()
    await page.waitForURL(`**/cases/${id}`)
  })

  test('the first map takes no more than 300,000 bytes, with all that it loads', async () => {
    const page = await reports(site)
    const sizes = new Map<string, number>()
    page.context().on('requestfinished', async request => {
      const { responseBodySize } = await request.sizes()
      const { pathname } = new URL(request.url())
      sizes.set(pathname, (sizes.get(pathname) ?? 0) + responseBodySize)
    })
    await page.goto('/report')
    await page.waitForLoadState('networkidle')
    const others = new Set(sizes.keys())
    await page.goto('/report/pothole')
    await page.locator('region-map.is-drawn').waitFor()
    await page.waitForLoadState('networkidle')
    const map = [...sizes].filter(([path]) => !others.has(path) && path !== '/report/pothole')
    // The browser does not tell the size of a worker's script.
    const worker = mapSize().get('map-worker.js') ?? 0
    const total = map.reduce((sum, [, size]) => sum + size, worker)
    console.log(`the first map: ${total} bytes`, Object.fromEntries(map))
    expect(map.map(([path]) => path)).toEqual(
      expect.arrayContaining(['/assets/map-worker.js', '/assets/map.css', '/map/streets', '/api/v1/map']),
    )
    expect(total).toBeLessThanOrEqual(MAX_MAP_BYTES)
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

describe('three thousand reports', () => {
  let site: Site
  beforeAll(async () => {
    site = await startSite()
    const [long, lat] = site.app.region.documents.region.map.center
    const reports = Array.from({ length: 3_000 }, (_, index) => ({
      id: `EC-${index}`,
      jurisdiction: 'port-ellery',
      status: 'submitted',
      lat: lat + 0.02 * Math.sin(index) * Math.sqrt(index / 3_000),
      long: long + 0.02 * Math.cos(index) * Math.sqrt(index / 3_000),
      requestedAt: 1_000_000 + index,
    }))
    await publish(site.app.platform, bundled, reports)
  })
  afterAll(() => site.close())

  test('are clusters; Enter goes into the one in the middle until a report opens, and Escape back to the map', async () => {
    const page = await reports(site)
    const loaded = page.waitForResponse('**/reports/points?*')
    await page.goto('/reports')
    const { points } = (await (await loaded).json()) as { points: unknown[] }
    expect(points).toHaveLength(3_000)
    await page.locator('region-map.is-drawn').waitFor()
    const canvas = page.locator('region-map canvas')
    const cluster = '27,27,27'
    await expect.poll(async () => [...(await colorsOf(page))], { timeout: 20_000 }).toContain(cluster)
    await canvas.focus()
    await pressUntilCard(page)
    await expect.poll(() => page.evaluate(() => document.activeElement?.className)).toBe('usa-link')
    await page.keyboard.press('Escape')
    await page.locator('.map__card').waitFor({ state: 'detached' })
    expect(await canvas.evaluate(element => element === document.activeElement)).toBe(true)
  })

  test('a row of the list shows its report on the map, and Escape leads back to the row', async () => {
    const page = await reports(site)
    await page.goto('/reports')
    await page.locator('region-map.is-drawn').waitFor()
    const button = page.locator('.report__show').nth(1)
    const row = page.locator('.report').nth(1)
    await button.focus()
    await page.keyboard.press('Enter')
    const link = page.locator('.map__card a')
    expect(await link.getAttribute('href')).toContain(await row.getAttribute('data-id'))
    await page.keyboard.press('Escape')
    await expect.poll(() => button.evaluate(element => element === document.activeElement)).toBe(true)
  })

  test('a link before the map leads to the list', async () => {
    const page = await reports(site)
    await page.goto('/reports')
    await page.locator('a.map-skip').focus()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.closest('.report') !== null)).toBe(true)
  })
})

async function pressUntilCard(page: Page) {
  await expect
    .poll(
      async () => {
        const cards = await page.locator('.map__card').count()
        if (cards === 0) await page.keyboard.press('Enter')
        return cards
      },
      { timeout: 30_000, interval: 700 },
    )
    .toBe(1)
}
