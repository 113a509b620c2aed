import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { openTenant } from '../src/core/database/handles.ts'
import { listGrants } from '../src/identity/staff/grants.ts'
import { fieldsOf, withCookie } from './support/administrators.ts'
import { startApp, type TestApp } from './support/app.ts'
import { type Mailbox, startMailbox } from './support/mailbox.ts'
import { grantRole, hire, signIn } from './support/staff.ts'
import type { Visitor } from './support/visitor.ts'

/* A municipality's administrator invites several people from a table. */

let app: TestApp
let mailbox: Mailbox
let clerk: Visitor

const path = '/admin/jurisdictions/hollis/people'

beforeAll(async () => {
  mailbox = await startMailbox()
  app = await startApp({ mail: mailbox.settings })
  clerk = withCookie(app, (await signIn(app, 'hollis', 'administrator')).cookie)
  await grantRole(app, await hire(app, 'Old Hand', 'old@hollis.example'), 'hollis', 'agent')
})
afterAll(async () => {
  await app.close()
  await mailbox.close()
})
beforeEach(() => {
  mailbox.emails.length = 0
})

async function grants() {
  return listGrants(openTenant(app.platform, { kind: 'system', reason: 'test' }, 'ellery', 'hollis'))
}

async function upload(table: string | Uint8Array<ArrayBuffer>) {
  const form = new FormData()
  form.set('people.file', new File([table], 'people.csv'))
  return clerk.postBody(`${path}/check`, form)
}

const table = `name,email,role,services,from,to
Ana Ruiz,ana@hollis.example,agent,pothole; graffiti,2027-01-01,2027-12-31
"=HYPERLINK(""http://evil.example"")",eve@hollis.example,Supervisor,,,
Ana Again,ANA@hollis.example,agent,,,
Old Hand,old@hollis.example,agent,,,
No Mail,,agent,,,
Bad Mail,nobody,agent,,,
Bad Role,role@hollis.example,mayor,,,
Bad Service,service@hollis.example,agent,moon-landing,,
Bad Dates,dates@hollis.example,agent,,2027-02-30,2001-01-01
`

it('shows every row with its problems, and sends nothing before it is asked to', async () => {
  expect(await clerk.read('/work/hollis/grants')).toContain(path)
  const before = (await grants()).length
  const page = await (await upload(table)).text()
  expect(page).toContain('2 of 9 people can be invited')
  expect(page).toContain('The same person and role as in line 2.')
  expect(page).toContain('Role: This person has this role already.')
  expect(page).toContain('Enter an email address, such as')
  expect(page).toContain('Role: Choose an option from the list.')
  expect(page).toContain('We cannot find this.')
  expect(page).toContain('Enter a date.')
  expect(page).toContain('Enter a later date.')
  expect(page).toContain('=HYPERLINK(&quot;http://evil.example&quot;)')
  await app.runJobs()
  expect((await grants()).length).toBe(before)
  expect(mailbox.emails).toEqual([])
})

it('invites those without problems, once, however often it is sent', async () => {
  const before = (await grants()).length
  const fields = fieldsOf(await (await upload(table)).text(), path)
  const answers = await Promise.all([clerk.post(path, fields), clerk.post(path, fields)])
  expect(answers.map(({ status }) => status).sort()).toEqual([303, 409])
  await app.runJobs()
  expect(mailbox.emails.map(({ to }) => to).sort()).toEqual(['ana@hollis.example', 'eve@hollis.example'])
  expect((await grants()).length).toBe(before + 2)
  const ana = (await grants()).find(({ services }) => services?.includes('graffiti'))
  expect(ana).toMatchObject({ role: 'agent', services: ['pothole', 'graffiti'] })
  // The mended table invites nobody twice.
  const again = await (await upload(table)).text()
  expect(again).toContain('0 of 9 people can be invited')
  expect(again).not.toContain('Send 0')
})

it('takes a table in Windows-1252, with semicolons, and role names of any language', async () => {
  const text = 'Email;Name;Role\r\nzo@hollis.example;Zoë Núñez;Supervisor\r\n'
  const page = await (await upload(Uint8Array.from([...text].map(sign => sign.charCodeAt(0))))).text()
  expect(page).toContain('Zoë Núñez')
  expect(page).toContain('1 of 1 person can be invited')
})

it.each([
  ['nothing', '', 400],
  ['no columns', 'a,b\n1,2\n', 400],
  ['columns only', 'email,role\n', 400],
  ['a file that is no text', 'PK\u0003\u0004\u0000\u0000,email,role', 400],
  ['more people than the limit', `email,role\n${'x@hollis.example,agent\n'.repeat(101)}`, 400],
  ['more bytes than the limit', `email,role\n${'x'.repeat(60_000)}`, 413],
])('refuses %s', async (_, sent, status) => {
  const answer = await upload(sent)
  expect(answer.status).toBe(status)
  if (status === 400) expect(await answer.text()).toContain('field-people-table')
})

it('is for those who add staff there', async () => {
  const agent = withCookie(app, (await signIn(app, 'hollis', 'agent')).cookie)
  expect((await agent.get(path)).status).toBe(403)
  const other = withCookie(app, (await signIn(app, 'larkfield', 'administrator')).cookie)
  expect((await other.get(path)).status).toBe(404)
  const sent = { 'send.table': 'email,role\nx@hollis.example,administrator' }
  expect((await other.post(path, sent)).status).toBe(404)
})
