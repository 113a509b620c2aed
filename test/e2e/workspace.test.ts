import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signIn } from '../support/staff.ts'
import { findings } from './axe.ts'
import { desktop, type Site, startSite } from './browser.ts'

/* Staff at work in a real browser, without script. */

let site: Site
let county: BrowserContext
let city: BrowserContext
let number: string

beforeAll(async () => {
  site = await startSite()
  const { app } = site
  const atWork = async (jurisdiction: string) => {
    const { cookie } = await signIn(app, jurisdiction, 'agent')
    const context = await site.visit({ javaScriptEnabled: false, viewport: desktop })
    await context.addCookies([asCookie(cookie)])
    return context
  }
  county = await atWork('ellery-county')
  city = await atWork('port-ellery')
  const [place] = app.region.searchPlaces('2230 Mill Road', 1)
  const filed = await app.request('/api/v1/requests', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      service_code: 'pothole',
      lat: place?.lat,
      long: place?.long,
      description: 'Deep enough to lose a wheel',
      answers: { size: 'large', lane: 'driving' },
    }),
  })
  number = ((await filed.json()) as { id: string }).id
  await app.runJobs()
})
afterAll(() => site.close())

/** As a browser stores it. For this host only, it sends a `__Host-` cookie without https too. */
function asCookie(header: string) {
  const [name = '', value = ''] = header.split('=')
  return { name, value, url: 'https://127.0.0.1/', httpOnly: true, sameSite: 'Lax' as const }
}

const open = async (context: BrowserContext, path: string): Promise<Page> => {
  const page = await context.newPage()
  await page.goto(path)
  return page
}
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).first().click()
const said = (page: Page) => page.locator('.usa-alert--success').innerText()

describe('without script', () => {
  test('an agent finds a request, acknowledges it, notes, and offers it; the other side accepts', async () => {
    const page = await open(county, '/work')
    await page.locator('.queue__item', { hasText: number }).locator('a').click()
    await press(page, 'Acknowledge request')
    expect(await said(page)).toContain('Request acknowledged')
    await page.locator('summary', { hasText: 'Add note' }).click()
    await page.locator('[name="note.text"]').fill('Bring the big roller')
    await press(page, 'Add note')
    expect(await said(page)).toContain('Only staff can see it')
    expect(await page.locator('.timeline').innerText()).toContain('Bring the big roller')
    await page.locator('summary', { hasText: 'Transfer to another agency' }).click()
    await press(page, 'Send transfer')
    const error = page.locator('#errors a').first()
    expect(await page.locator((await error.getAttribute('href')) ?? '').count()).toBe(1)
    await page.locator('[name="offer.receiver"]').selectOption('port-ellery')
    await page.locator('[name="offer.reason"]').selectOption('not-our-asset')
    await press(page, 'Send transfer')
    expect(await said(page)).toContain('You keep the request until the other agency accepts')
    await site.app.runJobs()

    const theirs = await open(city, '/work')
    await theirs.locator('.chip--offers').click()
    await theirs.locator('.queue__item', { hasText: number }).locator('a').click()
    expect(await theirs.locator('main').innerText()).not.toContain('Bring the big roller')
    await theirs.locator('summary', { hasText: 'Accept request' }).click()
    await press(theirs, 'Accept request')
    await site.app.runJobs()
    await page.reload()
    expect(await page.locator('main').innerText()).toContain('Transferred to City of Port Ellery')
  })

  test('the first key press leads past the menu', async () => {
    const page = await open(county, '/work')
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.getAttribute('href'))).toBe('#main')
  })
})

test.each([
  '/work',
  '/work/ellery-county/handoffs',
  '/work/ellery-county/reroutes',
  '/work/ellery-county/corrections',
])('%s has nothing that axe finds', async path => {
  const { cookie } = await signIn(site.app, 'ellery-county', 'supervisor')
  const context = await site.visit({ viewport: desktop })
  await context.addCookies([asCookie(cookie)])
  const page = await context.newPage()
  await page.goto(path)
  expect(await findings(page)).toEqual([])
})
