import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Server, startServer } from '../support/server.ts'
import { desktop, launch } from './browser.ts'

/*
 * From an empty deployment to the first reports in a new region with two municipalities, typing nothing but what a
 * clerk knows. docs/onboarding.md states what is counted here.
 */

const COUNTY = { west: -74.5, south: 38.5, east: -74.1, north: 38.8 }
const towns = [
  {
    name: 'City of Northport',
    phone: '555-010-0141',
    box: { west: -74.4, south: 38.6, east: -74.3, north: 38.7 },
  },
  {
    name: 'Town of Easton',
    phone: '555-010-0142',
    box: { west: -74.3, south: 38.6, east: -74.2, north: 38.7 },
  },
] as const

interface Box {
  readonly west: number
  readonly south: number
  readonly east: number
  readonly north: number
}

function boundaryFile(name: string, { west, south, east, north }: Box) {
  const ring = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ]
  const feature = {
    type: 'Feature',
    properties: { NAME: name },
    geometry: { type: 'Polygon', coordinates: [ring] },
  }
  const buffer = Buffer.from(JSON.stringify({ type: 'FeatureCollection', features: [feature] }))
  return { name: 'boundary.geojson', mimeType: 'application/geo+json', buffer }
}

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser?.close())

/** A clerk at a browser, who counts what the work takes. */
class Clerk {
  fields = 0
  clicks = 0
  readonly pages = new Set<string>()
  readonly page: Page

  constructor(page: Page) {
    this.page = page
    page.setDefaultTimeout(30_000)
  }

  async fill(label: string | RegExp, value: string) {
    this.fields++
    this.#see()
    await this.page.getByLabel(label, { exact: true }).fill(value)
  }

  async choose(label: string, file: ReturnType<typeof boundaryFile>) {
    this.fields++
    await this.page.getByLabel(label).setInputFiles(file)
  }

  async press(name: string) {
    await this.click(this.page.getByRole('main').getByRole('button', { name, exact: true }).first())
  }

  async follow(name: string) {
    await this.click(this.page.getByRole('link', { name, exact: true }).first())
  }

  async click(what: Locator) {
    this.clicks++
    this.#see()
    const loaded = this.page.waitForEvent('load')
    await what.click()
    await loaded
  }

  // The pages of one form are one page, with whatever it answers.
  #see() {
    this.pages.add(new URL(this.page.url()).pathname)
  }
}

const shots = process.env.SHOTS

async function shoot({ page }: Clerk, name: string) {
  if (shots === undefined) return
  mkdirSync(shots, { recursive: true })
  await page.screenshot({ path: `${shots}/onboarding-${name}.png`, fullPage: true })
}

async function setUpRegion(clerk: Clerk, code: string) {
  const { page } = clerk
  await page.goto('/')
  await clerk.fill('Set-up code', code)
  await shoot(clerk, '1-code')
  await clerk.press('Continue')
  await clerk.fill('Your name', 'Ada Lake')
  await clerk.fill('Email address', 'ada@lake.example')
  await clerk.press('Continue')
  await clerk.fill('Name of the region', 'Lake County 311')
  await clerk.fill('Phone number for residents', '311')
  await shoot(clerk, '2-region')
  await clerk.press('Continue')
  await clerk.press('Continue')
  await clerk.fill('Name', 'Lake County')
  await clerk.choose('Boundary (GeoJSON file)', boundaryFile('Lake County', COUNTY))
  await shoot(clerk, '3-county')
  await clerk.press('Continue')
  await shoot(clerk, '4-check')
  await clerk.press('Create the region')
  await page.waitForURL('**/setup/done', { timeout: 60_000, waitUntil: 'load' })
  await shoot(clerk, '5-done')
  await clerk.click(page.locator('main .usa-button--big'))
  await clerk.click(page.locator('main .usa-button--big'))
}

async function addMunicipality(clerk: Clerk, { name, phone, box }: (typeof towns)[number]) {
  await clerk.fill('Name', name)
  await clerk.fill(/^Phone number/, phone)
  await clerk.press('Continue')
  await clerk.follow('Boundary')
  await clerk.choose('Boundary file', boundaryFile(name, box))
  await clerk.page.getByText(`The map shows ${name}`).first().waitFor()
  await shoot(clerk, '7-boundary')
  await clerk.press('Save')
}

/** The page of a report of this service in the middle of the box. */
async function openReport(page: Page, service: string, { west, south, east, north }: Box) {
  const place = new URLSearchParams({ lat: String((south + north) / 2), long: String((west + east) / 2) })
  await page.goto(`/report/${service}/details?${place}`)
}

/** What residents are told about who handles a pothole there. */
async function whoHandles(page: Page, box: Box): Promise<string> {
  await openReport(page, 'pothole', box)
  return page.getByRole('main').innerText()
}

const runtimes = [
  ['Node', undefined],
  ['workerd', ['--import', './scripts/tsx-hook.ts', 'scripts/dev-edge.ts']],
] as const

describe.each(runtimes)('on %s', (runtime, program) => {
  let server: Server
  let folder: string
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'countyline-'))
    const tenants = join(folder, 'tenants')
    mkdirSync(tenants)
    const env = { DATA_DIR: join(folder, 'data'), TENANTS_DIR: tenants }
    server = await startServer(env, undefined, program)
  }, 120_000)
  afterAll(async () => {
    await server?.end('SIGTERM')
    rmSync(folder, { recursive: true, force: true })
  })

  test('a clerk brings a region with two municipalities live, and reports reach them', async () => {
    const baseURL = server.url.replace('127.0.0.1', 'localhost')
    const context = await browser.newContext({
      baseURL,
      viewport: desktop,
      locale: 'en-US',
      timezoneId: 'America/New_York',
    })
    const clerk = new Clerk(await context.newPage())
    const { page } = clerk
    const [, code = ''] = /Set-up code: (\S+)/.exec(server.output()) ?? []
    await setUpRegion(clerk, code)
    await page.waitForURL('**/admin')
    await shoot(clerk, '6-admin')
    await clerk.click(page.getByRole('button', { name: 'Add a municipality' }))
    await addMunicipality(clerk, towns[0])
    const first = { fields: clerk.fields, clicks: clerk.clicks, pages: clerk.pages.size }
    await clerk.follow('Municipalities and agencies')
    await clerk.follow('Add a municipality')
    await addMunicipality(clerk, towns[1])
    await clerk.follow('Check and apply')
    await shoot(clerk, '8-plan')
    await clerk.press('Apply now')
    await page.getByText(/in effect as version 2/).waitFor({ timeout: 60_000 })
    await shoot(clerk, '9-live')

    const all = { fields: clerk.fields, clicks: clerk.clicks, pages: clerk.pages.size }
    for (const { name, box } of towns) expect(await whoHandles(page, box)).toContain(name)
    const { west, south } = COUNTY
    expect(await whoHandles(page, { ...COUNTY, east: west + 0.1, north: south + 0.1 })).toContain(
      'Lake County',
    )
    await openReport(page, 'something-else', towns[1].box)
    await page.locator('[name="answers.details"]').fill('A bench is broken.')
    await page.locator('.report-form .usa-button--big').click()
    await page.waitForURL('**/cases/TOE-*')
    expect(await page.getByRole('main').innerText()).toContain(towns[1].name)
    await shoot(clerk, '10-report')
    // As docs/onboarding.md has them.
    expect(first).toEqual({ fields: 10, clicks: 12, pages: 12 })
    if (shots !== undefined) process.stdout.write(`${runtime}: ${JSON.stringify({ first, all })}\n`)
    await context.close()
  }, 180_000)
})
