import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { endRegionRole, regionRoleHolders } from '../src/identity/staff/region-roles.ts'
import { identityDb } from '../src/identity/staff/staff.ts'
import { administrator, fieldsOf, withCookie } from './support/administrators.ts'
import { startApp, type TestApp } from './support/app.ts'
import { type Mailbox, startMailbox } from './support/mailbox.ts'
import { signIn } from './support/staff.ts'
import type { Visitor } from './support/visitor.ts'
import { visitor } from './support/visitor.ts'

/* Region administrators invite others and reviewers, and remove them. */

let app: TestApp
let mailbox: Mailbox
let ana: Visitor
let ben: Visitor

beforeAll(async () => {
  mailbox = await startMailbox()
  app = await startApp({ mail: mailbox.settings })
  ana = await administrator(app, 'ana@county.example')
  ben = await administrator(app, 'ben@county.example')
})
afterAll(async () => {
  await app.close()
  await mailbox.close()
})
beforeEach(() => {
  mailbox.emails.length = 0
})

const holders = () => regionRoleHolders(app.platform, identityDb(app.platform, 'ellery'))
const holderOf = async (email: string) => (await holders()).find(one => one.email === email)
const invite = (who: Visitor, typed: Record<string, string>) =>
  who.post('/admin/people', { 'add.name': '', 'add.email': '', 'add.role': '', ...typed })
const end = async (who: Visitor, email: string) =>
  who.post('/admin/people/end', { 'end.grant': (await holderOf(email))?.id ?? '' })

describe('roles of a region', () => {
  it('are given by an invitation that signs in, and the other administrators hear of it', async () => {
    const typed = { 'add.name': 'Rae', 'add.email': 'rae@county.example', 'add.role': 'reviewer' }
    expect((await invite(ana, typed)).status).toBe(303)
    await app.runJobs()
    const to = mailbox.emails.map(email => email.to).sort()
    expect(to).toEqual(['ben@county.example', 'rae@county.example'])
    const [told] = mailbox.emailsTo('ben@county.example')
    expect(told?.text).toContain('ana@county.example gave Rae (rae@county.example) this role')
    expect(told?.text).not.toContain('/sign-in/link/')
    const [invitation] = mailbox.emailsTo('rae@county.example')
    const link = /\/sign-in\/link\/\S+/.exec(invitation?.text ?? '')?.[0] ?? ''
    const rae = visitor(app)
    const page = await rae.read(link)
    expect(page).toContain('<form')
    expect((await rae.post(link, fieldsOf(page))).status).toBe(303)
    expect(await rae.read('/admin/people')).toContain('Rae')
    expect(await rae.read('/admin/people')).not.toContain('ben@county.example</span>')
    expect((await invite(rae, typed)).status).toBe(403)
    expect((await rae.post('/admin/drafts', {})).status).toBe(403)
    expect(await ana.read('/admin/log')).toContain('Gave somebody a role')
  })

  it('end at once, and both sides are told', async () => {
    expect((await end(ana, 'rae@county.example')).status).toBe(303)
    expect(await holderOf('rae@county.example')).toBeUndefined()
    await app.runJobs()
    expect(mailbox.emails.map(email => email.to).sort()).toEqual(['ben@county.example', 'rae@county.example'])
    expect(mailbox.emailsTo('rae@county.example')[0]?.text).toContain('ana@county.example removed Rae')
  })

  it('an administrator who was removed sees nothing more; sent twice, it is done once', async () => {
    const typed = { 'add.email': 'cy@county.example', 'add.role': 'administrator' }
    expect((await invite(ana, typed)).status).toBe(303)
    const cy = await administrator(app, 'cy@county.example')
    expect((await cy.get('/admin')).status).toBe(200)
    const grant = { 'end.grant': (await holderOf('cy@county.example'))?.id ?? '' }
    const answers = await Promise.all([ana, ben].map(who => who.post('/admin/people/end', grant)))
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 409])
    expect((await cy.get('/admin')).status).toBe(404)
  })

  it.each([
    [{ 'add.email': 'nobody', 'add.role': 'reviewer' }, 'add-email'],
    [{ 'add.email': '', 'add.role': 'reviewer' }, 'add-email'],
    [{ 'add.email': 'x@county.example', 'add.role': 'mayor' }, 'add-role'],
    [{ 'add.email': 'ANA@county.example', 'add.role': 'reviewer' }, 'add-email'],
    [{ 'add.email': 'ben@county.example', 'add.role': 'administrator' }, 'add-email'],
  ])('%o is refused', async (typed, field) => {
    const before = (await holders()).length
    const answer = await invite(ana, typed)
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain(`href="#field-${field}"`)
    expect((await holders()).length).toBe(before)
    expect(mailbox.emails).toEqual([])
  })

  it('are not for administrators of one municipality', async () => {
    const clerk = withCookie(app, (await signIn(app, 'hollis', 'administrator')).cookie)
    expect(await clerk.read('/admin/people')).not.toContain('county.example</span>')
    expect((await invite(clerk, { 'add.email': 'x@x.example', 'add.role': 'reviewer' })).status).toBe(403)
    expect((await end(clerk, 'ben@county.example')).status).toBe(403)
  })

  it('need a fresh proof of who is there', async () => {
    const old = await administrator(app, 'old@county.example')
    app.advance(3_600_000)
    const answer = await invite(old, { 'add.email': 'x@x.example', 'add.role': 'reviewer' })
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toContain('/sign-in')
    expect(await holderOf('x@x.example')).toBeUndefined()
  })

  it('the last administrator stays, also when the last two remove each other', async () => {
    const db = identityDb(app.platform, 'ellery')
    const [first, second, ...others] = (await holders()).filter(({ role }) => role === 'administrator')
    const endOf = (one: { id: string } | undefined) =>
      endRegionRole(app.platform, db, { grant: one?.id ?? '', by: 'test', language: 'en' }, [])
    for (const other of others) await endOf(other)
    const ended = await Promise.allSettled([endOf(first), endOf(second)])
    expect(ended.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const [last, ...more] = (await holders()).filter(({ role }) => role === 'administrator')
    expect(more).toEqual([])
    await expect(endOf(last)).rejects.toMatchObject({ slug: 'wrong-state' })
  })
})
