import { expect, test } from 'vitest'
import { MAX_MAP_BYTES, mapSize, totalOf } from '../scripts/map-size.ts'

test('the first map loads no more than it may', () => {
  const sizes = mapSize()
  expect([...sizes.keys()].sort()).toEqual(
    expect.arrayContaining([expect.stringMatching(/^draw-/), 'map-worker.js', 'map.css']),
  )
  expect(totalOf(sizes)).toBeLessThanOrEqual(MAX_MAP_BYTES)
})
