import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openRegion, openTenant } from '../src/core/database/handles.ts'
import { type County, startCounty } from './support/county.ts'
import { linkIn, type Mailbox, type ReceivedEmail, startMailbox } from './support/mailbox.ts'
import { withoutNonce } from './support/nonce.ts'
import { codeIn, ResidentBrowser } from './support/resident.ts'
import { signIn } from './support/staff.ts'

/* Followers are informed once of each change, in their language, through a real SMTP server. */

const main = '350 Main Street, Port Ellery'
const DAY = 24 * 3_600_000

let county: County
let mailbox: Mailbox
/** Unique addresses for each test. */
let ada = ''
let neighbor = ''
let tests = 0

beforeAll(async () => {
  mailbox = await startMailbox()
  county = await startCounty({ mail: mailbox.settings })
})
beforeEach(() => {
  tests += 1
  ada = `ada${tests}@example.org`
  neighbor = `neighbor${tests}@example.net`
})
afterAll(async () => {
  await county.close()
  await mailbox.close()
})

/** Files a report that asks for updates, and confirms it by email. */
async function reported(more: object = {}, service = 'graffiti', where = main) {
  const filed = await county.report(service, where, { email: ada, follow: true, ...more })
  await press(linkIn(lastTo(ada), 'follow'))
  return filed
}
function lastTo(address: string): ReceivedEmail {
  const message = mailbox.emailsTo(address).at(-1)
  if (message === undefined) throw new Error(`no email to ${address}`)
  return message
}
const pathOf = (url: string) => url.replace('http://localhost:8311', '')

async function press(link: string, fields: Record<string, string> = {}): Promise<Response> {
  const answer = await county.app.request(pathOf(link), { method: 'POST', body: new URLSearchParams(fields) })
  await county.app.runJobs()
  return answer
}
const page = async (link: string) => (await county.app.request(pathOf(link))).text()
const oneClickOf = ({ headers }: ReceivedEmail) => {
  expect(headers.get('list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click')
  return /^<(.+)>$/.exec(headers.get('list-unsubscribe') ?? '')?.[1] ?? ''
}
const keeperOf = (id: string) =>
  county.app.region.documents.jurisdictions.find(({ code }) => id.startsWith(`${code}-`))?.slug ?? ''
const subjects = (emails: readonly ReceivedEmail[]) => emails.map(({ subject }) => subject)

async function note(id: string, text: string, isPublic: boolean) {
  await county.post(`/api/v1/work/requests/${id}/notes`, { text, public: isPublic }, 'port-ellery')
}

/** Writes to a jurisdiction's database, as a crash or an operator would. */
const tamper = (slug: string, ...steps: ReturnType<typeof sql>[]) =>
  openTenant(county.app.platform, { kind: 'system', reason: 'test' }, 'ellery', slug).commit(steps)

/** Follows as a neighbor does: the form on the page, then the link in the email. */
async function followAs(email: string, id: string): Promise<void> {
  await press(`/r/ellery/cases/${id}/follow`, { email })
  const message = mailbox.emailsTo(email).at(-1)
  if (message === undefined) throw new Error('nobody was asked')
  expect((await press(linkIn(message, 'follow'))).status).toBe(200)
}

describe('a reporter who asks for it', () => {
  test('hears of each change once, and of nothing that is private', async () => {
    const { id } = await reported()
    const [receipt] = mailbox.emailsTo(ada)
    expect(receipt?.subject).toBe(`Confirm updates about report ${id}`)
    expect(receipt?.text).toContain(`updates about report ${id} (Graffiti)`)
    expect(receipt?.text).toContain('If it was not you, ignore this email.')
    await county.change('port-ellery', id, 'in_progress', { text: 'A crew is on its way.' })
    await note(id, 'The owner is difficult.', false)
    await note(id, 'Paint is ordered.', true)
    await county.change('port-ellery', id, 'closed', { reason: 'completed', text: 'Painted over.' })
    const emails = mailbox.emailsTo(ada).slice(1)
    expect(emails.map(({ text }) => text.split('\n\n').slice(0, 2))).toEqual([
      ['Work started', 'A crew is on its way.'],
      ['Update from staff', 'Paint is ordered.'],
      ['The work is done.', 'Painted over.'],
    ])
    for (const { text } of emails) expect(text).toContain(`/r/ellery/cases/${id}`)
    expect(JSON.stringify(mailbox.emails)).not.toContain('difficult')
    await county.app.runJobs()
    expect(mailbox.emailsTo(ada)).toHaveLength(4)
  })

  test('hears in the language of the report', async () => {
    const { lat, long } = county.app.region.searchPlaces(main, 1)[0] ?? {}
    const answers = { surface: 'public' }
    const filed = await county.app.request('/api/v1/requests', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'accept-language': 'es' },
      body: JSON.stringify({ service_code: 'graffiti', lat, long, answers, email: ada, follow: true }),
    })
    const { id } = (await filed.json()) as { id: string }
    await county.app.runJobs()
    const [message] = mailbox.emailsTo(ada)
    expect(message?.text).toContain(`recibir novedades del reporte ${id}`)
    await press(linkIn(lastTo(ada), 'follow'))
    await note(id, 'Uno.', true)
    expect(lastTo(ada).text).toContain('Dejar de recibir correos sobre este reporte')
  })

  test('is not written to unless it was asked for', async () => {
    await county.report('graffiti', main, { email: ada, follow: false })
    await county.report('graffiti', main, { email: ada })
    expect(mailbox.emailsTo(ada)).toEqual([])
  })

  test('has to say where to', async () => {
    await expect(reported({ email: '' })).rejects.toThrow(/email.*required/)
    await expect(reported({ email: `${ada},eve@example.org` })).rejects.toThrow(/not-an-email/)
    expect(mailbox.emailsTo(ada)).toEqual([])
  })

  test('finds a plain box on the form, unticked, and it comes back ticked when the address is missing', async () => {
    const { lat, long } = county.app.region.searchPlaces(main, 1)[0] ?? {}
    const box = (html: string) => /<input[^>]*name="follow"[^>]*>/.exec(html)?.[0] ?? ''
    const form = await page(`/report/graffiti/details?lat=${lat}&long=${long}`)
    expect(box(form)).toContain('type="checkbox"')
    expect(box(form)).not.toContain('checked')
    const body = new FormData()
    const fields = { lat, long, 'answers.surface': 'public', follow: 'yes' }
    for (const [name, value] of Object.entries(fields)) body.set(name, String(value))
    const again = await county.app.request('/report/graffiti/send', { method: 'POST', body })
    expect(again.status).toBe(400)
    expect(box(await again.text())).toContain('checked')
    body.set('email', ada)
    const sent = await county.app.request('/report/graffiti/send', { method: 'POST', body })
    expect(sent.status).toBe(303)
    await county.app.runJobs()
    expect(subjects(mailbox.emailsTo(ada))).toEqual([expect.stringMatching(/^Confirm updates about report/)])
    expect(await page(sent.headers.get('location') ?? '')).toContain('Check your email and open the link')
  })

  test('who left an address but no tick is told that no updates will come, and where to ask for them', async () => {
    const { lat, long } = county.app.region.searchPlaces(main, 1)[0] ?? {}
    const body = new FormData()
    const fields = { lat, long, 'answers.surface': 'public', email: ada }
    for (const [name, value] of Object.entries(fields)) body.set(name, String(value))
    const sent = await county.app.request('/report/graffiti/send', { method: 'POST', body })
    await county.app.runJobs()
    expect(mailbox.emailsTo(ada)).toEqual([])
    const thanks = await page(sent.headers.get('location') ?? '')
    expect(thanks).toContain('You did not ask for updates by email.')
    expect(thanks).toContain('href="#follow"')
    expect(thanks).toContain('id="follow"')
  })

  test('is promised no email where none can be sent', async () => {
    const bare = await startCounty()
    try {
      const { lat, long } = bare.app.region.searchPlaces(main, 1)[0] ?? {}
      const body = new FormData()
      const fields = { lat, long, 'answers.surface': 'public', email: ada, follow: 'yes' }
      for (const [name, value] of Object.entries(fields)) body.set(name, String(value))
      const sent = await bare.app.request('/report/graffiti/send', { method: 'POST', body })
      const number = sent.headers.get('location') ?? ''
      const thanks = await (await bare.app.request(number)).text()
      const form = { method: 'POST', body: new URLSearchParams({ email: ada }) }
      const asked = await (await bare.app.request(`${number.split('?')[0]}/follow`, form)).text()
      for (const shown of [thanks, asked]) {
        expect(shown).toContain('You will not get any email.')
        expect(shown).not.toMatch(/We will email you|Check your email and open|Open the link in our email/)
      }
    } finally {
      await bare.close()
    }
  })

  test('of a private matter hears only that there is news', async () => {
    const { id } = await reported({ description: 'Mold in the bathroom.' }, 'housing')
    await county.change('port-ellery', id, 'in_progress', { text: 'The inspector comes on Monday.' })
    const emails = mailbox.emailsTo(ada)
    expect(subjects(emails)).toEqual([`Confirm updates about report ${id}`, `Update about report ${id}`])
    for (const { subject, text } of emails) {
      expect(`${subject} ${text}`).not.toMatch(/Mold|inspector|[Rr]ental/)
    }
  })

  test('hears that it was transferred, and how each body ends its share', async () => {
    const { id } = await reported()
    const offered = await county.offer('port-ellery', id, 'ellery-county', { kind: 'share' })
    await county.answer('ellery-county', offered.body.id, 'accept')
    const share = await county.own('ellery-county', id)
    await county.change('ellery-county', share.id, 'closed', { reason: 'completed', text: 'Our side.' })
    await county.change('port-ellery', id, 'closed', { reason: 'completed', text: 'And ours.' })
    const texts = mailbox.emailsTo(ada).map(({ text }) => text)
    expect(texts).toHaveLength(4)
    expect(texts[1]).toContain('Ellery County: Ellery County is also working on it')
    expect(texts[2]).toContain(
      'Ellery County: The work is done.\n\nOur side.\n\nOther agencies are still working on their part',
    )
    expect(texts[3]).toContain('The work is done.\n\nAnd ours.\n\nThe whole report is now closed.')
  })
})

describe('the emails stop', () => {
  test('by the link, by its button only, and for good', async () => {
    const { id } = await reported()
    await note(id, 'One.', true)
    const link = linkIn(lastTo(ada), 'unfollow')
    expect(await page(link)).toContain(id)
    await note(id, 'And one.', true)
    expect(mailbox.emailsTo(ada)).toHaveLength(3)
    expect((await press(link)).status).toBe(200)
    await note(id, 'Two.', true)
    expect(mailbox.emailsTo(ada)).toHaveLength(3)
    const db = openTenant(county.app.platform, { kind: 'system', reason: 'test' }, 'ellery', 'port-ellery')
    expect(await db.rows(sql`SELECT * FROM follower WHERE email = ${ada}`)).toEqual([])
    expect((await press(link)).status).toBe(200)
  })

  test('by the mail program’s own button (RFC 8058)', async () => {
    const { id } = await reported()
    await note(id, 'One.', true)
    expect((await press(oneClickOf(lastTo(ada)), { 'List-Unsubscribe': 'One-Click' })).status).toBe(200)
    await note(id, 'Two.', true)
    expect(mailbox.emailsTo(ada)).toHaveLength(2)
  })

  test('of all reports everywhere by one link, and then not even a confirmation comes; its owner may allow them again', async () => {
    const { id } = await reported()
    const { id: elsewhere } = await reported({}, 'pothole', '12 Union Street, Hollis')
    const waiting = await county.report('graffiti', main, { email: ada, follow: true })
    const asked = lastTo(ada)
    await note(id, 'One.', true)
    const link = linkIn(lastTo(ada), 'unsubscribe')
    expect(await page(link)).toContain('Stop all emails about reports?')
    await note(id, 'A look is no stop.', true)
    const before = mailbox.emailsTo(ada).length
    expect(await (await press(link)).text()).toContain('You will get no more emails')
    expect((await press(link)).status).toBe(200)
    await note(id, 'Two.', true)
    await county.change(keeperOf(elsewhere), elsewhere, 'in_progress', { text: 'A crew is on its way.' })
    for (const slug of ['port-ellery', 'hollis', 'ellery-county']) {
      const [, plain] = JSON.parse(await county.dump(slug)) as [unknown, unknown[]]
      const followers = plain.filter(each => typeof each === 'string')
      expect(followers).not.toContain(ada)
    }
    // Neither a new report, nor the form, nor the confirmation that was in transit.
    await county.report('graffiti', main, { email: ada, follow: true })
    await press(`/r/ellery/cases/${id}/follow`, { email: ada.replace('@', '+more@').toUpperCase() })
    expect((await press(linkIn(asked, 'follow'))).status).toBe(404)
    expect(waiting.id).not.toBe(id)
    expect(
      mailbox.emails.filter(({ to }) => to.toLowerCase().startsWith(ada.split('@')[0] ?? '')).length,
    ).toBe(before)
    expect(await page(link)).toContain('Allow emails again')
    expect((await press(link, { answer: 'allow' })).status).toBe(200)
    await reported()
    expect(mailbox.emailsTo(ada)).toHaveLength(before + 1)
  })

  test('by the mail program’s own button in a confirmation, for good; by nobody without the link', async () => {
    const { id } = await county.report('graffiti', main, { email: ada, follow: true })
    const link = oneClickOf(lastTo(ada))
    expect(link).toContain('/unsubscribe/')
    for (const forged of [`${link.slice(0, -5)}AAAAA`, link.replace('/r/ellery/', '/r/elsewhere/')])
      expect((await press(forged, { 'List-Unsubscribe': 'One-Click' })).status).toBe(404)
    const foreign = await county.app.request(pathOf(link), {
      method: 'POST',
      headers: { origin: 'https://mail.example', 'sec-fetch-site': 'cross-site' },
      body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }),
    })
    expect(foreign.status).toBe(200)
    await county.app.runJobs()
    await press(`/r/ellery/cases/${id}/follow`, { email: ada })
    expect(mailbox.emailsTo(ada)).toHaveLength(1)
  })

  test('though a jurisdiction’s database has not heard of it yet', async () => {
    const { id } = await reported()
    await note(id, 'One.', true)
    const link = linkIn(lastTo(ada), 'unsubscribe')
    const before = mailbox.emailsTo(ada).length
    await county.app.request(pathOf(link), { method: 'POST', body: new URLSearchParams({ answer: 'stop' }) })
    const db = openRegion(county.app.platform, { kind: 'system', reason: 'test' }, 'ellery')
    await db.commit([sql`DELETE FROM job WHERE kind = 'email-opt-out'`])
    await note(id, 'Two.', true)
    expect(mailbox.emailsTo(ada)).toHaveLength(before)
  })
})

describe('nobody is flooded by strangers', () => {
  const follow = (email: string, from: string, id: string) =>
    county.app.request(
      `/r/ellery/cases/${id}/follow`,
      { method: 'POST', body: new URLSearchParams({ email }) },
      from,
    )
  const emails = (name: string) => mailbox.emails.filter(({ to }) => to.toLowerCase().startsWith(name)).length

  test('three confirmations a day, at whatever jurisdiction, site, spelling or address of the sender', async () => {
    const name = `victim${tests}`
    const spellings = [`${name}@example.org`, `${name.toUpperCase()}@Example.org`, `${name}+1@example.org`]
    let sent = 0
    for (const where of [main, '12 Union Street, Hollis', '2230 Mill Road']) {
      for (const email of spellings) {
        const { id } = await county.report('pothole', where, { email, follow: true })
        for (const more of spellings) await follow(more, `203.0.113.${++sent}`, id)
      }
    }
    await county.app.runJobs()
    expect(emails(name)).toBe(3)
    county.app.advance(DAY + 1)
    await county.report('pothole', main, { email: `${name}@example.org`, follow: true })
    expect(emails(name)).toBe(4)
    expect(JSON.stringify(county.app.logged)).not.toContain(name)
  })

  test('and a report is filed and answered alike, whether a confirmation goes out or not', async () => {
    const file = async () => {
      const { lat, long } = county.app.region.searchPlaces(main, 1)[0] ?? {}
      const body = {
        service_code: 'graffiti',
        lat,
        long,
        answers: { surface: 'public' },
        email: ada,
        follow: true,
      }
      const answer = await county.app.request('/api/v1/requests', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      await county.app.runJobs()
      return { status: answer.status, follow: ((await answer.json()) as { follow: unknown }).follow }
    }
    for (let filed = 0; filed < 5; filed++)
      expect(await file()).toEqual({ status: 201, follow: 'to_confirm' })
    expect(mailbox.emailsTo(ada)).toHaveLength(3)
  })

  test('one network causes twenty an hour, whoever they are for, and nobody else waits for it', async () => {
    const { id } = await county.report('graffiti', main)
    const ask = async (of: string, from: string, times: number) => {
      for (let asked = 0; asked < times; asked++) await follow(`${of}-${asked}@example.org`, from, id)
      await county.app.runJobs()
      return emails(`${of}-`)
    }
    expect(await ask(`many${tests}`, '198.51.100.7', 70)).toBe(20)
    expect(await ask(`other${tests}`, '198.51.100.8', 1)).toBe(1)
    county.app.advance(3_600_001)
    expect(await ask(`later${tests}`, '198.51.100.7', 1)).toBe(1)
  })

  test('whoever confirms is asked again as often as they report', async () => {
    for (let filed = 0; filed < 5; filed++) await reported()
    expect(mailbox.emailsTo(ada)).toHaveLength(5)
  })
})

describe('whoever has signed in by that address', () => {
  async function signedIn() {
    const browser = new ResidentBrowser(county.app.request)
    await browser.signIn(ada, () => codeIn(lastTo(ada).text))
    return browser
  }
  async function send(browser: ResidentBrowser, email: string) {
    const { lat, long } = county.app.region.searchPlaces(main, 1)[0] ?? {}
    const fields = { lat: String(lat), long: String(long), 'answers.surface': 'public', follow: 'yes', email }
    const answer = await browser.post('/report/graffiti/send', fields)
    await county.app.runJobs()
    return answer.headers.get('location') ?? ''
  }

  test('gets updates at once, though they have stopped all others; by another address they confirm first', async () => {
    const browser = await signedIn()
    const before = mailbox.emailsTo(ada).length
    const thanks = await send(browser, ada)
    expect(await browser.text(thanks)).toContain('when your report changes')
    expect(lastTo(ada).text).toContain('We received your report.')
    await press(linkIn(lastTo(ada), 'unsubscribe'))
    county.app.advance(1000)
    await send(browser, ada.toUpperCase())
    expect(mailbox.emails.filter(({ to }) => to.toLowerCase() === ada)).toHaveLength(before + 2)
    expect(await browser.text(await send(browser, neighbor))).toContain('Check your email and open the link')
    expect(subjects(mailbox.emailsTo(neighbor))).toEqual([expect.stringMatching(/^Confirm/)])
  })

  test('follows a case by its form at once', async () => {
    const { id } = await county.report('graffiti', main)
    const browser = await signedIn()
    const answer = await browser.post(`/r/ellery/cases/${id}/follow`, { email: ada })
    expect(await answer.text()).toContain(`You will get updates about report ${id}`)
    await county.app.runJobs()
    await note(id, 'One.', true)
    expect(lastTo(ada).text).toContain('One.')
  })
})

describe('anyone may follow a public case', () => {
  const ask = (id: string, email: string) => press(`/r/ellery/cases/${id}/follow`, { email })

  test('once they have said yes from their own mailbox', async () => {
    const { id } = await county.report('graffiti', main)
    await ask(id, neighbor)
    await note(id, 'Before they said yes.', true)
    const [asked] = mailbox.emailsTo(neighbor)
    expect(subjects(mailbox.emailsTo(neighbor))).toEqual([`Confirm updates about report ${id}`])
    if (asked === undefined) return
    await page(linkIn(asked, 'follow'))
    await note(id, 'A look at the link is no yes.', true)
    expect(mailbox.emailsTo(neighbor)).toHaveLength(1)
    await press(linkIn(asked, 'follow'))
    // Then they are informed of what has happened since the confirmation was requested.
    expect(mailbox.emailsTo(neighbor)).toHaveLength(3)
    await note(id, 'After.', true)
    expect(mailbox.emailsTo(neighbor).map(({ text }) => text.includes('After.'))).toEqual([
      false,
      false,
      false,
      true,
    ])
  })

  test('and is told the same whether they follow already, are new, or are asked too often', async () => {
    const { id } = await county.report('graffiti', main)
    await followAs(ada, id)
    const answers = [ada, neighbor, neighbor, ada].map(email => ask(id, email))
    const texts = await Promise.all(
      (await Promise.all(answers)).map(
        async answer => `${answer.status} ${withoutNonce(await answer.text())}`,
      ),
    )
    expect(new Set(texts).size).toBe(1)
    expect(mailbox.emailsTo(neighbor)).toHaveLength(1)
    expect(mailbox.emailsTo(ada)).toHaveLength(1)
  })

  test('but nobody can make us flood a mailbox', async () => {
    const cases = await Promise.all(Array.from({ length: 6 }, () => county.report('graffiti', main)))
    for (const { id } of cases) expect((await ask(id, neighbor)).status).toBe(200)
    expect(mailbox.emailsTo(neighbor).length).toBeLessThanOrEqual(3)
  })

  test('but not a private one, which is refused as one that does not exist', async () => {
    const { id } = await county.report('housing', main)
    const [isPrivate, unknown] = await Promise.all([ask(id, ada), ask('PE-22222-22222', ada)])
    expect([isPrivate?.status, unknown?.status]).toEqual([404, 404])
    const text = async (answer: Response | undefined, number: string) =>
      (await answer?.text())?.replaceAll(number, '')
    expect(await text(isPrivate, id)).toBe(await text(unknown, 'PE-22222-22222'))
    expect(mailbox.emailsTo(ada)).toEqual([])
    expect(await page(`/r/ellery/cases/${id}`)).not.toContain('/follow')
  })

  test('and what is no address is said on the form', async () => {
    const { id } = await county.report('graffiti', main)
    for (const email of ['', 'ada', 'a@b.example\r\nBcc: eve@b.example', `${'x'.repeat(200)}@b.example`]) {
      expect((await ask(id, email)).status).toBe(400)
    }
    expect(mailbox.emailsTo(ada)).toEqual([])
  })

  test('and links that are forged, too old or for something else are one 404', async () => {
    const { id } = await county.report('graffiti', main)
    await ask(id, neighbor)
    const [message] = mailbox.emailsTo(neighbor)
    if (message === undefined) throw new Error('nobody was asked')
    const link = linkIn(message, 'follow')
    const refused = async (path: string) => {
      const answer = await press(path)
      return { status: answer.status, text: (await answer.text()).replaceAll(pathOf(path), '') }
    }
    const unknown = await refused('/r/ellery/follow/nothing')
    expect(unknown.status).toBe(404)
    expect(await refused(link.replace('/follow/', '/unfollow/'))).toEqual(unknown)
    expect(await refused(link.replace('/follow/', '/answer/'))).toEqual(unknown)
    expect(await refused(`${link.slice(0, -5)}AAAAA`)).toEqual(unknown)
    county.app.advance(2 * DAY)
    expect(await refused(link)).toEqual(unknown)
  })
})

describe('an email', () => {
  test('that one mailbox refuses keeps nobody else’s back', async () => {
    const { id } = await reported()
    await followAs(neighbor, id)
    mailbox.answer(ada, 550)
    await note(id, 'One.', true)
    await note(id, 'Two.', true)
    expect(mailbox.emailsTo(neighbor)).toHaveLength(3)
    mailbox.answer(ada, undefined)
    county.app.advance(DAY)
    await note(id, 'Three.', true)
    expect(mailbox.emailsTo(ada).map(({ text }) => text.includes('Three.'))).toEqual([false, true])
    expect(JSON.stringify(county.app.logged)).not.toContain('@example')
  })

  test('that is refused is shown to staff: on the request, in needs attention and in the log, without the address', async () => {
    const agent = await signIn(county.app, 'port-ellery', 'agent')
    const work = async (path: string) => {
      const answer = await county.app.request(path, { headers: { cookie: agent.cookie } })
      return answer.text()
    }
    const { id } = await county.report('graffiti', main)
    mailbox.answer(ada, 550)
    await press(`/r/ellery/cases/${id}/follow`, { email: ada })
    const request = await work(`/work/port-ellery/requests/${id}`)
    expect(request).toContain('We could not deliver email about this request to one address.')
    expect(request).toContain('An email about this request could not be delivered')
    expect(request).not.toContain(ada)
    expect(await work('/work')).toMatch(/[0-9]+ not delivered/)
    expect(await work('/work?show=undelivered')).toContain(id)
    const logged = county.app.logged.filter(({ event }) => event === 'email-not-sent').at(-1)
    expect(logged?.fields).toMatchObject({ change: 0, outcome: 'refused', parked: true })
    expect(await page(`/cases/${id}`)).not.toContain('could not be delivered')
  })

  test('that gave up does not hold up later ones: all are sent when mail works again', async () => {
    const { id } = await reported()
    await mailbox.close()
    await note(id, 'One.', true)
    for (let tries = 0; tries < 24; tries++) {
      county.app.advance(DAY / 4)
      await county.app.runJobs()
    }
    const agent = await signIn(county.app, 'port-ellery', 'agent')
    const headers = { cookie: agent.cookie }
    const shown = await county.app.request(`/work/port-ellery/requests/${id}`, { headers })
    expect(await shown.text()).toContain('We cannot send email at the moment.')
    for (const text of ['Two.', 'Three.', 'Four.']) await note(id, text, true)
    await mailbox.open()
    county.app.advance(DAY / 4)
    await county.app.runJobs()
    const texts = mailbox.emailsTo(ada).map(({ text }) => text.split('\n\n')[1])
    expect(texts.slice(1)).toEqual(['One.', 'Two.', 'Three.', 'Four.'])
  })

  test('says in its subject what changed, and can be answered', async () => {
    const { id } = await reported()
    expect(lastTo(ada).headers.get('reply-to')).toMatch(/@/)
    await county.change('port-ellery', id, 'closed', { reason: 'completed' })
    await county.change('port-ellery', id, 'acknowledged', { text: 'It is back.' })
    await note(id, 'Paint is ordered.', true)
    expect(subjects(mailbox.emailsTo(ada)).slice(1)).toEqual([
      `The work is done · Graffiti (${id})`,
      `Reopened · Graffiti (${id})`,
      `Update from staff · Graffiti (${id})`,
    ])
    expect(lastTo(ada).headers.get('reply-to')).toMatch(/@/)
  })

  test('that a mailbox cannot take now comes later, once', async () => {
    const { id } = await reported()
    mailbox.answer(ada, 451)
    await note(id, 'One.', true)
    mailbox.answer(ada, undefined)
    county.app.advance(DAY)
    await county.app.runJobs()
    expect(mailbox.emailsTo(ada)).toHaveLength(2)
  })

  test('waits while the mail server is unavailable, and then comes once', async () => {
    const { id } = await reported()
    await mailbox.close()
    await note(id, 'One.', true)
    await note(id, 'Two.', true)
    await mailbox.open()
    county.app.advance(DAY)
    await county.app.runJobs()
    expect(mailbox.emailsTo(ada).map(({ text }) => text.split('\n\n')[1])).toEqual([
      expect.anything(),
      'One.',
      'Two.',
    ])
  })

  test('whose sending was cut off before it was marked goes out again under the same Message-ID', async () => {
    const { id } = await reported()
    await note(id, 'One.', true)
    await tamper(
      'port-ellery',
      sql`UPDATE notice SET sent_at = NULL, due_at = 0
        WHERE event = (SELECT max(seq) FROM event WHERE request = ${id})`,
    )
    await note(id, 'Two.', true)
    const ids = mailbox.emailsTo(ada).map(({ headers }) => headers.get('message-id'))
    expect(ids).toHaveLength(4)
    expect(new Set(ids).size).toBe(3)
  })

  test('is not written when the log is read again from its beginning', async () => {
    const { id } = await reported()
    await note(id, 'One.', true)
    await tamper('port-ellery', sql`DELETE FROM consumer WHERE name = 'notify'`)
    await note(id, 'Two.', true)
    expect(mailbox.emailsTo(ada)).toHaveLength(3)
  })
})

describe('S2 the check-back', () => {
  test('asks whoever follows whether it is solved; the answer is a public note, once, and changes no status', async () => {
    const { id } = await reported({}, 'traffic-signal', '2352 State Highway 9, Hollis')
    expect(mailbox.emailsTo(ada).at(-1)?.text).toContain('Sent to State Department of Transportation')
    county.app.advance(11 * DAY)
    await county.app.runJobs()
    const message = mailbox.emailsTo(ada).at(-1)
    if (message === undefined) throw new Error('nobody was asked')
    const link = linkIn(message, 'answer')
    expect(await page(link)).toContain('Is the problem fixed?')
    expect((await county.seen(id)).timeline.at(-1)?.type).toBe('check-back')
    expect((await press(link, { answer: 'perhaps' })).status).toBe(200)
    const pressed = await Promise.all([press(link, { answer: 'no' }), press(link, { answer: 'no' })])
    expect(pressed.map(({ status }) => status).sort()).toEqual([200, 404])
    const seen = await county.seen(id)
    expect(seen.timeline.filter(({ type }) => type === 'check-back-answer')).toHaveLength(1)
    expect(seen.status).toBe('submitted')
    expect(await page(`/r/ellery/cases/${id}`)).toContain('says it is not fixed')
  })
})
