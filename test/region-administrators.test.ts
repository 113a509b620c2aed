import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { openTenant } from '../src/core/database/handles.ts'
import type { Role } from '../src/identity/roles.ts'
import { addAdministrator } from '../src/identity/staff/administrators.ts'
import { listGrants, makeGrant, withdrawGrant } from '../src/identity/staff/grants.ts'
import { bundledDocuments, startApp, type TestApp } from './support/app.ts'
import { type Mailbox, startMailbox } from './support/mailbox.ts'
import { hire, openSession } from './support/staff.ts'
import { type Visitor, visitor } from './support/visitor.ts'

/* The region's administrator appoints the first administrator of a jurisdiction, and nothing more. */

let app: TestApp
let mailbox: Mailbox
let boss: Visitor

const BOSS = 'boss@county.example'
const HALL = 'hall@larkfield.example'

beforeAll(async () => {
  mailbox = await startMailbox()
  const documents = await bundledDocuments()
  const jurisdictions = documents.jurisdictions.map(one =>
    one.slug === 'larkfield' ? { ...one, email: HALL } : one,
  )
  app = await startApp({ documents: { ...documents, jurisdictions }, mail: mailbox.settings })
  const id = await addAdministrator(app.platform, 'ellery', { email: BOSS, name: 'The Boss' }, 'test')
  boss = visitor(app)
  const [name = '', value = ''] = (await openSession(app, id)).split('=')
  boss.cookies.set(name, value)
})
afterAll(async () => {
  await app.close()
  await mailbox.close()
})
beforeEach(() => {
  mailbox.emails.length = 0
})

const tenant = (slug: string) => openTenant(app.platform, { kind: 'system', reason: 'test' }, 'ellery', slug)
const grantRole = (slug: string, staff: string, role: Role, more: object = {}) =>
  makeGrant(app.platform, tenant(slug), { staff, role, source: 'command', ...more })
const appoint = (slug: string, email: string) => boss.post(`/region/${slug}`, { email, name: 'Newcomer' })
const administrators = async (slug: string) =>
  (await listGrants(tenant(slug))).filter(({ role }) => role === 'administrator').length

it('appoints the first, and tells everybody who works there, its own address and its audit', async () => {
  await grantRole('larkfield', await hire(app, 'Ana', 'ana@larkfield.example'), 'agent')
  const left = await grantRole('larkfield', await hire(app, 'Leo', 'leo@larkfield.example'), 'agent')
  await withdrawGrant(app.platform, tenant('larkfield'), left)
  expect(await boss.read('/region/larkfield')).toContain('We tell everyone who works for Town of Larkfield')
  expect((await appoint('larkfield', 'mia@larkfield.example')).status).toBe(303)
  await app.runJobs()
  expect(mailbox.emails.map(({ to }) => to).sort()).toEqual(
    ['ana@larkfield.example', HALL, 'mia@larkfield.example'].sort(),
  )
  for (const to of ['ana@larkfield.example', HALL]) {
    const [message] = mailbox.emailsTo(to)
    expect(message?.text).toContain('Newcomer (mia@larkfield.example)')
    expect(message?.text).toContain('The Boss')
    expect(message?.text).not.toContain('/sign-in/link/')
  }
  const logged = await tenant('larkfield').rows<{ actor: string }>(
    sql`SELECT actor FROM event WHERE type = 'grant-made' AND payload LIKE '%administrator%'`,
  )
  expect(logged.map(({ actor }) => actor.split(':').slice(0, 2).join(':'))).toEqual([
    'system:region-administrator',
  ])
})

it('appoints nobody where there was one once, however that ended, and says whom to ask', async () => {
  const now = app.platform.clock.now()
  const ended = await grantRole('hollis', await hire(app, 'Old'), 'administrator')
  await withdrawGrant(app.platform, tenant('hollis'), ended)
  // A grant from a provider lasts a day.
  await grantRole('port-ellery', await hire(app, 'Otto'), 'administrator', { source: 'oidc', to: now - 1 })
  await grantRole('gull-harbor', await hire(app, 'Lim'), 'administrator', {
    services: ['pothole'],
    to: now - 1,
  })
  const page = await boss.read('/region')
  for (const slug of ['hollis', 'port-ellery', 'gull-harbor']) {
    expect(page).toContain(`countyline grants create --jurisdiction ${slug} --role administrator`)
    expect(page).not.toContain(`href="/region/${slug}"`)
    expect((await boss.get(`/region/${slug}`)).status).toBe(409)
    expect((await appoint(slug, 'new@example.org')).status).toBe(409)
    expect(await administrators(slug)).toBe(1)
  }
  expect(mailbox.emails).toEqual([])
})

it('never appoints itself', async () => {
  for (const email of [BOSS, ` ${BOSS.toUpperCase()} `]) {
    const answer = await appoint('quill-water', email)
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('You cannot appoint yourself')
  }
  expect(await administrators('quill-water')).toBe(0)
})
