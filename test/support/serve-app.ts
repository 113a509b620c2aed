import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import type { TestApp } from './app.ts'
import type { TestServer } from './http.ts'

/** The app on a real port, for programs that ask over HTTP. */
export function serveApp(app: TestApp): Promise<TestServer> {
  return new Promise(resolve => {
    const server = serve(
      {
        fetch: request => app.request(request.url, request),
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
