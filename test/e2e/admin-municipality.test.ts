import { mkdirSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addAdministrator } from '../../src/identity/staff/administrators.ts'
import { startApp } from '../support/app.ts'
import { signIn } from '../support/staff.ts'
import { findings } from './axe.ts'
import { desktop, type Site, showSite } from './browser.ts'

/* The pages of a municipality in a draft, as its administrator sees them. */

let site: Site
let base: string
let cookie: string

const narrow = { width: 360, height: 800 }
// Where to leave pictures of every page; none by default.
const pictures = process.env.PICTURES

beforeAll(async () => {
  const app = await startApp()
  site = await showSite(app)
  // Browsers accept `__Host-` cookies without https on this host name only.
  base = site.url.replace('127.0.0.1', 'localhost')
  const person = { email: 'ana@county.example', name: 'Ana Reyes' }
  const staff = await addAdministrator(app.platform, 'ellery', person, 'test')
  cookie = (await signIn(app, 'larkfield', 'administrator', { staff })).cookie
  if (pictures) mkdirSync(pictures, { recursive: true })
})
afterAll(() => site.close())

async function signedIn(options: Parameters<Site['visit']>[0] = {}): Promise<Page> {
  const context = await site.visit({ baseURL: base, ...options })
  const [name = '', value = ''] = cookie.split('=')
  const { hostname: domain } = new URL(base)
  await context.addCookies([{ name, value, domain, path: '/', secure: true, httpOnly: true }])
  return context.newPage()
}

async function begin(page: Page): Promise<string> {
  await page.goto('/admin')
  await page.getByRole('button', { name: 'Change the configuration' }).click()
  return new URL(page.url()).pathname
}

async function isFit(page: Page, name: string) {
  await page.evaluate(() => {
    for (const folded of document.querySelectorAll('details')) folded.open = true
  })
  expect.soft(await findings(page), name).toEqual([])
  const width = await page.evaluate(() => document.documentElement.scrollWidth)
  expect.soft(width, name).toBe(page.viewportSize()?.width)
  if (pictures) await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true })
}

const pages = ['', '/profile', '/hours', '/holidays']

test.each([
  ['phone', { viewport: narrow }],
  ['desktop', { viewport: desktop }],
  ['dark phone', { viewport: narrow, colorScheme: 'dark' }],
] as const)('on a %s, the pages are fit', { timeout: 60_000 }, async (kind, options) => {
  const page = await signedIn(options)
  const draft = await begin(page)
  for (const path of pages) {
    await page.goto(`${draft}/jurisdictions/larkfield${path}`)
    await isFit(page, `${path.slice(1).replaceAll('/', '-') || 'checklist'}-${kind.replace(' ', '-')}`)
  }
  await page.goto('/admin/people')
  await isFit(page, `people-${kind.replace(' ', '-')}`)
  await page.goto('/admin/jurisdictions/larkfield/people')
  await isFit(page, `invite-${kind.replace(' ', '-')}`)
  const table =
    'name,email,role,to\nZoë,zoe@larkfield.example,agent,2001-01-01\nAmy,amy@larkfield.example,agent,'
  await page.getByLabel('Or paste the table here').fill(table)
  await page.getByRole('button', { name: 'Check the table' }).click()
  await page.getByText('1 of 2 people').waitFor()
  await isFit(page, `invite-preview-${kind.replace(' ', '-')}`)
  await page.context().close()
})

const past = `Case Number,Category,Status,Created Date,Closed Date,Latitude,Longitude,Address,Description
A-1,Graffiti,Closed,7/4/2025 3:05 PM,7/9/2025,38.6,-74.3,12 Larch Lane,Paint on the wall beside the school
A-2,Potholes of old,Closed,7/4/2025,7/9/2025,38.6,-74.3,12 Larch Lane,A hole
`

test.each([
  ['phone', { viewport: narrow, javaScriptEnabled: false }],
  ['desktop', { viewport: desktop }],
  ['dark phone', { viewport: narrow, colorScheme: 'dark' }],
] as const)('on a %s, past requests are imported', { timeout: 60_000 }, async (kind, options) => {
  const page = await signedIn(options)
  const look = async (name: string) => {
    if (!('javaScriptEnabled' in options)) await isFit(page, `moving-${name}-${kind.replace(' ', '-')}`)
  }
  await page.goto('/work/larkfield/grants')
  await page.getByRole('link', { name: 'Import past requests' }).click()
  await look('file')
  await page.getByLabel('Name of the earlier system').fill('old-crm')
  const file = { name: 'past.csv', mimeType: 'text/csv', buffer: Buffer.from(past) }
  await page.getByLabel('File', { exact: true }).setInputFiles(file)
  await page.getByRole('button', { name: 'Check the file' }).click()
  await page.getByText('1 of 2 rows can be imported').waitFor()
  await look('mapping')
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  await page.getByText('0 of 2 rows').waitFor()
  await look('progress')
  await site.app.runJobs()
  // The page has refreshed by itself.
  await page.getByText('The import is finished.').waitFor()
  await look('result')
  await page.context().close()
})

test('hours and holidays are set without script', { timeout: 60_000 }, async () => {
  const page = await signedIn({ javaScriptEnabled: false, viewport: narrow })
  const draft = await begin(page)
  await page.goto(`${draft}/jurisdictions/larkfield`)
  await page.getByRole('link', { name: 'Hours' }).click()
  await page.getByLabel('Saturday: opens', { exact: true }).fill('09:00')
  await page.getByLabel('Saturday: closes', { exact: true }).fill('12:00')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('link', { name: 'Holidays' }).click()
  await page.getByText('Public holidays of a country').click()
  await page.getByRole('button', { name: 'Add', exact: true }).first().click()
  await page.getByText('Saved in the draft.').waitFor()
  expect(await page.content()).toContain('value="Washington’s Birthday"')
  await page.getByText('The same date each year').click()
  await page.getByRole('button', { name: 'Add', exact: true }).first().click()
  expect(await page.getByRole('alert').textContent()).toContain('between 1 and 12')
  await page.context().close()
})
