import { readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'libsql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { main } from '../src/cli/main.ts'
import { fileKeys } from '../src/platform/node/databases/database-key.ts'
import { type Server, startServer } from './support/server.ts'
import { freePort } from './support/sqld.ts'
import { twoRegions } from './support/two-regions.ts'

/*
 * The real server under its supervisor (`npm start`), with a jurisdiction's file that holds text that is not
 * UTF-8: reading it makes libSQL end the process. And every other way in which the two processes end.
 */

const supervised = [fileURLToPath(new URL('../dist/supervisor.js', import.meta.url))]
let folders: ReturnType<typeof twoRegions>
let server: Server
let port: number

beforeAll(async () => {
  folders = twoRegions()
  port = await freePort()
  server = await startServer(folders.env, port, supervised)
}, 60_000)
afterAll(async () => {
  await server.end('SIGTERM')
  folders.remove()
})

const get = (path: string) => fetch(server.url + path)
const file = async (region: string, long: number) => {
  const answer = await fetch(`${server.url}/r/${region}/api/v1/requests`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ service_code: 'graffiti', lat: 40.05, long, description: 'on a wall' }),
  })
  return { status: answer.status, id: ((await answer.json()) as { id?: string }).id ?? '' }
}
const logged = (event: string): Record<string, unknown>[] =>
  server
    .output()
    .split('\n')
    .filter(line => line.startsWith('{'))
    .map(line => JSON.parse(line) as Record<string, unknown>)
    .filter(line => line.event === event)
const serverPid = () => {
  const { pid } = server.process
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0])
}
/** A zombie, which waits for its parent, does not count. */
const isAlive = (pid: number) => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
const isUp = () =>
  get('/readyz').then(
    ({ ok }) => ok,
    () => false,
  )

function change(label: string, sql: string) {
  const secret = readFileSync(join(folders.env.DATA_DIR, 'secrets', 'DATABASE_KEY'), 'utf8')
  const { current } = fileKeys(() => secret, label)
  const db = new Database(folders.file(label), { encryptionKey: current } as object)
  db.exec('PRAGMA busy_timeout = 5000')
  db.exec(sql)
  db.close()
}

const poison = (table: string, column: string) => `UPDATE ${table} SET ${column} = CAST(x'61ff62' AS TEXT)`

async function countyline(...argv: string[]) {
  let said = ''
  const print = (text: string) => {
    said += text
  }
  const code = await main(argv, { env: folders.env, out: print, err: print, now: Date.now })
  return { code, said }
}

describe('a text that is not UTF-8, in one jurisdiction’s file', { timeout: 120_000 }, () => {
  it('ends the process once; then that jurisdiction is unavailable, also after a restart, and everything else serves', async () => {
    const { id } = await file('north', -80.05)
    await expect.poll(async () => (await get(`/r/north/api/v1/requests/${id}`)).status).toBe(200)
    change('north--west', poison('request', 'description'))
    await get(`/r/north/api/v1/requests/${id}`).catch(() => undefined)
    await expect.poll(isUp, { timeout: 30_000 }).toBe(true)
    for (let start = 1; start <= 2; start++) {
      await expect.poll(async () => (await get(`/r/north/api/v1/requests/${id}`)).status).toBe(503)
      const refused = await get(`/r/north/api/v1/requests/${id}`)
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(logged('database-quarantined')).toEqual([
        expect.objectContaining({
          database: 'north--west',
          reason: 'a text in the table request is not UTF-8',
        }),
      ])
      expect((await get('/r/north/')).status).toBe(200)
      expect((await get('/r/north/reports')).status).toBe(200)
      expect((await file('north', -80.05)).status).toBe(503)
      expect((await file('north', -79.95)).status).toBe(201)
      expect((await file('south', -80.05)).status).toBe(201)
      expect(logged('server-ended').map(({ signal }) => signal)).toEqual(start === 1 ? ['SIGABRT'] : [])
      if (start === 2) break
      expect((await server.end('SIGTERM')).code).toBe(0)
      server = await startServer(folders.env, port, supervised)
    }

    const kept = await countyline('databases', 'release', 'north--west')
    expect([kept.code, kept.said]).toEqual([1, expect.stringContaining('stays in quarantine')])
    change('north--west', `UPDATE request SET description = 'restored'`)
    expect((await countyline('databases', 'release', 'north--west')).code).toBe(0)
    const answer = await get(`/r/north/api/v1/requests/${id}`)
    expect([answer.status, await answer.json()]).toMatchObject([200, { description: 'restored' }])
  })

  it('is found before anyone reads it, by the server or by the command', async () => {
    const { id } = await file('south', -79.95)
    // No job that reads it is left for the next start.
    await expect.poll(async () => (await get('/r/south/api/v1/requests')).text()).toContain(id)
    expect((await server.end('SIGTERM')).code).toBe(0)
    change('south--east', poison('request', 'description'))
    server = await startServer(folders.env, port, supervised)
    await expect
      .poll(() => logged('database-quarantined').map(({ database }) => database), { timeout: 60_000 })
      .toEqual(['south--east'])
    expect(logged('server-ended')).toEqual([])
    expect((await file('south', -79.95)).status).toBe(503)
    const all = await countyline('databases', 'check')
    expect([all.code, all.said]).toEqual([1, expect.stringContaining('south--east in quarantine since')])
  })
})

describe('the supervisor', { timeout: 120_000 }, () => {
  it('starts the server again when it was killed, passes signals on, and leaves no server behind when it is killed', async () => {
    process.kill(serverPid(), 'SIGKILL')
    await expect.poll(() => logged('server-ended').length).toBeGreaterThan(0)
    await expect.poll(isUp, { timeout: 30_000 }).toBe(true)
    const pid = serverPid()
    expect((await server.end('SIGTERM')).code).toBe(0)
    expect(isAlive(pid)).toBe(false)

    server = await startServer(folders.env, port, supervised)
    const orphan = serverPid()
    await server.end('SIGKILL')
    await expect.poll(() => isAlive(orphan), { timeout: 10_000 }).toBe(false)
    server = await startServer(folders.env, port, supervised)
  })

  it('tries again when the server served before and something now keeps it from starting', async () => {
    const unavailable = `${folders.env.TENANTS_DIR}-away`
    renameSync(folders.env.TENANTS_DIR, unavailable)
    const before = logged('server-ended').length
    process.kill(serverPid(), 'SIGKILL')
    // The killed one, and one that did not start.
    await expect.poll(() => logged('server-ended').length, { timeout: 30_000 }).toBeGreaterThan(before + 1)
    renameSync(unavailable, folders.env.TENANTS_DIR)
    await expect.poll(isUp, { timeout: 60_000 }).toBe(true)
  })

  it('does not start a server again that says why it does not start', async () => {
    const env = { ...folders.env, DATABASE_URL: 'nonsense' }
    const refused = await startServer(env, await freePort(), supervised).catch(String)
    expect(refused).toMatch(/DATABASE_URL is a URL/)
    expect(refused).not.toMatch(/server-ended/)
  })
})
