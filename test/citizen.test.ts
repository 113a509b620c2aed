import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { translator } from '../src/core/i18n.ts'
import { createApp } from '../src/create-app.ts'
import type { NodePlatform } from '../src/platform/node/platform.ts'
import { Until } from '../src/web/components/components.tsx'
import type { PageView } from '../src/web/view.ts'
import { startApp, type TestApp } from './support/app.ts'
import { startCounty } from './support/county.ts'
import { startMailbox } from './support/mailbox.ts'
import { signIn } from './support/staff.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

const page = async (path: string, init?: RequestInit) => {
  const answer = await app.request(path, init)
  return { status: answer.status, headers: answer.headers, html: await answer.text() }
}

/** A report as the browser sends the form. */
function form(fields: Readonly<Record<string, string>> = {}): FormData {
  const data = new FormData()
  const all = { address: 'By the old mill', 'answers.size': 'large', 'answers.lane': 'driving', ...fields }
  for (const [name, value] of Object.entries(all)) data.set(name, value)
  return data
}

async function send(service: string, fields: Readonly<Record<string, string>> = {}) {
  const answer = await app.request(`/report/${service}/send`, { method: 'POST', body: form(fields) })
  expect(answer.status).toBe(303)
  return answer.headers.get('location') ?? ''
}

describe('sites', () => {
  test('every link of a site reached by path stays in it, and leads somewhere', async () => {
    await send('pothole')
    await app.runJobs()
    const seen = new Set<string>()
    const waiting = ['/r/ellery/']
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      if (seen.has(path)) continue
      seen.add(path)
      const { status, html } = await page(path)
      expect([path, status]).toEqual([path, 200])
      for (const [, link = ''] of html.matchAll(/(?:href|action|src)="(\/[^"#]*)/g)) {
        if (link.startsWith('/assets/')) continue
        expect(link).toMatch(/^\/r\/ellery(\/|$|\?)/)
        const plain = link.replaceAll('&amp;', '&')
        // Forms of staff, which other tests cover.
        if (/\/sign-in\//.test(plain)) continue
        if (!plain.endsWith('/send') && !plain.includes('lang=') && !plain.includes('/details'))
          waiting.push(plain)
      }
    }
    expect(seen.size).toBeGreaterThan(35)
  })

  test('a jurisdiction’s own site has its name and colours, and says whose site it shares', async () => {
    const { html } = await page('/j/hollis')
    expect(html).toContain('<title>City of Hollis</title>')
    expect(html).toContain('Part of Ellery County 311')
    expect(await (await app.request('/j/hollis/brand.css')).text()).toContain('#7a2e3a')
    expect(await (await app.request('/brand.css')).text()).toContain('#1b4965')
  })

  test('a report at one jurisdiction’s site still goes to whoever is responsible', async () => {
    const [mill] = app.region.searchPlaces('2230 Mill Road, Port Ellery', 1)
    const body = form({ lat: String(mill?.lat), long: String(mill?.long), accuracy: '0' })
    const answer = await app.request('/j/hollis/report/pothole/send', { method: 'POST', body })
    expect(answer.headers.get('location')).toMatch(/^\/j\/hollis\/cases\/EC-/)
  })
})

test('what a resident pastes is kept, with its line breaks and without control characters', async () => {
  const description = 'A hole\u000bby the mill\u0007'
  const path = await send('pothole', {
    description,
    'answers.landmark': 'a\u000bb',
    address: 'Mill\u000broad',
  })
  const { html } = await page(path)
  expect(html).toContain('A hole\nby the mill<')
  const details = await page('/report/pothole/details?address=Mill%0Broad%00')
  expect(details.html).toContain('Mill\nroad')
  expect(details.html).not.toContain('\0')
})

describe('language', () => {
  const languageOf = async (headers: Record<string, string>, path = '/about') =>
    /<html lang="(\w+)"/.exec((await page(path, { headers })).html)?.[1]

  test.each([
    ['es-MX,es;q=0.9,en;q=0.8', 'es'],
    ['fr;q=0.9, ht;q=0.5, en;q=0.1', 'ht'],
    ['de', 'en'],
    ['en;q=0, es', 'es'],
    [';;;,q=x', 'en'],
  ])('asked with %j is %s', async (accepted, language) => {
    expect(await languageOf({ 'accept-language': accepted })).toBe(language)
  })

  test('switched to beats what the browser asks, here and on the next page', async () => {
    const headers = { 'accept-language': 'es' }
    const switched = await page('/about?lang=ht', { headers })
    expect(switched.html).toContain('lang="ht"')
    const [cookie = ''] = (switched.headers.get('set-cookie') ?? '').split(';')
    expect(await languageOf({ ...headers, cookie })).toBe('ht')
  })

  test('each page names its translations, and answers differ by language for caches', async () => {
    const { html, headers } = await page('/report')
    for (const language of ['en', 'es', 'ht'])
      expect(html).toContain(`hreflang="${language}" href="http://localhost/report?lang=${language}"`)
    expect(headers.get('vary')).toMatch(/accept-language/i)
  })
})

describe('following a case', () => {
  test('shows its status, its history and who has it; what was written is text, never markup', async () => {
    const at = await send('pothole', { description: '<script>alert(1)</script> & "quotes"' })
    const { html } = await page(at)
    expect(html).toContain('Thank you. We received your report.')
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;quotes&quot;')
    expect(html).toContain('<time datetime="2026-08-12T16:00:00Z">August 12, 2026, 12 PM</time>')
    expect(html).toContain('noindex')
  })

  test('of a private service shows how it stands, and nothing that was written', async () => {
    const service = app.region.documents.services.find(candidate => candidate.private)
    const required = (service?.questions ?? []).filter(({ required }) => required)
    const answers = required.map(({ code, options }) => [`answers.${code}`, options?.[0]?.key ?? 'x'])
    const at = await send(service?.code ?? '', {
      ...Object.fromEntries(answers),
      address: '7 Secret Lane',
      description: 'She has not been seen for days.',
    })
    const { html } = await page(at)
    expect(html).toContain('This report is private')
    expect(html).toContain('Received')
    expect(html).not.toMatch(/Secret Lane|not been seen/)
    await app.runJobs()
    expect((await page('/reports')).html).not.toMatch(/Secret Lane|not been seen/)
  })

  test('a partner’s says that it is with them, how to reach them, and never that it is closed', async () => {
    const [place] = app.region.searchPlaces('2352 State Highway 9, Hollis', 1)
    const where = { lat: String(place?.lat), long: String(place?.long), accuracy: '0' }
    const before = await page(`/report/traffic-signal/details?${new URLSearchParams(where)}`)
    for (const words of [
      'State Department of Transportation',
      'We do not get automatic updates',
      'tel:555-010-0140',
    ])
      expect(before.html).toContain(words)
  })

  test('a mistyped number is told from one that nobody has', async () => {
    const at = await send('pothole')
    const number = /cases\/([^?]+)/.exec(at)?.[1] ?? ''
    const mistyped = number.replace(/.$/, last => (last === '2' ? '3' : '2'))
    expect(await page(`/track?number=${mistyped}`)).toMatchObject({ status: 400 })
    expect((await page(`/track?number=${mistyped}`)).html).toContain('Check the tracking number')
    for (const typed of [
      number,
      number.toLowerCase(),
      `https://311.example/r/ellery/cases/${number}?thanks=1`,
    ]) {
      const answer = await page(`/track?${new URLSearchParams({ number: typed })}`)
      expect(answer.headers.get('location')).toBe(`/cases/${number}`)
    }
    expect((await page('/track?number=')).html).toContain('Enter a tracking number.')
    expect((await page(`/cases/${mistyped}`)).status).toBe(404)
  })
})

describe('a hazard', () => {
  test('shows the emergency number before anything is asked', async () => {
    const urgent = app.region.documents.services.find(service => service.urgent)
    const { html } = await page(`/report/${urgent?.code}`)
    expect(html.indexOf('tel:911')).toBeGreaterThan(0)
    expect(html.indexOf('tel:911')).toBeLessThan(html.indexOf('<form class="where__search"'))
  })
})

describe('what cannot be', () => {
  test.each([
    ['/report/no-such-service', 404, 'Service not found'],
    ['/nowhere', 404, 'Page not found'],
    ['/report/pothole/details?lat=-174.3&long=38.5', 400, 'may be in the wrong order'],
    ['/report/pothole/details?lat=abc&long=1', 400, 'Enter a number.'],
    ['/report/pothole/details?lat=38.6', 400, 'Enter both latitude and longitude'],
    ['/report/pothole/details', 400, 'Enter a location'],
    ['/cases/%00', 404, 'Page not found'],
    ['/reports?after=nonsense&group=%00&status=never', 200, 'Public reports'],
  ])('%s is %i and says so', async (path, status, words) => {
    const answer = await page(path)
    expect(answer.status).toBe(status)
    expect(answer.html).toContain(words)
  })

  test.each([
    ['es', 'Página no encontrada'],
    ['ht', 'Nou pa jwenn paj sa a'],
  ])('a problem is told in %s', async (language, words) => {
    const { html } = await page('/nowhere', { headers: { 'accept-language': language } })
    expect(html).toContain(words)
  })

  test.each([
    ['no form at all', { body: 'x', headers: { 'content-type': 'text/plain' } }, 400],
    ['a broken form', { body: 'x', headers: { 'content-type': 'multipart/form-data; boundary=y' } }, 400],
    ['ten megabytes of text', { body: form({ description: 'x'.repeat(10_000_000) }) }, 413],
    ['an answer that is not offered', { body: form({ 'answers.size': '__proto__' }) }, 400],
    ['swapped coordinates', { body: form({ lat: '-174.3', long: '38.5' }) }, 400],
    ['an unknown photo', { body: form({ media: 'NOSUCHPHOTO' }) }, 400],
  ])('%s is refused as a page', async (_, init, status) => {
    const answer = await page('/report/pothole/send', { method: 'POST', ...init })
    expect(answer.status).toBe(status)
    expect(answer.html).toContain('</html>')
  })
})

test('no page carries script or style in its HTML', async () => {
  for (const path of [
    '/',
    '/report',
    '/report/pothole',
    '/reports',
    '/report/pothole/details?address=x',
    '/nowhere',
  ]) {
    const { html } = await page(path)
    expect(html).not.toMatch(/<style|\sstyle="|\son\w+="|<script(?![^>]*\ssrc=)/)
  }
})

describe('when the databases are unavailable', () => {
  /** The same platform, whose databases do not respond while `isUnavailable`. */
  function shaky(platform: NodePlatform) {
    const state = { isUnavailable: false }
    const unavailable = async () => {
      throw Object.assign(new Error('connection refused'), { code: 'SERVER_ERROR' })
    }
    const client: NodePlatform['databases']['client'] = name =>
      state.isUnavailable
        ? ({ execute: unavailable, batch: unavailable } as unknown as ReturnType<
            NodePlatform['databases']['client']
          >)
        : platform.databases.client(name)
    const front = createApp({ ...platform, databases: { ...platform.databases, client } })
    return {
      state,
      ask: async (path: string, init?: RequestInit) => front.request(`http://localhost${path}`, init),
    }
  }

  test('a report comes back whole with 503, and is filed when it is sent again', async () => {
    const { state, ask } = shaky(app.platform)
    await ask('/')
    state.isUnavailable = true
    const fields = { description: 'Still here?', email: 'ana@home.example', once: 'K2K2K2' }
    const answer = await ask('/report/pothole/send', { method: 'POST', body: form(fields) })
    const html = await answer.text()
    expect(answer.status).toBe(503)
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    for (const words of ['Your report was not sent', 'Still here?', 'ana@home.example', 'By the old mill'])
      expect(html).toContain(words)
    expect(html).toContain('value="K2K2K2"')
    state.isUnavailable = false
    const again = await ask('/report/pothole/send', { method: 'POST', body: form(fields) })
    expect(again.status).toBe(303)
  })

  test('the front page and the form still open; the list says that it cannot be read', async () => {
    const { state, ask } = shaky(app.platform)
    await ask('/')
    state.isUnavailable = true
    expect((await ask('/')).status).toBe(200)
    expect((await ask('/report/pothole/details?lat=38.5925&long=-74.2795')).status).toBe(200)
    const list = await ask('/reports')
    expect(list.status).toBe(503)
    expect(await list.text()).toContain('We cannot show the list right now')
  })
})

describe('a case that has gone on', () => {
  test('says who has it now, not who was to have it; a reason that says nothing is not told', async () => {
    const county = await startCounty({ demo: true })
    onTestFinished(() => county.close())
    const read = async (id: string) => (await county.app.request(`/cases/${id}`)).text()
    const shared = { email: 'ana@home.example' }
    const { id } = await county.report('graffiti', '350 Main Street, Port Ellery', shared)
    const sentence = 'so City of Port Ellery is responsible.</p>'
    expect(await read(id)).toContain(sentence)
    await county.offer('port-ellery', id, 'hollis', { reason: 'other', text: 'The wall is yours.' })
    await county.answer('hollis', (await county.newest('hollis', 'receiver')).id, 'accept')
    const page = await read(id)
    expect(page).not.toContain(sentence)
    expect(page).toContain('Transferred from City of Port Ellery.')
    expect(page).not.toContain('nother reason')
    const { cookie } = await signIn(county.app, 'hollis', 'agent')
    const own = await county.own('hollis', id)
    const work = await (
      await county.app.request(`/work/hollis/requests/${own.id}`, { headers: { cookie } })
    ).text()
    expect(work).toContain('City of Port Ellery did not share contact details')
    expect(work).not.toContain('No contact details given')
    await county.change('hollis', own.id, 'in_progress')
    await county.change('hollis', own.id, 'closed', { reason: 'completed' })
    expect(await read(id)).not.toContain('is responsible.</p>')
  })

  test('thanks whoever wants to hear of it, and does not ask them again', async () => {
    const followed = await send('pothole', { email: 'ana@home.example', follow: 'yes' })
    const { html } = await page(followed)
    // No mail is set up here.
    expect(html).not.toContain('open the link to confirm that you want updates.')
    expect(html).toContain('You will not get any email.')
    expect(html).not.toContain('/follow"')
    expect((await page(await send('pothole', { email: 'ana@home.example' }))).html).toContain('/follow"')
  })

  test('is due today at an hour; another day, that day', async () => {
    const noon = Date.parse('2026-09-04T16:00:00Z')
    const words = (at: string) =>
      String(
        Until({
          view: { t: translator('en'), now: noon } as PageView,
          at: Date.parse(at),
          zone: 'America/New_York',
        }),
      )
    expect(words('2026-09-04T21:00:00Z')).toContain('September 4, 2026, 5 PM')
    expect(words('2026-09-05T21:00:00Z')).toMatch(/>September 5, 2026</)
  })
})

test('where no mail is set up, whoever could ask for an email is told beforehand', async () => {
  const note = 'This site is not set up to send email yet'
  for (const path of [
    '/sign-in',
    '/account/sign-in',
    '/report/pothole/details?address=x',
    await send('pothole'),
  ])
    expect((await page(path)).html).toContain(note)
  const mailbox = await startMailbox()
  const county = await startApp({ mail: mailbox.settings })
  onTestFinished(async () => {
    await county.close()
    await mailbox.close()
  })
  for (const path of ['/sign-in', '/account/sign-in', '/report/pothole/details?address=x'])
    expect(await (await county.request(path)).text()).not.toContain(note)
})

test('a list shows the beginning of a long text, between words or whole characters', async () => {
  const family = '👩‍👩‍👧‍👦'
  await send('pothole', { description: family.repeat(40) })
  await send('pothole', { description: 'A wheel fits into it. '.repeat(20) })
  await app.runJobs()
  const { html } = await page('/reports')
  const texts = [...html.matchAll(/class="report__text"[^>]*>([^<]*)</g)].map(([, text = '']) => text)
  expect(texts).toContain(`${family.repeat(14)}…`)
  expect(texts.filter(text => text.startsWith('A wheel'))).toEqual([
    expect.stringMatching(/^[\w. ]{140,159}[\w.]…$/),
  ])
})
