import { mkdirSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { draftSmallerTown, reportGraffiti } from '../support/smaller-town.ts'
import { findings } from './axe.ts'
import { desktop, phone, type Site, startSite } from './browser.ts'

/* The pages of a change: its plan with a map, its rehearsal, coverage, and versions. */

let site: Site
let base: string
let draft: string
const shots = process.env.SHOTS

beforeAll(async () => {
  site = await startSite({ demo: true })
  // Browsers accept `__Host-` cookies without https on this host name only.
  base = site.url.replace('127.0.0.1', 'localhost')
  await reportGraffiti(site.app)
  draft = `/admin/drafts/${await draftSmallerTown(site.app)}`
})
afterAll(() => site.close())

async function isFit(page: Page, name: string) {
  if (shots !== undefined) {
    mkdirSync(shots, { recursive: true })
    await page.screenshot({ path: `${shots}/${name}-${page.viewportSize()?.width}.png`, fullPage: true })
  }
  expect.soft(await findings(page), name).toEqual([])
  const isTooWide = () => document.documentElement.scrollWidth - innerWidth
  expect.soft(await page.evaluate(isTooWide), name).toBeLessThanOrEqual(0)
}

async function signIn(page: Page) {
  await page.goto('/sign-in')
  await page.getByRole('button', { name: 'Region administrator', exact: true }).first().click()
}

describe.each([
  ['a phone, in the dark', { viewport: phone, colorScheme: 'dark' }],
  ['a desk', { viewport: desktop, colorScheme: 'light' }],
] as const)('on %s, without script', (_, { viewport, colorScheme }) => {
  test('a draft is rehearsed, and its pages are fit', async () => {
    const context = await site.visit({ baseURL: base, viewport, colorScheme, javaScriptEnabled: false })
    const page = await context.newPage()
    await signIn(page)
    await page.goto(`${draft}/rehearsal`)
    await page.getByRole('button', { name: /^Rehearse (this draft|again)$/ }).click()
    expect(await page.getByText('We are routing the requests again').count()).toBe(1)
    await site.app.runJobs()
    await page.goto(`${draft}/rehearsal`)
    expect(await page.getByText('4 of 4 requests would go to someone else').count()).toBe(1)
    await page.getByText('How we found the responsible agency').first().click()
    expect(await page.getByText('City of Hollis is responsible').first().isVisible()).toBe(true)
  })

  test('axe finds nothing', async () => {
    const page = await (await site.visit({ baseURL: base, viewport, colorScheme })).newPage()
    await signIn(page)
    for (const [name, path] of [
      ['plan', `${draft}/plan`],
      ['rehearsal', `${draft}/rehearsal`],
      ['coverage', '/admin/coverage?service=graffiti'],
      ['coverage-roads', '/admin/coverage?service=pothole'],
      ['versions', '/admin/versions'],
      ['version', '/admin/versions/1'],
    ] as const) {
      await page.goto(path)
      await isFit(page, name)
    }
  })
})
