import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { startSqld } from './sqld.ts'

export interface Turso {
  /** Of the platform API: `TURSO_API_URL`. */
  readonly url: string
  /** `DATABASE_URL`. */
  readonly databaseUrl: string
  readonly created: readonly { readonly name: string; readonly group: string }[]
  /** How many requests the platform API has received. */
  readonly calls: () => number
  /** How the next requests to create are answered: with a status, with silence, or normally. */
  answerNext(...answers: readonly (TursoAnswer | 'never' | 'normally')[]): void
  /** The next calls of databases are answered with 404, as a server does now and then for one just made. */
  hideNext(calls: number): void
  /** As by somebody with the right to do so, and its data are gone. */
  lose(name: string): void
  stop(): Promise<void>
}

export interface TursoAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly error?: string
}

export interface TursoSetup {
  readonly organization: string
  readonly apiToken: string
  /** Group → the token that opens its databases. */
  readonly groups: Readonly<Record<string, string>>
  /** How many databases the plan has. */
  readonly quota?: number
}

/**
 * Speaks Turso's platform API as documented (docs.turso.tech/api-reference): `POST
 * /v1/organizations/{org}/databases` with name and group, and `DELETE …/databases/{name}`. The databases are those of a real sqld, and a
 * group's token opens only those of its group.
 */
export async function startTurso({
  organization,
  apiToken,
  groups,
  quota = Infinity,
}: TursoSetup): Promise<Turso> {
  const sqld = await startSqld()
  const created = new Map<string, string>()
  const generation = new Map<string, number>()
  const answers: (TursoAnswer | 'never' | 'normally')[] = []
  let calls = 0
  let hidden = 0
  const namespaceOf = (name: string) => `${name}.${generation.get(name) ?? 0}`

  const create = async (request: IncomingMessage): Promise<{ status: number; body: object } | 'never'> => {
    calls++
    const next = answers.shift()
    if (next === 'never') return next
    if (next !== undefined && next !== 'normally')
      return { status: next.status, body: { error: next.error ?? 'refused' } }
    if (request.headers.authorization !== `Bearer ${apiToken}`) {
      return { status: 401, body: { error: 'token is invalid' } }
    }
    if (request.url !== `/v1/organizations/${organization}/databases`) {
      return { status: 404, body: { error: 'organization not found' } }
    }
    const { name, group } = JSON.parse((await buffer(request)).toString()) as Record<string, string>
    if (name === undefined || !/^[a-z0-9-]{1,64}$/.test(name)) {
      return { status: 400, body: { error: 'database name is not valid' } }
    }
    if (group === undefined || groups[group] === undefined) {
      return { status: 404, body: { error: 'group not found' } }
    }
    if (created.has(name))
      return { status: 409, body: { error: `database with name ${name} already exists` } }
    if (created.size >= quota) return { status: 402, body: { error: 'your plan has no more databases' } }
    created.set(name, group)
    await fetch(`${sqld.adminUrl}/v1/namespaces/${namespaceOf(name)}/create`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    })
    return { status: 200, body: { database: { DbId: `id-of-${name}`, Hostname: '127.0.0.1', Name: name } } }
  }

  const remove = (request: IncomingMessage): { status: number; body: object } => {
    if (request.headers.authorization !== `Bearer ${apiToken}`) {
      return { status: 401, body: { error: 'token is invalid' } }
    }
    const name = request.url?.replace(`/v1/organizations/${organization}/databases/`, '') ?? ''
    if (!created.delete(name)) {
      return { status: 404, body: { error: `could not find database with name ${name}: record not found` } }
    }
    generation.set(name, (generation.get(name) ?? 0) + 1)
    return { status: 200, body: { database: name } }
  }

  const server = createServer(async (request, response) => {
    if (request.url?.startsWith('/v1/')) {
      const headers = typeof answers[0] === 'object' ? (answers[0].headers ?? {}) : {}
      const answer = request.method === 'DELETE' ? remove(request) : await create(request)
      if (answer === 'never') return
      response.writeHead(answer.status, { 'content-type': 'application/json', ...headers })
      response.end(JSON.stringify(answer.body))
      return
    }
    const [, name = '', ...path] = (request.url ?? '').split('/')
    const group = created.get(name)
    // A database that is not there has no host name.
    if (group === undefined) return void request.socket.destroy()
    if (request.headers.authorization !== `Bearer ${groups[group]}`) {
      response.writeHead(401, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error: 'Unauthorized' }))
      return
    }
    if (hidden > 0) {
      hidden--
      response.writeHead(404).end()
      return
    }
    const answer = await fetch(`${sqld.url}/${path.join('/')}`, {
      method: request.method ?? 'GET',
      headers: {
        'content-type': request.headers['content-type'] ?? 'application/json',
        'x-namespace-bin': btoa(namespaceOf(name)).replace(/=+$/, ''),
      },
      ...(request.method === 'POST' ? { body: new Uint8Array(await buffer(request)) } : {}),
    })
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' })
    response.end(Buffer.from(await answer.arrayBuffer()))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    databaseUrl: `${url}/{name}/`,
    get created() {
      return [...created].map(([name, group]) => ({ name, group }))
    },
    calls: () => calls,
    answerNext: (...next) => void answers.push(...next),
    hideNext(calls) {
      hidden = calls
    },
    lose(name) {
      created.delete(name)
      generation.set(name, (generation.get(name) ?? 0) + 1)
    },
    async stop() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
      await sqld.stop()
    },
  }
}
