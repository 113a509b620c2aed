import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Mailbox, startMailbox } from '../support/mailbox.ts'
import { codeIn } from '../support/resident.ts'
import { findings } from './axe.ts'
import { desktop, phone, type Site, startSite } from './browser.ts'

/* A resident's account in a real browser, without script. */

let site: Site
let mailbox: Mailbox

beforeAll(async () => {
  mailbox = await startMailbox()
  const sms = { url: 'http://127.0.0.1:9/', account: undefined, token: '', from: '311' }
  site = await startSite({ mail: mailbox.settings, sms })
})
afterAll(async () => {
  await site.close()
  await mailbox.close()
})

async function signedIn(address: string, options: Parameters<Site['visit']>[0]): Promise<Page> {
  const page = await (await site.visit({ javaScriptEnabled: false, ...options })).newPage()
  await page.goto('/')
  await page.locator('.masthead__account').click()
  await page.locator('input[name=address]').fill(address)
  await page.locator('main button').click()
  await page.waitForURL(/\/account\/code/)
  await page.locator('input[name=code]').fill(codeIn(mailbox.emailsTo(address).at(-1)?.text))
  await page.locator('main button').click()
  await page.waitForURL(/\/account\/cases$/)
  for (const service of ['graffiti', 'housing']) {
    await page.goto(`/report/${service}/details?lat=38.5924&long=-74.2795&address=Division+Street`)
    for (const question of await page
      .locator('fieldset:has(input[type=radio]), fieldset:has(.usa-checkbox__input--tile)')
      .all())
      await question.locator('label').first().click()
    for (const field of await page.locator('.report-form select').all())
      await field.selectOption({ index: 1 })
    await page.locator('.report-form .usa-button--big').click()
    await page.waitForURL(/\/cases\/.*thanks/)
  }
  await page.goto('/account/history')
  await page.locator('button[name=give]').first().click()
  const storageState = await page.context().storageState()
  await page.context().close()
  return (await site.visit({ storageState, ...options })).newPage()
}

const pages = [
  '/account',
  '/account/cases',
  '/account/history',
  '/account/data',
  '/account/erase',
  '/account/sign-in/again',
  '/account/code?ticket=NONE&by=phone',
  '/report/graffiti/details?lat=38.5924&long=-74.2795',
]

describe.each([
  ['en', phone],
  ['en', desktop],
  ['es', { width: 320, height: 640 }],
  ['ht', { width: 320, height: 640 }],
] as const)('in %s, at %o', (locale, viewport) => {
  test('signs in, and every page is fit for everyone and for the screen', async () => {
    const page = await signedIn(`${locale}${viewport.width}@example.org`, { locale, viewport })
    for (const path of pages) {
      await page.goto(path)
      expect(await page.locator('html').getAttribute('lang')).toBe(locale)
      expect(await findings(page), path).toEqual([])
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
        path,
      ).toBeLessThanOrEqual(0)
      const folder = process.env.SCREENSHOTS
      if (folder !== undefined)
        await page.screenshot({
          path: `${folder}/${locale}${viewport.width}${path.split('?')[0]?.replaceAll('/', '-')}.png`,
          fullPage: true,
        })
    }
    await page.goto('/account/cases')
    await page.locator('.report__name').first().click()
    expect(await page.locator('h1').count()).toBe(1)
    await page.goto('/account')
    await page.locator('form[action$="/account/sign-out"] button').click()
    await page.goto('/account/sign-in')
    expect(await findings(page)).toEqual([])
    await page.locator('main button').click()
    expect(await page.locator('#errors').count()).toBe(1)
    expect(await findings(page)).toEqual([])
    await page.context().close()
  })
})
