import { mkdirSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type County, startCounty } from '../support/county.ts'
import { findings } from './axe.ts'
import { desktop, phone, type Site, showSite } from './browser.ts'

/* Every staff page of a county at work, signed in by the demonstration's buttons. */

const DAY = 24 * 3_600_000
const home = 'ellery-county'
const road = '2230 Mill Road'
const main = '350 Main Street, Port Ellery'

let county: County
let site: Site
let base: string
const at = { open: '', offered: '', closed: '', again: '', incoming: '', dispute: '' }

beforeAll(async () => {
  county = await startCounty({ demo: true })
  site = await showSite(county.app)
  // Browsers accept `__Host-` cookies without https on this host name only.
  base = site.url.replace('127.0.0.1', 'localhost')
  await fill()
})
afterAll(() => site.close())

const words = {
  description: 'Two holes side by side in the right lane, just after the bridge. A wheel fits into either.',
  first_name: 'Ana',
  last_name: 'Reyes',
  email: 'ana.reyes@home.example',
  phone: '+1 305 555 0123',
}

/**
 * A dozen requests: of several services, ages and statuses; offered, private, overdue, and one of them a
 * duplicate.
 */
async function fill() {
  const { report, change, offer, answer, app } = county
  await report('street-light', road, { description: 'Out since the storm.' })
  await report('fallen-tree', road, { description: 'Across both lanes.' })
  app.advance(20 * DAY)
  at.closed = (await report('pothole', road, words)).id
  await change(home, at.closed, 'in_progress')
  await change(home, at.closed, 'closed', { reason: 'completed', text: 'Filled and rolled on Tuesday.' })
  app.advance(DAY)
  at.open = (await report('pothole', road, words)).id
  await change(home, at.open, 'acknowledged')
  app.advance(3_600_000)
  at.again = (await report('pothole', road, { description: 'Big hole by the bridge!' })).id
  at.offered = (await report('pothole', '3200 Mill Road', words)).id
  await offer(home, at.offered, 'port-ellery', { text: 'Your crew is on this street already.' })
  for (const service of ['graffiti', 'housing', 'street-sign', 'missed-trash'])
    await report(service, main, { description: 'As seen this morning.' }).catch(() => undefined)
  const theirs = await report('graffiti', main, words)
  await offer('port-ellery', theirs.id, home, { reason: 'other', text: 'The wall is the county’s.' })
  at.incoming = (await county.newest(home, 'receiver')).id
  const disputed = await report('graffiti', 'Union Street and Fifth Street, Hollis', words)
  for (const receiver of ['port-ellery', 'larkfield']) {
    await offer('hollis', disputed.id, receiver)
    const { id } = await county.newest(receiver, 'receiver')
    await answer(receiver, id, 'refuse', {
      reason: 'outside-our-limits',
      text: 'Not on our side of the line.',
    })
  }
  at.dispute = (await county.newest(home, 'arbitrator')).id
}

type Role = 'Administrator' | 'Agent' | 'Auditor' | 'Region administrator'

async function signedIn(role: Role, viewport: Page['viewportSize'] extends () => infer V ? V : never) {
  const context = await site.visit({ baseURL: base, viewport })
  const page = await context.newPage()
  await page.goto('/sign-in')
  const body = role === 'Region administrator' ? page : page.locator('fieldset', { hasText: 'Ellery County' })
  await body.getByRole('button', { name: role, exact: true }).first().click()
  return page
}

const shots = process.env.SHOTS

/** Accessible, and fits the screen. */
async function isFit(page: Page, name: string) {
  if (shots !== undefined) {
    mkdirSync(shots, { recursive: true })
    await page.screenshot({ path: `${shots}/${name}-${page.viewportSize()?.width}.png`, fullPage: true })
  }
  expect.soft(await findings(page), name).toEqual([])
  const isTooWide = () => document.documentElement.scrollWidth - innerWidth
  expect.soft(await page.evaluate(isTooWide), name).toBeLessThanOrEqual(0)
  expect.soft(await page.locator('h1').count(), name).toBe(1)
}

/** Fits, and has a button to sign out. */
async function isOwn(page: Page, name: string) {
  await isFit(page, name)
  expect.soft(await page.getByRole('button', { name: 'Sign out', exact: true }).count(), name).toBe(1)
}

describe.each([
  ['a phone', phone],
  ['a desk', desktop],
] as const)('on %s', (_, viewport) => {
  test('an administrator’s pages are fit', async () => {
    const page = await signedIn('Administrator', viewport)
    await page.waitForURL('**/work')
    const request = (id: string) => `/work/${home}/requests/${id}`
    const [place] = county.app.region.searchPlaces('9th Street', 1)
    const moved = new URLSearchParams({ lat: String(place?.lat), long: String(place?.long) })
    const pages: readonly (readonly [string, string])[] = [
      ['me', '/me'],
      ['work', '/work'],
      ['work-offers', '/work?show=offers'],
      ['work-none', '/work?q=zzzz'],
      ['request-open', request(at.open)],
      ['request-duplicates', `${request(at.again)}?duplicates`],
      ['request-offered', request(at.offered)],
      ['request-closed', request(at.closed)],
      ['place', `${request(at.open)}/place`],
      ['place-tried', `${request(at.open)}/place?${moved}`],
      ['forward', `${request(at.open)}/forward?partner=state-dot`],
      ['handoffs', `/work/${home}/handoffs`],
      ['handoff-to-answer', `/work/${home}/handoffs/${at.incoming}?side=receiver`],
      ['handoff-to-decide', `/work/${home}/handoffs/${at.dispute}?side=arbitrator`],
      ['reroutes', `/work/${home}/reroutes`],
      ['corrections', `/work/${home}/corrections`],
      ['grants', `/work/${home}/grants`],
      ['grant-new', `/work/${home}/grants/new`],
      ['keys-none', `/work/${home}/keys`],
      ['key-new', `/work/${home}/keys/new`],
      ['audit', `/work/${home}/audit`],
    ]
    for (const [name, path] of pages) {
      expect((await page.goto(path))?.status(), name).toBe(200)
      await isOwn(page, name)
    }
    await page.goto('/me')
    await page.getByRole('link', { name: /^Remove access/ }).click()
    await isOwn(page, 'give-up')
  })

  test('an auditor reads all of it, and is offered nothing to change', async () => {
    const page = await signedIn('Auditor', viewport)
    await page.waitForURL('**/work')
    const request = `/work/${home}/requests/${at.open}`
    for (const path of [request, `/work/${home}/grants`, `/work/${home}/keys`, `/work/${home}/audit`]) {
      expect((await page.goto(path))?.status(), path).toBe(200)
      await isOwn(page, `auditor-${path.split('/')[3]}`)
      const forms = page.locator('main form[method=post], main a[href*="/new"], main a[href$="/withdraw"]')
      expect(await forms.count(), path).toBe(0)
    }
    expect((await page.goto(`/work/${home}/grants/new`))?.status()).toBe(403)
  })

  test('letting in a program and a person, and out again, is fit at each step', async () => {
    const page = await signedIn('Administrator', viewport)
    for (const way of ['API key', 'OAuth client']) {
      await page.goto(`/work/${home}/keys/new`)
      await page.getByRole('button', { name: 'Create API key' }).click()
      await isFit(page, 'key-faults')
      await page.getByLabel('Name').fill('Asset system of Public Works')
      await page.locator('label', { hasText: 'See requests without' }).click()
      await page.locator('.usa-radio__label', { hasText: way }).last().click()
      await page.getByRole('button', { name: 'Create API key' }).click()
      await isFit(page, way === 'API key' ? 'key-made' : 'client-made')
    }
    await page.goto(`/work/${home}/keys`)
    await isFit(page, 'keys')
    await page
      .getByRole('link', { name: /^Revoke/ })
      .first()
      .click()
    await isFit(page, 'key-revoke')
    await page.goto(`/work/${home}/grants/new`)
    await page.getByLabel('Email address').fill('nia.okafor@county.example')
    await page.locator('label', { hasText: 'Works on requests and transfers' }).click()
    await page.getByRole('button', { name: 'Add staff member' }).click()
    await isFit(page, 'grant-made')
    await page
      .getByRole('link', { name: /^Remove access of/ })
      .first()
      .click()
    await isFit(page, 'grant-end')
  })

  test('whoever may not is told so, fit too; so is everyone before the sign-in', async () => {
    const page = await signedIn('Agent', viewport)
    expect((await page.goto(`/work/${home}/grants`))?.status()).toBe(403)
    await isFit(page, 'may-not')
    await page.goto('/work/nowhere/requests/EC-22222-22222')
    await isFit(page, 'not-found')
    await page.goto(`data:text/html,<form method="post" action="${base}/sign-out"><button>Go</button></form>`)
    await page.locator('button').click()
    await isFit(page, 'cross-site')
    await page.context().clearCookies()
    await page.goto('/work')
    await isFit(page, 'sign-in')
    const region = await signedIn('Region administrator', viewport)
    await region.waitForURL('**/region')
    await isOwn(region, 'region')
    await region
      .getByRole('link', { name: /^Appoint/ })
      .first()
      .click()
    await isOwn(region, 'appoint')
    await region.goto('/me')
    expect(await region.getByRole('link', { name: 'Administrators' }).count()).toBe(1)
  })
})
