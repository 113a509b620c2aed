import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { createApp } from '../src/app.ts'
import { openTenant } from '../src/core/db.ts'
import { listGrants, staffAccess } from '../src/people/grants.ts'
import { createKey, listKeys } from '../src/people/keys.ts'
import { roles } from '../src/people/roles.ts'
import { readSession } from '../src/people/sessions.ts'
import { currentRegion } from '../src/regions/current.ts'
import { bundledDocuments, startApp, type TestApp } from './support/app.ts'
import { lakeFiles } from './support/lake.ts'
import { type Visitor, visitor } from './support/visitor.ts'

const STAFF = '__Host-staff-ellery'

async function start(options: Parameters<typeof startApp>[0]) {
  const app = await startApp(options)
  onTestFinished(() => app.close())
  return app
}

/** What a browser's session opens of the City of Hollis. */
async function accessOf({ platform }: Pick<TestApp, 'platform'>, browser: Visitor) {
  const read = await readSession(platform, 'ellery', 'staff', browser.cookies.get(STAFF) ?? '')
  return read && staffAccess(platform, 'ellery', 'hollis', read.signedIn)
}

it('lets anybody play every role of every jurisdiction, and says so on every page', async () => {
  const app = await start({ demo: true })
  for (const path of ['/', '/sign-in', '/j/hollis/report', '/nowhere']) {
    expect(await visitor(app).read(path)).toContain('Demonstration: anyone can sign in')
  }
  for (const role of roles) {
    const browser = visitor(app)
    expect((await browser.post('/sign-in/demo', { jurisdiction: 'hollis', role })).status).toBe(303)
    expect(await browser.read('/me')).toMatch(/<strong>[\w ]+, City of Hollis<\/strong>/)
  }
  const browser = visitor(app)
  await browser.post('/sign-in/demo', { role: 'region' })
  expect(await browser.read('/region')).toContain('Who administers what')
})

it('is off unless it is asked for: its pages are not there, and nothing tells of it', async () => {
  const app = await start({})
  expect(await visitor(app).read('/sign-in')).not.toContain('/sign-in/demo')
  const fields = { jurisdiction: 'hollis', role: 'agent' }
  const answer = await visitor(app).post('/sign-in/demo', fields)
  const nowhere = await visitor(app).post('/sign-in/nowhere', fields)
  const page = (await answer.text()).replaceAll('/sign-in/demo', '/sign-in/nowhere')
  expect([answer.status, page]).toEqual([404, await nowhere.text()])
})

it('leaves nothing behind: a role that was played opens nothing once it is off', async () => {
  const app = await start({ demo: true })
  const browser = visitor(app)
  await browser.post('/sign-in/demo', { jurisdiction: 'hollis', role: 'administrator' })
  const off = { ...app.platform, demo: false }
  expect(await accessOf(app, browser)).toBeDefined()
  expect(await accessOf({ platform: off }, browser)).toBeUndefined()
  expect((await currentRegion(off, 'ellery')).slug).toBe('ellery')
})

it('leaves no administrator of the region behind, nor whom one let in, nor a key that lasts', async () => {
  const app = await start({ demo: true })
  const boss = visitor(app)
  await boss.post('/sign-in/demo', { role: 'region' })
  expect(await boss.read('/region')).toContain('Who administers what')
  const email = 'somebody@hollis.example'
  expect((await boss.post('/region/hollis', { email, name: 'Somebody' })).status).toBe(303)
  const hollis = openTenant(app.platform, { kind: 'system', reason: 'test' }, 'ellery', 'hollis')
  expect((await listGrants(hollis)).map(({ source }) => source)).toEqual(['demo'])
  const administrator = visitor(app)
  await administrator.post('/sign-in/demo', { jurisdiction: 'hollis', role: 'administrator' })
  const access = await accessOf(app, administrator)
  if (access === undefined) throw new Error('no access')
  await createKey(app.platform, openTenant(app.platform, access, 'ellery', 'hollis'), 'A key', 'work')
  const [key] = await listKeys(hollis)
  expect(key?.expiresAt).toBe(app.platform.clock.now() + 24 * 3_600_000)
  const off = createApp({ ...app.platform, demo: false })
  const ask = (path: string, init?: RequestInit) =>
    off.request(`http://localhost${path}`, {
      ...init,
      headers: { origin: 'http://localhost', cookie: `${STAFF}=${boss.cookies.get(STAFF)}` },
    })
  expect((await ask('/region')).status).toBe(404)
  const body = new URLSearchParams({ email, name: 'Somebody' })
  expect((await ask('/region/larkfield', { method: 'POST', body })).status).toBe(404)
  expect(await (await ask('/me')).text()).not.toContain('Who administers what')
})

it('plays nothing where a jurisdiction has a sign-in of its own', async () => {
  const documents = await bundledDocuments()
  const signIn = { issuer: 'https://login.example', clientId: 'c', claim: 'groups', roles: {} }
  const jurisdictions = documents.jurisdictions.map(one => ({ ...one, signIn }))
  const app = await start({ demo: true, documents: { ...documents, jurisdictions } })
  const answer = await visitor(app).post('/sign-in/demo', { jurisdiction: 'hollis', role: 'agent' })
  expect(answer.status).toBe(503)
})

it('does not start beside a real sign-in, and names the file to mend', async () => {
  const root = mkdtempSync(join(tmpdir(), 'countyline-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const signIn =
    'signIn:\n  issuer: https://login.west.example\n  clientId: c\n  claim: groups\n  roles: { a: agent }\n'
  for (const [path, text] of lakeFiles()) {
    const file = join(root, 'tenants/lake', path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, path === 'west/jurisdiction.yaml' ? text + signIn : text)
  }
  const entry = fileURLToPath(new URL('../src/node.ts', import.meta.url))
  const hook = fileURLToPath(new URL('../scripts/tsx-hook.ts', import.meta.url))
  const env = {
    ...process.env,
    PORT: '0',
    COUNTYLINE_DEMO: '1',
    DATA_DIR: join(root, 'data'),
    TENANTS_DIR: join(root, 'tenants'),
  }
  const server = spawn(process.execPath, ['--import', hook, entry], { env })
  let told = ''
  server.stderr.on('data', part => {
    told += part
  })
  const code = await new Promise(resolve => server.once('exit', resolve))
  expect([code, told]).toEqual([
    1,
    expect.stringContaining('lake/west/jurisdiction.yaml names a real issuer'),
  ])
})
