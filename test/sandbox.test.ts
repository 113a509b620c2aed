import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { sandboxDocuments } from '../src/admin/sandbox/documents.ts'
import { shippedMigrations } from '../src/core/database/shipped.ts'
import { addAdministrator } from '../src/identity/staff/administrators.ts'
import type { Email } from '../src/platform/platform.ts'
import { loadRegion } from '../src/regions/documents/load.ts'
import { currentRegion } from '../src/regions/runtime/current.ts'
import { sendEmail, sendText } from '../src/regions/runtime/mail.ts'
import { sitesListedAt } from '../src/regions/runtime/site.ts'
import { requestApply } from '../src/regions/versions/apply.ts'
import { removeSandbox } from '../src/regions/versions/remove-region.ts'
import { fieldsOf } from './support/administrators.ts'
import { bundledDocuments, startApp, type TestApp } from './support/app.ts'
import { lakeDocuments, lakeFiles } from './support/lake.ts'
import { startSqld } from './support/sqld.ts'
import { openSession } from './support/staff.ts'
import { type Visitor, visitor } from './support/visitor.ts'

/* A draft is tried out on a test site: a region of its own, with databases of its own, that reaches nobody. */

let app: TestApp
let ana: Visitor

beforeAll(async () => {
  app = await startApp()
  ana = await administrator(app, 'ellery', 'ana@county.example')
})
afterAll(() => app.close())

async function administrator(on: TestApp, region: string, email: string): Promise<Visitor> {
  const one = visitor(on)
  const id = await addAdministrator(on.platform, region, { email, name: 'Ana' }, 'test')
  const [name = '', value = ''] = (await openSession(on, id)).split('=')
  one.cookies.set(name, value)
  return one
}

async function begin(who: Visitor, at = ''): Promise<string> {
  const answer = await who.post(`${at}/admin/drafts`, {
    '/admin/drafts.title': 'A town',
    '/admin/drafts.to': '',
  })
  return (answer.headers.get('location') ?? '').replace(/^.*?(?=\/admin\/|\/r\/)/, '')
}

async function rename(who: Visitor, draft: string, slug: string, phone: string) {
  const path = `${draft}/jurisdictions/${slug}/profile`
  const fields = fieldsOf(await who.read(path))
  const answer = await who.post(path, { ...fields, 'document.phone': phone })
  expect(answer.status).toBe(303)
}

async function tryOut(on: TestApp, who: Visitor, draft: string): Promise<string> {
  expect((await who.post(`${draft}/sandbox`, {})).status).toBe(303)
  for (let rounds = 0; rounds < 3; rounds++) {
    on.advance(2_500)
    await on.runJobs()
  }
  const page = await who.read(`${draft}/sandbox`)
  const [, region = ''] = /href="\/r\/([a-z0-9-]+)\/"/.exec(page) ?? []
  expect(region).toMatch(/-sandbox-[a-z0-9]{6}$/)
  return region
}

describe('a test site', () => {
  let draft: string
  let site: string
  beforeAll(async () => {
    draft = await begin(ana)
    await rename(ana, draft, 'larkfield', '555-010-0199')
    site = await tryOut(app, ana, draft)
  }, 60_000)

  it('shows the draft, says on every page that it is one, and is found by nobody', async () => {
    const region = await currentRegion(app.platform, site)
    expect(region.jurisdiction('larkfield')?.phone).toBe('555-010-0199')
    expect(app.region.jurisdiction('larkfield')?.phone).not.toBe('555-010-0199')
    for (const path of ['/', '/report', '/reports', '/sign-in', '/about']) {
      const answer = await app.request(`/r/${site}${path}`)
      const page = await answer.text()
      expect(page, path).toContain('Test site. Reports here go to nobody.')
      expect(page, path).toContain('<meta name="robots" content="noindex"/>')
      expect(answer.headers.get('x-robots-tag'), path).toBe('noindex, nofollow')
    }
    expect(await (await app.request('/')).text()).not.toContain('Test site.')
    expect(region.documents.region.hosts).toEqual([])
    const listed = await sitesListedAt(app.platform, new URL(app.platform.publicUrl))
    expect(listed.map(({ address }) => address).join()).not.toContain('sandbox')
  })

  it('keeps its reports apart from real ones', async () => {
    const questions = app.region.service('graffiti')?.questions ?? []
    const required = questions.filter(question => question.required)
    const answers = Object.fromEntries(required.map(({ code, options }) => [code, options?.[0]?.key ?? '1']))
    const centre = app.region.documents.region.map.center
    const filed = await app.request(`/r/${site}/api/v1/requests`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        service_code: 'graffiti',
        long: centre[0],
        lat: centre[1],
        description: 'Only a test of ours',
        answers,
      }),
    })
    expect(filed.status, await filed.clone().text()).toBeLessThan(300)
    await app.runJobs()
    expect(await (await app.request(`/r/${site}/reports`)).text()).toContain('Only a test of ours')
    expect(await (await app.request('/reports')).text()).not.toContain('Only a test of ours')
  })

  it('lets in who started it, as administrator and as staff of every municipality in it', async () => {
    const entered = await ana.post(`${draft}/sandbox/enter`, {})
    expect(entered.headers.get('location')).toBe(`/r/${site}/work`)
    expect((await ana.get(`/r/${site}/work/larkfield/handoffs`)).status).toBe(200)
    expect((await ana.get(`/r/${site}/admin`)).status).toBe(200)
    expect(await ana.read(`/r/${site}/work/larkfield/handoffs`)).toContain('Test site.')
    // They are not staff of the real one.
    expect((await ana.get('/work/larkfield/handoffs')).status).toBe(404)
  })

  it('writes only to those who test it, and forwards nothing', async () => {
    const region = await currentRegion(app.platform, site)
    const email = (to: string): Email => ({ to, from: 'x', subject: 's', text: 't', id: 'i' })
    const sent: Email[] = []
    const mail = {
      isConfigured: true,
      send: async (email: Email) => {
        sent.push(email)
        return 'sent' as const
      },
    }
    const platform = { ...app.platform, mail }
    expect(await sendEmail(platform, region, email('resident@home.example'))).toBe('refused')
    expect(await sendEmail(platform, region, email('Ana@County.example'))).toBe('sent')
    expect(await sendText(platform, region, { to: '+15550100123', text: 't' })).toBe('refused')
    expect(await sendEmail(platform, app.region, email('resident@home.example'))).toBe('sent')
    expect(sent).toHaveLength(2)
    const real = await bundledDocuments()
    expect(real.region.partners?.some(({ forward }) => forward !== undefined && forward !== 'none')).toBe(
      true,
    )
    const text = JSON.stringify(sandboxDocuments(real))
    for (const { email, open311 } of real.region.partners ?? []) {
      if (email !== undefined) expect(text).not.toContain(email)
      if (open311 !== undefined) expect(text).not.toContain(open311.endpoint)
    }
    expect(region.documents.region.partners?.map(({ forward }) => forward)).not.toContain('email')
  })

  it('is brought to what the draft has by now', async () => {
    await rename(ana, draft, 'larkfield', '555-010-0142')
    expect(await ana.read(`${draft}/sandbox`)).toContain('The draft has changed')
    expect(await tryOut(app, ana, draft)).toBe(site)
    app.advance(5_000)
    await app.request(`/r/${site}/`)
    expect((await currentRegion(app.platform, site)).jurisdiction('larkfield')?.phone).toBe('555-010-0142')
    expect(await (await app.request(`/r/${site}/reports`)).text()).toContain('Only a test of ours')
  })

  it('is deleted with all its databases, and the draft stays', async () => {
    const files = () => readdirSync(join(app.dataDir, 'databases')).filter(name => name.startsWith(site))
    expect(files().length).toBeGreaterThan(3)
    expect((await ana.post(`${draft}/sandbox/remove`, {})).status).toBe(303)
    await app.runJobs()
    expect(files()).toEqual([])
    expect((await app.request(`/r/${site}/`)).status).toBe(404)
    expect((await ana.post(`${draft}/sandbox/remove`, {})).status).toBe(409)
    app.advance(200_000)
    await app.runJobs()
    expect(await ana.read(`${draft}/sandbox`)).toContain('Make a test site')
    expect((await ana.get(draft)).status).toBe(200)
  })

  it('ends when its draft goes live', async () => {
    const again = await tryOut(app, ana, draft)
    const [, form = ''] = (await ana.read(`${draft}/plan`)).split(`${draft}/apply"`)
    const live = await ana.post(`${draft}/apply`, fieldsOf(form))
    expect(live.headers.get('location')).toContain('/progress')
    await app.runJobs()
    expect(existsSync(join(app.dataDir, 'databases', `${again}.db`))).toBe(false)
    expect((await app.request(`/r/${again}/`)).status).toBe(404)
    app.advance(5_000)
    await app.request('/')
    expect((await currentRegion(app.platform, 'ellery')).jurisdiction('larkfield')?.phone).toBe(
      '555-010-0142',
    )
  })
})

describe('the name of a test site', () => {
  it('is refused for documents from outside, and no other region is ever deleted', async () => {
    const { issues } = loadRegion('lake-sandbox-abcdef', lakeFiles())
    expect(issues.map(({ message }) => message)).toContainEqual(expect.stringContaining('test site'))
    const apply = requestApply(app.platform, shippedMigrations(), 'lake-sandbox-abcdef', lakeDocuments(), {
      by: 'test',
    })
    await expect(apply).rejects.toMatchObject({ slug: 'bad-request' })
    await expect(removeSandbox(app.platform, 'ellery', true)).rejects.toMatchObject({ slug: 'fault' })
  })
})

it('a test site is made and deleted on sqld', async () => {
  const sqld = await startSqld()
  onTestFinished(() => sqld.stop())
  const remote = { url: sqld.url, adminUrl: sqld.adminUrl }
  const lake = await startApp({ documents: lakeDocuments(), slug: 'lake', remote })
  onTestFinished(() => lake.close())
  const ben = await administrator(lake, 'lake', 'ben@lake.example')
  const draft = await begin(ben, '/r/lake')
  await rename(ben, draft, 'west', '555-010-0123')
  const site = await tryOut(lake, ben, draft)
  const isThere = async (name: string) =>
    (await fetch(`${sqld.adminUrl}/v1/namespaces/${name}/config`)).status === 200
  expect(await isThere(`${site}--west`)).toBe(true)
  expect((await ben.post(`${draft}/discard`, {})).status).toBe(303)
  await lake.runJobs()
  expect(await isThere(`${site}--west`)).toBe(false)
  expect(await isThere(site)).toBe(false)
  expect(await isThere('lake--west')).toBe(true)
}, 60_000)
