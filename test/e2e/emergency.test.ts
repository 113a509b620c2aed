import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Site, startSite } from './browser.ts'

let site: Site
beforeAll(async () => {
  site = await startSite()
})
afterAll(() => site.close())

interface Said {
  readonly lang: string
  /** With a typing mistake. */
  readonly searched: string
  readonly about: string
  readonly described: string
  readonly anyway: string
}
const said: readonly Said[] = [
  {
    lang: 'en',
    searched: 'gass leak',
    about: 'Gas leak',
    described: 'gas leak and a fire, wires down',
    anyway: 'File it anyway',
  },
  {
    lang: 'es',
    searched: 'fuag de gas',
    about: 'Fuga de gas',
    described: 'fuga de gas y un incendio, cables caídos',
    anyway: 'Enviarlo de todos modos',
  },
  {
    lang: 'ht',
    searched: 'gaz ap koulle',
    about: 'Gaz k ap chape',
    described: 'gaz ap koule ak dife, fil kouran atè',
    anyway: 'Voye l kanmenm',
  },
]

const advice = (page: Page) => page.locator('.emergency:visible')

describe.each(said)('an emergency in $lang', ({ lang, searched, about, described, anyway }) => {
  test.each([true, false])(
    'is met in search, as it is described and before it is sent (script: %s)',
    async js => {
      const context = await site.visit({ locale: lang, javaScriptEnabled: js })
      const page = await context.newPage()
      await page.goto(`/report?lang=${lang}`)
      expect(await advice(page).count()).toBe(0)
      await page.locator('#what').pressSequentially(searched)
      if (!js) await page.locator('#what').press('Enter')
      await advice(page).waitFor()
      expect(await advice(page).innerText()).toContain(about)
      expect(await page.locator('.emergency__call:visible').first().getAttribute('href')).toBe('tel:911')

      await page.goto(`/report/pothole/details?lang=${lang}&address=By+the+river`)
      await page.locator('label[for="field-answers-size"]').click()
      await page.locator('label[for="field-answers-lane"]').click()
      await page.locator('[name=firstName]').fill('Ana')
      await page.locator('[name=description]').pressSequentially(described)
      if (js) {
        await advice(page).waitFor()
        expect(await advice(page).innerText()).toContain(about)
      }
      await page.locator('.report-form .usa-button--big').click()
      await page.locator('[name=anyway]').waitFor()
      expect(await advice(page).innerText()).toContain(about)
      expect(await page.locator('[name=anyway]').innerText()).toBe(anyway)
      await page.locator('[name=anyway]').click()
      await page.waitForURL(/\/cases\//)
      expect(await page.locator('.case__text').innerText()).toBe(described)
      expect(await advice(page).innerText()).toContain(about)
      await context.close()
    },
  )
})

test('advice goes away again when the words do', async () => {
  const page = await (await site.visit()).newPage()
  await page.goto('/')
  await page.locator('#what').pressSequentially('fire')
  await advice(page).waitFor()
  await page.locator('#what').pressSequentially(' hydrant')
  await advice(page).waitFor({ state: 'hidden' })
})
