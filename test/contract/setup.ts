import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { codeOfStart, newCode } from '../../src/admin/setup/codes.ts'
import { storedSnapshot } from '../../src/regions/versions/apply.ts'
import type { EmptyApp } from '../support/empty-app.ts'
import { create, enter, fillIn, send, typed } from '../support/set-up.ts'
import { leadsTo, visitor } from '../support/visitor.ts'

/** From an empty deployment to a region that takes reports, and then a second one. In order: each goes on where the last ended. */
export function setupContract(runtime: string, start: () => Promise<EmptyApp>): void {
  describe(`set-up ${runtime}`, () => {
    let app: EmptyApp
    let code: string
    beforeAll(async () => {
      app = await start()
      code = await codeOfStart(app.platform)
    })
    afterAll(() => app?.close())

    it('is where the first page leads; everything else is not there', async () => {
      const stranger = visitor(app)
      expect(leadsTo(await stranger.get('/'))).toBe('/setup')
      expect(await stranger.read('/setup')).toContain('name="code"')
      for (const step of ['you', 'region', 'services', 'county', 'check', 'progress', 'done'])
        expect(leadsTo(await stranger.get(`/setup/${step}`))).toBe('/setup')
      expect((await stranger.get('/report')).status).toBe(404)
      expect((await stranger.post('/setup/you', typed.you)).status).toBe(303)
    })

    it('takes the code as people type it, and no other', async () => {
      const browser = visitor(app)
      for (const wrong of [
        '',
        'x',
        `${code.slice(0, -1)}2`.replace(code, '23456'),
        'ABCDE-FGHIJ-KLMNO-PQRST',
      ]) {
        const refused = await browser.post('/setup', { code: wrong })
        expect([refused.status, browser.cookies.size]).toEqual([400, 0])
      }
      const taken = await browser.post('/setup', { code: ` ${code.toLowerCase().replaceAll('-', ' ')} ` })
      expect([taken.status, leadsTo(taken)]).toEqual([303, '/setup'])
      expect(leadsTo(await browser.get('/setup'))).toBe('/setup/you')
    })

    it('says what is wrong at its field, and keeps what was typed', async () => {
      const browser = await enter(app)
      const you = await send(browser, 'you', { name: 'Ada <b>', email: 'nobody' })
      const page = await you.text()
      expect(you.status).toBe(400)
      expect(page).toContain('id="field-email-error"')
      expect(page).toContain('value="Ada &lt;b&gt;"')
      await send(browser, 'you')
      const region = await send(browser, 'region', {
        name: '',
        slug: 'Not A Slug!',
        phone: 'none',
        languages: 'tlh',
        timezone: 'Mars/Olympus',
        host: '311 county',
      })
      const wrong = await region.text()
      expect(region.status).toBe(400)
      for (const field of ['name', 'slug', 'phone', 'languages', 'timezone', 'host'])
        expect(wrong).toContain(`id="field-${field}-error"`)
      expect(wrong).toContain('value="not a slug!"')
      expect((await send(browser, 'region', { slug: 'admin' })).status).toBe(400)
    })

    it('is resumed in another browser with the same code, and notices what that one has changed', async () => {
      const one = await enter(app)
      await fillIn(one)
      const other = await enter(app)
      expect(leadsTo(await other.get('/setup'))).toBe('/setup/check')
      expect(await other.read('/setup/region')).toContain('value="Lake County 311"')
      const shown = /name="version" value="(\w+)"/.exec(await one.read('/setup/county'))?.[1] ?? ''
      expect((await send(other, 'county', { name: 'County of Lake' })).status).toBe(303)
      const late = { ...typed.county, name: 'Lake', version: shown }
      const refused = await one.post('/setup/county', late)
      const again = await refused.text()
      expect(refused.status).toBe(409)
      expect(again).toContain('value="Lake"')
      const version = /name="version" value="(\w+)"/.exec(again)?.[1] ?? ''
      expect((await one.post('/setup/county', { ...late, name: 'Lake County', version })).status).toBe(303)
      // What the other one still shows is not what would be created.
      const stale = await other.post('/setup/check', { version: '1' })
      expect(leadsTo(stale)).toBe('/setup/check')
    })

    it('makes a region whose county gets every report; its administrator signs in, and the code is worth nothing any more', async () => {
      const browser = await enter(app)
      const done = await create(app, browser)
      expect(done).toContain('Lake County 311 is ready')
      expect(done).toContain('Add the boundary of Lake County')
      const snapshot = await storedSnapshot(app.platform, 'lake-county')
      expect(snapshot?.documents).toMatchObject({
        region: { hosts: ['localhost'], intake: 'lake-county', emergency: { phone: '911' } },
        jurisdictions: [{ slug: 'lake-county', code: 'LC', hours: { 'mon-fri': '08:00-17:00' } }],
      })
      expect(snapshot?.documents.services.length).toBeGreaterThan(35)
      const filed = await app.request('/api/v1/requests', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          service_code: 'something-else',
          lat: 40,
          long: -80,
          description: 'A bench',
          answers: { details: 'A bench' },
        }),
      })
      expect([filed.status, await filed.json()]).toEqual([
        201,
        expect.objectContaining({ jurisdiction: 'lake-county' }),
      ])
      const link = leadsTo(await browser.post('/setup/done'))
      expect(link).toMatch(/^\/sign-in\/link\//)
      expect(leadsTo(await browser.post(link))).toBe('/admin')
      expect((await browser.get('/admin')).status).toBe(200)
      expect(await browser.read('/admin/log')).toContain('Set up the region')
      const unknown = await visitor(app).read('/no-such-page')
      const stranger = visitor(app)
      for (const path of ['/setup', '/setup/you', '/setup/done', `/setup/start/${code}`]) {
        const answer = await stranger.get(path)
        expect([path, answer.status, plain(await answer.text(), path)]).toEqual([
          path,
          404,
          plain(unknown, '/no-such-page'),
        ])
      }
      expect((await stranger.post('/setup', { code })).status).toBe(404)
    })

    it('makes a second region with a code of the operator, and refuses a slug and a host that are taken', async () => {
      const another = await newCode(app.platform, 'operator:test')
      const link = visitor(app)
      const started = await link.read(`/setup/start/${another}`)
      const hidden = /name="code" value="(\w+)"/.exec(started)?.[1] ?? ''
      await link.post('/setup', { code: hidden })
      await send(link, 'you')
      const refused = await send(link, 'region')
      const page = await refused.text()
      expect(refused.status).toBe(400)
      expect(page).toContain('id="field-slug-error"')
      expect(page).toContain('id="field-host-error"')
      await fillIn(link, { slug: 'lake-2', host: 'https://Lake.Example:8080/here' })
      expect(await create(app, link)).toContain('/r/lake-2/')
      expect(leadsTo(await link.post('/setup/done'))).toMatch(/^\/r\/lake-2\/sign-in\/link\//)
      expect((await app.request('/r/lake-2/')).status).toBe(200)
    })
  })
}

// Without what says which page it is: its language links, and the number of the request.
function plain(page: string, path: string): string {
  return page.replaceAll(path, '/PATH')
}
