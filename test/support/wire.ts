/** Replaces the libSQL server for one of its databases. `pass` asks the server itself. */
export type Instead = (request: Request, pass: () => Promise<Response>) => Promise<Response>

export interface Wire {
  /** From now on, `instead` responds for this database; undefined: the server. */
  put(label: string, instead: Instead | undefined): void
  /** How many requests went to this database. */
  asked(label: string): number
  restore(): void
}

export function tapWire(url: string): Wire {
  const real = globalThis.fetch
  const instead = new Map<string, Instead>()
  const counts = new Map<string, number>()
  globalThis.fetch = (input, init) => {
    const request = new Request(input, init)
    const label = atob(request.headers.get('x-namespace-bin') ?? '')
    if (!request.url.startsWith(url)) return real(request)
    counts.set(label, (counts.get(label) ?? 0) + 1)
    const pass = () => real(request)
    return instead.get(label)?.(request, pass) ?? pass()
  }
  return {
    put: (label, by) => void (by === undefined ? instead.delete(label) : instead.set(label, by)),
    asked: label => counts.get(label) ?? 0,
    restore: () => {
      globalThis.fetch = real
    },
  }
}

/** Responds with nothing until the caller gives up. */
export const silence: Instead = ({ signal }) =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

/** The server does what it is asked, but its response is lost. */
export const lostAnswer: Instead = async (request, pass) => {
  await pass()
  return silence(request, pass)
}

export async function isWrite(request: Request): Promise<boolean> {
  return (await request.clone().text()).includes('BEGIN IMMEDIATE')
}

/** As a server refuses a write while another connection holds the database. */
export async function busy(request: Request): Promise<Response> {
  const { requests } = (await request.clone().json()) as { requests: { type: string }[] }
  const error = { message: 'SQLite error: database is locked', code: 'SQLITE_BUSY' }
  const results = requests.map(({ type }) =>
    type === 'batch' ? { type: 'error', error } : { type: 'ok', response: { type } },
  )
  return Response.json({ baton: null, base_url: null, results })
}
