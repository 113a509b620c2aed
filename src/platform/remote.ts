import { createClient } from '@libsql/client/web'
import { type DatabaseClient, type DatabaseName, type Databases, databaseLabel } from './platform.ts'

export interface RemoteSettings {
  /**
   * A libSQL server. With `{name}` in it, each database has a URL of its own (Turso); without, the server keeps a
   * namespace for each (`sqld --enable-namespaces`).
   */
  readonly url: string
  readonly token?: string | undefined
  /** Where a `sqld` takes administration: only whoever makes databases needs it. */
  readonly adminUrl?: string | undefined
}

/** Databases over HTTP: the answer for Workers, and for a cluster of Node processes. */
export function remoteDatabases(settings: RemoteSettings): Databases {
  const clients = new Map<string, DatabaseClient>()
  const perDatabase = settings.url.includes('{name}')
  return {
    client(name) {
      const label = databaseLabel(name)
      const known = clients.get(label)
      if (known !== undefined) return known
      const client = createClient({
        url: settings.url.replace('{name}', label),
        // A limit would make one request wait for another's, which Workers forbid.
        concurrency: 0,
        ...(settings.token === undefined ? {} : { authToken: settings.token }),
        ...(perDatabase ? {} : { fetch: inNamespace(label) }),
      })
      clients.set(label, client)
      return client
    },
    async create(name: DatabaseName) {
      if (settings.adminUrl === undefined) return
      const answer = await fetch(`${settings.adminUrl}/v1/namespaces/${databaseLabel(name)}/create`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      })
      const text = await answer.text()
      if (!answer.ok && !text.includes('already exists')) {
        throw new Error(`The database server refused to make ${databaseLabel(name)}: ${answer.status}`)
      }
    },
    async close() {
      for (const client of clients.values()) client.close()
      clients.clear()
    },
  }
}

/** The server reads the namespace from a header in unpadded base64. */
function inNamespace(label: string) {
  const header = btoa(label).replace(/=+$/, '')
  return (request: Request): Promise<Response> => {
    const named = new Request(request)
    named.headers.set('x-namespace-bin', header)
    return fetch(named)
  }
}
