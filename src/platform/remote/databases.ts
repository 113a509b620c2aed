import { type Client, createClient, type InStatement } from '@libsql/client/web'
import { problem } from '../../core/problem.ts'
import {
  type DatabaseClient,
  type DatabaseName,
  type Databases,
  type Deadlines,
  databaseLabel,
  isReading,
  type NewContent,
  noDeadlines,
} from '../platform.ts'
import {
  type DatabaseAdmin,
  type RegionSetting,
  regionSettings,
  remoteNameOf,
  sqldAdmin,
  type TursoSettings,
  tursoAdmin,
} from './admin.ts'
import {
  Breaker,
  CircuitOpen,
  type Operation,
  untilFound,
  untilFree,
  withDeadline,
  withServingDeadlines,
} from './calls.ts'
import { openSnapshot } from './snapshot.ts'

export interface RemoteSettings {
  /** With `{name}`, a URL per database (Turso); without, a namespace each (`sqld --enable-namespaces`). */
  readonly url: string
  readonly token?: string | undefined
  /** What a region has of its own: a token that opens only its databases, a group at Turso. */
  readonly ofRegion?: RegionSetting | undefined
  /** The admin API of `sqld`, needed only to create databases. */
  readonly adminUrl?: string | undefined
  readonly adminToken?: string | undefined
  /** Turso's platform API, likewise. With neither, the databases must be there. */
  readonly turso?: TursoSettings | undefined
  readonly replicaUrl?: string | undefined
  readonly deadlines?: Deadlines | undefined
  /** Limits how many writes of one database are under way at once. */
  readonly inTurn?: (<T>(label: string, write: () => Promise<T>) => Promise<T>) | undefined
}

/** What both runtimes read from their settings beside the URL. */
export function databaseSettings(
  get: (name: string) => string | undefined,
): Pick<RemoteSettings, 'token' | 'ofRegion' | 'adminUrl' | 'adminToken' | 'turso' | 'replicaUrl'> {
  const text = (name: string) => get(name) || undefined
  const [organization, group, apiToken] = ['TURSO_ORGANIZATION', 'TURSO_GROUP', 'TURSO_API_TOKEN'].map(text)
  const isTurso = organization !== undefined || group !== undefined || apiToken !== undefined
  return {
    token: text('DATABASE_TOKEN'),
    ofRegion: regionSettings(get),
    adminUrl: text('DATABASE_ADMIN_URL'),
    adminToken: text('DATABASE_ADMIN_TOKEN'),
    turso: isTurso
      ? {
          organization: organization ?? '',
          group: group ?? '',
          apiToken: apiToken ?? '',
          apiUrl: text('TURSO_API_URL'),
        }
      : undefined,
    replicaUrl: text('DATABASE_REPLICA_URL'),
  }
}

/** Databases over HTTP. A call past its deadline is aborted, but the server may still execute it. */
export function remoteDatabases(settings: RemoteSettings): Databases {
  const breakers = new Map<string, Record<Operation, Breaker>>()
  const breakersOf = (of: string) => {
    const existing = breakers.get(of) ?? { read: new Breaker(), write: new Breaker() }
    breakers.set(of, existing)
    return existing
  }
  const ofRegion = settings.ofRegion ?? (() => undefined)
  const tokenOf = (name: DatabaseName) =>
    (name.kind === 'directory' ? undefined : ofRegion('DATABASE_TOKEN', name.region)) ?? settings.token
  const open = (url: string, name: DatabaseName, deadlines: Deadlines): DatabaseClient => {
    const label = databaseLabel(name)
    const call = <T>(operation: Operation, work: (client: Client) => Promise<T>) => {
      const end = performance.now() + deadlines[operation]
      const ask = () => {
        const left = end - performance.now()
        if (left <= 0) throw new CircuitOpen()
        return breakersOf(`${url} ${label}`)[operation].run(left, () =>
          withDeadline(left, signal => work(connect(url, tokenOf(name), label, signal))),
        )
      }
      const isInTurn = operation === 'write' && settings.inTurn !== undefined
      const askUntilFree = () => untilFree(end, () => untilFound(end, ask))
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
  const cachedClient = (url: string, name: DatabaseName) => {
    const key = `${url} ${databaseLabel(name)}`
    const client = clients.get(key) ?? open(url, name, settings.deadlines ?? withServingDeadlines)
    clients.set(key, client)
    return client
  }
  const { url, replicaUrl } = settings
  const { write } = settings.deadlines ?? withServingDeadlines
  const admin = adminOf(settings, ofRegion)
  return {
    client: (name, deadlines) =>
      deadlines === undefined ? cachedClient(url, name) : open(url, name, deadlines),
    ...(replicaUrl === undefined ? {} : { copy: name => cachedClient(replicaUrl, name) }),
    openCircuits: () =>
      [...breakers.values()].filter(({ read, write }) => read.isOpen || write.isOpen).length,
    isReplica() {
      const ask = () => withDeadline(write, signal => forwardsWrites(settings, signal))
      return untilFree(performance.now() + write, ask)
    },
    snapshot: name =>
      openSnapshot(signal => connect(url, tokenOf(name), databaseLabel(name), signal, { intMode: 'bigint' })),
    urlOf: name => urlOf(url, databaseLabel(name)),
    async create(name, content) {
      const isNew = (await admin?.create(name, remoteNameOf(databaseLabel(name), url))) ?? false
      return isNew && content !== undefined && fillNew(open(url, name, noDeadlines), content)
    },
    async delete(name) {
      if (admin === undefined) {
        throw problem('not-configured', {
          detail: 'Set DATABASE_ADMIN_URL, or the settings of Turso, to delete databases.',
        })
      }
      return admin.delete(name, remoteNameOf(databaseLabel(name), url))
    },
    async close() {},
  }
}

// In one transaction. False: it may be empty.
async function fillNew(client: DatabaseClient, { common, own }: NewContent): Promise<boolean> {
  try {
    await client.batch([...common, ...own], 'write')
    return true
  } catch {
    return false
  }
}

// Creating may take longer than a page can wait.
const CREATE_MILLISECONDS = 30_000

function adminOf(
  { url, adminUrl, adminToken, turso }: RemoteSettings,
  ofRegion: RegionSetting,
): DatabaseAdmin | undefined {
  if (turso !== undefined) {
    const named = (remoteName: string) => url.replace('{name}', remoteName)
    return tursoAdmin(turso, named, ofRegion, CREATE_MILLISECONDS)
  }
  return adminUrl === undefined ? undefined : sqldAdmin(adminUrl, adminToken, CREATE_MILLISECONDS)
}

function urlOf(url: string, label: string): string {
  return url.includes('{name}') ? url.replace('{name}', remoteNameOf(label, url)) : url
}

interface ConnectOptions {
  readonly intMode?: 'number' | 'bigint'
  readonly onResponse?: (answer: Response) => void
}

// A client per call: the library's own limits and queues would make requests wait for one another.
function connect(
  url: string,
  token: string | undefined,
  label: string,
  signal: AbortSignal,
  { intMode = 'number', onResponse }: ConnectOptions = {},
): Client {
  const namespace = url.includes('{name}') ? undefined : btoa(label).replace(/=+$/, '')
  return createClient({
    url: urlOf(url, label),
    intMode,
    ...(token === undefined ? {} : { authToken: token }),
    async fetch(request: Request): Promise<Response> {
      const outgoing = new Request(request, { signal })
      // The server reads the namespace from a header in unpadded base64.
      if (namespace !== undefined) outgoing.headers.set('x-namespace-bin', namespace)
      const answer = await fetch(outgoing)
      onResponse?.(answer)
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
  const client = connect(url, token, databaseLabel({ kind: 'directory' }), signal, { onResponse })
  const { rowsAffected } = await client.execute('UPDATE identity SET label = label')
  return rowsAffected > 0 && /"rows_written":0\b/.test((await body) ?? '')
}
