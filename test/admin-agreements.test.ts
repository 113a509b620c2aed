import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newestRegion } from '../src/regions/runtime/current.ts'
import { startApp, type TestApp } from './support/app.ts'
import { administrator, applyDraft, asVisitor, beginDraft, fieldsOf, fill } from './support/drafts.ts'
import { signIn } from './support/staff.ts'
import type { Visitor } from './support/visitor.ts'

/* Agreements, edited in the browser, and confirmed by both sides before they take effect. */

let app: TestApp
let ana: Visitor
let clerk: Visitor

beforeAll(async () => {
  app = await startApp()
  ana = await administrator(app, 'ana@county.example')
  clerk = asVisitor(app, (await signIn(app, 'hollis', 'administrator')).cookie)
})
afterAll(() => app.close())

const agreements = async () =>
  (await newestRegion(app.platform, 'ellery')).documents.agreements.agreements ?? []
const agreement = async (id: string) => (await agreements()).find(one => one.id === id)

const typed = {
  'item.title': 'Graffiti in Hollis',
  'item.accountable': 'hollis',
  'item.performer': 'ellery-county',
  'item.services': 'graffiti',
  'item.from': '2027-01-01',
  'item.preAccepted': 'yes',
  'item.runOff': 'return',
}

async function add(draft: string, changes: Record<string, string> = {}): Promise<Response> {
  return fill(ana, `${draft}/new-agreement`, { ...typed, ...changes })
}

/** The fields of the form that confirms for a side. */
async function confirmation(who: Visitor, draft: string, side: string): Promise<Record<string, string>> {
  const forms = (await who.read(`${draft}/agreements`)).split('<form')
  const form = forms.find(text => text.includes(`name="confirm.side" value="${side}"`))
  return form === undefined ? {} : fieldsOf(form)
}

describe('an agreement', () => {
  it('takes effect once both sides have confirmed it, one of them on paper', async () => {
    const draft = await beginDraft(ana)
    expect((await add(draft)).status).toBe(303)
    const plan = await ana.read(`${draft}/plan`)
    expect(plan).toContain('2 confirmations are missing')
    expect(plan).not.toContain('Apply now')
    const confirm = `${draft}/agreements/graffiti-in-hollis/confirm`
    const own = await confirmation(clerk, draft, 'hollis')
    expect(await confirmation(clerk, draft, 'ellery-county')).toEqual({})
    expect((await clerk.post(confirm, { ...own, 'confirm.side': 'ellery-county' })).status).toBe(403)
    // Hollis has an administrator, so nobody else confirms for it.
    const note = 'confirm.note-graffiti-in-hollis'
    const forHollis = await ana.post(confirm, { ...own, [`${note}-hollis`]: 'Resolution 12' })
    expect(forHollis.status).toBe(403)
    expect((await clerk.post(confirm, own)).status).toBe(303)
    const paper = await confirmation(ana, draft, 'ellery-county')
    expect((await ana.post(confirm, paper)).status).toBe(400)
    expect((await ana.post(confirm, { ...paper, [`${note}-ellery-county`]: 'Resolution 12' })).status).toBe(
      303,
    )
    expect(await ana.read(`${draft}/agreements`)).toContain('Confirmed on paper: Resolution 12')
    expect(await ana.read('/admin/log')).toContain('Recorded a confirmation on paper')
    await applyDraft(app, ana, draft)
    expect(await agreement('graffiti-in-hollis')).toEqual({
      id: 'graffiti-in-hollis',
      title: 'Graffiti in Hollis',
      accountable: 'hollis',
      performer: 'ellery-county',
      services: ['graffiti'],
      from: '2027-01-01',
      preAccepted: true,
      runOff: 'return',
    })
  })

  it('is not applied by a form that its plan did not show', async () => {
    const draft = await beginDraft(ana)
    await fill(ana, `${draft}/agreements/hollis-lights`, { 'item.deadline': '6 business days' })
    const answer = await ana.post(`${draft}/apply`, { version: '1' })
    expect(answer.status).toBe(400)
    expect((await agreement('hollis-lights'))?.deadline).toBe('5 business days')
  })

  it('is confirmed again once it has changed', async () => {
    const draft = await beginDraft(ana)
    const path = `${draft}/agreements/hollis-lights`
    await fill(ana, path, { 'item.deadline': '6 business days' })
    const seen = await confirmation(clerk, draft, 'hollis')
    expect((await clerk.post(`${path}/confirm`, seen)).status).toBe(303)
    expect(await ana.read(`${draft}/plan`)).toContain('Every side has confirmed')
    await fill(ana, path, { 'item.deadline': '60 business days' })
    expect(await ana.read(`${draft}/plan`)).toContain('1 confirmation is missing')
    expect((await clerk.post(`${path}/confirm`, seen)).status).toBe(409)
  })

  it('ends on a day that is not past, and is removed only if it never was in force', async () => {
    const draft = await beginDraft(ana)
    const path = `${draft}/agreements/hollis-lights`
    expect((await ana.post(`${path}/remove`, { 'remove.sure': 'yes' })).status).toBe(409)
    expect((await ana.post(`${path}/end`, { 'end.to': '2020-01-01' })).status).toBe(400)
    expect((await ana.post(`${path}/end`, { 'end.to': '2030-01-01' })).status).toBe(303)
    expect(await ana.read(`${draft}/agreements`)).toMatch(/until [^<]*2030/)
    await add(draft, { 'item.title': 'Never', 'item.services': 'noise' })
    expect((await ana.post(`${draft}/agreements/never/remove`, { 'remove.sure': 'yes' })).status).toBe(303)
    expect(await ana.read(`${draft}/agreements`)).not.toContain('Never')
  })

  it.each([
    ['with itself', { 'item.performer': 'hollis' }, 'are the same'],
    ['that ended', { 'item.from': '2020-01-01', 'item.to': '2020-02-01' }, 'Enter a later date.'],
    [
      'that overlaps another',
      { 'item.services': 'street-light', 'item.from': '2024-06-01' },
      'cover the same service',
    ],
    [
      'that loops',
      {
        'item.accountable': 'ellery-county',
        'item.performer': 'hollis',
        'item.services': 'traffic-signal',
        'item.from': '2026-09-01',
      },
      'form a loop',
    ],
  ])('is refused %s', async (_, changes, message) => {
    const draft = await beginDraft(ana)
    const answer = await add(draft, changes)
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain(message)
    expect(await ana.read(draft)).toContain('There are no changes in this draft yet')
  })
})
