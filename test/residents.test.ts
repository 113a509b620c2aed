import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { DatabaseName } from '../src/platform/platform.ts'
import { historyFor } from '../src/residents/history.ts'
import { contractApp } from './contract/app.ts'
import { residentsContract } from './contract/residents.ts'
import { bundled } from './support/app.ts'
import { type County, startCounty } from './support/county.ts'
import { linkIn, type Mailbox, startMailbox } from './support/mailbox.ts'
import { withoutNonce } from './support/nonce.ts'
import { type PostedMessage, serveOutside } from './support/outside.ts'
import { codeIn, ResidentBrowser } from './support/resident.ts'
import { type AtWork, signIn } from './support/staff.ts'

/* Residents' accounts on Node: email through a real SMTP server, text messages by a provider over HTTP. */

const main = '350 Main Street, Port Ellery'
const hollis = 'Union Street and Fifth Street, Hollis'
const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

let county: County
let mailbox: Mailbox
let outside: Awaited<ReturnType<typeof serveOutside>>
let ada = ''
let tests = 0

beforeAll(async () => {
  mailbox = await startMailbox()
  outside = await serveOutside()
  const sms = { url: `${outside.url}/messages`, account: 'AC1', token: 'secret', from: '+13055550100' }
  county = await startCounty({ mail: mailbox.settings, sms })
})
beforeEach(() => {
  tests += 1
  ada = `ada${tests}@example.org`
})
afterAll(async () => {
  await county.close()
  await mailbox.close()
  await outside.close()
})

const messages = async () => (await (await fetch(`${outside.url}/messages`)).json()) as PostedMessage[]

async function lastTo(address: string): Promise<string | undefined> {
  return (
    mailbox.emailsTo(address).at(-1)?.text ?? (await messages()).findLast(({ to }) => to === address)?.text
  )
}

residentsContract('on Node', async () => ({
  ...contractApp({ ...county.app, region: county.app.region }),
  ask: county.app.request,
  lastTo,
}))

const readFor = (address: string) => async () => codeIn(await lastTo(address))

async function signedIn(address = ada): Promise<ResidentBrowser> {
  const browser = new ResidentBrowser(county.app.request)
  expect((await browser.signIn(address, readFor(address))).status).toBe(303)
  return browser
}

/** Files by the form on the page, where routing decides who keeps it. Returns the tracking number. */
async function file(
  browser: ResidentBrowser,
  service: string,
  where: string,
  more: Record<string, string> = {},
) {
  const [found] = county.app.region.searchPlaces(where, 1)
  const required = (county.app.region.service(service)?.questions ?? []).filter(
    ({ required, type }) => required && type !== 'notice',
  )
  const answers = required.map(({ code, options }) => [`answers.${code}`, options?.[0]?.key ?? '1'])
  const answer = await browser.post(`/report/${service}/send`, {
    lat: String(found?.lat),
    long: String(found?.long),
    ...Object.fromEntries(answers),
    ...more,
  })
  await county.app.runJobs()
  const id = /\/cases\/([A-Z0-9-]+)/.exec(answer.headers.get('location') ?? '')?.[1]
  if (id === undefined) throw new Error(`not filed: ${answer.status}`)
  return id
}

const keeperOf = (id: string) =>
  county.app.region.documents.jurisdictions.find(({ code }) => id.startsWith(`${code}-`))?.slug ?? ''

async function accountOf(id: string): Promise<string> {
  const client = county.app.platform.databases.client({ kind: 'tenant', region: bundled, slug: keeperOf(id) })
  const { rows } = await client.execute({
    sql: 'SELECT account FROM person JOIN request ON request.person = person.id WHERE request.id = ?',
    args: [id],
  })
  return String(rows[0]?.account)
}

/** Runs `work` while one database does not respond. */
async function whileUnavailable<T>(
  unavailable: DatabaseName & { kind: 'tenant' },
  work: () => Promise<T>,
): Promise<T> {
  const { databases } = county.app.platform
  const real = databases.client.bind(databases)
  const spy = vi.spyOn(databases, 'client').mockImplementation(name => {
    if (name.kind === 'tenant' && name.slug === unavailable.slug) throw new Error('away')
    return real(name)
  })
  try {
    return await work()
  } finally {
    spy.mockRestore()
  }
}

async function close(id: string): Promise<void> {
  const { status } = await county.change(keeperOf(id), id, 'closed', { reason: 'completed' })
  expect(status).toBe(200)
}

describe('signing in', () => {
  test('answers alike whether the address has an account or not, and sends a code either way', async () => {
    await signedIn()
    const stranger = `stranger${tests}@example.org`
    const answers = []
    for (const address of [ada, stranger]) {
      const browser = new ResidentBrowser(county.app.request)
      const answer = await browser.post('/account/sign-in', { address })
      const location = (answer.headers.get('location') ?? '').replace(/ticket=\w+/, 'ticket=')
      const page = await browser.text(answer.headers.get('location') ?? '')
      answers.push([answer.status, location, withoutNonce(page).replace(/ticket=\w+/g, 'ticket=')])
      expect(codeIn(await lastTo(address))).toBeTruthy()
    }
    expect(answers[0]).toEqual(answers[1])
  })

  const askFrom = async (from: string, times: number) => {
    const browser = new ResidentBrowser((path, init) => county.app.request(path, init, from))
    for (let asked = 0; asked < times; asked++) {
      const answer = await browser.post('/account/sign-in', { address: ada })
      expect(answer.headers.get('location')).toMatch(/\/account\/code\?ticket=[0-9A-Z]{20}&by=email$/)
    }
    return mailbox.emailsTo(ada).length
  }
  const linkTo = (address: string, at = -1) => {
    const message = mailbox.emailsTo(address).at(at)
    if (message === undefined) throw new Error(`no email to ${address}`)
    return new URL(linkIn(message, 'account/link')).pathname
  }

  test('sends a mailbox three emails an hour for one asker, six an hour and twelve a day for all, and answers as before', async () => {
    expect(await askFrom('198.51.100.1', 4)).toBe(3)
    expect(await askFrom('198.51.100.2', 1)).toBe(4)
    expect(await askFrom('198.51.100.3', 4)).toBe(6)
    expect(await askFrom('198.51.100.4', 4)).toBe(6)
    county.app.advance(61 * MINUTE)
    expect(await askFrom('198.51.100.1', 1)).toBe(7)
    county.app.advance(61 * MINUTE)
    expect((await askFrom('198.51.100.1', 9)) + (await askFrom('198.51.100.2', 9))).toBe(10 + 12)
    county.app.advance(61 * MINUTE)
    expect(await askFrom('198.51.100.3', 1)).toBe(12)
  })

  test('keeps nobody out by asking in their name: the link of the last email is good again', async () => {
    for (const from of ['198.51.100.1', '198.51.100.2', '198.51.100.3']) await askFrom(from, 3)
    county.app.advance(61 * MINUTE)
    for (const from of ['198.51.100.4', '198.51.100.5', '198.51.100.6']) await askFrom(from, 3)
    expect(mailbox.emailsTo(ada)).toHaveLength(12)
    county.app.advance(5 * 60 * MINUTE)
    const last = linkTo(ada)
    const browser = new ResidentBrowser(county.app.request)
    expect((await browser.get(last)).status).toBe(404)
    const asked = await browser.post('/account/sign-in', { address: ada })
    expect(mailbox.emailsTo(ada)).toHaveLength(12)
    expect(await browser.text(asked.headers.get('location') ?? '')).toContain(
      'Open the link in the last email',
    )
    expect((await browser.get(linkTo(ada, -2))).status).toBe(404)
    expect(await browser.text(last)).toContain(ada)
    expect((await browser.post(last)).status).toBe(303)
    expect(await browser.text('/account')).toContain(ada)
    // From then on the owner is sent codes again.
    await browser.post('/account/sign-out')
    expect((await browser.signIn(ada, readFor(ada))).status).toBe(303)
    expect(mailbox.emailsTo(ada)).toHaveLength(13)
  })

  test('lets whoever has signed in prove it again, however often others ask for that mailbox', async () => {
    const browser = await signedIn()
    for (const from of ['198.51.100.1', '198.51.100.2', '198.51.100.3']) await askFrom(from, 3)
    const before = mailbox.emailsTo(ada).length
    const asked = await browser.post('/account/sign-in/again', { by: 'email' })
    expect(mailbox.emailsTo(ada)).toHaveLength(before + 1)
    expect(mailbox.emailsTo(ada).at(-1)?.text).not.toContain('account/link')
    expect((await browser.typeCode(asked, readFor(ada))).status).toBe(303)
  })

  test('makes what else was sent to a mailbox worthless once one of it was used', async () => {
    const browser = new ResidentBrowser(county.app.request)
    const first = await browser.post('/account/sign-in', { address: ada })
    const code = codeIn(await lastTo(ada))
    await browser.post('/account/sign-in', { address: ada })
    expect((await browser.post(linkTo(ada))).status).toBe(303)
    expect((await browser.typeCode(first, () => code)).status).toBe(400)
    expect((await browser.post(linkTo(ada, 0))).status).toBe(404)
    expect((await browser.get('/account/link/nothing')).status).toBe(404)
  })

  test('takes a code once, and not after its ten minutes', async () => {
    const browser = new ResidentBrowser(county.app.request)
    const asked = await browser.post('/account/sign-in', { address: ada })
    expect((await browser.typeCode(asked, readFor(ada))).status).toBe(303)
    expect((await browser.typeCode(asked, readFor(ada))).status).toBe(400)
    const late = await browser.post('/account/sign-in', { address: `late-${ada}` })
    county.app.advance(10 * MINUTE)
    expect((await browser.typeCode(late, readFor(`late-${ada}`))).status).toBe(400)
  })

  test('writes in the reader’s language', async () => {
    const browser = new ResidentBrowser(county.app.request)
    await browser.get('/account/sign-in?lang=es')
    await browser.signIn(ada, readFor(ada))
    expect(mailbox.emailsTo(ada)[0]?.subject).toMatch(/es su código de acceso para Ellery County 311$/)
  })

  test('names what is no address, and leads nowhere but within the site', async () => {
    const browser = new ResidentBrowser(county.app.request)
    for (const address of ['', 'nobody', '12', '+1', 'a@b', `${'x'.repeat(300)}@example.org`])
      expect((await browser.post('/account/sign-in', { address })).status, address).toBe(400)
    for (const to of ['https://elsewhere.example/', '//elsewhere.example', '/\\elsewhere.example', 'x']) {
      const answer = await browser.signIn(
        `${tests}${to.length}@example.org`,
        readFor(`${tests}${to.length}@example.org`),
        to,
      )
      expect(answer.headers.get('location'), to).toBe('/account/cases')
      await browser.post('/account/sign-out')
    }
    const there = await browser.signIn(ada, readFor(ada), '/report?q=tree')
    expect(there.headers.get('location')).toBe('/report?q=tree')
  })

  test('is asked for by every page of an account, and comes back to it', async () => {
    const browser = new ResidentBrowser(county.app.request)
    for (const page of ['', '/cases', '/history', '/data', '/erase', '/sign-in/again']) {
      const location = (await browser.get(`/account${page}`)).headers.get('location') ?? ''
      expect(location).toBe(`/account/sign-in?${new URLSearchParams({ to: `/account${page}` })}`)
    }
  })

  test('offers no text messages where no provider is configured', async () => {
    const plain = await startCounty({ mail: mailbox.settings })
    const browser = new ResidentBrowser(plain.app.request)
    expect(await browser.text('/account/sign-in')).not.toContain('mobile phone number')
    expect((await browser.post('/account/sign-in', { address: '305 555 0123' })).status).toBe(400)
    await plain.close()
  })

  test('sends text messages in the shape that the provider takes', async () => {
    const browser = new ResidentBrowser(county.app.request)
    await browser.post('/account/sign-in', { address: '+1 (305) 444-0123' })
    expect((await messages()).at(-1)).toMatchObject({
      to: '+13054440123',
      from: '+13055550100',
      authorization: `Basic ${btoa('AC1:secret')}`,
    })
    // A number that cannot be reached looks like any other.
    expect((await browser.post('/account/sign-in', { address: '305 444 0000' })).status).toBe(303)
  })
})

describe('reports of an account', () => {
  test('are seen together across jurisdictions, newest first, and one that is unavailable is named', async () => {
    const browser = await signedIn()
    const first = await file(browser, 'graffiti', main)
    county.app.advance(MINUTE)
    const second = await file(browser, 'graffiti', hollis)
    expect([keeperOf(first), keeperOf(second)]).toEqual(['port-ellery', 'hollis'])
    const page = await browser.text('/account/cases')
    expect(page.indexOf(second)).toBeLessThan(page.indexOf(first))
    expect(page.indexOf(second)).toBeGreaterThan(0)
    await whileUnavailable({ kind: 'tenant', region: bundled, slug: 'hollis' }, async () => {
      const partly = await browser.text('/account/cases')
      expect(partly).toContain(first)
      expect(partly).not.toContain(second)
      expect(partly).toContain('City of Hollis: temporarily unavailable')
    })
    expect(await (await signedIn(`other-${ada}`)).text('/account/cases')).not.toContain(first)
  })

  test('carry the account in the keeper’s log and database, and nowhere public', async () => {
    const browser = await signedIn()
    const id = await file(browser, 'graffiti', main)
    const account = await accountOf(id)
    expect(account).toMatch(/^[0-9A-Z]{16}$/)
    const { timeline } = await county.whole('port-ellery', id)
    expect(timeline[0]).toMatchObject({ type: 'submitted', actor: `account:${account}` })
    expect(JSON.stringify(await county.seen(id))).not.toContain(account)
    expect(await county.dump('hollis')).not.toContain(account)
  })

  test('of a private service are shown to their own resident alone', async () => {
    const browser = await signedIn()
    const id = await file(browser, 'housing', main, { description: 'No heat since Monday' })
    expect(await browser.text(`/cases/${id}`)).toContain('No heat since Monday')
    const other = await signedIn(`other-${ada}`)
    for (const eyes of [other, new ResidentBrowser(county.app.request)])
      expect(await eyes.text(`/cases/${id}`)).not.toContain('No heat since Monday')
  })

  test('filed before are added by their number only where the address on them is proved', async () => {
    const browser = await signedIn()
    const { id } = await county.report('graffiti', main, { email: ` ${ada.toUpperCase()} ` })
    expect(await browser.text('/account/cases')).not.toContain(id)
    const stranger = await signedIn(`other-${ada}`)
    const nobodys = (await county.report('graffiti', main)).id
    const refused = []
    for (const number of [id, nobodys, 'PE-4KT7X-9QXC2', 'nonsense'])
      refused.push(await stranger.post('/account/cases', { number }))
    for (const answer of refused) {
      expect(answer.status).toBe(400)
      expect(await answer.text()).toContain('We cannot add this report.')
    }
    expect((await browser.post('/account/cases', { number: id.toLowerCase() })).status).toBe(200)
    expect(await browser.text('/account/cases')).toContain(`/cases/${id}`)
    expect((await browser.post('/account/cases', { number: id })).status).toBe(400)
  })

  test('are not filed as nobody’s when the session ended meanwhile: the form comes back', async () => {
    const browser = await signedIn()
    const other = await signedIn()
    await other.post('/account/sessions', { session: 'others' })
    const [found] = county.app.region.searchPlaces(main, 1)
    const required = (county.app.region.service('graffiti')?.questions ?? []).filter(
      ({ required }) => required,
    )
    const typed = {
      lat: String(found?.lat),
      long: String(found?.long),
      description: 'Red paint',
      ...Object.fromEntries(
        required.map(({ code, options }) => [`answers.${code}`, options?.[0]?.key ?? '1']),
      ),
    }
    const answer = await browser.post('/report/graffiti/send', typed)
    expect(answer.status).toBe(400)
    const form = await answer.text()
    expect(form).toContain('You are signed out.')
    expect(form).toContain('Red paint')
    const again = await browser.post('/report/graffiti/send', typed)
    expect(again.status).toBe(303)
  })
})

describe('addresses and devices', () => {
  test('another address is proved by a code, and the one before is told', async () => {
    const browser = await signedIn()
    const asked = await browser.post('/account/address', { address: `new-${ada}` })
    const done = await browser.typeCode(asked, readFor(`new-${ada}`))
    expect(await browser.text(done.headers.get('location') ?? '')).toContain(`new-${ada}`)
    await vi.waitFor(() => expect(mailbox.emailsTo(ada).at(-1)?.text).toContain('If you did not do this'))
    expect(await (await signedIn(ada)).text('/account/cases')).toContain('You have no reports')
  })

  test('an address that opens another account is refused to whoever proved it', async () => {
    await signedIn(`taken-${ada}`)
    const browser = await signedIn()
    const asked = await browser.post('/account/address', { address: `taken-${ada}` })
    const done = await browser.typeCode(asked, readFor(`taken-${ada}`))
    expect(await browser.text(done.headers.get('location') ?? '')).toContain(
      'Another account already uses this',
    )
  })

  test('a code that was asked for in one account is no good in another', async () => {
    const browser = await signedIn()
    const asked = await browser.post('/account/address', { address: `new-${ada}` })
    const stranger = await signedIn(`other-${ada}`)
    expect((await stranger.typeCode(asked, readFor(`new-${ada}`))).status).toBe(400)
    expect(await browser.text('/account')).not.toContain(`new-${ada}`)
  })

  test('changing one, taking the data and erasing want a fresh proof', async () => {
    const browser = await signedIn()
    county.app.advance(11 * MINUTE)
    for (const [path, fields] of [
      ['/account/address', { address: `new-${ada}` }],
      ['/account/data', {}],
      ['/account/erase', { confirm: 'yes' }],
    ] as const)
      expect((await browser.post(path, fields)).headers.get('location')).toContain('/account/sign-in/again?')
    const asked = await browser.post('/account/sign-in/again', { by: 'email', to: '/account/data' })
    const proved = await browser.typeCode(asked, readFor(ada))
    expect(proved.headers.get('location')).toBe('/account/data')
    expect((await browser.post('/account/data')).status).toBe(200)
  })

  test('other devices are listed and ended, at once', async () => {
    const [phone, library] = [await signedIn(), await signedIn()]
    const id = await file(library, 'housing', main, { description: 'Mold' })
    expect(await phone.text('/account')).toContain('Firefox, Android')
    await phone.post('/account/sessions', { session: 'others' })
    expect((await library.get('/account/cases')).status).toBe(303)
    expect(await library.text(`/cases/${id}`)).not.toContain('Mold')
    expect((await phone.get('/account')).status).toBe(200)
  })

  test('nobody ends another’s session by its name', async () => {
    const browser = await signedIn()
    const second = await signedIn()
    const stranger = await signedIn(`other-${ada}`)
    const name = /name="session" value="([0-9A-Z]{20})"/.exec(await browser.text('/account'))?.[1] ?? ''
    expect(name).not.toBe('')
    await stranger.post('/account/sessions', { session: name })
    expect((await second.get('/account')).status).toBe(200)
  })
})

describe('a resident’s history', () => {
  const shown = async (account: string) =>
    (await historyFor(county.app.platform, bundled, 'port-ellery', account)).found.map(({ id }) => id)

  test('is nobody’s but theirs, until they say so, and again once they say so', async () => {
    const browser = await signedIn()
    const here = await file(browser, 'graffiti', main)
    const there = await file(browser, 'graffiti', hollis)
    const secret = await file(browser, 'housing', hollis)
    const account = await accountOf(here)
    expect(await shown(account)).toEqual([])
    await browser.post('/account/history', { give: 'port-ellery' })
    const seen = await shown(account)
    expect(seen).toEqual([there])
    expect(seen).not.toContain(secret)
    expect((await historyFor(county.app.platform, bundled, 'hollis', account)).found).toEqual([])
    await browser.post('/account/history', { withdraw: 'port-ellery' })
    expect(await shown(account)).toEqual([])
  })

  test('stands on the pages of staff who see who reported, only while they may see it, and that is noted', async () => {
    const { app } = county
    const agent = await signIn(app, 'port-ellery', 'agent', { name: 'Gus Lindqvist' })
    const crew = await signIn(app, 'port-ellery', 'field-crew')
    const auditor = await signIn(app, 'port-ellery', 'auditor')
    const browser = await signedIn()
    const here = await file(browser, 'graffiti', main)
    const there = await file(browser, 'graffiti', hollis)
    const secret = await file(browser, 'housing', hollis)
    expect([keeperOf(here), keeperOf(there)]).toEqual(['port-ellery', 'hollis'])
    const read = async (path: string, { cookie }: AtWork) =>
      (await app.request(path, { headers: { cookie } })).text()
    const page = `/work/port-ellery/requests/${here}`
    const audit = `/work/port-ellery/audit?request=${there}`
    const heading = 'Other reports by this resident</h2>'
    const nothing = async () => {
      const html = await read(page, agent)
      expect(html).toContain('by a resident with an account')
      for (const text of [there, secret, heading]) expect(html).not.toContain(text)
    }
    await nothing()
    expect(await read(audit, auditor)).not.toContain('history')
    await browser.post('/account/history', { give: 'port-ellery' })
    const html = await read(page, agent)
    expect(html).toContain(heading)
    expect(html).toContain(there)
    expect(html).not.toContain(secret)
    expect(await read(page, crew)).not.toContain(there)
    const noted = (await read(audit, auditor)).replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')
    expect(noted).toMatch(/Gus Lindqvist .{0,60}Viewed resident’s history/)
    await browser.post('/account/history', { withdraw: 'port-ellery' })
    await nothing()
  })

  test('names no jurisdiction that the region does not have', async () => {
    const browser = await signedIn()
    expect((await browser.post('/account/history', { give: 'elsewhere' })).status).toBe(400)
  })
})

describe('a resident’s data', () => {
  test('are one file: account, persons, cases with their timelines, consents, sessions', async () => {
    const browser = await signedIn()
    const id = await file(browser, 'housing', main, { firstName: 'Ada', email: ada, description: 'No heat' })
    const there = await file(browser, 'graffiti', hollis)
    await county.post(`/api/v1/work/requests/${id}/notes`, { text: 'Landlord is known.' }, 'port-ellery')
    await browser.post('/account/history', { give: 'hollis' })
    const answer = await browser.post('/account/data')
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="ellery-my-data.json"')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const data = await answer.text()
    expect(JSON.parse(data)).toMatchObject({
      account: { email: ada, phone: null, region: bundled },
      history_consents: [{ jurisdiction: 'hollis' }],
      sessions: [{ device: 'Firefox, Android', method: 'email' }],
      jurisdictions: [
        { jurisdiction: 'hollis', cases: [{ id: there }] },
        {
          jurisdiction: 'port-ellery',
          persons: [{ first_name: 'Ada', email: ada }],
          cases: [{ id, description: 'No heat', timeline: [{ type: 'submitted' }] }],
        },
      ],
      unavailable: [],
    })
    expect(data).not.toContain('Landlord is known.')
  })
})

describe('erasing', () => {
  const erase = async (browser: ResidentBrowser) => {
    const answer = await browser.post('/account/erase', { confirm: 'yes' })
    await county.app.runJobs()
    return answer
  }
  const contactOf = async (id: string) => (await county.whole(keeperOf(id), id)).contact
  const daily = async (days: number) => {
    county.app.advance(days * DAY)
    await county.app.runJobs()
  }

  test('tells beforehand what goes now, and what is kept until when and by which law', async () => {
    const browser = await signedIn()
    const closed = await file(browser, 'graffiti', main)
    await file(browser, 'graffiti', main)
    await close(closed)
    await file(browser, 'graffiti', 'Gull Harbor Village Hall')
    const page = await browser.text('/account/erase')
    expect(page).toContain('1 closed report keeps your contact details until')
    expect(page).toContain('2 years after the report closes.')
    expect(page).toContain('City Code § 2-114')
    expect(page).toContain('Your contact details are deleted when the report closes.')
    expect((await browser.post('/account/erase')).status).toBe(400)
    expect((await browser.get('/account')).status).toBe(200)
  })

  test('ends the account at once, with its sessions, codes, consents and the messages it gets', async () => {
    const browser = await signedIn()
    const second = await signedIn()
    const id = await file(browser, 'graffiti', main, { email: ada, follow: 'yes' })
    const account = await accountOf(id)
    await browser.post('/account/history', { give: 'hollis' })
    expect((await erase(browser)).status).toBe(200)
    expect((await second.get('/account/cases')).status).toBe(303)
    const client = county.app.platform.databases.client({ kind: 'region', region: bundled })
    const count = async (text: string) => Number((await client.execute(text)).rows[0]?.n)
    const own = `WHERE id = '${account}' AND email IS NULL AND email_index IS NULL AND erased_at IS NOT NULL`
    expect(await count(`SELECT count(*) AS n FROM account ${own}`)).toBe(1)
    for (const table of ['account_jurisdiction', 'history_consent'])
      expect(await count(`SELECT count(*) AS n FROM ${table} WHERE account = '${account}'`)).toBe(0)
    expect(await count("SELECT count(*) AS n FROM job WHERE kind = 'erase-account'")).toBe(0)
    const emails = mailbox.emailsTo(ada).length
    await close(id)
    expect(mailbox.emailsTo(ada)).toHaveLength(emails)
    // The address opens a new account, with nothing in it.
    expect(await (await signedIn(ada)).text('/account/cases')).toContain('You have no reports')
  })

  test('keeps the contact of an open report until it is closed and the law’s time is over', async () => {
    const browser = await signedIn()
    const id = await file(browser, 'graffiti', main, { firstName: 'Ada', email: ada })
    await erase(browser)
    await daily(1)
    expect(await contactOf(id)).toMatchObject({ first_name: 'Ada', email: ada })
    await close(id)
    await daily(729)
    expect(await contactOf(id)).toMatchObject({ email: ada })
    await daily(3)
    expect(await contactOf(id)).toMatchObject({ first_name: null, email: null })
    const { timeline } = await county.whole('port-ellery', id)
    expect(timeline.at(-1)).toMatchObject({ type: 'contacts-erased', why: 'asked', public: false })
    expect(await county.dump('port-ellery')).not.toContain(ada)
  })

  test('goes at once where no law keeps a closed report', async () => {
    const browser = await signedIn()
    const id = await file(browser, 'graffiti', 'Gull Harbor Village Hall', { email: ada })
    expect(keeperOf(id)).toBe('gull-harbor')
    await close(id)
    await erase(browser)
    expect(await contactOf(id)).toMatchObject({ email: null })
    expect(await county.dump('gull-harbor')).not.toContain(ada)
  })

  test('follows a copy that went along with the case', async () => {
    const browser = await signedIn()
    const id = await file(browser, 'pothole', main, { email: ada, shareContact: 'yes' })
    const { body } = await county.offer('port-ellery', id, 'gull-harbor')
    await county.answer('gull-harbor', body.id, 'accept')
    const copy = await county.own('gull-harbor', id)
    expect(copy.contact).toMatchObject({ email: ada })
    await erase(browser)
    expect((await county.own('gull-harbor', id)).contact).toMatchObject({ email: ada })
    await county.change('gull-harbor', copy.id, 'closed', { reason: 'completed' })
    await daily(1)
    expect(await county.dump('gull-harbor')).not.toContain(ada)
    await daily(732)
    expect(await county.dump('port-ellery')).not.toContain(ada)
  })

  test('is done later where a database was unavailable', async () => {
    const browser = await signedIn()
    const id = await file(browser, 'graffiti', 'Gull Harbor Village Hall', { email: ada })
    await close(id)
    await whileUnavailable({ kind: 'tenant', region: bundled, slug: 'gull-harbor' }, async () => {
      const asked = await browser.post('/account/erase', { confirm: 'yes' })
      expect(asked.status).toBe(200)
      await county.app.runJobs().catch(() => {})
    })
    expect(await county.dump('gull-harbor')).toContain(ada)
    await daily(1)
    expect(await county.dump('gull-harbor')).not.toContain(ada)
  })

  test('comes by itself, without an account, when the time to keep a closed report is over', async () => {
    const { id } = await county.report('graffiti', hollis, {
      first_name: 'Bo',
      email: `bo-${ada}`,
      follow: true,
    })
    const still = await county.report('graffiti', hollis, { email: `open-${ada}` })
    const village = await county.report('graffiti', 'Gull Harbor Village Hall', { email: `gh-${ada}` })
    await close(id)
    await close(village.id)
    await daily(364)
    expect(await contactOf(id)).toMatchObject({ first_name: 'Bo' })
    await daily(3)
    expect(await contactOf(id)).toMatchObject({ first_name: null, email: null })
    expect(await contactOf(still.id)).toMatchObject({ email: `open-${ada}` })
    // Its documents give no retention period: kept until someone asks.
    expect(await contactOf(village.id)).toMatchObject({ email: `gh-${ada}` })
    expect(await county.dump('hollis')).not.toContain(`bo-${ada}`)
    const { timeline } = await county.whole('hollis', id)
    expect(timeline.at(-1)).toMatchObject({ type: 'contacts-erased', why: 'retention' })
  })
})
