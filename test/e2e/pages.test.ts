import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
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

/** The query of a link to a place that the search knows. */
function at(words: string): URLSearchParams {
  const [found] = site.app.region.searchPlaces(words, 1)
  const { lat, long, accuracy } = found ?? { lat: 0, long: 0, accuracy: 0 }
  return new URLSearchParams({ lat: String(lat), long: String(long), accuracy: String(accuracy) })
}

/** Every page, by its kind. */
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
  ['which road', () => `/report/pothole/details?${at('Mill Road and 9th Street')}`],
  ['details', () => '/report/pothole/details?lat=38.5925&long=-74.2795'],
  ['details, a partner’s', () => `/report/traffic-signal/details?${at('2352 State Highway 9, Hollis')}`],
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

/** A phone in data-saving mode: the map waits for a click. */
async function frugal(options: Parameters<Site['visit']>[0]): Promise<Page> {
  const page = await (await site.visit(options)).newPage()
  await page.addInitScript(() => {
    Object.defineProperty(navigator, 'connection', { value: { saveData: true } })
  })
  return page
}

describe.each([
  ['en', phone],
  ['en', desktop],
  ['es', phone],
  ['ht', phone],
])('in %s, at %o', (locale, viewport) => {
  let page: Page
  beforeAll(async () => {
    page = await frugal({ locale, viewport })
  })
  afterAll(() => page.context().close())

  test.each(pages)('axe finds nothing on: %s', async (_, path) => {
    await page.goto(path())
    expect(await page.locator('html').getAttribute('lang')).toBe(locale)
    expect(await findings(page)).toEqual([])
  })
})

describe.each([phone, desktop])('on a device set to dark, at %o', viewport => {
  let page: Page
  beforeAll(async () => {
    page = await frugal({ viewport, colorScheme: 'dark' })
  })
  afterAll(() => page.context().close())

  test.each(pages)('axe finds nothing on: %s', async (_, path) => {
    await page.goto(path())
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(22, 25, 29)')
    expect(await findings(page)).toEqual([])
  })

  test('paper stays light', async () => {
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    await page.goto('/')
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
      'rgb(255, 255, 255)',
    )
    await page.emulateMedia({ media: null })
  })
})

test.each(pages)('reflows on the narrowest screen, and with text twice as large: %s', async (_, path) => {
  const page = await frugal({ viewport: { width: 320, height: 640 } })
  await page.goto(path())
  const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  expect(await overflow()).toBeLessThanOrEqual(0)
  await page.setViewportSize({ width: 640, height: 900 })
  await page.evaluate(() => {
    document.documentElement.style.fontSize = '200%'
  })
  expect(await overflow()).toBeLessThanOrEqual(0)
  await page.context().close()
})

test('axe finds nothing on a form with errors, nor beside the drawn map with suggestions open', async () => {
  const page = await (await site.visit()).newPage()
  await page.goto('/report/pothole/details?address=By+the+river')
  await page.locator('.report-form .usa-button--big').click()
  await page.locator('#errors').waitFor()
  expect(await findings(page)).toEqual([])
  await page.goto('/report/pothole/details?lat=38.6&long=-74.46&accuracy=0')
  await page.locator('.usa-alert', { hasText: 'Marston County' }).waitFor()
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
  const page = await frugal({})
  let bytes = 0
  page.on('response', async response => {
    const isPacked = /woff2|png|jpe?g|webp/.test(response.headers()['content-type'] ?? '')
    const body = await response.body().catch(() => Buffer.alloc(0))
    bytes += isPacked ? body.length : gzipSync(body).length
  })
  await page.goto(path(), { waitUntil: 'networkidle' })
  expect(bytes).toBeGreaterThan(10_000)
  expect(bytes).toBeLessThan(100_000)
  await page.context().close()
})

test('a script that someone brought in does not run, and is noticed', async () => {
  const page = await (await site.visit()).newPage()
  await page.goto(`/cases/${cases.open}`)
  const ran = await page.evaluate(async () => {
    document.body.insertAdjacentHTML('beforeend', '<img src="/nothing.png" onerror="window.ran = 1">')
    await new Promise(resolve => setTimeout(resolve, 500))
    return 'ran' in window
  })
  expect(ran).toBe(false)
  expect(site.violations()).toEqual([expect.stringContaining('inline event handler')])
})
