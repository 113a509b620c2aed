import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { createApp } from '../../src/create-app.ts'
import type { TestApp } from './app.ts'
import type { TestServer } from './http.ts'

/** The app on a real port, for programs that use HTTP. `read` changes each request first. */
export function serveApp(app: TestApp, read = (request: Request) => request): Promise<TestServer> {
  const { fetch } = createApp(app.platform)
  return new Promise(resolve => {
    const server = serve(
      {
        fetch: request => fetch(read(request)),
        port: 0,
        hostname: '127.0.0.1',
      },
      info => {
        const host = `127.0.0.1:${(info as AddressInfo).port}`
        resolve({
          url: `http://${host}`,
          host,
          close: () => new Promise(done => server.close(() => done())),
        })
      },
    )
  })
}
