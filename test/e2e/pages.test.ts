import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findings } from './axe.ts'
import { desktop, phone, type Site, startSite } from './browser.ts'

let site: Site
const cases = { open: '', private: '' }

async function file(service: string): Promise<string> {
  const definition = site.app.region.service(service)
  const required = (definition?.questions ?? []).filter(({ required }) => required)
  const answers = required.map(({ code, options }) => [code, options?.[0]?.key ?? '2026-08-12'])
  const answer = await site.app.request('/api/v1/requests', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      service_code: service,
      lat: 38.5924,
      long: -74.2795,
      address: 'Division Street',
      description: 'As seen this morning.',
      answers: Object.fromEntries(answers),
    }),
  })
  return ((await answer.json()) as { id: string }).id
}

beforeAll(async () => {
  site = await startSite()
  cases.open = await file('pothole')
  cases.private = await file(site.app.region.documents.services.find(service => service.private)?.code ?? '')
  await site.app.runJobs()
})
afterAll(() => site.close())

/** Every page there is, by the kind of it. */
const pages: readonly (readonly [string, () => string])[] = [
  ['home', () => '/'],
  ['home of a jurisdiction', () => '/j/hollis'],
  ['services', () => '/report'],
  ['services searched', () => '/report?q=trash'],
  ['no service found', () => '/report?q=xyzzy'],
  ['where', () => '/report/pothole'],
  ['where, urgent', () => '/report/water-leak'],
  ['places found', () => '/report/pothole?q=mill'],
  ['no place found', () => '/report/pothole?q=xyzzy'],
  ['where, with faults', () => '/report/pothole/details'],
  ['which road', () => '/report/pothole/details?lat=38.5924&long=-74.279447&accuracy=60'],
  ['details', () => '/report/pothole/details?lat=38.5925&long=-74.2795'],
  ['details, a partner’s', () => '/report/traffic-signal/details?q=1&lat=38.58&long=-74.35'],
  ['case', () => `/cases/${cases.open}`],
  ['follow a case', () => `/cases/${cases.open}/follow`],
  ['case just filed', () => `/cases/${cases.open}?thanks=1`],
  ['private case', () => `/cases/${cases.private}`],
  ['track', () => '/track'],
  ['track, mistyped', () => '/track?number=EC-AAAAA-AAAAA'],
  ['reports', () => '/reports'],
  ['no reports', () => '/reports?status=closed'],
  ['governments', () => '/jurisdictions'],
  ['about', () => '/about'],
  ['not found', () => '/nowhere'],
]

describe.each(['en', 'es', 'ht'])('in %s', locale => {
  test.each(pages)('axe finds nothing on: %s', async (_, path) => {
    for (const viewport of [phone, desktop]) {
      const page = await (await site.visit({ locale, viewport })).newPage()
      await page.goto(path())
      expect(await findings(page)).toEqual([])
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      expect(overflow).toBeLessThanOrEqual(0)
      await page.context().close()
    }
  })
})

test('axe finds nothing on a form with faults, nor beside the drawn map with suggestions open', async () => {
  const page = await (await site.visit()).newPage()
  await page.goto('/report/pothole/details?address=By+the+river')
  await page.locator('.report-form button[type=submit]').click()
  await page.locator('#faults').waitFor()
  expect(await findings(page)).toEqual([])
  await page.goto('/report/pothole')
  await page.locator('region-map.is-drawn').waitFor()
  await page.locator('#place').fill('mill')
  await page.locator('[role=option]').first().waitFor()
  expect(await findings(page)).toEqual([])
  await page.locator('[role=option]').first().click()
  await page.locator('.where__chosen .handles').waitFor()
  expect(await findings(page)).toEqual([])
})

test.each(pages)('is light without its map: %s', async (_, path) => {
  const page = await (await site.visit({ javaScriptEnabled: true })).newPage()
  await page.addInitScript(() => {
    // As a phone set to save data: the map waits to be asked for.
    Object.defineProperty(navigator, 'connection', { value: { saveData: true } })
  })
  let bytes = 0
  page.on('response', async response => {
    const isPacked = /woff2|png|jpe?g|webp/.test(response.headers()['content-type'] ?? '')
    const body = await response.body().catch(() => Buffer.alloc(0))
    bytes += isPacked ? body.length : gzipSync(body).length
  })
  await page.goto(path(), { waitUntil: 'networkidle' })
  expect(bytes).toBeGreaterThan(10_000)
  expect(bytes).toBeLessThan(100_000)
})

test('the map draws the region: its canvas holds land, water and roads in their colours', async () => {
  const page = await (await site.visit({ viewport: desktop })).newPage()
  await page.goto('/reports')
  await page.locator('region-map.is-drawn').waitFor()
  await page.waitForTimeout(500)
  const picture = await page.locator('region-map').screenshot()
  const colors = await page.evaluate(async encoded => {
    const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${encoded}`)).blob())
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height)
    const context = canvas.getContext('2d')
    context?.drawImage(bitmap, 0, 0)
    const pixels = context?.getImageData(0, 0, bitmap.width, bitmap.height).data ?? new Uint8ClampedArray()
    const seen = new Set<string>()
    for (let at = 0; at < pixels.length; at += 4)
      seen.add(`${pixels[at]},${pixels[at + 1]},${pixels[at + 2]}`)
    return [...seen]
  }, picture.toString('base64'))
  expect(colors).toEqual(expect.arrayContaining(['196,220,234', '246,244,239']))
  expect(colors.length).toBeGreaterThan(200)
})

test('reports stand on the map, and lead to their case', async () => {
  const page = await (await site.visit({ viewport: desktop })).newPage()
  await page.goto('/reports')
  await page.locator('region-map.is-drawn').waitFor()
  await page.waitForTimeout(1000)
  expect(await page.locator('.report').count()).toBe(1)
})
