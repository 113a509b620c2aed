import { mkdirSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findings } from './axe.ts'
import { desktop, phone, type Site, startSite } from './browser.ts'

/* Every page of administration, by the region's administrator, signed in by the demonstration's button. */

let site: Site
let base: string

beforeAll(async () => {
  site = await startSite({ demo: true })
  // Browsers accept `__Host-` cookies without https on this host name only.
  base = site.url.replace('127.0.0.1', 'localhost')
})
afterAll(() => site.close())

/** Pages outside of drafts, and pages of a draft that begins with a new municipality. */
const pages = ['', '/drafts', '/versions', '/log'] as const
const draftPages = [
  '',
  '/region',
  '/services',
  '/services/pothole',
  '/services/pothole/questions',
  '/services/pothole/questions/size',
  '/services/pothole/new-question?type=choices',
  '/new-service',
  '/import-services',
  '/agreements',
  '/agreements/hollis-signals-2026',
  '/new-agreement',
  '/partners',
  '/partners/state-dot',
  '/partners/state-dot/test',
  '/new-partner',
  '/jurisdictions',
  '/jurisdictions/new',
  '/jurisdictions/matrix-town',
  '/jurisdictions/matrix-town/profile',
  '/jurisdictions/matrix-town/hosts',
  '/hosts',
  '/jurisdictions/hollis/services',
  '/jurisdictions/hollis/services/pothole',
  '/jurisdictions/hollis/services/pothole/decline',
  '/jurisdictions/hollis/services/pothole/questions',
  '/sandbox',
  '/plan',
] as const

const shots = process.env.SHOTS

/** Accessible, and fits the screen. */
async function isFit(page: Page, name: string) {
  if (shots !== undefined) {
    mkdirSync(shots, { recursive: true })
    const file = name.replaceAll(/[/?=]/g, '-').replace(/^-/, '')
    await page.screenshot({
      path: `${shots}/admin-${file}-${page.viewportSize()?.width}.png`,
      fullPage: true,
    })
  }
  expect.soft(await findings(page), name).toEqual([])
  const isTooWide = () => document.documentElement.scrollWidth - innerWidth
  expect.soft(await page.evaluate(isTooWide), name).toBeLessThanOrEqual(0)
  expect.soft(await page.locator('h1').count(), name).toBe(1)
}

async function addMunicipality(page: Page, name: string): Promise<string> {
  await page.goto('/sign-in')
  await page.getByRole('button', { name: 'Region administrator', exact: true }).first().click()
  await page.goto('/admin')
  await page.getByRole('button', { name: 'Add a municipality' }).click()
  await page.getByLabel('Name', { exact: true }).fill(name)
  await page.getByLabel('Short name for web addresses').fill('matrix-town')
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.waitForURL('**/jurisdictions/matrix-town?done=saved')
  return new URL(page.url()).pathname.replace(/\/jurisdictions.*/, '')
}

async function addHost(page: Page, draft: string) {
  await page.goto(`${draft}/jurisdictions/matrix-town/hosts`)
  await page.getByLabel('Host name', { exact: true }).fill('service-requests.matrix-town.example')
  await page.getByRole('button', { name: 'Add a host name' }).click()
  await page.waitForURL('**/hosts?done=saved')
}

describe.each([
  ['a phone', phone],
  ['a desk', desktop],
] as const)('on %s', (_, viewport) => {
  test('every page is fit', async () => {
    const page = await (await site.visit({ baseURL: base, viewport })).newPage()
    const draft = await addMunicipality(page, `Matrix Town ${viewport.width}`)
    await addHost(page, draft)
    for (const path of pages) {
      await page.goto(`/admin${path}`)
      await isFit(page, path || '/overview')
    }
    for (const path of draftPages) {
      await page.goto(draft + path)
      await isFit(page, `/draft${path}`)
    }
  })
})

describe.each([
  ['a phone', phone],
  ['a desk', desktop],
] as const)('on %s', (_, viewport) => {
  test('a draft is tried out on a test site, which says on every page what it is', async () => {
    const page = await (await site.visit({ baseURL: base, viewport })).newPage()
    const draft = await addMunicipality(page, `Trial Town ${viewport.width}`)
    await page.getByRole('link', { name: 'Try it out' }).click()
    await page.getByRole('button', { name: 'Make a test site' }).click()
    await page.getByText('We are making the test site.').first().waitFor()
    for (let rounds = 0; rounds < 3; rounds++) {
      site.app.advance(2_500)
      await site.app.runJobs()
    }
    await page.goto(`${draft}/sandbox`)
    await isFit(page, '/draft/sandbox-ready')
    await page.getByRole('button', { name: 'Work on the test site as staff' }).click()
    await page.waitForURL('**/r/ellery-sandbox-*/work')
    await isFit(page, '/sandbox-work')
    expect(await page.getByText('Test site. Reports here go to nobody.').count()).toBe(1)
    await page.goto(page.url().replace(/\/work$/, '/'))
    await isFit(page, '/sandbox-home')
    expect(await page.getByText('Test site. Reports here go to nobody.').count()).toBe(1)
    await page.goto(`${draft}/sandbox`)
    await page.getByText('Delete the test site').first().click()
    await page.getByRole('button', { name: 'Delete the test site' }).click()
    await page.getByText('The test site is being deleted.').waitFor()
  })
})

test('without script, a municipality is added, checked and applied', async () => {
  const context = await site.visit({ baseURL: base, viewport: desktop, javaScriptEnabled: false })
  const page = await context.newPage()
  const draft = await addMunicipality(page, 'Plain Town')
  await page.getByRole('link', { name: 'Profile' }).click()
  await page.getByLabel('Phone number').fill('555-010-0123')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('link', { name: 'Check the draft' }).click()
  await page.getByRole('button', { name: 'Apply now' }).click()
  await page.waitForURL('**/progress')
  await site.app.runJobs()
  await page.goto(`${draft}/progress`)
  expect(await page.getByText(/in effect as version \d/).count()).toBe(1)
  await page.goto('/jurisdictions')
  expect(await page.getByText('Plain Town').count()).toBeGreaterThan(0)
})
