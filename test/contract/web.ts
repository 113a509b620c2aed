import { describe, expect, it } from 'vitest'

type Ask = (path: string, init?: RequestInit) => Promise<Response>

/** HTTP rules of the web pages: the same on each runtime. `path` may be a whole URL. */
export function webContract(name: string, start: () => Promise<Ask>): void {
  describe(`the web's own rules, ${name}`, () => {
    it.each([
      ['a page', '/', 200],
      ['a page of a problem', '/nowhere', 404],
      ['a page without a site', '/j/nowhere/report', 404],
      ['the API', '/api/v1/requests', 200],
      ['a problem of the API', '/api/v1/nowhere', 404],
      ['Open311', '/open311/v2/services.xml', 200],
      ['a style sheet', '/assets/site.css', 200],
      ['a health check', '/healthz', 200],
    ])('%s says what browsers may do with it', async (_, path, status) => {
      const ask = await start()
      const { headers, status: answered } = await ask(path)
      expect(answered).toBe(status)
      const policy = policyOf(headers)
      expect(policy['default-src']).toBe("'none'")
      expect(policy['base-uri']).toBe("'none'")
      expect(policy['frame-ancestors']).toBe("'none'")
      expect(policy['form-action']).toMatch(/^'(self|none)'$/)
      expect(headers.get('content-security-policy')).not.toContain('unsafe')
      expect(headers.get('x-frame-options')).toBe('DENY')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('strict-origin')
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
      expect(headers.get('permissions-policy')).toMatch(/geolocation=\(self\).*camera=\(\)/)
      expect(headers.get('cache-control')).toBeTruthy()
      expect(headers.has('strict-transport-security')).toBe(false)
      const secure = await ask(new URL(path, 'https://localhost').href)
      expect(secure.headers.get('strict-transport-security')).toBe('max-age=31536000; includeSubDomains')
    })

    it('a page runs the scripts that carry the nonce of its one answer, and no text of its own', async () => {
      const ask = await start()
      const nonces = new Set<string>()
      for (const path of ['/', '/report', '/reports', '/report/pothole', '/']) {
        const answer = await ask(path)
        const page = await answer.text()
        const { 'script-src': scripts = '', 'object-src': objects } = policyOf(answer.headers)
        const nonce = /'nonce-([\w+/=]{22,})'/.exec(scripts)?.[1] ?? ''
        expect(objects).toBe("'none'")
        const tags = page.match(/<script\b[^>]*>/g) ?? []
        expect(tags.length).toBeGreaterThan(0)
        for (const tag of tags) expect(tag).toContain(` nonce="${nonce}"`)
        expect(page).not.toMatch(/<script[^>]*>[^<]|\son\w+="|\sstyle="|<style|javascript:/i)
        nonces.add(nonce)
      }
      expect(nonces.size).toBe(5)
    })

    it('a page of a problem runs nothing and is the same for everybody', async () => {
      const ask = await start()
      const [first, second] = [await ask('/cases/EC-22222-22222'), await ask('/cases/EC-22222-22222')]
      expect(await first.text()).toBe(await second.text())
      expect(first.headers.get('content-security-policy')).toBe(second.headers.get('content-security-policy'))
      expect(policyOf(first.headers)['script-src']).toBeUndefined()
    })

    it('what is someone’s is kept by no cache; what is everybody’s says for how long', async () => {
      const ask = await start()
      const kept = async (path: string) => (await ask(path)).headers.get('cache-control')
      expect(await kept('/cases/EC-22222-22222')).toBe('no-store')
      expect(await kept('/unfollow/nothing')).toBe('no-store')
      expect(await kept('/api/v1/work/requests')).toBe('no-store')
      expect(await kept('/api/v1/requests')).toBe('no-store')
      expect(await kept('/report')).toBe('private, no-cache')
      expect(await kept('/track?number=wrong')).toBe('no-store')
    })

    it('what another site asks for in the name of somebody signed in is compressed by nobody on its way', async () => {
      const ask = await start()
      const caching = async (site: string, cookie: string) =>
        (await ask('/', { headers: { cookie, 'sec-fetch-site': site } })).headers.get('cache-control')
      const session = 'language=en; __Host-account-ellery=x'
      expect(await caching('cross-site', session)).toMatch(/(^|, )no-transform$/)
      expect(await caching('same-origin', session)).not.toContain('no-transform')
      expect(await caching('cross-site', 'language=en')).not.toContain('no-transform')
    })

    const form = 'first_name=A'
    const isForm = { 'content-type': 'application/x-www-form-urlencoded' }
    const crossSite = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }
    const post = async (path: string, headers: Record<string, string>, body: BodyInit = form) =>
      (await start())(path, { method: 'POST', headers: { ...isForm, ...headers }, body })

    it.each([
      ['another site', crossSite],
      ['a sibling of ours', { 'sec-fetch-site': 'same-site', origin: 'https://other.localhost' }],
      ['a frame without an origin', { 'sec-fetch-site': 'cross-site', origin: 'null' }],
      ['an old browser on another site', { origin: 'https://evil.example' }],
      ['an old browser that hides where from', { origin: 'null' }],
      ['another port of this machine', { origin: 'http://localhost:1' }],
      ['nobody knows where, with a session', { cookie: 'language=es; __Host-session=x' }],
      ['a form of files elsewhere', { ...crossSite, 'content-type': 'multipart/form-data; boundary=b' }],
      ['a form of plain text elsewhere', { ...crossSite, 'content-type': 'text/plain' }],
    ])('a form from %s is refused with a page that says so', async (_, headers) => {
      for (const path of ['/report/pothole/send', '/cases/EC-22222-22222/follow', '/reply/x', '/nowhere']) {
        const answer = await post(path, headers)
        expect(answer.status).toBe(403)
        const text = await answer.text()
        expect(text).toMatch(/This form came from another website|Este formulario vino de otro sitio web/)
        expect(text).toMatch(/^<!doctype html>/)
      }
    })

    it.each([
      ['our own page', { 'sec-fetch-site': 'same-origin', origin: 'http://localhost' }],
      ['our own page, with a session', { 'sec-fetch-site': 'same-origin', cookie: '__Host-session=x' }],
      ['our own page in an old browser', { origin: 'http://localhost' }],
      ['a text browser, which says nothing', { cookie: 'language=es' }],
    ])('a form from %s is taken up', async (_, headers) => {
      expect((await post('/report/pothole/send', headers)).status).toBe(400)
      expect((await post('/cases/EC-22222-22222/follow', headers)).status).toBe(400)
    })

    it('programs need no page of ours: Open311, the API, and the one click of RFC 8058', async () => {
      const open311 = '/open311/v2/requests.json'
      const api = { ...crossSite, 'content-type': 'application/json' }
      const withKey = { ...crossSite, authorization: 'Bearer cl_x_y_z', cookie: 'balancer=1' }
      const answers = await Promise.all([
        post(open311, crossSite),
        post(open311, { cookie: 'balancer=1' }),
        post('/api/v1/requests', api, '{}'),
        post('/api/v1/work/requests/EC-22222-22222/notes', withKey),
        post('/unfollow/forged', {}, 'List-Unsubscribe=One-Click'),
        post('/unfollow/forged', { origin: 'null' }, 'List-Unsubscribe=One-Click'),
      ])
      for (const answer of answers) {
        const text = await answer.text()
        expect(text).not.toBe('')
        expect(text).not.toMatch(/another website|cross-site/)
      }
    })

    it('but a session is worth nothing to another site at the API either', async () => {
      const answer = await post('/api/v1/requests', { ...crossSite, cookie: '__Host-session=x' })
      expect(answer.status).toBe(403)
      expect(await answer.json()).toMatchObject({ type: 'urn:countyline:problem:cross-site' })
    })
  })
}

function policyOf(headers: Headers): Record<string, string> {
  const directives = (headers.get('content-security-policy') ?? '').split('; ')
  return Object.fromEntries(
    directives.map(directive => {
      const [name = '', ...values] = directive.trim().split(/\s+/)
      return [name, values.join(' ')]
    }),
  )
}
