import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundled, bundledDocuments, tenantsDir } from './support/app.ts'
import { type Server, startServer } from './support/server.ts'

/* The real server in its own process, ended in every way that a server can end. */

const folder = mkdtempSync(join(tmpdir(), 'countyline-crash-'))
const env = { DATA_DIR: join(folder, 'data'), TENANTS_DIR: join(folder, 'tenants') }
let body: Record<string, unknown>
let server: Server

beforeAll(async () => {
  mkdirSync(env.TENANTS_DIR)
  cpSync(join(tenantsDir, bundled), join(env.TENANTS_DIR, bundled), { recursive: true })
  const { region, services } = await bundledDocuments()
  const [long, lat] = region.map.center
  const pothole = services.find(({ code }) => code === 'pothole')
  const required =
    pothole?.questions?.filter(question => question.required && question.type !== 'notice') ?? []
  const answers = Object.fromEntries(required.map(({ code, options }) => [code, options?.[0]?.key ?? '1']))
  body = { service_code: 'pothole', lat, long, answers }
  server = await startServer(env)
})
afterAll(async () => {
  await server.end('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

const file = (description: string) =>
  fetch(`${server.url}/api/v1/requests`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...body, description }),
  })

describe('the server', { timeout: 180_000 }, () => {
  it('keeps every acknowledged report when it is killed in the middle of writing', async () => {
    const acknowledged: string[] = []
    for (let round = 0; round < 5; round++) {
      let alive = true
      const before = acknowledged.length
      const clients = Array.from({ length: 8 }, async () => {
        while (alive) {
          const answer = await file(`round ${round}`).catch(() => undefined)
          const filed = answer?.status === 201 ? await answer.json().catch(() => undefined) : undefined
          if (filed !== undefined) acknowledged.push((filed as { id: string }).id)
        }
      })
      await expect.poll(() => acknowledged.length, { timeout: 30_000 }).toBeGreaterThan(before)
      await new Promise(resolve => setTimeout(resolve, 150 + Math.random() * 400))
      await server.end('SIGKILL')
      alive = false
      await Promise.all(clients)
      server = await startServer(env)
    }
    expect(acknowledged.length).toBeGreaterThan(20)
    const statuses = await Promise.all(
      acknowledged.map(async id => (await fetch(`${server.url}/api/v1/requests/${id}`)).status),
    )
    expect(statuses.filter(status => status !== 200)).toEqual([])
    await expect
      .poll(async () => (await listed()).filter(id => acknowledged.includes(id)).length, { timeout: 60_000 })
      .toBe(acknowledged.length)
  })

  it('answers whom it was serving, then stops within five seconds when it is asked to', async () => {
    const late = Array.from({ length: 20 }, (_, count) => file(`late ${count}`))
    await Promise.race(late)
    const { milliseconds, code } = await server.end('SIGTERM')
    const answers = await Promise.allSettled(late)
    expect(code).toBe(0)
    expect(milliseconds).toBeLessThan(5000)
    const filed = answers.flatMap(answer =>
      answer.status === 'fulfilled' && answer.value.status === 201 ? [answer.value] : [],
    )
    expect(filed.length).toBeGreaterThan(0)
    server = await startServer(env)
    for (const answer of filed) {
      const { id } = (await answer.json()) as { id: string }
      expect((await fetch(`${server.url}/api/v1/requests/${id}`)).status).toBe(200)
    }
  })

  it('says which setting to correct when it cannot start', async () => {
    await expect(startServer({ ...env, DATABASE_URL: 'nonsense' })).rejects.toThrow(/DATABASE_URL is a URL/)
    await expect(startServer({ ...env, TENANTS_DIR: join(folder, 'nowhere') })).rejects.toThrow(
      /nowhere does not exist/,
    )
  })
})

/** Every number on the shared list. */
async function listed(): Promise<string[]> {
  const ids: string[] = []
  for (let after = ''; ; ) {
    const answer = await fetch(`${server.url}/api/v1/requests?limit=200&after=${after}`)
    const page = (await answer.json()) as { requests: { id: string }[]; next: string | null }
    ids.push(...page.requests.map(({ id }) => id))
    if (page.next === null) return ids
    after = page.next
  }
}
