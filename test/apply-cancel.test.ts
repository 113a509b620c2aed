import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openDirectory, openRegion, openTenant } from '../src/core/database/handles.ts'
import { shippedMigrations } from '../src/core/database/shipped.ts'
import { addAdministrator } from '../src/identity/staff/administrators.ts'
import { applyRegion, continueApply, requestApply, storedSnapshot } from '../src/regions/versions/apply.ts'
import { cancelApply, removeUnusedOf } from '../src/regions/versions/cancel.ts'
import { listDatabases } from '../src/regions/versions/migrate.ts'
import { applyProgress } from '../src/regions/versions/pending.ts'
import { startApp } from './support/app.ts'
import { lakeDocuments, lakeFiles } from './support/lake.ts'
import { startSqld } from './support/sqld.ts'
import { openSession } from './support/staff.ts'
import { deployment } from './support/terminal.ts'
import { visitor } from './support/visitor.ts'

/* A configuration whose databases cannot be made is taken back, with the databases that only it needed. */

const migrations = shippedMigrations()
const system = { kind: 'system', reason: 'test' } as const
const town = (slug: string, code: string) => ({
  [`${slug}/jurisdiction.yaml`]: `name: ${slug}\nkind: agency\ncode: ${code}\n`,
})
const twoTowns = () => lakeDocuments(lakeFiles({ ...town('north', 'NT'), ...town('south', 'ST') }))
const everything = { until: Number.POSITIVE_INFINITY, limit: Number.POSITIVE_INFINITY }

/** The admin API of a server, which makes no database of a name in `refused`. */
async function refusing(adminUrl: string, refused: ReadonlySet<string>): Promise<string> {
  const server = createServer(async (request, response) => {
    const name = request.url?.split('/')[3] ?? ''
    if (request.method === 'POST' && refused.has(name)) return void response.writeHead(500).end('{}')
    const answer = await fetch(`${adminUrl}${request.url}`, {
      method: request.method ?? 'GET',
      ...(request.method === 'POST' ? { headers: { 'content-type': 'application/json' }, body: '{}' } : {}),
    })
    response.writeHead(answer.status).end(await answer.text())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('on sqld, a draft one of whose databases cannot be made', () => {
  it('is cancelled from its progress page, corrected, and applied again', async () => {
    const sqld = await startSqld()
    onTestFinished(() => sqld.stop())
    const refused = new Set(['lake--south'])
    const adminUrl = await refusing(sqld.adminUrl, refused)
    const app = await startApp({
      documents: lakeDocuments(),
      slug: 'lake',
      remote: { url: sqld.url, adminUrl },
    })
    onTestFinished(() => app.close())
    const isThere = async (name: string) =>
      (await fetch(`${sqld.adminUrl}/v1/namespaces/${name}/config`)).status === 200
    const id = await addAdministrator(
      app.platform,
      'lake',
      { email: 'ana@lake.example', name: 'Ana' },
      'test',
    )
    const ana = visitor(app)
    const [cookie = '', session = ''] = (await openSession(app, id)).split('=')
    ana.cookies.set(cookie, session)
    const at = '/r/lake/admin'
    const begun = await ana.post(`${at}/drafts`, { '/admin/drafts.title': 'Towns', '/admin/drafts.to': '' })
    const draft = begun.headers.get('location') ?? ''
    for (const [name, slug] of [
      ['North', 'north'],
      ['South', 'south'],
    ] as const) {
      const added = { 'new.name': name, 'new.kind': 'agency', 'new.slug': slug }
      expect((await ana.post(`${draft}/jurisdictions/new`, added)).status).toBe(303)
    }
    const apply = async () => {
      const [, form = ''] = (await ana.read(`${draft}/plan`)).split(`${draft}/apply`)
      const fields = [...form.matchAll(/<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"/g)]
      const sent = Object.fromEntries(fields.map(([, name = '', value = '']) => [name, value]))
      const answer = await ana.post(`${draft}/apply`, sent)
      app.advance(1000)
      await app.runJobs()
      return answer
    }

    expect((await apply()).status).toBe(303)
    expect(await isThere('lake--north')).toBe(true)
    const progress = await ana.read(`${draft}/progress`)
    expect(progress).toContain('lake--south')
    expect((await ana.post(`${draft}/cancel`, {})).status).toBe(303)
    await app.runJobs()
    expect(await isThere('lake--north')).toBe(false)
    expect(await isThere('lake--west')).toBe(true)
    expect(await ana.read(draft)).toContain('north')
    expect((await storedSnapshot(app.platform, 'lake'))?.version).toBe(1)
    expect((await ana.post(`${draft}/cancel`, {})).status).toBe(409)
    expect(await ana.read(`${at}/log`)).toContain('Cancelled applying a draft')

    refused.clear()
    expect((await apply()).status).toBe(303)
    expect(await ana.read(`${draft}/progress`)).toContain('in effect as version 2')
    // What looks after the cancelled one leaves alone what is in force by now.
    app.advance(200_000)
    await app.runJobs()
    expect(await isThere('lake--north')).toBe(true)
    expect(await isThere('lake--south')).toBe(true)
  })
})

describe('on files', () => {
  const started = async () => {
    const app = await startApp({ documents: lakeDocuments(), slug: 'lake' })
    onTestFinished(() => app.close())
    const { platform } = app
    const db = openRegion(platform, { kind: 'system', reason: 'configuration' }, 'lake')
    const slugs = async () =>
      (await listDatabases(platform)).flatMap(name => (name.kind === 'tenant' ? [name.slug] : [])).sort()
    const fileOf = (slug: string) => join(app.dataDir, 'databases', `lake--${slug}.db`)
    return { app, platform, db, slugs, fileOf, before: await slugs() }
  }
  // As after a request of which only one database could be made so far.
  const halfway = { ...everything, limit: 1 }

  it('the databases are deleted that only it needed, and nothing is left to do', async () => {
    const { app, platform, slugs, before, fileOf } = await started()
    await requestApply(platform, migrations, 'lake', twoTowns(), { by: 'test' })
    await continueApply(platform, migrations, 'lake', halfway)
    expect(existsSync(fileOf('north'))).toBe(true)
    expect((await cancelApply(platform, 'lake')).slugs).toEqual(['north', 'south'])
    await app.runJobs()
    expect(await slugs()).toEqual(before)
    expect(existsSync(fileOf('north'))).toBe(false)
    expect(await applyProgress(platform, migrations, 'lake')).toBeUndefined()
    app.advance(200_000)
    await app.runJobs()
    const left = await openDirectory(platform).rows(
      sql`SELECT slug FROM database WHERE slug IN ('north', 'south')`,
    )
    expect(left).toEqual([])
    await expect(cancelApply(platform, 'lake')).rejects.toMatchObject({ slug: 'wrong-state' })
  })

  it('one that holds anything is kept', async () => {
    const { app, platform, slugs } = await started()
    await requestApply(platform, migrations, 'lake', twoTowns(), { by: 'test' })
    await continueApply(platform, migrations, 'lake', halfway)
    const db = openTenant(platform, system, 'lake', 'north')
    await db.commit([
      sql`INSERT INTO "grant" (id, staff, role, source, from_at, made_by, made_at)
        VALUES ('g', 's', 'agent', 'test', 1, 'test', 1)`,
    ])
    await cancelApply(platform, 'lake')
    await app.runJobs()
    expect(await slugs()).toContain('north')
    expect(await slugs()).not.toContain('south')
  })

  it('one that is in force, or that a new request needs, is kept; one that another process makes meanwhile is not', async () => {
    const { app, platform, db, slugs, before } = await started()
    await requestApply(platform, migrations, 'lake', twoTowns(), { by: 'test' })
    await continueApply(platform, migrations, 'lake', halfway)
    await cancelApply(platform, 'lake')
    const south = lakeDocuments(lakeFiles(town('south', 'ST')))
    await requestApply(platform, migrations, 'lake', south, { by: 'test' })
    expect(await removeUnusedOf(platform, db, ['north', 'south', 'west'])).toBe(1)
    // A slow process makes what it had begun before.
    await platform.databases.create({ kind: 'tenant', region: 'lake', slug: 'north' })
    await applyRegion(platform, migrations, 'lake', south, { by: 'test' })
    app.advance(200_000)
    await app.runJobs()
    expect(await slugs()).toEqual([...before, 'south'].sort())
    expect(existsSync(join(app.dataDir, 'databases', 'lake--north.db'))).toBe(false)
  })

  it('an apply in another process that was cancelled ends, and puts nothing in force', async () => {
    const { platform } = await started()
    let cancelling: Promise<unknown> | undefined
    const onReady = () => {
      cancelling ??= cancelApply(platform, 'lake')
    }
    const applying = applyRegion(platform, migrations, 'lake', twoTowns(), { by: 'test', onReady })
    await expect(applying).rejects.toMatchObject({ slug: 'changed-meanwhile' })
    await cancelling
    expect((await storedSnapshot(platform, 'lake'))?.version).toBe(1)
  })
})

it('killed in the middle, cancelled by the command, and applied again', async () => {
  const { tenantsDir, dataDir, write, countyline } = deployment()
  write('lake', lakeFiles())
  await countyline('apply')
  const more = Object.assign({}, ...letters.map(code => town(`town-${code.toLowerCase()}`, code)))
  write('lake', lakeFiles(more))
  const child = spawn(
    process.execPath,
    ['--import', './scripts/tsx-hook.ts', 'src/cli.ts', 'apply', '--region', 'lake', '--as', 'me'],
    {
      cwd: fileURLToPath(new URL('../', import.meta.url)),
      env: { ...process.env, TENANTS_DIR: tenantsDir, DATA_DIR: dataDir },
    },
  )
  const made = join(dataDir, 'databases')
  const ended = new Promise(resolve => child.once('exit', resolve))
  child.stderr.on('data', () => child.kill('SIGKILL'))
  await ended
  expect(existsSync(made)).toBe(true)
  const cancelled = await countyline('apply', '--cancel', '--region', 'lake', '--as', 'me')
  expect(cancelled.err + cancelled.out).toMatch(/lake: cancelled, \d+ databases? deleted/)
  const again = await countyline('apply', '--cancel', '--region', 'lake')
  expect([again.code, again.err]).toEqual([1, expect.stringContaining('nothing is being applied')])
  const versions = await countyline('versions', '--region', 'lake', '--json')
  expect(versions.json).toHaveLength(1)
  expect((await countyline('apply', '--region', 'lake')).out).toContain('lake: applied as version 2')
})

const letters = [...'BCDFGHJKLMNPQRSTVW'].flatMap(one => [`${one}X`, `${one}Z`, `${one}Y`])
