import { type ChildProcess, spawn } from 'node:child_process'
import { globSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startApp, type TestApp } from './support/app.ts'
import { wrangler, wranglerArguments } from './support/edge.ts'
import { freePort, type Sqld, startSqld } from './support/sqld.ts'

/* workerd started again while its libSQL server is dead: another isolate, which has never seen the database. */

/** Of a region’s configuration; the hosts are smaller. */
const MIN_BYTES = 50_000

const folder = mkdtempSync(join(tmpdir(), 'countyline-cold-'))
let sqld: Sqld
let app: TestApp
let worker: ChildProcess | undefined

beforeAll(async () => {
  sqld = await startSqld()
  app = await startApp({ remote: { url: sqld.url, adminUrl: sqld.adminUrl } })
})
afterAll(async () => {
  await stop()
  await app.close()
  await sqld.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function startWorker(): Promise<string> {
  const port = await freePort()
  const variables = {
    DATABASE_URL: sqld.url,
    SIGNING_KEY: app.platform.secrets.get('SIGNING_KEY') ?? '',
    MASTER_KEY: app.platform.secrets.get('MASTER_KEY') ?? '',
    RATE_LIMITS: 'off',
  }
  const args = wranglerArguments({ port, host: '127.0.0.1', folder, variables })
  const env = { ...process.env, WRANGLER_SEND_METRICS: 'false' }
  const started = spawn(wrangler, args, { env, detached: true, stdio: 'ignore' })
  worker = started
  const url = `http://127.0.0.1:${port}`
  const isUp = () =>
    fetch(`${url}/healthz`).then(
      answer => answer.ok,
      () => false,
    )
  await expect.poll(isUp, { timeout: 60_000 }).toBe(true)
  return url
}

async function stop(): Promise<void> {
  const { pid, exitCode } = worker ?? {}
  if (pid === undefined || exitCode !== null) return
  const ended = new Promise(resolve => worker?.once('exit', resolve))
  // With workerd, which is its child.
  process.kill(-pid, 'SIGKILL')
  await ended
}

// In the files of its KV namespace.
const isKept = () =>
  globSync('**/kv/**/blobs/*', { cwd: folder }).some(file => statSync(join(folder, file)).size > MIN_BYTES)

const pages = ['/', '/report', '/report/pothole', '/jurisdictions', '/open311/v2/services.json']
const statusesOf = (url: string, paths: readonly string[]) =>
  Promise.all(paths.map(async path => [path, (await fetch(url + path)).status]))
const allOk = pages.map(path => [path, 200])

it('serves what needs no database, refuses a report, and takes it once the server is back', {
  timeout: 180_000,
}, async () => {
  const first = await startWorker()
  expect(await statusesOf(first, pages)).toEqual(allOk)
  // Kept in the background after the answers.
  await expect.poll(isKept, { timeout: 30_000 }).toBe(true)
  await stop()
  await sqld.kill()
  const second = await startWorker()
  expect(await statusesOf(second, pages)).toEqual(allOk)
  const [long, lat] = app.region.documents.region.map.center
  const send = () =>
    fetch(`${second}/api/v1/requests`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        service_code: 'something-else',
        lat,
        long,
        answers: { details: 'A bench is broken.' },
      }),
    })
  const refused = await send()
  expect(refused.status).toBe(503)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  await sqld.start()
  await expect.poll(async () => (await send()).status, { timeout: 60_000 }).toBe(201)
})
