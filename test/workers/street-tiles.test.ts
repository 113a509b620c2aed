import { expect, it } from 'vitest'
import { tileAt } from '../support/tile-at.ts'
import { request } from './app.ts'

/* test/street-tiles.test.ts has all that does not depend on the runtime. */

it('a worker sends the streets of a region as vector tiles, and of no other', async () => {
  const streets = (await (await request('/r/lake/map/streets')).json()) as { tiles: string }
  const { z, x, y } = tileAt(-80, 40.05, 14)
  const tile = streets.tiles.replace('{z}', String(z)).replace('{x}', String(x)).replace('{y}', String(y))
  const answer = await request(tile)
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/x-protobuf'])
  expect(new TextDecoder().decode(await answer.arrayBuffer())).toContain('Shore Dr')
  expect((await request(tile.replace('/r/lake/', '/r/ellery/'))).status).toBe(404)
})
