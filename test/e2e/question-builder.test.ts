import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { desktop, type Site, startSite } from './browser.ts'

/* A question is added, given options, moved and seen as residents see it, by keyboard alone. */

let site: Site
let base: string

beforeAll(async () => {
  site = await startSite({ demo: true })
  // Browsers accept `__Host-` cookies without https on this host name only.
  base = site.url.replace('127.0.0.1', 'localhost')
})
afterAll(() => site.close())

describe.each([
  ['with script', true],
  ['without script', false],
])('%s', (_, javaScriptEnabled) => {
  test('a clerk builds a question by keyboard', async () => {
    const context = await site.visit({ baseURL: base, viewport: desktop, javaScriptEnabled })
    const page = await context.newPage()
    await page.goto('/sign-in')
    await page.getByRole('button', { name: 'Region administrator', exact: true }).first().click()
    await page.goto('/admin')
    await page.getByRole('button', { name: 'Change the configuration' }).first().click()
    await page.waitForURL('**/admin/drafts/*')
    const draft = new URL(page.url()).pathname.replace(/\/region$/, '')
    await page.goto(`${draft}/services/graffiti/questions`)
    await page.getByRole('link', { name: 'One choice' }).press('Enter')
    await page.getByLabel('Question, English').fill('What is it painted on?')
    await page.getByLabel('Option 1, English').fill('A wall')
    await page.getByLabel('Option 2, English').fill('A school')
    await page.getByRole('group', { name: 'Option 2' }).getByLabel('Urgent').press('Space')
    await page.getByRole('button', { name: 'Save, and add more options' }).press('Enter')
    await page.waitForURL('**/questions/what-is-it-painted?done=saved')
    await page.getByLabel('Option 3, English').fill('A bridge')
    await page.getByRole('button', { name: 'Save', exact: true }).press('Enter')
    await page.waitForURL('**/graffiti/questions?done=saved')
    const preview = page.getByRole('region', { name: 'What residents see' })
    await preview.getByRole('radio', { name: 'A bridge', exact: true }).press('Space')
    expect(await preview.getByRole('radio', { name: 'A bridge', exact: true }).isChecked()).toBe(true)
    await page.getByRole('button', { name: /^Move up.*What is it painted on/ }).press('Enter')
    await page.waitForURL('**/graffiti/questions?done=saved')
    const listed = await page.locator('ol.queue > li').allTextContents()
    expect(listed.findIndex(text => text.includes('painted'))).toBe(listed.length - 2)
    expect(await page.getByText('1 urgent answer').isVisible()).toBe(true)
  })
})
