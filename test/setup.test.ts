import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { codeOfStart, newCode, tokenOf } from '../src/admin/setup/codes.ts'
import { setup } from '../src/admin/setup/directory-schema.ts'
import { openDirectory } from '../src/core/database/handles.ts'
import { shippedMigrations } from '../src/core/database/shipped.ts'
import { createApp } from '../src/create-app.ts'
import type { DatabaseName } from '../src/platform/platform.ts'
import { requestApply, storedRegions, storedSnapshot } from '../src/regions/versions/apply.ts'
import { setupContract } from './contract/setup.ts'
import { startEmpty } from './support/empty.ts'
import { box, lakeDocuments } from './support/lake.ts'
import { linkIn, type Mailbox, startMailbox } from './support/mailbox.ts'
import { type OutsideServer, serveOpen311List } from './support/open311-list.ts'
import { create, enter, fillIn, send, typed } from './support/set-up.ts'
import { leadsTo, visitor } from './support/visitor.ts'

setupContract('on Node', startEmpty)

async function empty(options: Parameters<typeof startEmpty>[0] = {}) {
  const app = await startEmpty(options)
  onTestFinished(() => app.close())
  return app
}

describe('a set-up code', () => {
  it('is the same for every process, after a restart too, and readable in no database', async () => {
    const app = await empty()
    const codes = await Promise.all([codeOfStart(app.platform), codeOfStart(app.platform)])
    expect(new Set([...codes, await codeOfStart(app.platform)]).size).toBe(1)
    const browser = await enter(app)
    await fillIn(browser)
    const { rows } = await app.platform.databases.client({ kind: 'directory' }).execute('SELECT * FROM setup')
    const stored = JSON.stringify(rows)
    const [code = ''] = codes
    for (const secret of [
      code,
      code.replaceAll('-', ''),
      await tokenOf(app.platform, code),
      'Ada',
      'lake.example',
    ])
      expect(stored).not.toContain(secret)
  })

  it('of the setting SETUP_CODE is valid for the first region only, however often it is set', async () => {
    const app = await empty({ environment: { SETUP_CODE: 'a-code-of-the-operator' } })
    const browser = await enter(app, 'A CODE OF THE OPERATOR')
    await fillIn(browser)
    await create(app, browser)
    app.advance(25 * 3_600_000)
    await browser.get('/setup/done')
    const late = visitor(app)
    expect((await late.post('/setup', { code: 'a-code-of-the-operator' })).status).toBe(404)
    expect(late.cookies.size).toBe(0)
  })

  it('that is too short to be safe is not taken', async () => {
    const app = await empty({ environment: { SETUP_CODE: 'short' } })
    expect((await visitor(app).post('/setup', { code: 'short' })).status).toBe(400)
  })

  it('of the command ends after a week', async () => {
    const app = await empty()
    const code = await newCode(app.platform, 'operator:test')
    app.advance(7 * 24 * 3_600_000)
    expect((await visitor(app).post('/setup', { code })).status).toBe(400)
  })

  it('cannot be guessed: after some wrong ones an address has to wait', async () => {
    const app = await empty({ rateLimits: true })
    const front = createApp(app.platform)
    const guess = () =>
      front.request(
        'http://localhost/setup',
        { method: 'POST', body: new URLSearchParams({ code: '22222-22222-22222-22222' }) },
        { address: '192.0.2.7' },
      )
    const statuses: number[] = []
    for (let tries = 0; tries < 40; tries++) statuses.push((await guess()).status)
    expect([statuses[0], statuses.at(-1)]).toEqual([400, 429])
  })
})

describe('a set-up', () => {
  it('that dies after any of its steps is finished by whoever looks at it next', async () => {
    const app = await empty()
    const browser = await enter(app)
    await fillIn(browser)
    const { databases } = app.platform
    const client = databases.client.bind(databases)
    let left = 0
    Object.assign(databases, {
      client: (name: DatabaseName, ...others: []) => {
        const plain = client(name, ...others)
        const dying = <T>(work: () => Promise<T>) => {
          if (left-- <= 0) throw Object.assign(new Error('killed'), { code: 'SQLITE_IOERR' })
          return work()
        }
        return {
          execute: (...args: Parameters<typeof plain.execute>) => dying(() => plain.execute(...args)),
          batch: (...args: Parameters<typeof plain.batch>) => dying(() => plain.batch(...args)),
          close: () => plain.close(),
        }
      },
    })
    // One call more is made each time.
    let calls = 0
    for (let status = 0; status !== 303; calls++) {
      left = Number.POSITIVE_INFINITY
      const current = leadsTo(await browser.get('/setup'))
      const page = current === '/setup/check' ? await browser.read('/setup/check') : ''
      const version = /name="version" value="(\w*)"/.exec(page)?.[1] ?? ''
      left = calls
      const answer =
        current === '/setup/check'
          ? await browser.post('/setup/check', { version })
          : await browser.get('/setup/progress')
      status = answer.status === 200 ? 303 : answer.status
    }
    left = Number.POSITIVE_INFINITY
    expect(calls).toBeGreaterThan(5)
    await app.runJobs()
    await browser.get('/setup/progress')
    expect(await browser.read('/setup/done')).toContain('Lake County 311 is ready')
    const { rows } = await client({ kind: 'region', region: 'lake-county' }).execute(
      'SELECT (SELECT count(*) FROM configuration) AS versions, (SELECT count(*) FROM region_grant) AS administrators',
    )
    expect(rows[0]).toMatchObject({ versions: 1, administrators: 1 })
  })

  it('of the first region ends every other one of a first region', async () => {
    const app = await empty({ environment: { SETUP_CODE: 'a-code-of-the-operator' } })
    const one = await enter(app)
    const other = await enter(app, 'a-code-of-the-operator')
    await fillIn(one)
    await fillIn(other, { slug: 'other', host: 'other.example' })
    const answers = await Promise.all([send(one, 'check'), send(other, 'check')])
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 409])
    await app.runJobs()
    expect(await storedRegions(app.platform)).toHaveLength(1)
  })

  it('does not take the slug of a region whose configuration is being applied', async () => {
    const app = await empty()
    await requestApply(app.platform, shippedMigrations(), 'lake-county', lakeDocuments(), { by: 'test' })
    const browser = await enter(app)
    await send(browser, 'you')
    const refused = await send(browser, 'region')
    expect([refused.status, (await refused.text()).includes('id="field-slug-error"')]).toEqual([400, true])
  })

  it('takes the county’s boundary, repaired, and refuses a file that is none', async () => {
    const app = await empty()
    const browser = await enter(app)
    await fillIn(browser)
    const sent = async (content: string) => {
      const page = await browser.read('/setup/county')
      const form = new FormData()
      const version = /name="version" value="(\w*)"/.exec(page)?.[1] ?? ''
      for (const [name, value] of Object.entries({ ...typed.county, version })) form.set(name, value)
      form.set('boundary', new File([content], 'county.geojson'))
      return browser.postBody('/setup/county', form)
    }
    for (const wrong of [
      'not JSON',
      '{"type":"FeatureCollection","features":[]}',
      'x'.repeat(3.1 * 1024 * 1024),
    ]) {
      const refused = await sent(wrong)
      expect([refused.status, (await refused.text()).includes('id="field-boundary-error"')]).toEqual([
        400,
        true,
      ])
    }
    expect((await sent('x'.repeat(9 * 1024 * 1024))).status).toBe(413)
    expect((await sent(box(-80.1, 40, -79.9, 40.1, { NAME: 'Lake' }))).status).toBe(303)
    expect(await create(app, browser)).not.toContain('Add the boundary')
    const { documents } = (await storedSnapshot(app.platform, 'lake-county')) ?? {}
    expect(documents?.region.map.center).toEqual([-80, 40.05])
    expect(documents?.jurisdictions[0]?.boundary).toHaveLength(1)
  })
})

describe('with other servers', () => {
  let mailbox: Mailbox
  let outside: OutsideServer
  beforeAll(async () => {
    mailbox = await startMailbox()
    outside = await serveOpen311List()
  })
  afterAll(() => Promise.all([mailbox.close(), outside.close()]))

  it('the administrator gets a link by email, in the language of the pages, and no other way in', async () => {
    const app = await empty({ mail: mailbox.settings })
    const browser = await enter(app)
    await browser.get('/setup/you?lang=es')
    // Its host may lead nowhere yet.
    await fillIn(browser, { host: '311.lake.example' })
    expect(await create(app, browser)).toContain('Enviamos un correo a ada@lake.example')
    expect(leadsTo(await browser.post('/setup/done'))).toBe('/setup/done')
    app.advance(60_000)
    await app.runJobs()
    const [email, ...more] = mailbox.emailsTo('ada@lake.example')
    expect([email?.subject, more.length]).toEqual(['Lake County 311 está listo: inicie sesión', 0])
    const link = new URL(email === undefined ? '' : linkIn(email, 'sign-in/link'))
    expect(link.href).toMatch(/^http:\/\/localhost:8311\/r\/lake-county\/sign-in\/link\//)
    expect(leadsTo(await visitor(app).post(link.pathname))).toBe('/r/lake-county/admin')
  })

  it('services are read from an Open311 server, with their questions, and only from a public one', async () => {
    const app = await empty({ outboundAllow: [new URL(outside.url).host] })
    const browser = await enter(app)
    await send(browser, 'you')
    await send(browser, 'region')
    for (const url of ['', 'http://127.0.0.1:9/open311', 'http://169.254.169.254/', 'file:///etc/passwd']) {
      const refused = await send(browser, 'services', { act: 'read', url })
      const page = await refused.text()
      const isAtField = page.includes('id="field-url-error"')
      const ticks = page.split('name="service"').length - page.split('checked=""').length
      expect([url, refused.status, isAtField, ticks]).toEqual([url, 400, true, 0])
    }
    const read = await send(browser, 'services', { act: 'read', url: `${outside.url}/open311/v2` })
    expect(leadsTo(read)).toBe('/setup/services')
    expect(await browser.read('/setup/services')).toContain('We read 2 services')
    await send(browser, 'services')
    await send(browser, 'county')
    await create(app, browser)
    const { documents } = (await storedSnapshot(app.platform, 'lake-county')) ?? {}
    expect(documents?.services.map(({ code, questions = [] }) => [code, questions.length])).toEqual([
      ['001', 1],
      ['002', 0],
    ])
  })

  it('none chosen is not enough, and the common list comes back', async () => {
    const app = await empty({ outboundAllow: [new URL(outside.url).host] })
    const browser = await enter(app)
    await fillIn(browser)
    const none = await browser.post('/setup/services', {
      version: /name="version" value="(\w*)"/.exec(await browser.read('/setup/services'))?.[1] ?? '',
    })
    expect(none.status).toBe(400)
    await send(browser, 'services', { act: 'read', url: `${outside.url}/open311/v2` })
    await send(browser, 'services', { act: 'common' })
    expect(await browser.read('/setup/services')).toContain('These 41 services are common')
  })
})

it.each(['looked at', 'forgotten'])('nothing of a set-up stays in the directory that is %s', async state => {
  const app = await empty()
  const browser = await enter(app)
  await fillIn(browser)
  await create(app, browser)
  await browser.post(leadsTo(await browser.post('/setup/done')))
  if (state === 'looked at') await browser.get('/setup/done')
  app.advance(2 * 24 * 3_600_000)
  await app.runJobs()
  const rows = await openDirectory(app.platform)
    .select({ answers: setup.answers, region: setup.region })
    .from(setup)
  expect(rows).toEqual([{ answers: null, region: 'lake-county' }])
})
