import { existsSync, readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { clientTimeouts } from '../../src/platform/node/http/client-timeouts.ts'
import { outcomeOf, recoveryOf } from './check.ts'
import { type Drill, type Outcome, pause, until } from './drill.ts'
import { newLedger, newTally, times } from './ledger.ts'
import { startLoad } from './load.ts'
import type { Running } from './process.ts'
import { withServer } from './trouble.ts'
import { SERVICE, type World } from './world.ts'

/* Clients that send or read a byte at a time, and idle connections, beside normal traffic. */

const SLOW = 200
const IDLE = 1_000
/** By then the server has closed all of them, the slowest bodies last. */
const ENDED_MILLISECONDS = clientTimeouts.request + clientTimeouts.headers

type Kind = 'headers' | 'bodies' | 'readers' | 'idle'

interface Connection {
  readonly kind: Kind
  readonly socket: Socket
  /** The client's own port. */
  port: number | undefined
  isOpen: boolean
}

export const drills: readonly Drill[] = [
  {
    name: `${SLOW} slow clients and ${IDLE} idle connections`,
    run: isShort => withServer({}, (world, server) => besideSlow(world, server, isShort)),
  },
]

async function besideSlow(world: World, server: Running, isShort: boolean): Promise<Outcome> {
  const [ledger, tally, before] = [newLedger(), newTally(), newTally()]
  const seconds = isShort ? 8 : 60
  const alone = startLoad(world, [server.url], { name: 'alone', ledger, tally: before })
  await pause(seconds * 500)
  await alone.stop()

  const { hostname, port } = new URL(server.url)
  const open = (kind: Kind) => openSlow(kind, hostname, Number(port))
  const kinds = (['headers', 'bodies', 'readers'] as const).flatMap(kind =>
    Array.from({ length: Math.ceil(SLOW / 3) }, () => kind),
  )
  const connections = await Promise.all(
    [...kinds, ...Array.from({ length: IDLE }, () => 'idle' as const)].map(open),
  )
  const drip = setInterval(() => {
    for (const { kind, socket, isOpen } of connections) {
      if (isOpen && (kind === 'headers' || kind === 'bodies')) socket.write('a')
    }
  }, 1_000)
  const load = startLoad(world, [server.url], { name: 'beside', ledger, tally })
  await pause(seconds * 1000)
  await load.stop()
  const recovery = await recoveryOf(world, server.url, ledger, performance.now())
  const failures: string[] = []
  if (!isShort) {
    const isOver = () => openOnes(connections, Number(port)) === ''
    if (!(await until(isOver, ENDED_MILLISECONDS, 1_000)))
      failures.push(`still open: ${openOnes(connections, Number(port))}`)
  }
  const notes = [
    `a call alone: ${times(before)}; beside them: ${times(tally)}`,
    ...(isShort ? [`open after ${seconds} s: ${openOnes(connections, Number(port)) || 'none'}`] : []),
  ]
  clearInterval(drip)
  for (const { socket } of connections) socket.destroy()
  const peakMegabytes = server.memory.peakMegabytes()
  return outcomeOf(world, server.url, { ledger, tally, recovery, peakMegabytes, notes, failures })
}

function openOnes(connections: readonly Connection[], serverPort: number): string {
  const ports = portsOpenAt(serverPort)
  const isOpen = (each: Connection) => (ports === undefined ? each.isOpen : ports.has(each.port ?? 0))
  const kinds = ['headers', 'bodies', 'readers', 'idle'] as const
  return kinds
    .map(kind => [kind, connections.filter(each => each.kind === kind && isOpen(each)).length] as const)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${kind}`)
    .join(', ')
}

// The clients' ports of the server's open connections; undefined where the system does not list them. A client
// that neither reads nor writes does not notice that its connection was closed.
function portsOpenAt(serverPort: number): ReadonlySet<number> | undefined {
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].filter(file => existsSync(file))
  if (tables.length === 0) return undefined
  const portOf = (address = '') => Number.parseInt(address.split(':')[1] ?? '', 16)
  const ESTABLISHED = '01'
  return new Set(
    tables
      .flatMap(file => readFileSync(file, 'utf8').split('\n').slice(1))
      .map(line => line.trim().split(/\s+/))
      .filter(([, local, , state]) => state === ESTABLISHED && portOf(local) === serverPort)
      .map(([, , remote]) => portOf(remote)),
  )
}

function openSlow(kind: Kind, host: string, port: number): Promise<Connection> {
  return new Promise(resolve => {
    const socket = connect({ host, port })
    const connection: Connection = { kind, socket, port: undefined, isOpen: true }
    socket.on('error', () => {})
    socket.once('close', () => {
      connection.isOpen = false
      resolve(connection)
    })
    // Received data is dropped, except by the slow readers, who do not read at all.
    if (kind === 'readers') socket.pause()
    else socket.resume()
    socket.once('connect', () => {
      socket.write(beginning(kind, host))
      connection.port = socket.localPort
      resolve(connection)
    })
  })
}

function beginning(kind: Kind, host: string): string {
  const head = (line: string, ...headers: string[]) => [line, `Host: ${host}`, ...headers].join('\r\n')
  if (kind === 'headers') return `${head('GET /reports HTTP/1.1')}\r\nX-Slow: `
  if (kind === 'bodies') {
    const json = head(
      'POST /api/v1/requests HTTP/1.1',
      'Content-Type: application/json',
      'Content-Length: 90000',
    )
    return `${json}\r\n\r\n{"service_code":"${SERVICE}","description":"`
  }
  // Enough that the system's own buffers cannot take it all.
  const page = `${head('GET /assets/map-worker.js HTTP/1.1')}\r\n\r\n`
  return kind === 'readers' ? page.repeat(40) : ''
}
