import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  type EarlierData,
  earlierData,
  startEarlierSqld,
  writeEarlierFolder,
} from '../support/earlier-data.ts'
import { wrangler, wranglerArguments } from '../support/edge.ts'
import { startServer } from '../support/server.ts'
import { freePort, sqldBinary } from '../support/sqld.ts'

/* An upgrade from the release before, on both runtimes: whatever it was told to keep is there, and work goes on. */

const earlier = earlierData()
const folder = mkdtempSync(join(tmpdir(), 'countyline-upgrade-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Deployment {
  readonly url: string
  /** For the command line. */
  readonly env: Readonly<Record<string, string>>
  stop(): Promise<unknown>
}

describe('on Node with files', () => {
  upgraded(async () => {
    const dataDir = join(folder, 'node')
    writeEarlierFolder(earlier, dataDir)
    const env = { ...earlier.secrets, DATA_DIR: dataDir }
    const server = await startServer(env)
    return { url: server.url, env, stop: () => server.end('SIGTERM') }
  })
})

describe.runIf(sqldBinary() !== undefined)('in workerd with a libSQL server', () => {
  upgraded(async () => {
    const sqldFolder = join(folder, 'sqld')
    mkdirSync(sqldFolder)
    const sqld = await startEarlierSqld(earlier, sqldFolder)
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    const env = {
      ...earlier.secrets,
      DATABASE_URL: sqld.url,
      DATABASE_ADMIN_URL: sqld.adminUrl,
      DATA_DIR: join(folder, 'edge'),
      PUBLIC_URL: url,
    }
    countyline(env, 'migrate')
    const variables = { ...earlier.secrets, DATABASE_URL: sqld.url, PUBLIC_URL: url, RATE_LIMITS: 'off' }
    const settings = { port, host: '127.0.0.1', folder: join(folder, 'workerd'), variables }
    const child = spawn(wrangler, wranglerArguments(settings), {
      detached: true,
      stdio: 'ignore',
      env: { ...process.env, WRANGLER_SEND_METRICS: 'false' },
    })
    const isReady = () =>
      fetch(`${url}/readyz`).then(
        answer => answer.ok,
        () => false,
      )
    await vi.waitFor(async () => expect(await isReady()).toBe(true), { timeout: 90_000, interval: 200 })
    return {
      url,
      env,
      async stop() {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
        await sqld.stop()
      },
    }
  }, false)
})

function countyline(env: Readonly<Record<string, string>>, ...args: readonly string[]): string {
  return execFileSync(process.execPath, ['dist/cli.js', ...args], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  })
}

function upgraded(start: () => Promise<Deployment>, hasPhotos = true): void {
  let deployment: Deployment
  beforeAll(async () => {
    deployment = await start()
  })
  afterAll(() => deployment?.stop())

  const read = async (path: string, key?: string) => {
    const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` }
    const answer = await fetch(`${deployment.url}${path}`, { headers })
    return { status: answer.status, text: await answer.text() }
  }
  const keyOf = ({ keys }: EarlierData, jurisdiction: string) => keys[jurisdiction] ?? ''

  test('every report is found under its number, by residents and by programs', async () => {
    expect(earlier.ledger.reports.length).toBeGreaterThan(20)
    for (const { id } of earlier.ledger.reports) {
      expect([id, (await read(`/cases/${id}`)).status]).toEqual([id, 200])
      expect((await read(`/api/v1/requests/${id}`)).text).toContain(id)
    }
  })

  // At the edge photos are in another store than the folder of the fixture.
  if (hasPhotos)
    test('photos open', async () => {
      const withPhotos = earlier.ledger.reports.filter(({ hasPhoto }) => hasPhoto)
      expect(withPhotos.length).toBeGreaterThan(0)
      for (const { id } of withPhotos) {
        const { photos } = JSON.parse((await read(`/api/v1/requests/${id}`)).text) as { photos: string[] }
        for (const photo of photos) expect((await read(new URL(photo).pathname)).status).toBe(200)
        expect(photos.length).toBeGreaterThan(0)
      }
    })

  test('handoffs, answers and changes are there for the keys that made them', async () => {
    for (const { id, sender } of earlier.ledger.offers) {
      const path = `/j/${sender}/api/v1/work/handoffs/${id}?side=sender`
      expect((await read(path, keyOf(earlier, sender))).status).toBe(200)
    }
    for (const { id, receiver } of earlier.ledger.answers) {
      const path = `/j/${receiver}/api/v1/work/handoffs/${id}?side=receiver`
      expect((await read(path, keyOf(earlier, receiver))).text).toMatch(
        /"state":"(accepted|granted|refused|withdrawn)"/,
      )
    }
    for (const { request, jurisdiction, text } of earlier.ledger.changes) {
      const path = `/j/${jurisdiction}/api/v1/work/requests/${request}`
      expect((await read(path, keyOf(earlier, jurisdiction))).text).toContain(text)
    }
  })

  test('what was on its way arrives, and a new report is listed', async () => {
    const answer = await fetch(`${deployment.url}/api/v1/requests`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'after-the-upgrade' },
      body: JSON.stringify({
        service_code: 'pothole',
        lat: 38.581671,
        long: -74.255229,
        description: 'After the upgrade',
        answers: { size: 'medium', lane: 'driving' },
      }),
    })
    expect(answer.status).toBe(201)
    const { id } = (await answer.json()) as { id: string }
    const listed = async () => (await read('/open311/v2/requests.json')).text.includes(id)
    await expect.poll(listed, { timeout: 60_000 }).toBe(true)
    const waiting = () => JSON.parse(countyline(deployment.env, 'jobs', '--json'))
    await expect
      .poll(() => JSON.stringify(waiting()).includes('"kind":"offer"'), { timeout: 60_000 })
      .toBe(false)
  })

  test('the audit log is whole', () => {
    expect(countyline(deployment.env, 'audit', 'verify')).not.toMatch(/broken|changed outside/i)
  })
}
