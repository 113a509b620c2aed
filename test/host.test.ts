import { mkdtempSync, rmSync } from 'node:fs'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { lakeFiles } from './support/lake.ts'
import { startServer } from './support/server.ts'
import { writeFilesTo } from './support/tenants.ts'

const another =
  Object.values(networkInterfaces())
    .flat()
    .find(one => one?.family === 'IPv4' && !one.internal)?.address ?? '127.0.0.2'

async function start(env: Readonly<Record<string, string>>) {
  const root = mkdtempSync(join(tmpdir(), 'countyline-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const tenants = join(root, 'tenants')
  writeFilesTo(join(tenants, 'lake'), lakeFiles())
  const server = await startServer({ DATA_DIR: join(root, 'data'), TENANTS_DIR: tenants, ...env })
  onTestFinished(() => server.end('SIGTERM').then(() => {}))
  const reached = (host: string) =>
    fetch(`http://${host}:${new URL(server.url).port}/healthz`).then(
      answer => answer.ok,
      () => false,
    )
  return { server, reached }
}

it('is reached by its own machine only, and says how to open it', async () => {
  const { server, reached } = await start({})
  expect([await reached('127.0.0.1'), await reached(another)]).toEqual([true, false])
  expect(server.output()).toContain('HOST=0.0.0.0')
})

it('is reached by others where HOST says so', async () => {
  const { server, reached } = await start({ HOST: '0.0.0.0' })
  expect([await reached('127.0.0.1'), await reached(another)]).toEqual([true, true])
  expect(server.output()).not.toContain('HOST=0.0.0.0')
})
