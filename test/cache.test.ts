import { beforeEach, describe, expect, test } from 'vitest'
import { Cache } from '../src/core/cache.ts'
import type { Platform } from '../src/platform/platform.ts'

let now: number
let logged: string[]
let background: Promise<unknown>[]
let platform: Platform
let reads: number
beforeEach(() => {
  now = 0
  logged = []
  background = []
  reads = 0
  platform = {
    clock: { now: () => now },
    log: (_level, event) => void logged.push(event),
    waitUntil: work => void background.push(work),
  } satisfies Partial<Platform> as unknown as Platform
})

const policy = { fresh: 10, stale: 100, event: 'not-read-again', keeps: (value: string) => value !== '' }
const next = async () => `read ${++reads}`
const settled = () => Promise.all(background)

describe('a cache', () => {
  test('is used while fresh, then also read in the background, once for all that ask', async () => {
    const cache = new Cache<string>(policy)
    const asked = () => cache.get(platform, 'a', next)
    expect([await asked(), await asked()]).toEqual(['read 1', 'read 1'])
    now = 11
    expect(await Promise.all([asked(), asked()])).toEqual(['read 1', 'read 1'])
    await settled()
    expect([await asked(), reads]).toEqual(['read 2', 2])
  })

  test('keeps as many values as it may, without the one that was read longest ago', () => {
    const cache = new Cache<string>({ ...policy, maxValues: 2 })
    for (const name of ['a', 'b', 'a', 'c']) cache.set(platform, name, name)
    expect(['a', 'b', 'c'].map(name => cache.peek(platform, name)?.value)).toEqual(['a', undefined, 'c'])
  })

  test('is read first when it is stale', async () => {
    const cache = new Cache<string>(policy)
    await cache.get(platform, 'a', next)
    now = 101
    expect(await cache.get(platform, 'a', next)).toBe('read 2')
    expect(background).toEqual([])
  })

  test('serves what it has when it cannot be read again, and logs that', async () => {
    const cache = new Cache<string>(policy)
    await cache.get(platform, 'a', next)
    now = 11
    const fails = () => Promise.reject(new Error('unavailable'))
    expect(await cache.get(platform, 'a', fails)).toBe('read 1')
    await settled()
    expect([await cache.get(platform, 'a', fails), logged]).toEqual(['read 1', ['not-read-again']])
  })

  test('does not bring back what was forgotten or replaced while it was read', async () => {
    const cache = new Cache<string>(policy)
    for (const name of ['forgotten', 'replaced']) cache.set(platform, name, 'old')
    now = 11
    for (const name of ['forgotten', 'replaced']) await cache.get(platform, name, next)
    cache.delete(platform, 'forgotten')
    cache.set(platform, 'replaced', 'new')
    await settled()
    expect(cache.peek(platform, 'forgotten')).toBeUndefined()
    expect(cache.peek(platform, 'replaced')?.value).toBe('new')
  })

  test('keeps nothing that its policy refuses, and nothing of another platform', async () => {
    const cache = new Cache<string>(policy)
    expect(await cache.get(platform, 'a', async () => '')).toBe('')
    expect(cache.peek(platform, 'a')).toBeUndefined()
    await cache.get(platform, 'a', next)
    expect(cache.peek({ ...platform }, 'a')).toBeUndefined()
  })
})
