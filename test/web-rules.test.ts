import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asClientSent } from '../src/platform/node/http/proxy.ts'
import { webContract } from './contract/web.ts'
import { startApp, type TestApp } from './support/app.ts'
import type { TestServer } from './support/http.ts'
import { serveApp } from './support/serve-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

webContract('on Node', async () => app.request)

describe('behind a proxy that ends TLS', () => {
  let trusting: TestServer
  let plain: TestServer
  beforeAll(async () => {
    plain = await serveApp(app)
    trusting = await serveApp(app, asClientSent)
  })
  afterAll(() => Promise.all([plain.close(), trusting.close()]))

  const overTls = { 'x-forwarded-proto': 'https' }

  test('an answer is for https, and a form of our own page is ours, once the operator trusts it', async () => {
    const { headers } = await fetch(trusting.url, { headers: overTls })
    expect(headers.get('strict-transport-security')).toMatch(/^max-age=31536000/)
    expect((await fetch(trusting.url)).headers.has('strict-transport-security')).toBe(false)
    const post = (origin: string) =>
      fetch(`${trusting.url}/report/pothole/send`, {
        method: 'POST',
        headers: { ...overTls, origin },
        body: new URLSearchParams({ description: 'A hole' }),
      })
    expect((await post(`https://${trusting.host}`)).status).toBe(400)
    expect((await post(`http://${trusting.host}`)).status).toBe(403)
  })

  test('what anyone can write into a header is worth nothing before', async () => {
    const { headers } = await fetch(plain.url, { headers: overTls })
    expect(headers.has('strict-transport-security')).toBe(false)
  })
})
