import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startServer } from '../support/server.ts'
import { findings } from './axe.ts'
import { desktop, launch, phone } from './browser.ts'

/* From a server without regions, as it is started, to the first report in a region of its own. */

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser?.close())

const shots = process.env.SHOTS

/** A real server on an empty folder, the code that it prints, and a page on it. */
async function begin(options: BrowserContextOptions) {
  const folder = mkdtempSync(join(tmpdir(), 'countyline-'))
  const tenants = join(folder, 'tenants')
  mkdirSync(tenants)
  const server = await startServer({ DATA_DIR: join(folder, 'data'), TENANTS_DIR: tenants })
  const context = await browser.newContext({
    baseURL: server.url.replace('127.0.0.1', 'localhost'),
    timezoneId: 'America/Denver',
    locale: 'en',
    ...options,
  })
  const blocked: string[] = []
  context.on('console', message => {
    if (/Content Security Policy/i.test(message.text())) blocked.push(message.text())
  })
  onTestFinished(async () => {
    await context.close()
    await server.end('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
  const [, code = ''] = /Set-up code: (\S+)/.exec(server.output()) ?? []
  return { page: await context.newPage(), code, blocked, server }
}

async function picture(page: Page, name: string) {
  if (shots === undefined) return
  mkdirSync(shots, { recursive: true })
  await page.screenshot({ path: join(shots, `setup-${name}.png`), fullPage: true })
}

/** Fields that a page shows, one for each question; the ticks of the services are one. */
const fieldsOf = (page: Page) =>
  page.evaluate(() => {
    const fields = [...document.querySelectorAll<HTMLInputElement>('main input, main select, main textarea')]
    const shown = fields.filter(
      field => field.type !== 'hidden' && field.closest('details:not([open])') === null,
    )
    return new Set(shown.map(({ name }) => name)).size
  })

const heading = (page: Page) => page.locator('h1').innerText()
const proceed = (page: Page) => page.locator('main .usa-button--big').click()

test('on a phone, without script: nine presses, two names and an address make a region that takes a report', async () => {
  const { page, code, blocked } = await begin({ viewport: phone, javaScriptEnabled: false })
  let fields = 0
  let typed = 0
  let clicks = 0
  const pages = new Set<string>()
  const visit = async (name: string, fill: Readonly<Record<string, string>> = {}) => {
    pages.add(new URL(page.url()).pathname)
    fields += await fieldsOf(page)
    for (const [field, value] of Object.entries(fill)) {
      await page.locator(`[name=${field}]`).fill(value)
      typed++
    }
    await picture(page, name)
    await proceed(page)
    clicks++
  }
  await page.goto('/')
  await visit('code', { code })
  await visit('you', { name: 'Ada Lake', email: 'ada@lake.example' })
  // What the browser's script would choose.
  await page.locator('[name=timezone]').selectOption('America/Denver')
  clicks++
  await visit('region', { name: 'Lake County 311' })
  await visit('services')
  await visit('county', { name: 'Lake County' })
  await visit('check')
  await page.waitForURL('**/setup/done')
  expect(await heading(page)).toBe('Lake County 311 is ready')
  await visit('done')
  await proceed(page)
  clicks++
  await page.waitForURL('**/admin')
  expect({ pages: pages.size, fields, typed, clicks }).toEqual({ pages: 7, fields: 21, typed: 5, clicks: 9 })
  await page.goto('/report/something-else/details?lat=39.7&long=-105')
  await page.locator('[name="answers.details"]').fill('Where is the library?')
  await page.locator('.report-form .usa-button--big').click()
  await page.waitForURL('**/cases/LC-*')
  await picture(page, 'report')
  await page.goto(`/setup/start/${code}`)
  expect(await heading(page)).toBe('Page not found')
  expect(blocked).toEqual([])
})

test('on a desktop, by keyboard alone, with a break in the middle; axe finds nothing on any page', async () => {
  const { page, code, blocked } = await begin({ viewport: desktop })
  const press = (key: string) => page.keyboard.press(key)
  const check = async (name: string) => {
    expect({ name, found: await findings(page) }).toEqual({ name, found: [] })
    await picture(page, `desktop-${name}`)
  }
  /** Moves the focus on to a field, as the key does, and types into it. */
  const fill = async (name: string, value: string) => {
    for (let steps = 0; steps < 60; steps++) {
      if (
        await page.evaluate(
          field => (document.activeElement as HTMLInputElement | null)?.name === field,
          name,
        )
      )
        break
      await press('Tab')
    }
    await press('ControlOrMeta+A')
    await page.keyboard.type(value)
  }
  const send = async (path: string) => {
    await press('Enter')
    await page.waitForURL(`**${path}`)
  }
  /** Sends, and finds the focus on what is wrong. */
  const refused = async () => {
    await press('Enter')
    await page.locator('#errors:focus').waitFor()
  }
  await page.goto('/')
  await check('code')
  await fill('code', 'not the code')
  await refused()
  await check('code-wrong')
  await fill('code', code)
  await send('/setup/you')
  await fill('name', 'Ada Lake')
  await refused()
  await check('you-wrong')
  expect(await page.locator('[name=name]').inputValue()).toBe('Ada Lake')
  await fill('email', 'ada@lake.example')
  await send('/setup/region')
  await check('region')
  expect(await page.locator('[name=timezone]').inputValue()).toBe('America/Denver')
  await fill('name', 'Lake County 311')
  await send('/setup/services')
  // Closed, and opened again the next day.
  await page.context().clearCookies()
  await page.goto('/')
  await fill('code', code)
  await send('/setup/services')
  await check('services')
  await page.goBack()
  await page.goto('/setup/services')
  await fill('service', '')
  await press('Space')
  await send('/setup/county')
  await check('county')
  await fill('name', 'Lake County')
  await send('/setup/check')
  await check('check')
  await page.locator('main .usa-button--big').focus()
  await press('Enter')
  await page.waitForURL('**/setup/done')
  await check('done')
  expect(await page.locator('main').innerText()).toContain('Add the boundary of Lake County')
  await page.locator('main .usa-button--big').focus()
  await press('Enter')
  await page.waitForURL('**/sign-in/link/**')
  await page.locator('main .usa-button--big').focus()
  await press('Enter')
  await page.waitForURL('**/admin')
  expect(blocked).toEqual([])
})
