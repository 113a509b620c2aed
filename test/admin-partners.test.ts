import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newestRegion } from '../src/regions/runtime/current.ts'
import { startApp, type TestApp } from './support/app.ts'
import { administrator, applyDraft, asVisitor, beginDraft, fieldsOf, fill } from './support/drafts.ts'
import { type Mailbox, startMailbox } from './support/mailbox.ts'
import { signIn } from './support/staff.ts'
import type { Visitor } from './support/visitor.ts'

/* Partners, edited in the browser, and tried by a test message. */

const dot = 'maintenance@statedot.example'

const server = { 'item.endpoint': 'https://statedot.example/open311/v2' }

let app: TestApp
let mailbox: Mailbox
let ana: Visitor
let clerk: Visitor

beforeAll(async () => {
  mailbox = await startMailbox()
  app = await startApp({ mail: mailbox.settings, rateLimits: true })
  ana = await administrator(app, 'ana@county.example')
  clerk = asVisitor(app, (await signIn(app, 'hollis', 'administrator')).cookie)
})
afterAll(async () => {
  await app.close()
  await mailbox.close()
})

const documents = async () => (await newestRegion(app.platform, 'ellery')).documents
const partner = async (id: string) => (await documents()).region.partners?.find(one => one.id === id)

describe('a test message', () => {
  const send = async (who: Visitor, path: string) => who.post(path, fieldsOf(await ana.read(path)))

  it('is confirmed, and is accepted by the mail server as a test that asks for nothing', async () => {
    const path = `${await beginDraft(ana)}/partners/state-dot/test`
    expect(await ana.read(path)).toContain(dot)
    expect((await ana.post(path)).status).toBe(400)
    expect(mailbox.emailsTo(dot)).toEqual([])
    const sent = await send(ana, path)
    expect(sent.status).toBe(303)
    const page = await ana.read(sent.headers.get('location') ?? '')
    expect(page).toContain('accepted the test message')
    const [email, ...others] = mailbox.emailsTo(dot)
    expect(others).toEqual([])
    expect(email?.subject).toContain('TEST')
    expect(email?.text).toContain('This message is not a report. There is nothing to do.')
    const log = await ana.read('/admin/log')
    expect(log).toContain('Sent a test message to State Department of Transportation')
    expect(log).not.toContain('was not accepted')
  })

  it.each([
    [550, 'The mail server refused the test message'],
    [451, 'did not take the test message'],
  ])('says why it was not accepted: %d', async (code, words) => {
    mailbox.answer(dot, code)
    const sent = await send(ana, `${await beginDraft(ana)}/partners/state-dot/test`)
    mailbox.answer(dot, undefined)
    expect(await ana.read(sent.headers.get('location') ?? '')).toContain(words)
    expect(await ana.read('/admin/log')).toContain('was not accepted')
  })

  it('says when no mail server answers', async () => {
    await mailbox.close()
    const sent = await send(ana, `${await beginDraft(ana)}/partners/tidewater-power/test`)
    await mailbox.open()
    expect(await ana.read(sent.headers.get('location') ?? '')).toContain('our mail server did not answer')
  })

  it('is not offered for partners to which nothing is sent, or which are not in force', async () => {
    const draft = await beginDraft(ana)
    const path = `${draft}/partners/fort-corrigan/test`
    expect(await ana.read(path)).toContain('there is nothing to test')
    expect((await ana.post(path, { 'test.sure': 'yes' })).status).toBe(409)
    await fill(ana, `${draft}/new-partner`, { 'item.name': 'Gas Works', 'item.phone': '555-010-0199' })
    expect(await ana.read(`${draft}/partners/gas-works`)).not.toContain('Send a test message')
    expect((await ana.get(`${draft}/partners/gas-works/test`)).status).toBe(404)
  })

  it('is for administrators of the region', async () => {
    const path = `${await beginDraft(ana)}/partners/state-dot/test`
    expect((await clerk.get(path)).status).toBe(403)
    expect((await clerk.post(path, { 'test.sure': 'yes' })).status).toBe(403)
  })

  it('is sent a few times, and then not for a while', async () => {
    const path = `${await beginDraft(ana)}/partners/state-dot/test`
    app.advance(600_000)
    const ben = await administrator(app, 'ben@county.example')
    const before = mailbox.emailsTo(dot).length
    const answers: number[] = []
    for (let sent = 0; sent < 6; sent++) answers.push((await send(ben, path)).status)
    expect(answers).toEqual([303, 303, 303, 303, 303, 429])
    expect(mailbox.emailsTo(dot)).toHaveLength(before + 5)
  })

  it('takes a recent sign-in', async () => {
    const path = `${await beginDraft(ana)}/partners/tidewater-power/test`
    const late = await administrator(app, 'late@county.example')
    app.advance(11 * 60_000)
    const before = mailbox.emails.length
    const answer = await send(late, path)
    expect(answer.headers.get('location')).toContain('/sign-in/again')
    expect(mailbox.emails).toHaveLength(before)
  })
})

describe('a partner', () => {
  beforeAll(async () => {
    ana = await administrator(app, 'cleo@county.example')
  })

  it('is added, with an id made of its name and a secret that is only named', async () => {
    const draft = await beginDraft(ana)
    const added = await fill(ana, `${draft}/new-partner`, {
      'item.name': 'Bay Water Company',
      'item.phone': '555-010-0188',
      'item.note-en': 'Owns the water pipes.',
      'item.note-es': 'Es dueña de las tuberías.',
      'item.forward': 'open311',
      'item.endpoint': 'https://water.example/open311/v2',
      'item.their-id': 'water.example',
      'item.codes': 'pothole = P-12\nstreet-light=L = 1',
      'item.key': 'yes',
      'item.updates': 'yes',
      'item.poll': '2 hours',
      'item.check-back': '5 days',
    })
    expect(added.status).toBe(303)
    expect(await ana.read(`${draft}/partners`)).toContain('Requests are sent by Open311')
    const page = await ana.read(`${draft}/partners/bay-water-company`)
    expect(page).toContain('PARTNER_ELLERY__BAY_WATER_COMPANY')
    await applyDraft(app, ana, draft)
    const stored = {
      id: 'bay-water-company',
      name: 'Bay Water Company',
      phone: '555-010-0188',
      note: { en: 'Owns the water pipes.', es: 'Es dueña de las tuberías.' },
      forward: 'open311',
      checkBackAfter: '5 days',
      pollEvery: '2 hours',
      open311: {
        endpoint: 'https://water.example/open311/v2',
        jurisdictionId: 'water.example',
        services: { pothole: 'P-12', 'street-light': 'L = 1' },
        updates: true,
        keySecret: 'PARTNER_ELLERY__BAY_WATER_COMPANY',
      },
    }
    expect(await partner('bay-water-company')).toEqual(stored)
    const test = await ana.read(`${await beginDraft(ana)}/partners/bay-water-company/test`)
    expect(test).toContain('A test there would create a real request')
  })

  it('is changed, and keeps what the form does not show', async () => {
    const draft = await beginDraft(ana)
    const before = await partner('state-dot')
    const path = `${draft}/partners/state-dot`
    expect((await fill(ana, path, { 'item.phone': '555-010-0141', 'item.check-back': '' })).status).toBe(303)
    await applyDraft(app, ana, draft)
    const { checkBackAfter: _, ...others } = before ?? {}
    expect(await partner('state-dot')).toEqual({ ...others, phone: '555-010-0141' })
  })

  it('loses its Open311 server once nothing of it is typed', async () => {
    const draft = await beginDraft(ana)
    const changed = await fill(ana, `${draft}/partners/bay-water-company`, {
      'item.forward': 'none',
      'item.endpoint': '',
      'item.their-id': '',
      'item.codes': '',
      'item.key': '',
      'item.updates': '',
    })
    expect(changed.status).toBe(303)
    await applyDraft(app, ana, draft)
    expect((await partner('bay-water-company'))?.open311).toBeUndefined()
  })

  it.each([
    ['without a name', { 'item.name': '' }, 'item-name'],
    ['with a phone number that is none', { 'item.phone': 'call us' }, 'item-phone'],
    ['with an email address that is none', { 'item.email': 'nobody' }, 'item-email'],
    ['with a website that is none', { 'item.url': 'statedot' }, 'item-url'],
    ['with a time that is none', { 'item.check-back': 'soon' }, 'item-check-back'],
    ['that gets email without an address', { 'item.forward': 'email', 'item.email': '' }, 'item-forward'],
    ['that gets Open311 without a server', { 'item.forward': 'open311' }, 'item-forward'],
    [
      'with a code for a service that does not exist',
      { ...server, 'item.codes': 'nothing = 1' },
      'item-codes',
    ],
    ['with a code that is empty', { ...server, 'item.codes': 'pothole' }, 'item-codes'],
    ['with a key and no server', { 'item.key': 'yes' }, 'item-endpoint'],
  ])('is refused %s', async (_, typed, field) => {
    const draft = await beginDraft(ana)
    const answer = await fill(ana, `${draft}/partners/state-dot`, typed)
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain(`href="#field-${field}"`)
    expect(await ana.read(draft)).toContain('There are no changes in this draft yet')
  })

  it('is not overwritten by a form of before', async () => {
    const draft = await beginDraft(ana)
    const path = `${draft}/partners/state-dot`
    const seen = fieldsOf(await ana.read(path))
    expect((await ana.post(path, { ...seen, 'item.phone': '555-010-0001' })).status).toBe(303)
    expect((await ana.post(path, { ...seen, 'item.phone': '555-010-0002' })).status).toBe(409)
    expect(await ana.read(path)).toContain('555-010-0001')
  })

  it('is read by an administrator of one municipality, and not changed', async () => {
    const draft = await beginDraft(clerk)
    expect(await clerk.read(`${draft}/partners/state-dot`)).toContain('disabled')
    expect((await clerk.post(`${draft}/partners/state-dot`)).status).toBe(403)
    expect((await clerk.get(`${draft}/new-partner`)).status).toBe(403)
    const remove = await clerk.post(`${draft}/partners/state-dot/remove`, { 'remove.sure': 'yes' })
    expect(remove.status).toBe(403)
  })

  it('is removed with its agreements, which the other side confirms', async () => {
    const draft = await beginDraft(ana)
    const path = `${draft}/partners/tidewater-power`
    const { agreements = [] } = (await documents()).agreements
    const [own] = agreements.filter(({ performer }) => performer === 'tidewater-power')
    expect(await ana.read(path)).toContain(`Agreements that are removed: ${own?.title}`)
    expect((await ana.post(`${path}/remove`)).status).toBe(400)
    expect((await ana.post(`${path}/remove`, { 'remove.sure': 'yes' })).status).toBe(303)
    expect((await ana.get(path)).status).toBe(404)
    const plan = await ana.read(`${draft}/plan`)
    expect(plan).not.toMatch(/problems? to fix/)
    expect(plan).toContain('confirmations are missing')
  })

  it('is removed from areas, roads, declined services and after-hours desks', async () => {
    const draft = await beginDraft(ana)
    await fill(ana, `${draft}/jurisdictions/hollis/services/dead-animal/decline`, {
      'item.servedBy': 'state-dot',
      'item.note-en': 'Ask the state.',
    })
    await fill(ana, `${draft}/jurisdictions/hollis/hours`, { 'hours.desk': 'state-dot' })
    const page = await ana.read(`${draft}/partners/state-dot`)
    expect(page).toMatch(/Municipalities that name it for a service[^<]*: City of Hollis/)
    expect(page).toMatch(/Municipalities that it answers for[^<]*: City of Hollis/)
    expect(page).toContain('agency: State Highway 9')
    await ana.post(`${draft}/partners/state-dot/remove`, { 'remove.sure': 'yes' })
    await ana.post(`${draft}/partners/fort-corrigan/remove`, { 'remove.sure': 'yes' })
    expect(await ana.read(`${draft}/plan`)).not.toMatch(/problems? to fix/)
    await applyDraft(app, ana, draft)
    const { region, jurisdictions, roads, areas } = await documents()
    expect(region.partners?.map(({ id }) => id)).not.toContain('state-dot')
    const hollis = jurisdictions.find(({ slug }) => slug === 'hollis')
    const declined = { servedBy: 'nobody', note: { en: 'Ask the state.' } }
    expect(hollis?.declines).toEqual({ 'dead-animal': declined })
    expect(hollis?.afterHoursDesk).toBeUndefined()
    expect(JSON.stringify([roads, areas])).not.toMatch(/state-dot|fort-corrigan/)
    expect(JSON.stringify(areas)).toContain('wessacut')
  })
})
