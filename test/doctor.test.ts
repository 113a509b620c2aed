import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { describe, expect, it, onTestFinished } from 'vitest'
import { main } from '../src/cli/main.ts'
import { GaugeRecorder, noteRun } from '../src/core/database/gauges.ts'
import { openForJobs } from '../src/core/database/handles.ts'
import { registry } from '../src/create-app.ts'
import { checks } from '../src/monitoring/doctor/checks.ts'
import { type Examined, examine } from '../src/monitoring/doctor/examine.ts'
import { weaknessOf } from '../src/monitoring/doctor/strength.ts'
import { webAnchors } from '../src/platform/anchors.ts'
import { fileAnchors } from '../src/platform/node/anchors.ts'
import { databaseLabel, type Platform } from '../src/platform/platform.ts'
import { bundledDocuments, startApp, type TestApp } from './support/app.ts'
import { startMailbox } from './support/mailbox.ts'
import { startServer } from './support/server.ts'
import { startSqld } from './support/sqld.ts'
import { twoRegions } from './support/two-regions.ts'

const key = (seed: string) => `${seed}GmZ8rT4qLx1vB7nYc3WdKpHs9EjUa2Xo`
const environment = { MASTER_KEY: key('a'), SIGNING_KEY: key('b'), METRICS_TOKEN: key('c') }

async function app(options: Parameters<typeof startApp>[0] = {}): Promise<TestApp> {
  const started = await startApp({ environment, ...options })
  onTestFinished(() => started.close())
  return started
}

async function found(platform: Platform, name: string) {
  const results = await examine(
    platform,
    checks.filter(check => check.name === name),
  )
  return results.flatMap(({ findings }) => findings)
}

const levels = (results: readonly Examined[]) =>
  Object.fromEntries(results.map(({ check, findings }) => [check, findings.map(({ level }) => level)]))

describe('a check', () => {
  const { platform } = { platform: {} as Platform }

  it('that hangs or fails is a fault, and holds up no other', async () => {
    const results = await examine(platform, [
      { name: 'hangs', within: 20, run: () => new Promise(() => {}) },
      {
        name: 'fails',
        run: async () => {
          throw new Error('SELECT secret FROM person')
        },
      },
      { name: 'works', run: async () => [{ level: 'ok', what: 'Works.' }] },
    ])
    expect(levels(results)).toEqual({ hangs: ['fault'], fails: ['fault'], works: ['ok'] })
    expect(JSON.stringify(results)).not.toContain('SELECT')
  })

  it.each([
    ['short', 'has fewer than 32 characters'],
    ['abababababababababababababababababab', 'repeats a few characters'],
    ['change-me-please-this-is-not-a-real-key', 'looks like an example'],
    [key('x'), undefined],
    ['3f9c1b7a5e2d84069fbb1c7d2a6e5f40813c9d7b2e4f6a158c0d3b9e7f2a4c6d', undefined],
  ])('of the secret %s says: %s', (secret, weakness) => {
    expect(weaknessOf(secret)).toBe(weakness)
  })
})

describe('the checks of a deployment', () => {
  it('find nothing wrong with a new one but what is not set up', async () => {
    const { platform } = await app()
    await noteRun(platform, 'jobs')
    const results = await examine(platform, checks)
    expect(levels(results)).toEqual({
      bindings: [],
      addresses: ['warning'],
      certificate: [],
      secrets: ['ok'],
      'secrets of documents': ['ok'],
      clock: ['ok'],
      databases: ['ok'],
      'recurring work': ['ok'],
      'jobs and messages': ['ok'],
      storage: ['ok'],
      'kept configuration': [],
      email: ['warning'],
      'text messages': ['ok'],
      'sign-in providers': ['ok'],
      hosts: ['ok'],
      holidays: expect.any(Array),
      'audit anchors': ['warning'],
    })
    const all = results.flatMap(({ findings }) => findings)
    for (const { level, mend } of all) expect(mend !== undefined).toBe(level !== 'ok')
    for (const secret of Object.values(environment)) expect(JSON.stringify(results)).not.toContain(secret)
  })

  it('name a region that answers for every host', async () => {
    const documents = await bundledDocuments()
    const region = { ...documents.region, hosts: ['localhost', '*'] }
    const { platform } = await app({ documents: { ...documents, region } })
    expect(await found(platform, 'hosts')).toMatchObject([
      { level: 'warning', what: 'ellery answers for every host that nobody else claims.' },
    ])
  })

  it('name secrets that are weak or the same', async () => {
    const weak = { MASTER_KEY: key('a'), SIGNING_KEY: key('a'), METRICS_TOKEN: 'x' }
    const { platform } = await app({ environment: weak })
    expect((await found(platform, 'secrets')).map(({ what }) => what)).toEqual([
      'MASTER_KEY and SIGNING_KEY are the same.',
      'SIGNING_KEY and MASTER_KEY are the same.',
      'METRICS_TOKEN has fewer than 32 characters.',
    ])
  })

  it('name databases that are damaged, missing, mixed up or behind', async () => {
    const { platform, dataDir } = await app()
    const file = (label: string, ending = '.db') => join(dataDir, 'databases', label + ending)
    writeFileSync(file('ellery--hollis', '.quarantine'), '{"reason":"malformed","since":"now"}')
    await platform.databases.client({ kind: 'tenant', region: 'ellery', slug: 'larkfield' }).close()
    rmSync(file('ellery--larkfield'))
    await openForJobs(platform, { kind: 'directory' }).commit([
      sql`UPDATE "database" SET migrated_to = '0000_tables@0' WHERE kind = 'region'`,
    ])
    const findings = await found(platform, 'databases')
    expect(findings.map(({ level }) => level)).toEqual(findings.map(() => 'fault'))
    const texts = findings.map(({ what }) => what).join('\n')
    expect(texts).toMatch(/ellery--hollis is in quarantine: malformed/)
    expect(texts).toMatch(/ellery--larkfield cannot be used: .*SQLITE_CANTOPEN/)
    expect(texts).toMatch(/1 databases do not have the schema of this version: ellery\./)
  })

  it('name where jobs have been given up, and say when the server was last seen', async () => {
    const started = await app()
    const { platform } = started
    const hollis = { kind: 'tenant', region: 'ellery', slug: 'hollis' } as const
    expect(levels(await examine(platform, checks))['recurring work']).toEqual(['warning'])
    await openForJobs(platform, hollis).commit([
      sql`INSERT INTO job (kind, key, due_at, created_at, parked_at) VALUES ('a', 'a', 0, 0, 1)`,
      sql`INSERT INTO message (id, case_id, receiver, kind, body, created_at, due_at, parked_at) VALUES ('m', 'c', 'r', 'k', '{}', 0, 0, 1)`,
    ])
    const recorder = new GaugeRecorder(platform, registry.gauges)
    await recorder.visited(hollis, { done: 1, failed: 0 })
    await recorder.flush()
    await noteRun(platform, 'jobs')
    const findings = await found(platform, 'jobs and messages')
    expect(findings.map(({ what }) => what)).toEqual([
      'Jobs have been given up in ellery--hollis.',
      'Messages between jurisdictions cannot be delivered from ellery--hollis.',
    ])
    expect(await found(platform, 'recurring work')).toEqual([
      { level: 'ok', what: 'Last seen: jobs 0 minutes ago.' },
    ])
    started.advance(3_600_000)
    expect(await found(platform, 'recurring work')).toEqual([
      expect.objectContaining({ level: 'fault', what: 'Last seen: jobs 60 minutes ago.' }),
    ])
  })

  it('ask the mail server, and say if it does not answer', async () => {
    const mailbox = await startMailbox()
    const { platform } = await app({ mail: mailbox.settings })
    expect((await found(platform, 'email'))[0]).toEqual({ level: 'ok', what: 'The mail server answers.' })
    await mailbox.close()
    expect((await found(platform, 'email'))[0]).toMatchObject({ level: 'fault' })
  })

  it('say that photos cannot be stored', async () => {
    const { platform, dataDir } = await app()
    rmSync(join(dataDir, 'files'), { recursive: true, force: true })
    writeFileSync(join(dataDir, 'files'), 'in the way')
    expect((await found(platform, 'storage'))[0]).toMatchObject({ level: 'fault' })
  })

  it('compare the clock with that of the database server', async () => {
    const sqld = await startSqld()
    onTestFinished(() => sqld.stop())
    const { platform } = await app({ remote: { url: sqld.url, adminUrl: sqld.adminUrl }, now: Date.now() })
    expect((await found(platform, 'clock'))[0]).toMatchObject({ level: 'ok' })
    const late = { ...platform, clock: { now: () => Date.now() + 90_000 } }
    expect((await found(late, 'clock'))[0]).toMatchObject({ level: 'fault' })
    expect((await found(platform, 'databases'))[0]).toMatchObject({ level: 'ok' })
    // One that a server does not know for a moment is asked again.
    const hollis = { kind: 'tenant', region: 'ellery', slug: 'hollis' } as const
    let refusals = 1
    const client: Platform['databases']['client'] = (name, deadlines) => {
      const real = platform.databases.client(name, deadlines)
      const isRefused = databaseLabel(name) === databaseLabel(hollis) && refusals-- > 0
      return isRefused ? { ...real, execute: () => Promise.reject(new Error('HTTP status 502')) } : real
    }
    const once = { ...platform, databases: { ...platform.databases, client } }
    expect((await found(once, 'databases'))[0]).toMatchObject({ level: 'ok' })
    expect(refusals).toBeLessThan(0)
    await sqld.kill()
    expect((await found(platform, 'databases'))[0]).toMatchObject({ level: 'fault' })
  })

  it('ask sign-in providers for their keys', async () => {
    let keys: unknown[] = [{}]
    const provider = createServer((request, response) => {
      const jwks_uri = `http://${request.headers.host}/keys`
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(request.url === '/keys' ? { keys } : { jwks_uri }))
    })
    await new Promise<void>(resolve => void provider.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void provider.close())
    const host = `127.0.0.1:${(provider.address() as AddressInfo).port}`
    const documents = await bundledDocuments()
    const signIn = { issuer: `http://${host}`, clientId: 'c', clientSecret: 'OIDC_ELLERY__HOLLIS' }
    const jurisdictions = documents.jurisdictions.map(each =>
      each.slug === 'hollis' ? { ...each, signIn } : { ...each, signIn: undefined },
    )
    const { platform } = await app({
      documents: { ...documents, jurisdictions } as typeof documents,
      outboundAllow: [host],
    })
    expect((await found(platform, 'sign-in providers'))[0]).toEqual({
      level: 'ok',
      what: `${host} answers, with 1 keys.`,
    })
    expect((await found(platform, 'secrets of documents'))[0]).toMatchObject({
      level: 'fault',
      what: 'OIDC_ELLERY__HOLLIS is not set.',
    })
    keys = []
    expect((await found(platform, 'sign-in providers'))[0]).toMatchObject({ level: 'fault' })
  })

  it.each([
    [-1, 'fault', /has expired/],
    [10, 'warning', /ends in 10 days/],
    [60, 'ok', /is good for 60 days/],
  ])('look at the certificate of the public address: %i days left', async (days, level, text) => {
    const { platform } = await app()
    const certificateEnd = async () => platform.clock.now() + days * 86_400_000 + 1
    const [finding] = await found(
      { ...platform, publicUrl: 'https://311.county.example', certificateEnd },
      'certificate',
    )
    expect(finding).toMatchObject({ level, what: expect.stringMatching(text) })
  })

  it('say that TLS fails where nothing speaks it', async () => {
    const plain = createServer()
    await new Promise<void>(resolve => void plain.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void plain.close())
    const { platform } = await app()
    const publicUrl = `https://127.0.0.1:${(plain.address() as AddressInfo).port}`
    const [finding] = await found({ ...platform, publicUrl }, 'certificate')
    expect(finding).toMatchObject({
      level: 'fault',
      what: expect.stringMatching(/^TLS with 127\.0\.0\.1:\d+ fails/),
    })
  })

  it('say how many of many databases they have asked', async () => {
    const { platform } = await app()
    const progress: [string, number, number][] = []
    const only = checks.filter(({ name }) => name === 'databases')
    const [result] = await examine(platform, only, (...at) => progress.push(at))
    expect(result?.findings[0]?.what).toBe(`${progress.length} databases answer and have the newest schema.`)
    expect(progress.at(-1)).toEqual(['databases', progress.length, progress.length])
  })

  it('say whether copies of the audit’s seals can be written to a file, and write none', async () => {
    const { platform, dataDir } = await app()
    const level = async (path: string) => {
      const [finding] = await found({ ...platform, anchors: fileAnchors(path) }, 'audit anchors')
      return finding?.level
    }
    const file = join(dataDir, 'anchors.jsonl')
    expect(await level(file)).toBe('ok')
    expect(existsSync(file)).toBe(false)
    writeFileSync(file, 'a line\n')
    expect(await level(file)).toBe('ok')
    expect(readFileSync(file, 'utf8')).toBe('a line\n')
    expect(await level(join(dataDir, 'absent', 'anchors.jsonl'))).toBe('fault')
    expect(await level(dataDir)).toBe('fault')
  })

  it('say whether copies of the audit’s seals reach an address, and whether the last were taken', async () => {
    const received: string[] = []
    const store = createServer((request, response) => {
      received.push(String(request.method))
      response.writeHead(405).end()
    })
    await new Promise<void>(resolve => void store.listen(0, '127.0.0.1', resolve))
    const host = `127.0.0.1:${(store.address() as AddressInfo).port}`
    const started = await app({ outboundAllow: [host] })
    const platform = {
      ...started.platform,
      anchors: webAnchors(started.platform.outbound, `http://${host}/`, undefined),
    }
    expect(await found(platform, 'audit anchors')).toMatchObject([{ level: 'ok' }])
    expect(received).toEqual(['GET'])
    const region = openForJobs(platform, { kind: 'region', region: 'ellery' })
    await region.commit([
      sql`INSERT INTO job (kind, key, due_at, created_at, attempts) VALUES ('audit-anchor', 'audit-anchor', 0, 0, 1)`,
    ])
    expect(await found(platform, 'audit anchors')).toMatchObject([
      { level: 'fault', what: 'Copies of the audit’s seals of ellery were not taken elsewhere.' },
    ])
    await new Promise(resolve => store.close(resolve))
    expect(await found(platform, 'audit anchors')).toMatchObject([
      { level: 'fault', what: expect.stringMatching(/cannot be kept elsewhere/) },
    ])
  })

  it('name holidays that run out', async () => {
    const documents = await bundledDocuments()
    const holidays = [{ date: '2026-09-07', name: 'Labor Day' }]
    const jurisdictions = documents.jurisdictions.map(each => ({
      ...each,
      holidays: each.slug === 'hollis' ? holidays : [],
    }))
    const { platform } = await app({ documents: { ...documents, jurisdictions } })
    expect((await found(platform, 'holidays'))[0]).toMatchObject({
      level: 'warning',
      what: 'Lists of holidays end within 90 days: ellery--hollis.',
    })
  })
})

describe('countyline doctor', () => {
  const run = async (env: Readonly<Record<string, string | undefined>>, ...argv: string[]) => {
    let [out, err] = ['', '']
    const code = await main(['doctor', ...argv], {
      env,
      out: text => {
        out += text
      },
      err: text => {
        err += text
      },
      now: Date.now,
    })
    return { code, out, err }
  }

  it('checks a deployment beside its server or through it, sends a test email, and fails for a fault', async () => {
    const mailbox = await startMailbox()
    onTestFinished(() => mailbox.close())
    const regions = twoRegions()
    const mail =
      mailbox.settings.kind === 'smtp'
        ? { SMTP_URL: mailbox.settings.url, MAIL_FROM: 'no-reply@county.example' }
        : {}
    const env = { ...regions.env, ...environment, ...mail }
    const server = await startServer(env)
    onTestFinished(async () => {
      await server.end('SIGKILL')
      regions.remove()
    })
    const healthy = await run(env, '--send-test', 'ann@county.example')
    expect(healthy.out).toContain('ok       test email: The mail server has taken it.')
    expect(healthy.out).toMatch(/\n0 faults, \d+ warnings?\n$/)
    expect(healthy.code).toBe(0)
    expect(mailbox.emailsTo('ann@county.example')).toHaveLength(1)
    expect((await run(env, '--strict')).code).toBe(1)
    const asked = await run(env, '--url', server.url, '--json')
    expect(asked.code).toBe(0)
    const { results } = JSON.parse(asked.out) as { results: Examined[] }
    expect(results.map(({ check }) => check)).toEqual(checks.map(({ name }) => name))
    const other = await run({ ...env, METRICS_TOKEN: key('d') }, '--url', server.url)
    expect([other.code, other.err]).toEqual([1, expect.stringContaining('has another METRICS_TOKEN')])
    await mailbox.close()
    const broken = await run(env)
    expect(broken.code).toBe(1)
    expect(broken.out).toMatch(/^fault {4}email: The mail server cannot be used: .*\n {9}Check SMTP_URL/m)
  })

  it('refuses an address that is none, and a deployment that is not there', async () => {
    const { env, remove } = twoRegions()
    onTestFinished(remove)
    expect((await run(env, '--send-test', 'nobody')).err).toContain('is not an email address')
    expect((await run(env)).err).toContain('There are no databases yet')
    expect((await run(env, '--url', 'http://127.0.0.1:9')).err).toContain('Set METRICS_TOKEN')
    const withToken = { ...env, METRICS_TOKEN: key('c') }
    expect((await run(withToken, '--url', 'http://127.0.0.1:9')).err).toContain('127.0.0.1:9 does not answer')
  })
})
