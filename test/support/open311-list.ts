import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface OutsideServer {
  readonly url: string
  close(): Promise<void>
}

const answers: Readonly<Record<string, unknown>> = {
  '/open311/v2/services.json': [
    {
      service_code: '001',
      service_name: 'Cans left out',
      metadata: true,
      group: 'sanitation',
      keywords: 'a, b',
    },
    { service_code: '002', service_name: 'Street light', metadata: false, description: 'It is out.' },
  ],
  '/open311/v2/services/001.json': {
    service_code: '001',
    attributes: [
      {
        variable: true,
        code: 'WHEN',
        datatype: 'string',
        required: true,
        order: 1,
        description: 'Since when?',
      },
    ],
  },
}

/** A city's Open311 server, with two services. */
export async function serveOpen311List(): Promise<OutsideServer> {
  const server = createServer((request, response) => {
    const answer = answers[request.url ?? '']
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answer ?? {}))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise(resolve => server.close(() => resolve())),
  }
}
