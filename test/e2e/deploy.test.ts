import { type ChildProcess, spawn } from 'node:child_process'
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readMigrations } from '../../src/platform/node/databases/migrations.ts'
import { nodePlatform } from '../../src/platform/node/platform.ts'
import { readEnvironment } from '../../src/platform/node/settings.ts'
import { readRegionFiles } from '../../src/platform/node/tenants.ts'
import { loadRegion } from '../../src/regions/documents/load.ts'
import { requestApply } from '../../src/regions/versions/apply.ts'
import { type CloudflareAccount, startCloudflare } from '../support/cloudflare/account.ts'
import { sqldBinary, startSqld } from '../support/sqld.ts'
import { startTurso, type Turso } from '../support/turso.ts'

/*
 * docs/deploy.md from an empty account to reports at the edge, with the commands as they stand there, against a local
 * account of Cloudflare and of Turso. Each step is killed once and run again.
 */

const ORGANIZATION = 'county'
const GROUP = 'county'
const API_TOKEN = 'a token of the local platform API'
const GROUP_TOKEN = 'a token of the group'
const SETTINGS = 'staging.env'

let cloudflare: CloudflareAccount
let turso: Turso
/** A copy of the project, as a clone would be: others use `dist` of the original meanwhile. */
const clone = mkdtempSync(join(tmpdir(), 'countyline-clone-'))

beforeAll(async () => {
  for (const part of [
    'deploy',
    'docs',
    'migrations',
    'package.json',
    'scripts',
    'src',
    'templates',
    'tsconfig.build.json',
    'tsconfig.json',
    'wrangler.toml',
  ])
    cpSync(part, join(clone, part), { recursive: true })
  symlinkSync(join(process.cwd(), 'node_modules'), join(clone, 'node_modules'))
  cloudflare = await startCloudflare()
  turso = await startTurso({
    organization: ORGANIZATION,
    apiToken: API_TOKEN,
    groups: { [GROUP]: GROUP_TOKEN },
  })
})
afterAll(async () => {
  await cloudflare?.stop()
  await turso?.stop()
  rmSync(clone, { recursive: true, force: true })
})

interface Ended {
  readonly code: number | null
  readonly out: string
}

/** Runs a command of the page; `until`: kills it, and all that it started, as soon as that is so. */
async function run(
  [program = '', ...args]: readonly string[],
  env: Readonly<Record<string, string>> = {},
  until?: (out: string) => boolean,
): Promise<Ended> {
  const child: ChildProcess = spawn(program, args, {
    cwd: clone,
    detached: true,
    env: {
      ...process.env,
      CLOUDFLARE_API_BASE_URL: cloudflare.apiUrl,
      WRANGLER_SEND_METRICS: 'false',
      ...env,
    },
  })
  let out = ''
  let isKilled = false
  const end = () => {
    if (isKilled || child.pid === undefined || until?.(out) !== true) return
    isKilled = true
    process.kill(-child.pid, 'SIGKILL')
  }
  const hear = (piece: Buffer) => {
    out += piece
    end()
  }
  child.stdout?.on('data', hear)
  child.stderr?.on('data', hear)
  const watch = setInterval(end, 20)
  const code = await new Promise<number | null>(resolve => child.once('close', resolve))
  clearInterval(watch)
  return { code, out }
}

const deploy = ['npm', 'run', '-s', 'deploy', '--', '--env', 'staging', '--settings', SETTINGS]
const hasCalled = (call: RegExp) => () => cloudflare.calls.some(each => call.test(each))

function settings(): Record<string, string> {
  return {
    CLOUDFLARE_ACCOUNT_ID: cloudflare.account,
    CLOUDFLARE_API_TOKEN: cloudflare.token,
    PUBLIC_URL: cloudflare.workerUrl,
    DATABASE_URL: turso.databaseUrl,
    DATABASE_TOKEN: GROUP_TOKEN,
    TURSO_ORGANIZATION: ORGANIZATION,
    TURSO_GROUP: GROUP,
    TURSO_API_TOKEN: API_TOKEN,
    TURSO_API_URL: turso.url,
  }
}

test('a new file of settings, filled in, passes the checks; nothing is sent yet', {
  timeout: 180_000,
}, async () => {
  expect(await run(['npm', 'run', '-s', 'deploy', '--', '--new', SETTINGS])).toMatchObject({ code: 0 })
  const early = await run([...deploy, '--dry-run'])
  expect(early.code).toBe(1)
  expect(early.out).toContain('CLOUDFLARE_ACCOUNT_ID is missing')
  const lines = Object.entries(settings()).map(([name, value]) => `${name}='${value}'`)
  appendFileSync(join(clone, SETTINGS), `${lines.join('\n')}\n`)
  expect(await run([...deploy, '--dry-run'])).toMatchObject({ code: 0 })
  expect(cloudflare.calls).toEqual([])
  expect(turso.created).toEqual([])
})

test.each<[string, () => (out: string) => boolean]>([
  ['while it builds', () => out => out.includes('settings are complete')],
  ['once the bucket is there', () => hasCalled(/^POST .*\/r2\/buckets$/)],
  ['while databases are created', () => () => turso.created.length > 0],
  ['while the worker is sent', () => hasCalled(/^PUT .*\/workers\/scripts\/[^/]+$/)],
  ['before the queue has its consumer', () => hasCalled(/^PUT .*\/schedules$/)],
])('the deployment is killed %s', { timeout: 180_000 }, async (_, until) => {
  expect(await run(deploy, {}, until())).toMatchObject({ code: null })
})

test('run again, it ends with a worker that answers', { timeout: 180_000 }, async () => {
  const { code, out } = await run(deploy)
  expect(out).toContain(`it answers at ${cloudflare.workerUrl}`)
  expect(code).toBe(0)
  expect((await fetch(`${cloudflare.workerUrl}/healthz`)).status).toBe(200)
})

test('it has no region yet, and asks for the set-up code of its settings', { timeout: 60_000 }, async () => {
  const { out } = await run(['sh', '-c', `. ./${SETTINGS}; echo "$SETUP_CODE"`])
  const enter = async (code: string) => {
    const body = new URLSearchParams({ code })
    const answer = await fetch(`${cloudflare.workerUrl}/setup`, { method: 'POST', body, redirect: 'manual' })
    return [answer.status, answer.headers.getSetCookie().length]
  }
  const first = await fetch(cloudflare.workerUrl, { redirect: 'manual' })
  expect([first.status, first.headers.get('location')]).toEqual([303, '/setup'])
  expect(await enter('22222-22222-22222-22222')).toEqual([400, 0])
  expect(await enter(out.trim())).toEqual([303, 1])
})

const square = (west: number, name: string, south = 40) => ({
  type: 'Feature',
  properties: { NAME: name },
  geometry: {
    type: 'Polygon',
    coordinates: [
      [
        [west, south],
        [west + 0.1, south],
        [west + 0.1, south + 0.1],
        [west, south + 0.1],
        [west, south],
      ],
    ],
  },
})
const towns = { 'east-town': -99.95, 'west-town': -100.05 }

test('two jurisdictions are created there, although the command is killed', {
  timeout: 180_000,
}, async () => {
  const county = {
    type: 'FeatureCollection',
    features: [square(-100, 'East Town'), square(-100.1, 'West Town')],
  }
  writeFileSync(join(clone, 'county.geojson'), JSON.stringify(county))
  const countyline = ['npx', 'countyline']
  const imported = await run([
    ...countyline,
    ...['boundaries', 'import', 'county.geojson', '--region', 'river', '--name-field', 'NAME'],
  ])
  expect(imported).toMatchObject({ code: 0 })
  const folder = join(clone, 'tenants', 'river')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'region.yaml'), REGION)
  writeFileSync(
    join(folder, 'services.yaml'),
    'services:\n  - { code: pothole, name: Pothole, layers: [municipality] }\n',
  )
  const apply = [...countyline, 'apply', '--region', 'river']
  const env = settings()
  const before = turso.created.length
  await run(apply, { ...env, ...(await keys()) }, () => turso.created.length > before + 1)
  const { code, out } = await run(apply, { ...env, ...(await keys()) })
  expect(out).toContain('river')
  expect(code).toBe(0)
  expect(turso.created.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['directory', 'river', 'river--east-town', 'river--west-town']),
  )
})

async function keys(): Promise<Record<string, string>> {
  const { out } = await run(['sh', '-c', `. ./${SETTINGS}; echo "$MASTER_KEY $SIGNING_KEY"`])
  const [MASTER_KEY = '', SIGNING_KEY = ''] = out.trim().split(' ')
  return { MASTER_KEY, SIGNING_KEY }
}

const REGION = `name: River County 311
languages: [en]
timezone: America/Chicago
hosts: [127.0.0.1]
phone: "311"
emergency: { phone: "911", text: Is someone in danger right now? Call 911 first. }
intake: east-town
brand: { primary: "#1b4965" }
map: { center: [-100, 40.05], zoom: 11 }
`

const reported: string[] = []

test('both take reports at the edge, and list them once the queue has run', {
  timeout: 120_000,
}, async () => {
  const url = cloudflare.workerUrl
  for (const [town, long] of Object.entries(towns)) {
    const answer = await fetch(`${url}/api/v1/requests`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': `first-of-${town}` },
      body: JSON.stringify({ service_code: 'pothole', lat: 40.05, long, description: `A hole in ${town}` }),
    })
    expect(answer.status).toBe(201)
    const { id } = (await answer.json()) as { id: string }
    reported.push(id)
    expect((await fetch(`${url}/cases/${id}`)).status).toBe(200)
    const listed = async () => (await (await fetch(`${url}/j/${town}/api/v1/requests`)).text()).includes(id)
    await expect.poll(listed, { timeout: 60_000 }).toBe(true)
  }
})

test('the first administrator gets a link to the deployment', { timeout: 120_000 }, async () => {
  const { code, out } = await run(
    [
      ...['npx', 'countyline', 'grants', 'create', '--jurisdiction', 'east-town'],
      ...['--email', 'clerk@river.example', '--role', 'supervisor'],
    ],
    { ...settings(), ...(await keys()) },
  )
  expect(code).toBe(0)
  const [link = ''] = /http:\S+/.exec(out) ?? []
  expect(link.startsWith(cloudflare.workerUrl)).toBe(true)
  expect((await fetch(link)).status).toBe(200)
})

test('an upgrade and a run of the cron keep everything', { timeout: 180_000 }, async () => {
  expect(await run(deploy)).toMatchObject({ code: 0 })
  await cloudflare.runCron()
  for (const id of reported) {
    expect((await fetch(`${cloudflare.workerUrl}/cases/${id}`)).status).toBe(200)
  }
})

test('a third is created by the worker itself, while no command runs', { timeout: 120_000 }, async () => {
  const dataDir = join(clone, 'data')
  const environment = { ...settings(), ...(await keys()) }
  const { remote } = readEnvironment(environment)
  const platform = nodePlatform({ dataDir, remote, environment, mayMakeSecrets: false, log: () => {} })
  try {
    const files = new Map(await readRegionFiles(join(clone, 'tenants'), 'river'))
    files.set('north-town/jurisdiction.yaml', 'name: North Town\nkind: municipality\ncode: NT\n')
    files.set(
      'north-town/boundary.geojson',
      JSON.stringify({ type: 'FeatureCollection', features: [square(-100, 'North Town', 40.1)] }),
    )
    const { documents, issues } = loadRegion('river', files)
    if (documents === undefined) throw new Error(JSON.stringify(issues))
    await requestApply(platform, readMigrations(), 'river', documents, { by: 'operator:clerk' })
  } finally {
    await platform.close()
  }
  expect(turso.created.map(({ name }) => name)).not.toContain('river--north-town')
  await cloudflare.runCron()
  const site = async () => (await fetch(`${cloudflare.workerUrl}/j/north-town/`)).status
  await expect.poll(site, { timeout: 60_000 }).toBe(200)
  const answer = await fetch(`${cloudflare.workerUrl}/api/v1/requests`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': 'first-of-north-town' },
    body: JSON.stringify({
      service_code: 'pothole',
      lat: 40.15,
      long: -99.95,
      description: 'A hole in the north',
    }),
  })
  expect(answer.status).toBe(201)
  expect(await answer.json()).toMatchObject({ jurisdiction: 'north-town' })
  expect(turso.created.map(({ name }) => name)).toContain('river--north-town')
})

test.runIf(sqldBinary() !== undefined)(
  'a libSQL server lets in the token that sqld-keys prints, and no other',
  { timeout: 60_000 },
  async () => {
    const { out } = await run(['npm', 'run', '-s', 'sqld-keys', '--', 'keys'])
    const [, token] = /^DATABASE_TOKEN=(\S+)$/m.exec(out) ?? []
    const sqld = await startSqld({ more: ['--auth-jwt-key-file', join(clone, 'keys', 'sqld.pub')] })
    try {
      const statusFor = async (authorization: string) => {
        const answer = await fetch(`${sqld.url}/v2/pipeline`, {
          method: 'POST',
          headers: {
            authorization,
            'content-type': 'application/json',
            'x-namespace-bin': btoa('default').replace(/=+$/, ''),
          },
          body: JSON.stringify({ requests: [{ type: 'execute', stmt: { sql: 'SELECT 1' } }] }),
        })
        await answer.text()
        return answer.status
      }
      expect(await statusFor(`Bearer ${token}`)).toBe(200)
      expect(await statusFor('Bearer no.token.atall')).toBe(401)
    } finally {
      await sqld.stop()
    }
    expect((await run(['npm', 'run', '-s', 'sqld-keys', '--', 'keys'])).out).toContain('EEXIST')
  },
)
