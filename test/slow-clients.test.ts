import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { limitReading, sendingTimeouts } from '../src/platform/node/http/client-timeouts.ts'

/* Clients that would keep a connection forever, on a real server with short limits. */

const large = new Uint8Array(64 * 1024 * 1024)
const timeouts = { headers: 400, request: 800, silence: 1_200, exchange: 2_400 }
const server = createServer(sendingTimeouts(timeouts), (incoming, outgoing) => {
  incoming.resume()
  if (incoming.url === '/large') outgoing.end(large)
  else incoming.once('end', () => outgoing.end('thank you'))
})
limitReading(server, timeouts)

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(() => server.close())

const address = () => server.address() as AddressInfo
const head = (line: string, ...headers: string[]) =>
  `${[line, 'Host: localhost', ...headers].join('\r\n')}\r\n`

/** Sends `start`, then calls `goOn` repeatedly until the server closes the connection. */
async function untilEnded(start: string, goOn: (socket: Socket) => void): Promise<void> {
  const accepted = once(server, 'connection')
  const socket = connect(address().port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write(start)
  const [served] = (await accepted) as [Socket]
  // Observed at the server: a client that does not read does not notice.
  const ended = new Promise<void>(resolve => served.once('close', () => resolve()))
  const timer = setInterval(() => goOn(socket), 20)
  try {
    await ended
  } finally {
    clearInterval(timer)
    socket.destroy()
  }
}

function aByte(socket: Socket): void {
  if (socket.writable) socket.write('a')
}
function readAll(socket: Socket): void {
  socket.resume()
}
function readLittle(socket: Socket): void {
  socket.read(1000)
}
function readNothing(): void {}

describe('a client is cut off', () => {
  it.each([
    ['says nothing', '', readAll],
    ['sends its headers a byte at a time', `${head('GET / HTTP/1.1')}X: `, aByte],
    ['sends its body a byte at a time', `${head('POST / HTTP/1.1', 'Content-Length: 100000')}\r\n`, aByte],
    ['never reads its answer', `${head('GET /large HTTP/1.1')}\r\n`, readNothing],
    ['reads its answer a little at a time', `${head('GET /large HTTP/1.1')}\r\n`, readLittle],
  ])('that %s', async (_, start, goOn) => {
    await untilEnded(start, goOn)
  })
})

it('one that is quick enough is answered', async () => {
  const answer = await fetch(`http://127.0.0.1:${address().port}/`, { method: 'POST', body: 'a report' })
  expect(await answer.text()).toBe('thank you')
})
