import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type County, startCounty } from './support/county.ts'
import { startMailbox } from './support/mailbox.ts'
import { codeIn, ResidentBrowser } from './support/resident.ts'
import { signIn } from './support/staff.ts'

const HOUR = 3_600_000
const MILL = '2230 Mill Road, Port Ellery'

let county: County
let mailbox: Awaited<ReturnType<typeof startMailbox>>
beforeAll(async () => {
  mailbox = await startMailbox()
  county = await startCounty({ mail: mailbox.settings })
})
afterAll(async () => {
  await county.close()
  await mailbox.close()
})

const page = async (path: string) => (await county.app.request(path)).text()

function rate(id: string, score: string) {
  const body = new URLSearchParams({ score })
  return county.app.request(`/cases/${id}/rating`, { method: 'POST', body })
}

async function close(as: string, id: string): Promise<void> {
  county.app.advance(HOUR)
  expect((await county.change(as, id, 'closed', { reason: 'completed' })).status).toBe(200)
  county.app.advance(HOUR)
}

async function resident(
  browser = new ResidentBrowser((path, init) => county.app.request(path, init)),
): Promise<ResidentBrowser> {
  await browser.signIn('ada@example.org', async () => {
    await county.app.runJobs()
    return codeIn(mailbox.emailsTo('ada@example.org').at(-1)?.text)
  })
  return browser
}

describe('the question after closing', () => {
  test('is answered by one tap, once, and staff of the holder read the answer', async () => {
    const { id } = await county.report('pothole', MILL)
    expect(await page(`/cases/${id}`)).not.toContain('How well did we handle')
    await close('ellery-county', id)
    expect(await page(`/cases/${id}`)).toContain('How well did we handle this report?')
    const answer = await rate(id, '4')
    expect([answer.status, answer.headers.get('location')]).toEqual([303, `/cases/${id}?done=rated`])
    expect(await page(`/cases/${id}?done=rated`)).toContain('Thank you for your answer.')
    expect(await page(`/cases/${id}`)).not.toContain('How well did we handle')
    await rate(id, '1')
    expect(await county.whole('ellery-county', id)).toMatchObject({ rating: { score: 4 } })
    const { cookie } = await signIn(county.app, 'ellery-county', 'agent')
    const path = `/work/ellery-county/requests/${id}`
    const work = await (await county.app.request(path, { headers: { cookie } })).text()
    expect(work).toContain('4 of 5')
  })

  test('reaches the jurisdiction that closed it, wherever the case was filed', async () => {
    const { id } = await county.report('pothole', MILL)
    await county.offer('ellery-county', id, 'hollis')
    await county.answer('hollis', (await county.newest('hollis', 'receiver')).id, 'accept')
    const share = await county.own('hollis', id)
    await close('hollis', share.id)
    expect((await rate(id, '2')).status).toBe(303)
    await county.app.runJobs()
    expect(await county.own('hollis', id)).toMatchObject({ rating: { score: 2 } })
  })

  test('is asked again after another closing, and of no open report', async () => {
    const { id } = await county.report('pothole', MILL)
    const refused = await rate(id, '5')
    expect([refused.status, await refused.text()]).toEqual([
      409,
      expect.stringContaining('You cannot do this now'),
    ])
    expect(await county.whole('ellery-county', id)).toMatchObject({ rating: null })
    await close('ellery-county', id)
    await rate(id, '1')
    await county.change('ellery-county', id, 'in_progress', { text: 'Not done after all' })
    await close('ellery-county', id)
    expect(await page(`/cases/${id}`)).toContain('How well did we handle')
    await rate(id, '5')
    expect(await county.whole('ellery-county', id)).toMatchObject({ rating: { score: 5 } })
  })

  test.each(['0', '6', 'x', ''])('takes no answer %j', async score => {
    const { id } = await county.report('pothole', MILL)
    await close('ellery-county', id)
    expect((await rate(id, score)).status).toBe(400)
  })

  test('is part of the download, and erased with the contact details', async () => {
    const browser = await resident()
    const place = county.app.region.searchPlaces('Gull Harbor Village Hall', 1)[0]
    const sent = await browser.post('/report/graffiti/send', {
      lat: String(place?.lat),
      long: String(place?.long),
      'answers.surface': 'public',
    })
    const id = /cases\/([\w-]+)/.exec(sent.headers.get('location') ?? '')?.[1] ?? ''
    await county.app.runJobs()
    await close('gull-harbor', id)
    await browser.post(`/cases/${id}/rating`, { score: '3' })
    // Both ask for a sign-in of the last minutes.
    await resident(browser)
    const download = await (await browser.post('/account/data')).text()
    expect(download).toMatch(/"score":\s*3/)
    expect(await county.dump('gull-harbor')).toContain('"score":3')
    await browser.post('/account/erase', { confirm: 'yes' })
    await county.app.runJobs()
    expect(await county.dump('gull-harbor')).not.toContain('"score":3')
  })
})

describe('the page of a case', () => {
  test('gives the phone and the hours of whoever handles it', async () => {
    const { id } = await county.report('graffiti', '350 Main Street, Port Ellery')
    const shown = await page(`/cases/${id}`)
    expect(shown).toContain('href="tel:555-010-0110"')
    expect(shown).toMatch(/Open now until|Closed now/)
    expect(shown).toContain('<dl class="hours">')
  })

  test('says what each status means, and marks the present one', async () => {
    const { id } = await county.report('pothole', MILL)
    const shown = await page(`/cases/${id}`)
    expect(shown).toMatch(/<li aria-current="step"><span class="status status--submitted">/)
    for (const words of [
      'Staff will read it next',
      'Next, they plan the work',
      'Next, we close the report',
      'The work is over',
    ])
      expect(shown).toContain(words)
  })

  test('shows the answers to its signed-in reporter, and to nobody else', async () => {
    const browser = await resident()
    const place = county.app.region.searchPlaces(MILL, 1)[0]
    const sent = await browser.post('/report/pothole/send', {
      lat: String(place?.lat),
      long: String(place?.long),
      'answers.size': 'large',
      'answers.lane': 'driving',
    })
    const path = (sent.headers.get('location') ?? '').replace(/\?.*/, '')
    expect(await browser.text(path)).toMatch(/Your answers[\s\S]*<dd dir="auto">/)
    expect(await page(path)).not.toContain('Your answers')
    const other = new ResidentBrowser((path, init) => county.app.request(path, init))
    expect(await other.text(path)).not.toContain('Your answers')
  })

  test('prints with its address as a QR code', async () => {
    const { id } = await county.report('pothole', MILL)
    const shown = await page(`/cases/${id}`)
    const [, printed = ''] = /<div class="printed-link">([\s\S]*?)<\/div>/.exec(shown) ?? []
    expect(printed).toContain('<svg')
    expect(printed).toContain(`http://localhost/cases/${id}`)
  })

  test('can be shared without script, by email', async () => {
    const { id } = await county.report('pothole', MILL)
    expect(await page(`/cases/${id}`)).toContain(
      `href="mailto:?subject=Report%20${id}&amp;body=http%3A%2F%2Flocalhost%2Fcases%2F${id}"`,
    )
  })

  test('never gives two links that lead to different places the same name', async () => {
    const { id } = await county.report('pothole', MILL)
    const shown = await page(`/cases/${id}`)
    const links = new Map<string, Set<string>>()
    for (const [, href = '', inside = ''] of shown.matchAll(
      /<a\b[^>]*href="([^"]*)"[^>]*>([\s\S]*?)<\/a>/g,
    )) {
      const name = inside
        .replace(/<img[^>]*alt="([^"]*)"[^>]*>/g, '$1')
        .replace(/<[^>]*>/g, '')
        .trim()
      links.set(name, (links.get(name) ?? new Set()).add(href))
    }
    expect([...links].filter(([, hrefs]) => hrefs.size > 1)).toEqual([])
    expect([...links.keys()]).not.toContain('')
  })
})
