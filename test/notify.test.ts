import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openTenant } from '../src/core/db.ts'
import { type County, startCounty } from './support/county.ts'
import { linkIn, type Mailbox, type ReceivedLetter, startMailbox } from './support/mailbox.ts'
import { withoutNonce } from './support/nonce.ts'

/* Followers hear once a change, in their language, on a real SMTP server. */

const main = '350 Main Street, Port Ellery'
const DAY = 24 * 3_600_000

let county: County
let mailbox: Mailbox
/** Addresses of this test and no other. */
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

const reported = (more: object = {}) => county.report('graffiti', main, { email: ada, follow: true, ...more })
const pathOf = (url: string) => url.replace('http://localhost:8311', '')

async function press(link: string, fields: Record<string, string> = {}): Promise<Response> {
  const answer = await county.app.request(pathOf(link), { method: 'POST', body: new URLSearchParams(fields) })
  await county.app.runJobs()
  return answer
}
const page = async (link: string) => (await county.app.request(pathOf(link))).text()
const subjects = (letters: readonly ReceivedLetter[]) => letters.map(({ subject }) => subject)

async function note(id: string, text: string, isPublic: boolean) {
  await county.post(`/api/v1/work/requests/${id}/notes`, { text, public: isPublic }, 'port-ellery')
}

/** Writes to a jurisdiction's database, as a crash or an operator would. */
const tamper = (slug: string, ...steps: ReturnType<typeof sql>[]) =>
  openTenant(county.app.platform, { kind: 'system', reason: 'test' }, 'ellery', slug).commit(steps)

/** Follows as a neighbor does: the form on the page, then the link in the letter. */
async function followAs(email: string, id: string): Promise<void> {
  await press(`/r/ellery/cases/${id}/follow`, { email })
  const letter = mailbox.lettersTo(email).at(-1)
  if (letter === undefined) throw new Error('nobody was asked')
  expect((await press(linkIn(letter, 'follow'))).status).toBe(200)
}

describe('a reporter who asks for it', () => {
  test('hears of each change once, and of nothing that is private', async () => {
    const { id } = await reported()
    const [receipt] = mailbox.lettersTo(ada)
    expect(receipt?.subject).toBe(`Report ${id}: Graffiti`)
    expect(receipt?.text).toContain(`Its number is ${id}.`)
    await county.change('port-ellery', id, 'in_progress', { text: 'A crew is on its way.' })
    await note(id, 'The owner is difficult.', false)
    await note(id, 'Paint is ordered.', true)
    await county.change('port-ellery', id, 'closed', { reason: 'completed', text: 'Painted over.' })
    const letters = mailbox.lettersTo(ada).slice(1)
    expect(letters.map(({ text }) => text.split('\n\n').slice(0, 2))).toEqual([
      ['Work began', 'A crew is on its way.'],
      ['Note from staff', 'Paint is ordered.'],
      ['Done.', 'Painted over.'],
    ])
    for (const { text } of letters) expect(text).toContain(`/r/ellery/cases/${id}`)
    expect(JSON.stringify(mailbox.letters)).not.toContain('difficult')
    await county.app.runJobs()
    expect(mailbox.lettersTo(ada)).toHaveLength(4)
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
    const [letter] = mailbox.lettersTo(ada)
    expect(letter?.text).toContain(`Su número es ${id}.`)
    expect(letter?.text).toContain('Dejar de recibir estos mensajes')
  })

  test('is not written to unless it was asked for', async () => {
    await reported({ follow: false })
    await reported({ follow: undefined })
    expect(mailbox.lettersTo(ada)).toEqual([])
  })

  test('has to say where to', async () => {
    await expect(reported({ email: '' })).rejects.toThrow(/email.*required/)
    await expect(reported({ email: `${ada},eve@example.org` })).rejects.toThrow(/not-an-email/)
    expect(mailbox.lettersTo(ada)).toEqual([])
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
    expect((await county.app.request('/report/graffiti/send', { method: 'POST', body })).status).toBe(303)
    await county.app.runJobs()
    expect(mailbox.lettersTo(ada)).toHaveLength(1)
  })

  test('of a private matter hears only that there is news', async () => {
    const { id } = await county.report('housing', main, {
      email: ada,
      follow: true,
      description: 'Mold in the bathroom.',
    })
    await county.change('port-ellery', id, 'in_progress', { text: 'The inspector comes on Monday.' })
    const letters = mailbox.lettersTo(ada)
    expect(letters).toHaveLength(2)
    for (const { subject, text } of letters) {
      expect(subject).toBe(`News about report ${id}`)
      expect(`${subject} ${text}`).not.toMatch(/Mold|inspector|[Rr]ental/)
    }
  })

  test('hears that it was passed on, and how each body ends its share', async () => {
    const { id } = await reported()
    const offered = await county.offer('port-ellery', id, 'ellery-county', { kind: 'share' })
    await county.answer('ellery-county', offered.body.id, 'accept')
    const share = await county.own('ellery-county', id)
    await county.change('ellery-county', share.id, 'closed', { reason: 'completed', text: 'Our side.' })
    await county.change('port-ellery', id, 'closed', { reason: 'completed', text: 'And ours.' })
    const texts = mailbox.lettersTo(ada).map(({ text }) => text)
    expect(texts).toHaveLength(4)
    expect(texts[1]).toContain('Ellery County: Ellery County works on it too')
    expect(texts[2]).toContain('Ellery County: Done.\n\nOur side.\n\nOthers still work on their part')
    expect(texts[3]).toContain('Done.\n\nAnd ours.\n\nWith that, the whole report is closed.')
  })
})

describe('the letters stop', () => {
  test('by the link, by its button only, and for good', async () => {
    const { id } = await reported()
    const [letter] = mailbox.lettersTo(ada)
    if (letter === undefined) throw new Error('no receipt')
    const link = linkIn(letter, 'unfollow')
    expect(await page(link)).toContain(id)
    await note(id, 'One.', true)
    expect(mailbox.lettersTo(ada)).toHaveLength(2)
    expect((await press(link)).status).toBe(200)
    await note(id, 'Two.', true)
    expect(mailbox.lettersTo(ada)).toHaveLength(2)
    const db = openTenant(county.app.platform, { kind: 'system', reason: 'test' }, 'ellery', 'port-ellery')
    expect(await db.rows(sql`SELECT * FROM follower WHERE email = ${ada}`)).toEqual([])
    expect((await press(link)).status).toBe(200)
  })

  test('by the mail program’s own button (RFC 8058)', async () => {
    const { id } = await reported()
    const [letter] = mailbox.lettersTo(ada)
    expect(letter?.headers.get('list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click')
    const link = /^<(.+)>$/.exec(letter?.headers.get('list-unsubscribe') ?? '')?.[1] ?? ''
    expect((await press(link, { 'List-Unsubscribe': 'One-Click' })).status).toBe(200)
    await note(id, 'One.', true)
    expect(mailbox.lettersTo(ada)).toHaveLength(1)
  })
})

describe('anyone may follow a public case', () => {
  const ask = (id: string, email: string) => press(`/r/ellery/cases/${id}/follow`, { email })

  test('once they have said yes from their own mailbox', async () => {
    const { id } = await county.report('graffiti', main)
    await ask(id, neighbor)
    await note(id, 'Before they said yes.', true)
    const [asked] = mailbox.lettersTo(neighbor)
    expect(subjects(mailbox.lettersTo(neighbor))).toEqual([`Follow report ${id}?`])
    if (asked === undefined) return
    await page(linkIn(asked, 'follow'))
    await note(id, 'A look at the link is no yes.', true)
    expect(mailbox.lettersTo(neighbor)).toHaveLength(1)
    await press(linkIn(asked, 'follow'))
    await note(id, 'After.', true)
    expect(mailbox.lettersTo(neighbor).map(({ text }) => text.includes('After.'))).toEqual([false, true])
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
    expect(mailbox.lettersTo(neighbor)).toHaveLength(1)
    expect(mailbox.lettersTo(ada)).toHaveLength(1)
  })

  test('but nobody can make us flood a mailbox', async () => {
    const cases = await Promise.all(Array.from({ length: 6 }, () => county.report('graffiti', main)))
    for (const { id } of cases) expect((await ask(id, neighbor)).status).toBe(200)
    expect(mailbox.lettersTo(neighbor).length).toBeLessThanOrEqual(3)
  })

  test('but not a private one, which is refused as one that does not exist', async () => {
    const { id } = await county.report('housing', main)
    const [isPrivate, unknown] = await Promise.all([ask(id, ada), ask('PE-22222-22222', ada)])
    expect([isPrivate?.status, unknown?.status]).toEqual([404, 404])
    const text = async (answer: Response | undefined, number: string) =>
      (await answer?.text())?.replaceAll(number, '')
    expect(await text(isPrivate, id)).toBe(await text(unknown, 'PE-22222-22222'))
    expect(mailbox.lettersTo(ada)).toEqual([])
    expect(await page(`/r/ellery/cases/${id}`)).not.toContain('/follow')
  })

  test('and what is no address is said on the form', async () => {
    const { id } = await county.report('graffiti', main)
    for (const email of ['', 'ada', 'a@b.example\r\nBcc: eve@b.example', `${'x'.repeat(200)}@b.example`]) {
      expect((await ask(id, email)).status).toBe(400)
    }
    expect(mailbox.lettersTo(ada)).toEqual([])
  })

  test('and links that are forged, too old or for something else are one 404', async () => {
    const { id } = await county.report('graffiti', main)
    await ask(id, neighbor)
    const [letter] = mailbox.lettersTo(neighbor)
    if (letter === undefined) throw new Error('nobody was asked')
    const link = linkIn(letter, 'follow')
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

describe('a letter', () => {
  test('that one mailbox refuses keeps nobody else’s back', async () => {
    const { id } = await reported()
    await followAs(neighbor, id)
    mailbox.answer(ada, 550)
    await note(id, 'One.', true)
    await note(id, 'Two.', true)
    expect(mailbox.lettersTo(neighbor)).toHaveLength(3)
    mailbox.answer(ada, undefined)
    county.app.advance(DAY)
    await note(id, 'Three.', true)
    expect(mailbox.lettersTo(ada).map(({ text }) => text.includes('Three.'))).toEqual([false, true])
    expect(JSON.stringify(county.app.logged)).not.toContain('@example')
  })

  test('that a mailbox cannot take now comes later, once', async () => {
    const { id } = await reported()
    mailbox.answer(ada, 451)
    await note(id, 'One.', true)
    mailbox.answer(ada, undefined)
    county.app.advance(DAY)
    await county.app.runJobs()
    expect(mailbox.lettersTo(ada)).toHaveLength(2)
  })

  test('waits while the mail server is away, and then comes once', async () => {
    const { id } = await reported()
    await mailbox.close()
    await note(id, 'One.', true)
    await note(id, 'Two.', true)
    await mailbox.open()
    county.app.advance(DAY)
    await county.app.runJobs()
    expect(mailbox.lettersTo(ada).map(({ text }) => text.split('\n\n')[1])).toEqual([
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
    const ids = mailbox.lettersTo(ada).map(({ headers }) => headers.get('message-id'))
    expect(ids).toHaveLength(4)
    expect(new Set(ids).size).toBe(3)
  })

  test('is not written when the log is read again from its beginning', async () => {
    const { id } = await reported()
    await note(id, 'One.', true)
    await tamper('port-ellery', sql`DELETE FROM consumer WHERE name = 'notify'`)
    await note(id, 'Two.', true)
    expect(mailbox.lettersTo(ada)).toHaveLength(3)
  })
})

describe('S2 the check-back', () => {
  test('asks whoever follows whether it is solved; the answer is a public note, once, and changes no status', async () => {
    const { id } = await county.report('traffic-signal', '2352 State Highway 9, Hollis', {
      email: ada,
      follow: true,
    })
    expect(mailbox.lettersTo(ada).at(-1)?.text).toContain('Passed to State Department of Transportation')
    county.app.advance(11 * DAY)
    await county.app.runJobs()
    const letter = mailbox.lettersTo(ada).at(-1)
    if (letter === undefined) throw new Error('nobody was asked')
    const link = linkIn(letter, 'answer')
    expect(await page(link)).toContain('Is it solved?')
    expect((await county.seen(id)).timeline.at(-1)?.type).toBe('check-back')
    expect((await press(link, { answer: 'perhaps' })).status).toBe(200)
    const pressed = await Promise.all([press(link, { answer: 'no' }), press(link, { answer: 'no' })])
    expect(pressed.map(({ status }) => status).sort()).toEqual([200, 404])
    const seen = await county.seen(id)
    expect(seen.timeline.filter(({ type }) => type === 'check-back-answer')).toHaveLength(1)
    expect(seen.status).toBe('submitted')
    expect(await page(`/r/ellery/cases/${id}`)).toContain('says it is not solved yet')
  })
})
