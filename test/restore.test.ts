import { cpSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createApp } from '../src/create-app.ts'
import { nodePlatform } from '../src/platform/node/platform.ts'
import { bundled, startApp, type TestApp } from './support/app.ts'
import { type County, startCounty } from './support/county.ts'
import { countyline, type Filed, fileReport } from './support/deployment.ts'
import { type Sqld, sqldBinary, startSqld } from './support/sqld.ts'

const folder = mkdtempSync(join(tmpdir(), 'countyline-restore-'))
const kinds = sqldBinary() === undefined ? ['files'] : ['files', 'a libSQL server']
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each(kinds)('a whole backup of %s', kind => {
  let app: TestApp
  let sqld: Sqld | undefined
  let other: Sqld | undefined
  let filed: Filed[]
  const backup = join(folder, `of-${kind}`)
  const dataDir = join(folder, `restored-${kind}`)
  const secrets = () => cpSync(join(app.dataDir, 'secrets'), join(dataDir, 'secrets'), { recursive: true })
  const restored = () => ({ dataDir, sqld: other, now: app.platform.clock.now })

  beforeAll(async () => {
    sqld = kind === 'files' ? undefined : await startSqld()
    other = kind === 'files' ? undefined : await startSqld()
    app = await startApp(sqld && { remote: { url: sqld.url, adminUrl: sqld.adminUrl } })
    filed = [await fileReport(app, 'ZqOneXv'), await fileReport(app, 'ZqTwoXv')]
    await app.runJobs()
    const now = app.platform.clock.now
    const ran = await countyline({ dataDir: app.dataDir, sqld, now }, 'backup', 'create', '--to', backup)
    expect(ran, ran.out + ran.err).toMatchObject({ code: 0 })
  })
  afterAll(async () => {
    await app.close()
    await sqld?.stop()
    await other?.stop()
  })

  it('is refused without the keys that it was made with', async () => {
    const { code, err } = await countyline(restored(), 'restore', '--from', backup)
    expect([code, err]).toEqual([1, expect.stringMatching(/The secret MASTER_KEY is not the one/)])
    rmSync(dataDir, { recursive: true, force: true })
  })

  it('says what it would restore, and changes nothing', async () => {
    secrets()
    const { code, out } = await countyline(restored(), 'restore', '--from', backup, '--dry-run')
    expect([code, out]).toEqual([0, expect.stringMatching(/ellery--hollis, as of /)])
    expect(globSync('databases/*.db', { cwd: dataDir })).toEqual([])
  })

  it('is complete again: reports, photos, public list, logs', async () => {
    const ran = await countyline(restored(), 'restore', '--from', backup)
    expect(ran, ran.out + ran.err).toMatchObject({ code: 0 })
    expect(ran.out).toMatch(/Restored \d+ databases and 2 photos/)
    const verified = await countyline(restored(), 'audit', 'verify')
    expect(verified, verified.out + verified.err).toMatchObject({ code: 0 })
    const platform = nodePlatform({
      dataDir,
      remote: other && { url: other.url, adminUrl: other.adminUrl },
      environment: {},
      rateLimits: false,
      now: app.platform.clock.now,
      log: () => {},
    })
    try {
      const again = createApp(platform)
      const get = (path: string) => again.request(`http://localhost${path}`)
      for (const { id, photo } of filed) {
        const page = await (await get(`/api/v1/requests/${id}`)).json()
        expect(page).toMatchObject({ id })
        const [was, is] = [await app.request(photo), await get(photo)]
        expect(is.status).toBe(200)
        expect(Buffer.from(await is.arrayBuffer())).toEqual(Buffer.from(await was.arrayBuffer()))
      }
      const listed = (await (await get('/api/v1/requests')).json()) as { requests: { id: string }[] }
      expect(listed.requests.map(({ id }) => id).sort()).toEqual(filed.map(({ id }) => id).sort())
    } finally {
      await platform.close()
    }
  })

  it('is not restored over a deployment', async () => {
    const { code, err } = await countyline(restored(), 'restore', '--from', backup)
    expect([code, err]).toEqual([1, expect.stringMatching(/into an empty deployment/)])
  })
})

const [J, NEIGHBOR, OTHER] = ['port-ellery', 'hollis', 'larkfield']
const main = '350 Main Street, Port Ellery'

describe.each(kinds)('a jurisdiction restored beside living neighbors, with %s', kind => {
  let county: County
  let sqld: Sqld | undefined
  const backup = join(folder, `beside-${kind}`)
  const given = () => ({ dataDir: county.app.dataDir, sqld, now: county.app.platform.clock.now })
  const run = (...argv: string[]) => countyline(given(), ...argv)
  const restore = (...argv: string[]) =>
    run('restore', '--from', backup, '--region', bundled, '--jurisdiction', J, ...argv)
  const file = async () => (await county.report('graffiti', main)).id

  beforeEach(async () => {
    sqld = kind === 'files' ? undefined : await startSqld()
    county = await startCounty(sqld && { remote: { url: sqld.url, adminUrl: sqld.adminUrl } })
  })
  afterEach(async () => {
    await county.close()
    await sqld?.stop()
    rmSync(backup, { recursive: true, force: true })
  })

  const sealed = async () => {
    county.app.advance(120_000)
    await county.app.runJobs()
  }
  const create = async () => {
    const ran = await run('backup', 'create', '--to', backup)
    expect(ran, ran.out + ran.err).toMatchObject({ code: 0 })
  }
  const transfer = async (from: string, id: string, to: string) => {
    const { id: request } = await county.own(from, id)
    const offered = await county.offer(from, request, to)
    expect(offered.status, JSON.stringify(offered.body)).toBeLessThan(300)
    expect((await county.answer(to, offered.body.id, 'accept')).status).toBeLessThan(300)
  }
  /** Who holds each case, by every jurisdiction’s own database. */
  const holders = async () => {
    const held: Record<string, string[]> = {}
    for (const { slug } of county.app.region.documents.jurisdictions) {
      const { rows } = await county.app.platform.databases
        .client({ kind: 'tenant', region: bundled, slug })
        .execute(`SELECT case_id FROM request WHERE custody = 'held'`)
      for (const row of rows) held[String(row.case_id)] = [...(held[String(row.case_id)] ?? []), slug]
    }
    return held
  }

  it('keeps one holder of each case, whatever was passed on or back since', async () => {
    const [given, fromOther, through, offered] = [await file(), await file(), await file(), await file()]
    await transfer(J, fromOther, OTHER)
    await transfer(J, through, OTHER)
    const kept = await file()
    await sealed()
    await create()

    await transfer(J, given, NEIGHBOR)
    await transfer(OTHER, fromOther, NEIGHBOR)
    const lost = await file()
    const lostAndGiven = await file()
    await transfer(J, lostAndGiven, NEIGHBOR)
    const toOther = await county.offer(J, offered, NEIGHBOR)
    const { id: theirs } = await county.report('graffiti', 'Hollis Common')
    await transfer(NEIGHBOR, theirs, J)
    const { id: passing } = await county.report('graffiti', 'Hollis Common')
    await transfer(NEIGHBOR, passing, J)
    await transfer(J, passing, OTHER)
    const { id: offeredToUs } = await county.report('graffiti', 'Hollis Common')
    const open = await county.offer(NEIGHBOR, offeredToUs, J)
    await sealed()
    const before = await holders()

    expect((await restore()).err).toMatch(/With --replace/)
    expect(await holders()).toEqual(before)
    const ran = await restore('--replace', '--as', 'operator')
    expect(ran, ran.out + ran.err).toMatchObject({ code: 0 })
    expect(ran.out).toContain(`${given} had been passed on by ${J}; ${NEIGHBOR} holds it`)
    expect(ran.out).toContain(lost)
    await sealed()

    const after = await holders()
    expect(after).toEqual({ ...before, [lost]: undefined })
    expect([after[given], after[theirs], after[passing], after[kept]]).toEqual([
      [NEIGHBOR],
      [J],
      [OTHER],
      [J],
    ])
    expect((await county.newest(J, 'receiver')).id).toBe(open.body.id)
    expect((await county.newest(J, 'receiver')).state).toBe('offered')
    const atNeighbor = await county.app.platform.databases
      .client({ kind: 'tenant', region: bundled, slug: NEIGHBOR })
      .execute({ sql: `SELECT state FROM handoff WHERE id = ?`, args: [toOther.body.id] })
    expect(atNeighbor.rows.map(row => row.state)).toEqual(['withdrawn'])
    // The public list has what is there, and nothing else.
    const listed = await county.get<{ requests: { id: string }[] }>('/api/v1/requests?limit=100')
    expect(listed.requests.map(({ id }) => id)).not.toContain(lost)
    expect(listed.requests.map(({ id }) => id)).toContain(kept)
    const timeline = (await county.whole(J, kept)).timeline.map(({ type }) => type)
    expect(timeline).toContain('restored')

    const verified = await run('audit', 'verify')
    expect(verified, verified.out).toMatchObject({ code: 0 })
    expect(verified.out).toMatch(
      /port-ellery: restored from a backup at .*: what seals \d+ to \d+ covered is lost/,
    )
    // The case that was restored can be worked on, and others hear of it.
    const held = await county.own(J, theirs)
    expect((await county.change(J, held.id, 'in_progress')).status).toBe(200)
    expect((await county.seen(theirs)).status).toBe('in_progress')
  })

  it('can be restored again when it was interrupted, and keeps what it replaced', async () => {
    const id = await file()
    await create()
    const later = await file()
    expect(await restore('--replace')).toMatchObject({ code: 0 })
    expect(await restore('--replace')).toMatchObject({ code: 0 })
    expect(await holders()).toEqual({ [id]: [J] })
    const kept = globSync('replaced/*.db', { cwd: county.app.dataDir })
    expect(kept.length).toBeGreaterThan(0)
    expect(later).not.toBe(id)
  })
})

describe('a database file that was lost', () => {
  it('is restored alone', async () => {
    const county = await startCounty()
    const backup = join(folder, 'lost')
    try {
      const { id } = await county.report('graffiti', main)
      const given = { dataDir: county.app.dataDir, now: county.app.platform.clock.now }
      expect(await countyline(given, 'backup', 'create', '--to', backup)).toMatchObject({ code: 0 })
      await county.app.platform.close()
      const file = join(county.app.dataDir, 'databases', `${bundled}--${J}.db`)
      writeFileSync(file, '')
      const ran = await countyline(
        given,
        'restore',
        '--from',
        backup,
        '--region',
        bundled,
        '--jurisdiction',
        J,
      )
      expect(ran, ran.out + ran.err).toMatchObject({ code: 0 })
      expect(existsSync(file)).toBe(true)
      expect(readFileSync(file).length).toBeGreaterThan(4096)
      expect(await county.own(J, id)).toMatchObject({ custody: 'held' })
    } finally {
      await county.close()
    }
  })
})

describe('a backup of a newer version', () => {
  it('is refused before anything is changed', async () => {
    const county = await startCounty()
    const backup = join(folder, 'newer')
    try {
      const given = { dataDir: county.app.dataDir, now: county.app.platform.clock.now }
      expect(await countyline(given, 'backup', 'create', '--to', backup)).toMatchObject({ code: 0 })
      const [manifest = ''] = globSync('backups/*/manifest.json', { cwd: backup })
      const text = readFileSync(join(backup, manifest), 'utf8')
      writeFileSync(join(backup, manifest), text.replace(/"schema": "\d+_\w+"/g, '"schema": "9999_later"'))
      const only = ['--region', bundled, '--jurisdiction', J, '--replace']
      const { code, err } = await countyline(given, 'restore', '--from', backup, ...only)
      expect([code, err]).toEqual([1, expect.stringMatching(/made by a newer version/)])
      expect(globSync('replaced/*', { cwd: county.app.dataDir })).toEqual([])
    } finally {
      await county.close()
    }
  })
})
