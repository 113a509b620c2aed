import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exportRegion } from '../src/regions/documents/export.ts'
import { newestRegion } from '../src/regions/runtime/current.ts'
import { listVersions } from '../src/regions/versions/history.ts'
import { administrator, beginDraft, fieldsOf, fillForm } from './support/administrators.ts'
import { bundledDocuments, startApp, type TestApp } from './support/app.ts'
import { type Mailbox, startMailbox } from './support/mailbox.ts'
import type { Visitor } from './support/visitor.ts'

/* Approved by a second person, applied now or later, and rolled back. */

const HOUR = 3_600_000
let app: TestApp
let mailbox: Mailbox
let ana: Visitor
let ben: Visitor

async function start(approval?: 'second-person') {
  mailbox = await startMailbox()
  const documents = await bundledDocuments()
  const region = { ...documents.region, ...(approval && { approval }) }
  app = await startApp({ documents: { ...documents, region }, mail: mailbox.settings })
  ana = await administrator(app, 'ana@county.example')
  ben = await administrator(app, 'ben@county.example')
}
async function stop() {
  await app.close()
  await mailbox.close()
}

const inForce = () => newestRegion(app.platform, 'ellery')
const phoneOf = async () => (await inForce()).jurisdiction('larkfield')?.phone

async function draftWith(who: Visitor, phone: string, title?: string): Promise<string> {
  const draft = await beginDraft(who, title)
  const path = `${draft}/jurisdictions/larkfield/profile`
  expect((await fillForm(who, path, { 'document.phone': phone })).status).toBe(303)
  return draft
}

/** Presses the button of the form that is sent to this path, on the draft's plan. */
async function press(who: Visitor, draft: string, what: string, typed: Record<string, string> = {}) {
  const action = `${draft}/${what}`
  return who.post(action, { ...fieldsOf(await who.read(`${draft}/plan`), action), ...typed })
}

describe('versions', () => {
  beforeAll(() => start())
  afterAll(stop)

  it('say who, when and why, and what changed between any two', async () => {
    for (const [phone, why] of [
      ['555-010-0101', 'Council decision 12'],
      ['555-010-0102', ''],
    ] as const) {
      const draft = await draftWith(ana, phone, 'A new phone number')
      expect((await press(ana, draft, 'apply', { 'apply.why': why })).status).toBe(303)
      await app.runJobs()
    }
    const list = await ben.read('/admin/versions')
    expect(list).toContain('Council decision 12')
    expect(list).toContain('A new phone number')
    expect(await ben.read('/admin/versions/3')).toContain('phone: 555-010-0101 → 555-010-0102')
    const first = await ben.read('/admin/versions/3?with=1')
    expect(first).toContain('What changed since version 1')
    expect(first).toMatch(/phone: (?!555-010-0101)\S+ → 555-010-0102/)
    expect((await ben.get('/admin/versions/9')).status).toBe(404)
    expect((await ben.get('/admin/versions/2?with=x')).status).toBe(404)
  })

  it('come back as a new one with the same documents, by one button, after its changes were shown', async () => {
    const before = await listVersions(app.platform, 'ellery')
    const page = await ben.read('/admin/versions/1')
    expect(page).toContain('What would change')
    const fields = fieldsOf(page, '/admin/versions/1/restore')
    expect((await ben.post('/admin/versions/1/restore', { ...fields, version: '1' })).status).toBe(409)
    expect(
      (await ben.post('/admin/versions/1/restore', { ...fields, 'restore.why': 'It was wrong' })).status,
    ).toBe(303)
    await app.runJobs()
    const [newest, ...others] = await listVersions(app.platform, 'ellery')
    expect(others).toEqual(before)
    expect(newest).toMatchObject({
      version: before.length + 1,
      why: 'It was wrong',
      hash: before.at(-1)?.hash,
    })
    expect(exportRegion((await inForce()).documents)).toEqual(exportRegion(await bundledDocuments()))
    expect(await ben.read('/admin/log')).toContain('Went back to version 1')
  })
})

describe('a draft for a later day', () => {
  beforeAll(() => start())
  afterAll(stop)

  const waitUntil = async (day: string) => {
    while (app.platform.clock.now() < Date.parse(`${day}T00:30:00-04:00`)) {
      app.advance(6 * HOUR)
      await app.runJobs()
    }
    // Their sessions have ended.
    ana = await administrator(app, 'ana@county.example')
    ben = await administrator(app, 'ben@county.example')
  }

  it('is applied on that day, and not before', async () => {
    const draft = await draftWith(ana, '555-010-0111')
    expect((await press(ana, draft, 'apply', { 'apply.on': '2026-08-14' })).status).toBe(303)
    expect(await ana.read(`${draft}/plan`)).toContain('This draft will be applied on August 14, 2026')
    await waitUntil('2026-08-13')
    expect(await phoneOf()).not.toBe('555-010-0111')
    await waitUntil('2026-08-14')
    expect(await phoneOf()).toBe('555-010-0111')
    const [newest] = await listVersions(app.platform, 'ellery')
    expect(newest).toMatchObject({ why: 'A change', draft: draft.split('/').at(-1) })
    expect(await ana.read('/admin/drafts')).toContain('Applied')
  })

  it('can be called off', async () => {
    const draft = await draftWith(ana, '555-010-0112')
    await press(ana, draft, 'apply', { 'apply.on': '2026-08-16' })
    expect((await press(ana, draft, 'unschedule')).status).toBe(303)
    expect((await press(ana, draft, 'unschedule')).status).toBe(409)
    await waitUntil('2026-08-16')
    expect(await phoneOf()).toBe('555-010-0111')
  })

  it.each([
    ['changed', 'Someone changed the draft'],
    ['behind', 'Another version was applied in the meantime'],
  ])('that no longer fits (%s) is not applied, and the administrators are told', async (how, why) => {
    const draft = await draftWith(ana, '555-010-0113', `To be ${how}`)
    const day = new Date(app.platform.clock.now() + 48 * HOUR).toISOString().slice(0, 10)
    expect((await press(ana, draft, 'apply', { 'apply.on': day })).status).toBe(303)
    if (how === 'changed') {
      await fillForm(ben, `${draft}/jurisdictions/larkfield/profile`, { 'document.phone': '555-010-0199' })
    } else {
      const other = await draftWith(ben, '555-010-0114')
      await press(ben, other, 'apply')
      await app.runJobs()
    }
    const before = await phoneOf()
    mailbox.emails.length = 0
    await waitUntil(day)
    expect(await phoneOf()).toBe(before)
    expect(await ana.read(`${draft}/plan`)).toContain(how === 'changed' ? why : 'was applied after you began')
    expect(mailbox.emails.map(({ to, subject }) => [to, subject]).sort()).toEqual([
      ['ana@county.example', `Not applied: To be ${how}`],
      ['ben@county.example', `Not applied: To be ${how}`],
    ])
    expect(mailbox.emails[0]?.text).toContain(why)
  })

  it.each([['2026-02-30'], ['yesterday'], ['2020-01-01']])('is refused for %s', async day => {
    const draft = await draftWith(ana, '555-010-0115')
    const before = await listVersions(app.platform, 'ellery')
    expect((await press(ana, draft, 'apply', { 'apply.on': day })).status).toBe(400)
    await app.runJobs()
    expect(await listVersions(app.platform, 'ellery')).toEqual(before)
  })
})

describe('where a second person must approve', () => {
  beforeAll(() => start('second-person'))
  afterAll(stop)

  it('nobody applies a draft alone, and no author of a change approves it', async () => {
    const draft = await draftWith(ana, '555-010-0121')
    expect(await ana.read(`${draft}/plan`)).not.toContain('Apply now')
    expect((await ana.post(`${draft}/apply`, { version: '1' })).status).toBe(403)
    expect((await ana.post(`${draft}/approve`, { version: '1' })).status).toBe(403)
    expect((await ben.post(`${draft}/approve`, { version: '0' })).status).toBe(409)
    expect((await press(ben, draft, 'approve')).status).toBe(303)
    expect(await ana.read(`${draft}/plan`)).toContain('Approved by ben@county.example')
    expect((await press(ana, draft, 'apply')).status).toBe(303)
    await app.runJobs()
    expect(await phoneOf()).toBe('555-010-0121')
  })

  it('a change after the approval needs another one, also from an author whose change was overwritten', async () => {
    const draft = await draftWith(ana, '555-010-0131')
    await press(ben, draft, 'approve')
    const path = `${draft}/jurisdictions/larkfield/profile`
    expect((await fillForm(ben, path, { 'document.phone': '555-010-0132' })).status).toBe(303)
    expect((await ana.post(`${draft}/apply`, { version: '2' })).status).toBe(403)
    expect((await fillForm(ana, path, { 'document.phone': '555-010-0133' })).status).toBe(303)
    expect((await ben.post(`${draft}/approve`, { version: '3' })).status).toBe(403)
    const eve = await administrator(app, 'eve@county.example')
    expect((await press(eve, draft, 'approve')).status).toBe(303)
    expect((await press(ben, draft, 'apply')).status).toBe(303)
  })

  it('going back prepares a draft', async () => {
    await app.runJobs()
    const page = await ben.read('/admin/versions/1')
    const answer = await ben.post('/admin/versions/1/restore', fieldsOf(page, '/admin/versions/1/restore'))
    const draft = (answer.headers.get('location') ?? '')
      .replace(/^.*(?=\/admin\/)/, '')
      .replace(/\/plan.*$/, '')
    expect(await ana.read(`${draft}/plan`)).toContain('Back to version 1')
    expect((await press(ana, draft, 'approve')).status).toBe(303)
    expect((await press(ben, draft, 'apply')).status).toBe(303)
    await app.runJobs()
    const [newest, ...others] = await listVersions(app.platform, 'ellery')
    expect(newest?.hash).toBe(others.at(-1)?.hash)
  })
})
