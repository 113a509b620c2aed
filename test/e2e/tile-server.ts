import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface TileServer {
  readonly url: string
  close(): void
}

/** Files by path, as object storage serves them: to other sites, in the ranges they ask for. `{z}` and the like are any number. */
export async function serveTiles(files: Readonly<Record<string, Buffer>>): Promise<TileServer> {
  const known = Object.entries(files).map(([path, file]) => ({
    path: new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{[zxy]\}/g, '\\d+')}$`),
    file,
  }))
  const server = createServer((request, response) => {
    const origin = { 'access-control-allow-origin': '*' }
    const allowed = {
      ...origin,
      'access-control-allow-headers': 'range',
      'access-control-expose-headers': 'etag',
    }
    if (request.method === 'OPTIONS') return response.writeHead(204, allowed).end()
    const file = known.find(({ path }) => path.test(request.url ?? ''))?.file
    if (file === undefined) return response.writeHead(404, allowed).end()
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
    const body = from === undefined ? file : file.subarray(Number(from), Number(to) + 1)
    return response
      .writeHead(from === undefined ? 200 : 206, { ...allowed, 'content-length': body.length })
      .end(body)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => server.close(),
  }
}
