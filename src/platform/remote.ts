import { type Client, createClient, type InStatement } from '@libsql/client/web'
import {
  Breaker,
  CircuitOpen,
  type Operation,
  untilFree,
  withDeadline,
  withServingDeadlines,
} from './calls.ts'
import {
  type DatabaseClient,
  type DatabaseName,
  type Databases,
  type Deadlines,
  databaseLabel,
  isReading,
} from './platform.ts'

export interface RemoteSettings {
  /** With `{name}`, a URL per database (Turso); without, a namespace each (`sqld --enable-namespaces`). */
  readonly url: string
  readonly token?: string | undefined
  /** The admin API of `sqld`, needed only to create databases. */
  readonly adminUrl?: string | undefined
  readonly replicaUrl?: string | undefined
  readonly deadlines?: Deadlines | undefined
  /** Limits how many writes of one database are under way at once. */
  readonly inTurn?: (<T>(label: string, write: () => Promise<T>) => Promise<T>) | undefined
}

/** Databases over HTTP. A call past its deadline is aborted, but the server may still execute it. */
export function remoteDatabases(settings: RemoteSettings): Databases {
  const breakers = new Map<string, Record<Operation, Breaker>>()
  const breakersOf = (of: string) => {
    const existing = breakers.get(of) ?? { read: new Breaker(), write: new Breaker() }
    breakers.set(of, existing)
    return existing
  }
  const open = (url: string, label: string, deadlines: Deadlines): DatabaseClient => {
    const call = <T>(operation: Operation, work: (client: Client) => Promise<T>) => {
      const end = performance.now() + deadlines[operation]
      const ask = () => {
        const left = end - performance.now()
        if (left <= 0) throw new CircuitOpen()
        return breakersOf(`${url} ${label}`)[operation].run(left, () =>
          withDeadline(left, signal => work(connect(url, settings.token, label, signal))),
        )
      }
      const isInTurn = operation === 'write' && settings.inTurn !== undefined
      const askUntilFree = () => untilFree(end, async () => ask())
      return isInTurn ? settings.inTurn(label, askUntilFree) : askUntilFree()
    }
    return {
      execute: (statement: InStatement) =>
        call(isReading(statement) ? 'read' : 'write', client => client.execute(statement)),
      batch: (statements, mode) =>
        call(mode === 'write' ? 'write' : 'read', client => client.batch(statements, mode)),
      close() {},
    }
  }
  const clients = new Map<string, DatabaseClient>()
  const cachedClient = (url: string, label: string) => {
    const client =
      clients.get(`${url} ${label}`) ?? open(url, label, settings.deadlines ?? withServingDeadlines)
    clients.set(`${url} ${label}`, client)
    return client
  }
  const { url, replicaUrl } = settings
  return {
    client(name, deadlines) {
      const label = databaseLabel(name)
      return deadlines === undefined ? cachedClient(url, label) : open(url, label, deadlines)
    },
    ...(replicaUrl === undefined ? {} : { copy: name => cachedClient(replicaUrl, databaseLabel(name)) }),
    isReplica() {
      const { write } = settings.deadlines ?? withServingDeadlines
      const ask = () => withDeadline(write, signal => forwardsWrites(settings, signal))
      return untilFree(performance.now() + write, ask)
    },
    async create(name: DatabaseName) {
      if (settings.adminUrl === undefined) return
      const answer = await fetch(`${settings.adminUrl}/v1/namespaces/${databaseLabel(name)}/create`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
        signal: AbortSignal.timeout((settings.deadlines ?? withServingDeadlines).write),
      })
      const text = await answer.text()
      if (!answer.ok && !text.includes('already exists')) {
        throw new Error(`The database server refused to make ${databaseLabel(name)}: ${answer.status}`)
      }
    },
    async close() {},
  }
}

// A client per call: the library's own limits and queues would make requests wait for one another.
function connect(
  url: string,
  token: string | undefined,
  label: string,
  signal: AbortSignal,
  onResponse: (answer: Response) => void = () => {},
): Client {
  const namespace = url.includes('{name}') ? undefined : btoa(label).replace(/=+$/, '')
  return createClient({
    url: url.replace('{name}', label),
    ...(token === undefined ? {} : { authToken: token }),
    async fetch(request: Request): Promise<Response> {
      const outgoing = new Request(request, { signal })
      // The server reads the namespace from a header in unpadded base64.
      if (namespace !== undefined) outgoing.headers.set('x-namespace-bin', namespace)
      const answer = await fetch(outgoing)
      onResponse(answer)
      return answer
    },
  })
}

// Whether a server is a replica, which the protocol does not say: for a write that it forwards to the
// primary, a replica reports a changed row but none written. The statement changes nothing.
async function forwardsWrites({ url, token }: RemoteSettings, signal: AbortSignal): Promise<boolean> {
  let body: Promise<string> | undefined
  const onResponse = (answer: Response) => {
    body = answer.clone().text()
  }
  const client = connect(url, token, databaseLabel({ kind: 'directory' }), signal, onResponse)
  const { rowsAffected } = await client.execute('UPDATE identity SET label = label')
  return rowsAffected > 0 && /"rows_written":0\b/.test((await body) ?? '')
}
