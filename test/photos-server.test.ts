import {
  chmodSync,
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundled, tenantsDir } from './support/app.ts'
import { jpeg } from './support/photos.ts'
import { type Server, startServer } from './support/server.ts'

/* The real server, and more large photos at once than it may hold. */

const folder = mkdtempSync(join(tmpdir(), 'countyline-photos-'))
const files = join(folder, 'data', 'files')
const older = join(files, bundled)
let server: Server
beforeAll(async () => {
  const tenants = join(folder, 'tenants')
  mkdirSync(tenants)
  cpSync(join(tenantsDir, bundled), join(tenants, bundled), { recursive: true })
  mkdirSync(older, { recursive: true })
  writeFileSync(join(older, 'PHOTO'), 'x')
  for (const path of [files, older, join(older, 'PHOTO')])
    chmodSync(path, path.endsWith('PHOTO') ? 0o644 : 0o755)
  // Behind a proxy, so that each photo can come from a different address.
  server = await startServer({ DATA_DIR: join(folder, 'data'), TENANTS_DIR: tenants, TRUST_PROXY: '1' })
})
afterAll(async () => {
  await server.end('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

/** A picture of 5 MB. */
const photo = (() => {
  const small = jpeg('MIDDLE')
  const middle = Buffer.from(small).indexOf('MIDDLE')
  return Buffer.concat([small.subarray(0, middle), new Uint8Array(5_000_000), small.subarray(middle)])
})()
/**
 * The client of a refused one may go on sending for half a minute, which can be too short where many tests run
 * at once.
 */
const send = (address: string) =>
  fetch(`${server.url}/api/v1/media`, {
    method: 'POST',
    headers: { 'x-forwarded-for': address },
    body: photo,
  }).then(
    async answer => {
      await answer.arrayBuffer()
      return answer.status
    },
    () => 503,
  )

/** The most kilobytes that the server ever held; 0 where the system does not report it. */
function mostMemory(): number {
  try {
    const status = readFileSync(`/proc/${server.process.pid}/status`, 'utf8')
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1])
  } catch {
    return 0
  }
}

test('memory does not grow with the number of photos that arrive at once', { timeout: 180_000 }, async () => {
  const few = await Promise.all(Array.from({ length: 16 }, (_, at) => send(`192.0.2.${at}`)))
  expect(few).toEqual(Array(16).fill(201))
  const before = mostMemory()
  const many = await Promise.all(Array.from({ length: 48 }, (_, at) => send(`198.51.100.${at}`)))
  expect(many.filter(status => status !== 201 && status !== 503)).toEqual([])
  expect(many.filter(status => status === 201).length).toBeGreaterThan(15)
  // Thirty-two more of 5 MB, each of which exists three times while it is cleaned and encrypted.
  expect(mostMemory() - before).toBeLessThan(200_000)
})

test('what an earlier version let others read is for the server alone, once it has started', () => {
  const modes = [files, ...globSync('**/*', { cwd: files }).map(name => join(files, name))].map(path => {
    const { mode } = statSync(path)
    return [statSync(path).isDirectory() ? 'folder' : 'file', mode & 0o777]
  })
  expect(new Set(modes.map(mode => mode.join(' ')))).toEqual(new Set([`folder ${0o700}`, `file ${0o600}`]))
})
