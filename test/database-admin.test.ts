import { generateKeyPairSync, sign } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type DatabaseName, databaseLabel } from '../src/platform/platform.ts'
import { remoteNameOf, tursoAdmin } from '../src/platform/remote/admin.ts'
import { databaseSettings, remoteDatabases } from '../src/platform/remote/databases.ts'
import { freePort, type Sqld, startSqld } from './support/sqld.ts'
import { startTurso, type Turso } from './support/turso.ts'

/* The services that make databases: the admin API of a real sqld, and Turso's platform API as documented. */

const directory: DatabaseName = { kind: 'directory' }
const river: DatabaseName = { kind: 'region', region: 'river-county' }
const lake: DatabaseName = { kind: 'tenant', region: 'lake', slug: 'lake-county' }

const using = (url: string, settings: Readonly<Record<string, string>>) =>
  remoteDatabases({ url, ...databaseSettings(name => settings[name]) })

const works = async (databases: ReturnType<typeof using>, name: DatabaseName) =>
  (await databases.client(name).execute('SELECT 1 AS one')).rows[0]?.one

describe('sqld with a key for its admin API and signed tokens', () => {
  let sqld: Sqld
  let token: string
  const folder = mkdtempSync(join(tmpdir(), 'countyline-'))
  beforeAll(async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    const keyFile = join(folder, 'jwt.pem')
    writeFileSync(keyFile, publicKey.export({ type: 'spki', format: 'pem' }))
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const signed = `${part({ alg: 'EdDSA', typ: 'JWT' })}.${part({ a: 'rw' })}`
    token = `${signed}.${sign(null, Buffer.from(signed), privateKey).toString('base64url')}`
    sqld = await startSqld({ more: ['--admin-auth-key', 'open-sesame', '--auth-jwt-key-file', keyFile] })
  })
  afterAll(async () => {
    await sqld.stop()
    rmSync(folder, { recursive: true })
  })

  it('makes a namespace once, which only the signed token opens', async () => {
    const databases = using(sqld.url, {
      DATABASE_ADMIN_URL: sqld.adminUrl,
      DATABASE_ADMIN_TOKEN: 'open-sesame',
      DATABASE_TOKEN: token,
    })
    await databases.create(river)
    await databases.client(river).execute('CREATE TABLE kept (id INTEGER)')
    await databases.create(river)
    expect((await databases.client(river).execute('SELECT count(*) AS all_of_them FROM kept')).rows).toEqual([
      { all_of_them: 0 },
    ])
    await expect(works(using(sqld.url, { DATABASE_TOKEN: `${token}x` }), river)).rejects.toThrow()
  })

  it('deletes a namespace with what it holds, once', async () => {
    const databases = using(sqld.url, {
      DATABASE_ADMIN_URL: sqld.adminUrl,
      DATABASE_ADMIN_TOKEN: 'open-sesame',
      DATABASE_TOKEN: token,
    })
    const name = { kind: 'tenant', region: 'lake', slug: 'gone' } as const
    await databases.create(name)
    await databases.client(name).execute('CREATE TABLE held (id INTEGER)')
    expect(await databases.delete(name)).toBe(true)
    await expect(works(databases, name)).rejects.toThrow()
    expect(await databases.delete(name)).toBe(false)
    await databases.create(name)
    const { rows } = await databases.client(name).execute('SELECT name FROM sqlite_master')
    expect(rows).toEqual([])
    await expect(using(sqld.url, { DATABASE_TOKEN: token }).delete(name)).rejects.toMatchObject({
      slug: 'not-configured',
      detail: expect.stringContaining('DATABASE_ADMIN_URL'),
    })
  })

  it.each([{}, { DATABASE_ADMIN_TOKEN: 'wrong' }])(
    'names the setting when the key is missing or wrong',
    async given => {
      const databases = using(sqld.url, { DATABASE_ADMIN_URL: sqld.adminUrl, ...given })
      await expect(databases.create(lake)).rejects.toMatchObject({
        slug: 'not-configured',
        detail: expect.stringContaining('DATABASE_ADMIN_TOKEN'),
      })
    },
  )

  it('is asked again later while it is away', async () => {
    const databases = using(sqld.url, { DATABASE_ADMIN_URL: `http://127.0.0.1:${await freePort()}` })
    await expect(databases.create(lake)).rejects.toMatchObject({
      slug: 'database-unavailable',
      retryAfterSeconds: expect.any(Number),
    })
  })
})

describe('Turso', () => {
  let turso: Turso
  const settings = () => ({
    TURSO_ORGANIZATION: 'the-state',
    TURSO_GROUP: 'default',
    TURSO_API_TOKEN: 'platform token',
    TURSO_API_URL: turso.url,
    DATABASE_TOKEN: 'token of default',
  })
  beforeAll(async () => {
    turso = await startTurso({
      organization: 'the-state',
      apiToken: 'platform token',
      groups: { default: 'token of default', rivers: 'token of rivers' },
      quota: 3,
    })
  })
  afterAll(() => turso.stop())

  it('makes a database in the group, and takes one that exists for made', async () => {
    const databases = using(turso.databaseUrl, settings())
    await databases.create(directory)
    await databases.create(directory)
    expect(turso.created).toEqual([{ name: 'directory', group: 'default' }])
    expect(await works(databases, directory)).toBe(1)
  })

  it('keeps a region in a group of its own, whose token opens nothing else', async () => {
    const databases = using(turso.databaseUrl, {
      ...settings(),
      TURSO_GROUP_RIVER_COUNTY: 'rivers',
      DATABASE_TOKEN_RIVER_COUNTY: 'token of rivers',
    })
    await databases.create(river)
    await databases.create(lake)
    expect(turso.created).toContainEqual({ name: 'river-county', group: 'rivers' })
    expect(await works(databases, river)).toBe(1)
    expect(await works(databases, lake)).toBe(1)
    const other = using(turso.databaseUrl, { ...settings(), DATABASE_TOKEN: 'token of rivers' })
    await expect(works(other, lake)).rejects.toThrow()
    await expect(works(using(turso.databaseUrl, settings()), river)).rejects.toThrow()
  })

  it('fills a new database at once, also where the server does not find it for a moment', async () => {
    const own = await startTurso({ organization: 'o', apiToken: 't', groups: { g: 'opens' } })
    onTestFinished(() => own.stop())
    const given = { TURSO_ORGANIZATION: 'o', TURSO_GROUP: 'g', TURSO_API_TOKEN: 't', TURSO_API_URL: own.url }
    const databases = using(own.databaseUrl, { ...given, DATABASE_TOKEN: 'opens' })
    const content = { mark: '', common: ['CREATE TABLE common (a)'], own: ['INSERT INTO common VALUES (7)'] }
    own.hideNext(2)
    expect(await databases.create(lake, content)).toBe(true)
    const { rows } = await databases.client(lake).execute('SELECT a FROM common')
    expect(rows[0]?.a).toBe(7)
    own.hideNext(3)
    expect(await works(databases, lake)).toBe(1)
    // What is there stays as it is.
    expect(await databases.create(lake, content)).toBe(false)
  })

  it('deletes a database, and takes one that is not there for deleted', async () => {
    const own = await startTurso({ organization: 'o', apiToken: 't', groups: { g: 'opens' } })
    onTestFinished(() => own.stop())
    const given = { TURSO_ORGANIZATION: 'o', TURSO_GROUP: 'g', TURSO_API_TOKEN: 't', TURSO_API_URL: own.url }
    const databases = using(own.databaseUrl, { ...given, DATABASE_TOKEN: 'opens' })
    await databases.create(lake)
    expect(await databases.delete(lake)).toBe(true)
    expect(own.created).toEqual([])
    expect(await databases.delete(lake)).toBe(false)
    await expect(
      using(own.databaseUrl, { ...given, TURSO_API_TOKEN: 'wrong' }).delete(lake),
    ).rejects.toMatchObject({
      slug: 'not-configured',
      detail: expect.stringContaining('TURSO_API_TOKEN'),
    })
  })

  it('explains a quota that is reached', async () => {
    const more: DatabaseName = { kind: 'region', region: 'more' }
    await expect(using(turso.databaseUrl, settings()).create(more)).rejects.toMatchObject({
      slug: 'not-configured',
      detail: expect.stringMatching(/no more databases on this plan/),
    })
  })

  it.each([
    [{ TURSO_API_TOKEN: 'wrong' }, /Correct TURSO_API_TOKEN/],
    [{ TURSO_API_TOKEN: '' }, /Set TURSO_API_TOKEN/],
    [{ TURSO_ORGANIZATION: 'another' }, /Correct TURSO_ORGANIZATION and TURSO_GROUP/],
    [{ TURSO_GROUP: 'unknown' }, /Correct TURSO_ORGANIZATION and TURSO_GROUP/],
  ])('names the setting to mend: %o', async (given, told) => {
    const databases = using(turso.databaseUrl, { ...settings(), ...given })
    await expect(databases.create(lake)).rejects.toMatchObject({
      slug: 'not-configured',
      detail: expect.stringMatching(told),
    })
  })

  it('comes again as late as it is asked to', async () => {
    const date = { date: 'Sun, 01 Mar 2026 10:00:00 GMT', 'retry-after': 'Sun, 01 Mar 2026 10:02:00 GMT' }
    turso.answerNext(
      { status: 429, headers: { 'retry-after': '17' } },
      { status: 429, headers: date },
      { status: 429 },
      { status: 503 },
    )
    const databases = using(turso.databaseUrl, settings())
    const asked = { slug: 'database-unavailable', retryAfterSeconds: 17 }
    await expect(databases.create(lake)).rejects.toMatchObject(asked)
    await expect(databases.create(lake)).rejects.toMatchObject({ ...asked, retryAfterSeconds: 120 })
    await expect(databases.create(lake)).rejects.toMatchObject({ ...asked, retryAfterSeconds: 30 })
    await expect(databases.create(lake)).rejects.toMatchObject({ ...asked, retryAfterSeconds: 5 })
    await databases.create(lake)
  })

  it('is given up when it does not answer, and asked again later', async () => {
    turso.answerNext('never')
    const admin = tursoAdmin(
      { organization: 'the-state', group: 'default', apiToken: 'platform token', apiUrl: turso.url },
      name => `https://${name}.example`,
      () => undefined,
      100,
    )
    await expect(admin.create(lake, databaseLabel(lake))).rejects.toMatchObject({
      slug: 'database-unavailable',
      detail: expect.stringMatching(/did not answer in time/),
    })
  })

  it('is asked again later while it is away', async () => {
    const away = { ...settings(), TURSO_API_URL: `http://127.0.0.1:${await freePort()}` }
    await expect(using(turso.databaseUrl, away).create(lake)).rejects.toMatchObject({
      slug: 'database-unavailable',
      retryAfterSeconds: expect.any(Number),
    })
  })

  it('says which name it refuses', async () => {
    turso.answerNext({ status: 400, error: 'database name is not valid' })
    await expect(using(turso.databaseUrl, settings()).create(lake)).rejects.toMatchObject({
      slug: 'bad-request',
      detail: 'Turso refuses to create the database lake--lake-county (400).',
    })
  })

  it('notices a DATABASE_URL that leads elsewhere', async () => {
    const body = { database: { Hostname: 'lake-the-state.aws-us-east-1.turso.io', Name: 'lake' } }
    const server = createServer((_, response) => response.end(JSON.stringify(body)))
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    const given = { ...settings(), TURSO_API_URL: `http://127.0.0.1:${port}` }
    const databases = using('libsql://{name}-the-state.turso.io', given)
    await expect(databases.create({ kind: 'region', region: 'lake' })).rejects.toMatchObject({
      slug: 'not-configured',
      detail: expect.stringMatching(/lake-the-state\.aws-us-east-1\.turso\.io.*Correct DATABASE_URL/),
    })
  })
})

describe('the name of a database at the server', () => {
  const url = 'https://{name}-the-state.turso.io'
  const long = databaseLabel({ kind: 'tenant', region: 'the-whole-state', slug: `${'a'.repeat(40)}-water` })

  it('is its label, where that fits a host name', () => {
    expect(remoteNameOf('lake--lake-county', url)).toBe('lake--lake-county')
    expect(remoteNameOf(long, 'https://db.example')).toBe(long)
    expect(remoteNameOf(long, 'https://db.example/{name}')).toBe(long)
  })

  it('is shortened to 63 characters with the host’s own, the same each time and unlike every other', () => {
    const name = remoteNameOf(long, url)
    expect(`${name}-the-state`).toHaveLength(63)
    expect(name).toMatch(/^[a-z0-9-]+[a-z0-9]$/)
    expect(remoteNameOf(long, url)).toBe(name)
    expect(remoteNameOf(`${long}-2`, url)).not.toBe(name)
    expect(
      using(url, {}).urlOf({ kind: 'tenant', region: 'the-whole-state', slug: `${'a'.repeat(40)}-water` }),
    ).toBe(`https://${name}-the-state.turso.io`)
  })
})
