import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MAX_BODY_BYTES } from '../src/core/http/body.ts'
import { createApp } from '../src/create-app.ts'
import { type Caller, everyCaller } from './isolation/callers.ts'
import { expectations } from './isolation/expectations.ts'
import { type Front, routesOf } from './isolation/matrix.ts'
import { openWorld, type World } from './isolation/world.ts'
import { bundled } from './support/app.ts'

/* Every route that takes a body, called by authorized callers, with the worst bodies that can arrive. */

let world: World
let front: Front
let callers: Caller[]
beforeAll(async () => {
  world = await openWorld()
  front = createApp(world.app.platform)
  callers = await everyCaller(world)
})
afterAll(() => world.app.close())

const urlencoded = 'application/x-www-form-urlencoded'
const multipart = 'multipart/form-data; boundary=b'
const head = 'Content-Disposition: form-data; name="photos"'
const part = (file: string, content: string) => `--b\r\n${head}${file}\r\n\r\n${content}\r\n--b--`
const filled = (piece: string, size: number) => piece.repeat(Math.ceil(size / piece.length)).slice(0, size)

/** Bodies that could cost a parser time out of proportion to their size. */
const shapes: Readonly<Record<string, (size: number) => readonly [type: string, body: string]>> = {
  'pairs of nothing': size => [urlencoded, filled('a&', size)],
  'a thousand pairs': size => [urlencoded, filled(`a=${'%41'.repeat(size / 3000)}&`, size)],
  'one value of percent signs': size => [urlencoded, `a=${filled('%', size)}`],
  'parts of nothing': size => [multipart, filled(`--b\r\n${head}\r\n\r\n\r\n`, size)],
  'a file of beginnings of the boundary': size => [multipart, part('; filename="a"', filled('\r\n--', size))],
  'a head without an end': size => [multipart, `--b\r\n${filled(`${head}; `, size)}`],
  'lists in lists': size => ['application/json', `{"answers":${filled('[', size)}`],
  'names and values': size => ['application/json', `{${filled('"a":[],', size).slice(0, size - 8)}"b":0}`],
}

/** A caller that the route authorizes, if there is one; else anyone. */
function callerOf(route: string): Caller | undefined {
  const { needs = 'anyone', by } = expectations[route] ?? {}
  return callers.find(
    caller => (by === undefined || caller.by === by) && (needs === 'anyone' || caller.may.has(needs)),
  )
}

async function send(route: string, [type, body]: readonly [string, string]) {
  const { ids } = expectations[route] ?? {}
  const path = route.replace('POST ', '').replace(/:\w+|\*/g, name => {
    const id = ids?.[name]
    return id === undefined ? 'x' : encodeURIComponent(world.own.ids[id])
  })
  const url = `http://localhost/r/${bundled}${path}`
  const browser = { origin: 'http://localhost', 'sec-fetch-site': 'same-origin' }
  const headers = { ...callerOf(route)?.headers, ...browser, 'content-type': type }
  const request = new Request(url, { method: 'POST', headers, body })
  const startedAt = performance.now()
  const { status } = await front.request(request)
  return { status, milliseconds: performance.now() - startedAt, isRead: request.bodyUsed }
}

const EIGHT_TIMES = 8
/** Quadratic time would be 64 times as long; durations below this minimum are not worth comparing. */
const FACTOR = 3 * EIGHT_TIMES
const MIN_MILLISECONDS = 2

describe('every route that takes a body', () => {
  test('takes a time for it that grows no faster than it, up to the limit', {
    timeout: 300_000,
  }, async () => {
    const routes = routesOf(front).filter(
      route => route.startsWith('POST ') && !expectations[route]?.signsOut,
    )
    expect(routes.length).toBeGreaterThan(40)
    const slow: string[] = []
    for (const route of routes) {
      for (const [name, shape] of Object.entries(shapes)) {
        const [small, large] = [shape(MAX_BODY_BYTES / EIGHT_TIMES), shape(MAX_BODY_BYTES)]
        let [least, most] = [Infinity, Infinity]
        for (let tries = 0; tries < 5; tries++) {
          least = Math.min(least, (await send(route, small)).milliseconds)
          most = Math.min(most, (await send(route, large)).milliseconds)
          if (most <= FACTOR * Math.max(least, MIN_MILLISECONDS)) break
        }
        if (most > FACTOR * Math.max(least, MIN_MILLISECONDS))
          slow.push(`${route}, ${name}: ${least} → ${most} ms`)
      }
    }
    expect(slow).toEqual([])
  })

  test('refuses what is larger than any form, if it reads it at all', async () => {
    const routes = routesOf(front).filter(route => route.startsWith('POST '))
    const large = filled('a=b&', 2 * MAX_BODY_BYTES)
    const taken: string[] = []
    for (const route of routes) {
      for (const type of [urlencoded, 'application/json']) {
        const { status, isRead } = await send(route, [type, large])
        if (status >= 500 || (isRead && status < 400)) taken.push(`${route} of ${type}: ${status}`)
      }
    }
    expect(taken).toEqual([])
  })
})
