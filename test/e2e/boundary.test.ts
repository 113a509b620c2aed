import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import proj4 from 'proj4'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApp } from '../support/app.ts'
import { dbf, shp, zip } from '../support/geofiles.ts'
import { findings } from './axe.ts'
import { desktop, phone, type Site, showSite } from './browser.ts'

/* The boundary of a municipality in a draft: a zipped shapefile read in the browser, and a drawing on the map. */

type Pair = readonly [number, number]

// UTM, zone 18 north.
const UTM = `PROJCS["WGS_1984_UTM_Zone_18N",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],
PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",500000.0],
PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",-75.0],PARAMETER["Scale_Factor",0.9996],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]`
const square = (west: number, south: number, side: number): Pair[] => [
  [west, south],
  [west, south + side],
  [west + side, south + side],
  [west + side, south],
  [west, south],
]
const toUtm = (ring: readonly Pair[]) =>
  ring.map(position => proj4(UTM).forward([...position]) as [number, number])
const towns = {
  'towns.shp': shp([toUtm(square(-74.41, 38.55, 0.03)), toUtm(square(-74.36, 38.55, 0.02))], true),
  'towns.dbf': dbf(['NAME'], [['TOWN OF LARKFIELD'], ['ELSEWHERE']]),
}

let site: Site
let base: string
beforeAll(async () => {
  site = await showSite(await startApp({ demo: true }))
  base = site.url.replace('127.0.0.1', 'localhost')
})
afterAll(() => site.close())

const shots = process.env.SHOTS

async function isFit(page: Page, name: string) {
  if (shots !== undefined) {
    mkdirSync(shots, { recursive: true })
    await page.screenshot({ path: `${shots}/${name}-${page.viewportSize()?.width}.png`, fullPage: true })
  }
  expect(await findings(page)).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
}

async function openBoundary(viewport = desktop, javaScriptEnabled = true): Promise<Page> {
  const context = await site.visit({ baseURL: base, viewport, javaScriptEnabled })
  const page = await context.newPage()
  page.setDefaultTimeout(8000)
  await page.goto('/sign-in')
  await page.getByRole('button', { name: 'Region administrator', exact: true }).first().click()
  await page.goto('/admin')
  await page.locator('form:has(input[name$=".title"]) button').first().click()
  const [draft = ''] = /\/admin\/drafts\/[^/?]+/.exec(page.url()) ?? []
  await page.goto(`${draft}/jurisdictions/larkfield`)
  await page.getByRole('link', { name: 'Boundary', exact: true }).click()
  return page
}

const status = (page: Page) => page.locator('.boundary__status')
const geometry = (page: Page) => page.locator('input[data-part="geometry"]').inputValue()
const mapIsDrawn = (page: Page) => page.locator('region-map.is-drawn canvas').waitFor()

test.each([desktop, phone])(
  'a zipped shapefile is read in the browser, shown and saved: %j',
  async viewport => {
    const page = await openBoundary(viewport)
    await mapIsDrawn(page)
    await isFit(page, 'boundary')
    const file = (buffer: Uint8Array) => ({
      name: 'towns.zip',
      mimeType: 'application/zip',
      buffer: Buffer.from(buffer),
    })

    await page.getByLabel('Boundary file').setInputFiles(file(zip(towns)))
    await page.getByLabel('Which coordinate system is the file in?').waitFor()
    expect(await geometry(page)).toBe('')
    await isFit(page, 'boundary-asks')
    await page.getByLabel('Which coordinate system is the file in?').fill('EPSG:32618')
    await page.getByRole('button', { name: 'Continue' }).click()
    await status(page).getByText('The map shows TOWN OF LARKFIELD from your file').waitFor()
    expect(
      await page.getByLabel('Which area of the file is it?').locator('option').allTextContents(),
    ).toEqual(['TOWN OF LARKFIELD', 'ELSEWHERE'])

    await page.getByLabel('Boundary file').setInputFiles(file(zip({ ...towns, 'towns.prj': UTM })))
    await status(page).getByText('The map shows TOWN OF LARKFIELD').waitFor()
    const { coordinates } = JSON.parse(await geometry(page)) as { coordinates: Pair[][][] }
    expect(coordinates[0]?.[0]?.[0]?.[0]).toBeCloseTo(-74.41, 6)
    await isFit(page, 'boundary-chosen')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved in the draft.').waitFor()
    await page.getByText('Removed area').waitFor()
    await mapIsDrawn(page)
    await isFit(page, 'boundary-saved')
  },
)

test('what cannot be read is said, and the form keeps nothing of it', async () => {
  const page = await openBoundary()
  const kml = { name: 'a.kml', mimeType: 'text/xml', buffer: Buffer.from('<kml><Document></Doc') }
  await page.getByLabel('Boundary file').setInputFiles(kml)
  await status(page).getByText('This file cannot be used. It is a KML file that is damaged.').waitFor()
  expect(await geometry(page)).toBe('')
  await isFit(page, 'boundary-refused')
})

test('an area is drawn on the map, and saved', async () => {
  const page = await openBoundary()
  await mapIsDrawn(page)
  await page.getByRole('button', { name: 'Start over' }).waitFor()
  await page.getByRole('button', { name: 'Draw on the map' }).click()
  await status(page).getByText('Click each corner').waitFor()
  await page.getByRole('button', { name: 'Start over' }).click()
  await page.getByRole('button', { name: 'Draw on the map' }).click()
  const box = await page.locator('region-map canvas').boundingBox()
  if (box === null) throw new Error('no map')
  const corners: Pair[] = [
    [0.4, 0.3],
    [0.6, 0.3],
    [0.6, 0.7],
    [0.4, 0.7],
    [0.4, 0.3],
  ]
  for (const [x, y] of corners) await page.mouse.click(box.x + box.width * x, box.y + box.height * y)
  await status(page).getByText('The map shows your drawing').waitFor()
  const { coordinates } = JSON.parse(await geometry(page)) as { coordinates: Pair[][][] }
  expect(coordinates[0]?.[0]).toHaveLength(5)
  await isFit(page, 'boundary-drawn')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved in the draft.').waitFor()
})

test('without script, GeoJSON is taken by name', async () => {
  const page = await openBoundary(phone, false)
  const geoJson = {
    type: 'FeatureCollection',
    features: ['Larkfield', 'Elsewhere'].map((NAME, i) => ({
      type: 'Feature',
      properties: { NAME },
      geometry: { type: 'Polygon', coordinates: [square(-74.41 + i, 38.55, 0.03)] },
    })),
  }
  const buffer = Buffer.from(JSON.stringify(geoJson))
  await page
    .getByLabel('Boundary file')
    .setInputFiles({ name: 'a.geojson', mimeType: 'application/json', buffer })
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved in the draft.').waitFor()
})

test.each([desktop, phone])(
  'a county’s municipalities are previewed and saved from two files: %j',
  async viewport => {
    const page = await openBoundary(viewport, false)
    await page.goto(page.url().replace(/\/jurisdictions\/.*/, '/municipalities/import'))
    const folder = fileURLToPath(new URL('../fixtures/made-up-county/', import.meta.url))
    const check = async (table: string | { name: string; mimeType: string; buffer: Buffer }) => {
      await page.getByLabel('County boundary file').setInputFiles(`${folder}municipalities.geojson`)
      await page.getByLabel('Table of municipalities').setInputFiles(table)
      await page.getByRole('button', { name: 'Check the files' }).click()
    }
    const wrong = Buffer.from('name,email\nClinton,nobody\nNowhere,\n')
    await check({ name: 'wrong.csv', mimeType: 'text/csv', buffer: wrong })
    await page.getByText('2 rows have problems.').waitFor()
    await check(`${folder}particulars.csv`)
    await page.getByRole('button', { name: 'Save all 4 municipalities in the draft' }).click()
    await page.getByText('Saved in the draft.').waitFor()
  },
)

test.each([desktop, phone])('the import of municipalities is fit: %j', async viewport => {
  const page = await openBoundary(viewport)
  await page.goto(page.url().replace(/\/jurisdictions\/.*/, '/municipalities/import'))
  await isFit(page, 'import')
  const folder = fileURLToPath(new URL('../fixtures/made-up-county/', import.meta.url))
  await page.getByLabel('County boundary file').setInputFiles(`${folder}municipalities.geojson`)
  const buffer = Buffer.from('name,email\nClinton,nobody\nNowhere,\nSouth Falls,\n')
  await page
    .getByLabel('Table of municipalities')
    .setInputFiles({ name: 'a.csv', mimeType: 'text/csv', buffer })
  await page.getByRole('button', { name: 'Check the files' }).click()
  await page.getByText('2 rows have problems.').waitFor()
  await isFit(page, 'import-problems')
})
