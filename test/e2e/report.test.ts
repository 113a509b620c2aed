import { eq } from 'drizzle-orm'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTenantReader } from '../../src/core/database/handles.ts'
import { request } from '../../src/requests/schema.ts'
import { type Site, startSite } from './browser.ts'

let site: Site
beforeAll(async () => {
  site = await startSite()
})
afterAll(() => site.close())

async function open(path: string, options: Parameters<Site['visit']>[0] = {}): Promise<Page> {
  const page = await (await site.visit(options)).newPage()
  await page.goto(path)
  return page
}

const heading = (page: Page) => page.locator('h1').innerText()
/** The sentence that says who will handle it. */
const handler = (page: Page) => page.locator('.handles__name').innerText()

/** Answers the two questions of a pothole, in any language. */
async function answerPothole(page: Page) {
  await page.locator('label[for="field-answers-size"]').click()
  await page.locator('label[for="field-answers-lane"]').click()
}

async function sendAndRead(page: Page): Promise<string> {
  await page.locator('.report-form .usa-button--big').click()
  await page.waitForURL(/\/cases\//)
  return (await page.locator('.usa-alert--success .number').innerText()).trim()
}

describe.each([
  ['with script', true],
  ['without script', false],
])('on a phone, %s', (_, javaScriptEnabled) => {
  test('a report by address: service searched, place found, handler named, sent, followed', async () => {
    const page = await open('/', { javaScriptEnabled })
    await page.locator('#what').fill('pot hole')
    await page.locator('.hero button').click()
    await page.locator('.choice:visible', { hasText: 'Pothole' }).click()
    await page.locator('#place').fill('2230 Mill Road, Port Ellery')
    await page.locator('.where__search button').click()
    await page.locator('.choice', { hasText: '2230 Mill Road' }).first().click()
    expect(await handler(page)).toBe('Ellery County')
    expect(await page.locator('.handles').innerText()).toContain('maintains Mill Road')
    await answerPothole(page)
    await page.locator('[name=description]').fill('Deep enough to lose a wheel.')
    const number = await sendAndRead(page)
    expect(number).toMatch(/^EC-[2-9A-Z]{5}-[2-9A-Z]{5}$/)
    await page.goto('/track')
    await page.locator('[name=number]').fill(number.toLowerCase().replaceAll('-', ' '))
    await page.locator('main button').click()
    expect(await heading(page)).toContain(number)
    expect(await page.locator('main').innerText()).toContain('Deep enough to lose a wheel.')
  })

  test('in another language goes on with what was typed, before and after an error', async () => {
    const page = await open('/report/pothole/details?address=By+the+river', { javaScriptEnabled })
    const typed = async () => [
      await page.locator('html').getAttribute('lang'),
      await page.locator('[name=description]').inputValue(),
      await page.locator('[name=firstName]').inputValue(),
      await page.locator('.usa-alert--error').count(),
    ]
    await page.locator('[name=description]').fill('Deep enough to lose a wheel.')
    await page.locator('[name=firstName]').fill('Ana')
    const speak = (language: string) =>
      javaScriptEnabled
        ? page.locator(`.languages [lang=${language}]`)
        : page.locator(`[name=speak][value=${language}]`)
    await speak('es').click()
    await page.waitForURL(/lang=es/)
    expect(await typed()).toEqual(['es', 'Deep enough to lose a wheel.', 'Ana', 0])
    await page.locator('.report-form .usa-button--big').click()
    await page.locator('.usa-alert--error').first().waitFor()
    await speak('ht').click()
    await page.waitForURL(/lang=ht/)
    expect(await typed()).toEqual(['ht', 'Deep enough to lose a wheel.', 'Ana', 0])
    const links = await page
      .locator('.languages a')
      .evaluateAll(all => all.map(link => (link as HTMLAnchorElement).href))
    for (const link of links) expect((await page.request.get(link)).status()).toBe(200)
  })

  test('a report in plain words alone is taken, and someone finds out whose it is', async () => {
    const page = await open('/report/pothole', { javaScriptEnabled })
    await page.locator('[name=address][id]').fill('Behind the old mill, where the tracks cross')
    await page.locator('.where__words button').click()
    expect(await page.locator('.handles').innerText()).toContain('will find the responsible agency')
    await answerPothole(page)
    expect(await sendAndRead(page)).toMatch(/^EC-/)
  })

  test('at a corner one question is asked, and the answer decides', async () => {
    const page = await open('/report/pothole?q=Mill+Road+and+9th+Street', { javaScriptEnabled })
    await page.locator('.choice', { hasText: '9th Street' }).first().click()
    expect(await heading(page)).toBe('Which road is it on?')
    await page.locator('main button').click()
    expect(await page.locator('.usa-alert--error').innerText()).toContain('Choose an option.')
    await page.locator('label', { hasText: '9th Street' }).click()
    await page.locator('main button').click()
    expect(await handler(page)).toBe('City of Port Ellery')
  })

  test('errors are listed, lead to their fields, and lose nothing that was typed', async () => {
    const page = await open('/report/pothole/details?address=By+the+river', { javaScriptEnabled })
    const description = 'Long story. '.repeat(400)
    await page.locator('[name=description]').fill(description)
    await page.locator('[name=firstName]').fill('Ana')
    await page.locator('[name=email]').fill('ana at home')
    await page.locator('label[for="field-answers-size-1"]').click()
    await page.locator('.report-form .usa-button--big').click()
    const summary = page.locator('#errors')
    expect(await summary.innerText()).toContain('Use 4,000 characters or fewer')
    expect(await summary.locator('a').count()).toBe(3)
    for (const link of await summary.locator('a').all()) {
      const target = (await link.getAttribute('href')) ?? ''
      expect(await page.locator(target).count()).toBe(1)
    }
    expect(await page.locator('[name=description]').inputValue()).toBe(description.trim())
    expect(await page.locator('[name=firstName]').inputValue()).toBe('Ana')
    expect(await page.locator('[name=email]').inputValue()).toBe('ana at home')
    expect(await page.locator('#field-answers-size-1').isChecked()).toBe(true)
    await page.locator('[name=description]').fill('Short.')
    await page.locator('[name=email]').fill('ana@home.example')
    await page.locator('label[for="field-answers-lane"]').click()
    await sendAndRead(page)
  })

  test('photos survive an error elsewhere and are on the case', async () => {
    const page = await open('/report/graffiti/details?address=200+Union+Street,+Hollis', {
      javaScriptEnabled,
    })
    await page.locator('input[type=file]').setInputFiles([picture('wall.png'), notAPicture])
    await page.locator('.report-form .usa-button--big').click()
    expect(await page.locator('#errors').innerText()).toContain('We cannot read “notes.png”')
    expect(await page.locator('.kept input').count()).toBe(1)
    for (const name of await requiredChoices(page)) await page.locator(`label[for="${name}"]`).first().click()
    await sendAndRead(page)
    const photo = page.locator('.photos img')
    expect(await photo.count()).toBe(1)
    const answer = await page.request.get((await photo.getAttribute('src')) ?? '')
    expect(answer.headers()['content-type']).toBe('image/png')
  })
})

async function storedPlace(number: string) {
  const jurisdiction = site.app.region.caseNumber(number)?.jurisdiction?.slug ?? ''
  const system = { kind: 'system', reason: 'test' } as const
  const db = openTenantReader(site.app.platform, system, site.app.region.slug, jurisdiction)
  const [row] = await db
    .select({
      accuracy: request.accuracy,
      address: request.address,
      lat: request.lat,
      long: request.long,
    })
    .from(request)
    .where(eq(request.id, number))
  return row
}

/** Ids of the first option of each unanswered question. */
async function requiredChoices(page: Page): Promise<string[]> {
  const ids = await page.locator('.report-form fieldset input[type=radio]').evaluateAll(inputs => {
    const firsts = new Map(
      inputs.map(input => [(input as HTMLInputElement).name, input.id]).reverse() as [string, string][],
    )
    return [...firsts.values()]
  })
  return ids
}

const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const picture = (name: string) => ({ name, mimeType: 'image/png', buffer: pixel })
const notAPicture = { name: 'notes.png', mimeType: 'image/png', buffer: Buffer.from('not a picture') }

test.each([
  ['es', 'Bache', 'Agencia responsable', /así que es responsable/],
  ['ht', 'Twou nan lari', 'Ajans responsab', /se li ki responsab/],
])('the whole report in %s', async (locale, service, who, reason) => {
  const page = await open('/report', { locale })
  expect(await page.locator('html').getAttribute('lang')).toBe(locale)
  await page.locator('.choice', { hasText: service }).first().click()
  await page.locator('#place').fill('2230 Mill Road, Port Ellery')
  await page.locator('[role=option]').first().click()
  await page.locator('.where__chosen .handles').waitFor()
  await page.locator('.where__chosen button[type=submit]').click()
  expect(await page.locator('.handles__title').innerText()).toBe(who)
  expect(await page.locator('.handles').innerText()).toMatch(reason)
  await answerPothole(page)
  await sendAndRead(page)
})

test('the language is switched on any page, and kept', async () => {
  const page = await open('/report/pothole?q=Mill+Road')
  await page.locator('.languages a', { hasText: 'Kreyòl' }).click()
  expect(await heading(page)).toContain('Ki kote li ye?')
  expect(await page.locator('#place').inputValue()).toBe('Mill Road')
  await page.goto('/track')
  expect(await heading(page)).toBe('Suiv yon rapò')
})

describe('with script', () => {
  test('the map: a press names the handler there, and the report carries the place', async () => {
    const page = await open('/report/pothole', { reducedMotion: 'reduce' })
    await page.locator('region-map.is-drawn').waitFor()
    await page.locator('canvas').click({ position: { x: 150, y: 150 } })
    await page.locator('.map__status', { hasText: 'Now tap the exact place' }).waitFor()
    await page.locator('canvas').click()
    await page.locator('.where__chosen .handles').waitFor()
    // A finger's width at this zoom; a mouse's is a quarter.
    expect(Number(await page.locator('[name=accuracy]').inputValue())).toBeOneOf([4, 5])
    await page.locator('.where__chosen button[type=submit]').click()
    await page.waitForURL(/details\?lat=38\.\d+&long=-74\.\d+&accuracy=[45]&/)
    const sent = async (name: string) =>
      Number(await page.locator(`#report-form [name=${name}]`).inputValue())
    const place = { lat: await sent('lat'), long: await sent('long'), accuracy: await sent('accuracy') }
    const named = await handler(page)
    await answerPothole(page)
    const number = await sendAndRead(page)
    expect(await handler(page)).toBe(named)
    expect(await storedPlace(number)).toMatchObject(place)
  })

  test('the map: a finger too far out brings the map closer, and counts as wide as it is', async () => {
    const page = await open('/report/pothole', { hasTouch: true, reducedMotion: 'reduce' })
    await page.locator('region-map.is-drawn').waitFor()
    await page.locator('canvas').tap({ position: { x: 150, y: 150 } })
    await page.locator('.map__status', { hasText: 'Now tap the exact place' }).waitFor()
    expect(await page.locator('.where__chosen').isVisible()).toBe(false)
    expect(await page.locator('.maplibregl-marker').count()).toBe(0)
    await page.locator('canvas').tap()
    await page.locator('.where__chosen .handles').waitFor()
    const accuracy = Number(await page.locator('[name=accuracy]').inputValue())
    expect(accuracy).toBeGreaterThan(10)
    expect(accuracy).toBeLessThanOrEqual(25)
    expect(await page.locator('.map__status').innerText()).toBe('')
  })

  test('the phone’s own location, with its error, asks when it must', async () => {
    const page = await open('/report/pothole', {
      geolocation: { latitude: 38.5924, longitude: -74.279447, accuracy: 40 },
      permissions: ['geolocation'],
    })
    await page.locator('[data-locate] button').click()
    await page.locator('.where__chosen .handles').waitFor()
    expect(await page.locator('.where__chosen').innerText()).toContain('Accurate to about 130 feet')
    expect(await page.locator('[name=accuracy]').inputValue()).toBe('40')
  })

  test.each([
    ['en', /^Near \d+ Mill Road, Port Ellery/],
    ['es', /^Cerca de \d+ Mill Road, Port Ellery/],
    ['ht', /^Toupre \d+ Mill Road, Port Ellery/],
  ])(
    'the phone’s own location is named in %s by the nearest house number, and is sent so',
    async (lang, text) => {
      const [house] = site.app.region.searchPlaces('2230 Mill Road, Port Ellery', 1)
      const page = await open(`/report/graffiti?lang=${lang}`, {
        geolocation: { latitude: house?.lat ?? 0, longitude: house?.long ?? 0, accuracy: 8 },
        permissions: ['geolocation'],
      })
      await page.locator('[data-locate] button').click()
      await page.locator('.where__chosen .handles').waitFor()
      expect(await page.locator('.where__chosen .place-line').innerText()).toMatch(text)
      await page.locator('.where__chosen button[type=submit]').click()
      await page.waitForURL(/details/)
      for (const name of await requiredChoices(page))
        await page.locator(`label[for="${name}"]`).first().click()
      const stored = await storedPlace(await sendAndRead(page))
      expect(stored).toMatchObject({ accuracy: 8, address: expect.stringMatching(text) })
    },
  )

  test('“near me” is the same as the button, typed and sent or chosen', async () => {
    const page = await open('/report/pothole', {
      geolocation: { latitude: 38.5924, longitude: -74.279447, accuracy: 40 },
      permissions: ['geolocation'],
    })
    await page.locator('#place').fill('Near me')
    await page.locator('#place').press('Enter')
    await page.locator('.where__chosen .handles').waitFor()
    await page.reload()
    await page.locator('#place').fill('near me')
    await page.locator('[role=option]', { hasText: 'Use my location' }).click()
    await page.locator('.where__chosen .handles').waitFor()
    expect(await page.locator('[name=accuracy]').inputValue()).toBe('40')
  })

  test('a location that the phone hardly knows is to be chosen on the map', async () => {
    const page = await open('/report/pothole', {
      geolocation: { latitude: 38.5924, longitude: -74.26, accuracy: 900 },
      permissions: ['geolocation'],
      reducedMotion: 'reduce',
    })
    await page.locator('[data-locate] button').click()
    await page.locator('.where__chosen .usa-alert', { hasText: 'Tap the exact place on the map' }).waitFor()
    expect(await page.locator('.where__chosen button[type=submit]').isVisible()).toBe(false)
    await page.locator('region-map.is-drawn').waitFor()
    await page.locator('canvas').click({ position: { x: 80, y: 80 } })
    await page.locator('.map__status', { hasText: 'Now tap the exact place' }).waitFor()
    await page.locator('canvas').click()
    await page.locator('.where__chosen .handles').waitFor()
    expect(await page.locator('.where__chosen button[type=submit]').isVisible()).toBe(true)
  })

  test('a location outside says whose it is, and offers no way on', async () => {
    const page = await open('/report/pothole', {
      geolocation: { latitude: 38.6, longitude: -74.46, accuracy: 20 },
      permissions: ['geolocation'],
    })
    await page.locator('[data-locate] button').click()
    await page.locator('.where__chosen .usa-alert', { hasText: 'It is in Marston County' }).waitFor()
    expect(await page.locator('.where__chosen button[type=submit]').isVisible()).toBe(false)
  })

  test('a refused location says what else to do', async () => {
    const page = await open('/report/pothole', { permissions: [] })
    await page.locator('[data-locate] button').click()
    await page.locator('[data-locate] [role=status]', { hasText: 'Search for a place' }).waitFor()
  })

  test('by keyboard alone, from the front page to the number', async () => {
    const page = await open('/')
    const press = (key: string) => page.keyboard.press(key)
    const tabTo = async (selector: string) => {
      for (let presses = 0; presses < 80; presses++) {
        if (await page.evaluate(wanted => document.activeElement?.matches(wanted) ?? false, selector)) return
        await press('Tab')
      }
      throw new Error(`Tab never reaches ${selector}`)
    }
    await tabTo('#what')
    await page.keyboard.type('pothole')
    await press('Enter')
    await page.waitForURL(/report\?q=/)
    await tabTo('.choice')
    await press('Enter')
    await page.waitForURL(/report\/pothole/)
    await tabTo('#place')
    await page.keyboard.type('2230 Mill Road, Port')
    await page.locator('[role=option]', { hasText: '2230 Mill Road' }).first().waitFor()
    await press('ArrowDown')
    await page.locator('[role=option][aria-selected=true]').waitFor()
    await press('Enter')
    await page.locator('.where__chosen .handles').waitFor()
    await tabTo('.where__chosen button')
    await press('Enter')
    await page.waitForURL(/details/)
    await tabTo('#field-answers-size')
    await press('Space')
    await tabTo('#field-answers-lane')
    await press('Space')
    await tabTo('.report-form .usa-button--big')
    await press('Enter')
    await page.waitForURL(/\/cases\//)
  })

  test('the place search is a combobox with a listbox, from the second letter on', async () => {
    const page = await open('/report/pothole')
    const input = page.getByRole('combobox', { name: 'Address, street, intersection or place' })
    const aria = (name: string) => input.getAttribute(`aria-${name}`)
    const asked: string[] = []
    page.on('request', request => asked.push(request.url()))
    expect(await aria('expanded')).toBe('false')
    await input.pressSequentially('m')
    await input.pressSequentially('i')
    const list = page.getByRole('listbox', { name: 'Address, street, intersection or place' })
    await list.waitFor()
    expect(
      asked.filter(url => url.includes('/places?')).map(url => new URL(url).searchParams.get('q')),
    ).toEqual(['mi'])
    expect([await aria('expanded'), await aria('controls'), await aria('autocomplete')]).toEqual([
      'true',
      await list.getAttribute('id'),
      'list',
    ])
    expect(await aria('activedescendant')).toBe(null)
    await input.press('ArrowUp')
    const last = list.getByRole('option').last()
    expect(await aria('activedescendant')).toBe(await last.getAttribute('id'))
    await input.press('ArrowDown')
    const first = list.getByRole('option').first()
    expect(await aria('activedescendant')).toBe(await first.getAttribute('id'))
    expect(await list.getByRole('option', { selected: true }).count()).toBe(1)
    await input.press('Escape')
    expect([await list.isVisible(), await aria('expanded'), await aria('activedescendant')]).toEqual([
      false,
      'false',
      null,
    ])
    expect(await input.inputValue()).toBe('mi')
    await input.press('ArrowDown')
    await list.waitFor()
  })

  test('a suggestion of the address search leads to the page of that address', async () => {
    const page = await open('/place')
    await page.getByRole('combobox').pressSequentially('2230 mill')
    await page.getByRole('option', { name: '2230 Mill Road, Port Ellery', exact: true }).click()
    await page.waitForURL(/\/place\?lat=/)
    await page.getByRole('heading', { level: 1, name: '2230 Mill Road, Port Ellery' }).waitFor()
  })

  test('services are found anew as one types, also after nothing was found', async () => {
    const page = await open('/report?q=zzxqy')
    const shown = () => page.locator('.choice:visible .choice__name').allInnerTexts()
    expect(await shown()).toEqual([])
    await page.locator('#what').fill('basura')
    expect((await shown())[0]).toBe('Missed trash or recycling')
    await page.locator('#what').fill('sidwalk')
    expect(await shown()).toEqual(['Broken sidewalk or curb'])
    await page.locator('#what').fill('')
    expect((await shown()).length).toBeGreaterThan(20)
  })

  test('the map takes a place by keyboard', async () => {
    const page = await open('/report/pothole', { reducedMotion: 'reduce' })
    await page.locator('region-map.is-drawn').waitFor()
    await page.locator('canvas').focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await page.locator('.map__status', { hasText: 'press Enter' }).waitFor()
    await page.keyboard.press('Enter')
    await page.locator('.where__chosen .handles').waitFor()
  })

  test('what is being written is not left by accident', async () => {
    const page = await open('/report/pothole/details?address=By+the+river')
    let asked = 0
    page.on('dialog', dialog => {
      asked++
      void dialog.accept()
    })
    await page.locator('[name=description]').fill('Half a sentence')
    await page.locator('.masthead__name').click()
    await page.waitForURL(url => url.pathname === '/')
    expect(asked).toBe(1)
  })
})

test('pressed twice, filed once', async () => {
  const page = await open('/report/pothole/details?address=By+the+bridge', { javaScriptEnabled: false })
  await answerPothole(page)
  const form = await page
    .locator('.report-form')
    .evaluate(element => [...new FormData(element as HTMLFormElement)])
  const fields = Object.fromEntries(
    form.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
  const photos = { name: 'a.png', mimeType: 'image/png', buffer: pixel }
  const send = () =>
    page.request.post('/report/pothole/send', { multipart: { ...fields, photos }, maxRedirects: 0 })
  const [first, second] = await Promise.all([send(), send()])
  expect(first.status()).toBe(303)
  expect(second.headers().location).toBe(first.headers().location)
})

test('a report already made nearby, to another government, is shown before sending', async () => {
  const body = {
    service_code: 'graffiti',
    lat: 38.5924,
    long: -74.27944,
    address: 'Division Street',
    description: '',
  }
  const graffiti = site.app.region.service('graffiti')
  const answers = Object.fromEntries(
    (graffiti?.questions ?? [])
      .filter(({ required }) => required)
      .map(({ code, options }) => [code, options?.[0]?.key]),
  )
  const filed = await site.app.request('/api/v1/requests', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...body, answers }),
  })
  const { id } = (await filed.json()) as { id: string }
  await site.app.runJobs()
  const page = await open('/report/graffiti/details?lat=38.5925&long=-74.2795')
  await page.locator('.nearby a').first().click()
  expect(await heading(page)).toContain(id)
})
