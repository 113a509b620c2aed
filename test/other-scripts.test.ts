import { afterAll, beforeAll, expect, test } from 'vitest'
import { isLongerThan, shortened } from '../src/core/text.ts'
import { startApp, type TestApp } from './support/app.ts'
import { type AtWork, signIn } from './support/staff.ts'

const ARABIC = 'يوجد حفرة كبيرة في الطريق (2230 Mill Road)'
const FAMILY = '👨‍👩‍👧‍👦'

let app: TestApp
let staff: AtWork
beforeAll(async () => {
  app = await startApp()
  staff = await signIn(app, 'ellery-county', 'agent')
})
afterAll(() => app.close())

async function report(fields: Readonly<Record<string, string>>) {
  const [place] = app.region.searchPlaces('2230 Mill Road, Port Ellery', 1)
  const body = new FormData()
  const all = {
    lat: String(place?.lat),
    long: String(place?.long),
    accuracy: '0',
    'answers.size': 'large',
    'answers.lane': 'driving',
    ...fields,
  }
  for (const [name, value] of Object.entries(all)) body.set(name, value)
  const answer = await app.request('/report/pothole/send', { method: 'POST', body })
  return { status: answer.status, html: await answer.text(), to: answer.headers.get('location') ?? '' }
}

test('Arabic that a resident wrote reads right to left on every page that shows it', async () => {
  const { to } = await report({ description: ARABIC, address: 'شارع المطحنة' })
  await app.runJobs()
  const number = /\/cases\/([\w-]+)/.exec(to)?.[1] ?? ''
  const html = await (await app.request(`/cases/${number}`)).text()
  expect(html).toContain(`<p class="case__text" dir="auto">${ARABIC}</p>`)
  expect(html).toContain('<bdi>شارع المطحنة</bdi>')
  const list = await (await app.request('/reports')).text()
  expect(list).toContain(`<p class="report__text" dir="auto">${ARABIC}</p>`)
  expect(list).toContain('<p class="report__place" dir="auto">شارع المطحنة</p>')
  const path = `/work/ellery-county/requests/${number}`
  const work = await (await app.request(path, { headers: { cookie: staff.cookie } })).text()
  expect(work).toContain(`<p class="case__text" dir="auto">${ARABIC}</p>`)
  expect(work).toContain('<bdi>شارع المطحنة</bdi>')
})

test('fields for text take the direction of what is typed', async () => {
  const { html } = await report({ description: 'x'.repeat(4001) })
  expect(html).toMatch(/<textarea[^>]* name="description"[^>]* dir="auto"/)
  expect(html).toMatch(/<input[^>]* name="firstName"[^>]* dir="auto"/)
  expect(html).not.toMatch(/<input[^>]* type="(email|tel)"[^>]* dir=/)
})

test.each([
  ['2,001 emoji', '🚧'.repeat(2001)],
  ['4,000 emoji', '🚧'.repeat(4000)],
  ['4,000 flags, of two code points each', '🇭🇹'.repeat(4000)],
  ['1,000 families, of seven code points each', FAMILY.repeat(1000)],
  ['4,000 letters with combining accents', 'e\u0301'.repeat(4000)],
])('%s are not over 4,000 characters', async (_, description) => {
  const { status, to } = await report({ description })
  expect(status).toBe(303)
  expect(await (await app.request(to)).text()).toContain(description)
})

test.each([
  ['4,001 emoji', '🚧'.repeat(4001)],
  ['4,001 flags', '🇭🇹'.repeat(4001)],
  ['accents without end on one letter', `e${'\u0301'.repeat(80_000)}`],
])('%s are over 4,000 characters', async (_, description) => {
  const { status, html } = await report({ description })
  expect(status).toBe(400)
  expect(html).toContain('4,000 characters')
})

test('a note of 4,000 emoji is taken over the API, 4,001 are not', async () => {
  const { to } = await report({})
  const number = /\/cases\/([\w-]+)/.exec(to)?.[1] ?? ''
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${await app.key('ellery-county', 'work')}`,
  }
  const note = (text: string) =>
    app.request(`/api/v1/work/requests/${number}/notes`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ text, public: false }),
    })
  expect((await note('🚧'.repeat(4000))).status).toBe(201)
  const refused = await note('🚧'.repeat(4001))
  expect(refused.status).toBe(400)
  expect(await refused.json()).toMatchObject({ fields: [{ field: 'text', code: 'too-long' }] })
})

test('characters are counted as readers see them', () => {
  expect(isLongerThan(FAMILY.repeat(3), 3)).toBe(false)
  expect(isLongerThan(FAMILY.repeat(4), 3)).toBe(true)
  expect(isLongerThan('abc', 3)).toBe(false)
  expect(isLongerThan('abcd', 3)).toBe(true)
})

test('a shortened text never ends in half an emoji', () => {
  expect(shortened(`a${FAMILY.repeat(40)}`, 160)).toMatch(/👦…$/u)
  expect(shortened('one two three', 9)).toBe('one two…')
})
