import { spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { main } from '../src/cli/main.ts'
import { openTenant } from '../src/core/database/handles.ts'
import { decrypt, encrypt, fieldName } from '../src/core/encryption/fields.ts'
import { nodePlatform } from '../src/platform/node/platform.ts'
import { bundled, startApp, type TestApp } from './support/app.ts'
import { jpeg } from './support/photos.ts'
import { foundIn } from './support/raw-files.ts'

/*
 * Keys are rotated while the server runs; whenever the rotation is killed, everything that was entered can
 * still be read.
 */

const root = fileURLToPath(new URL('../', import.meta.url))
const SLUG = 'hollis'
const ROWS = 900
const HOUR = 3_600_000

let app: TestApp

const tenant = (platform = app.platform) =>
  openTenant(platform, { kind: 'system', reason: 'test' }, bundled, SLUG)

beforeAll(async () => {
  app = await startApp()
  const db = tenant()
  for (let row = 0; row < ROWS; row += 100) {
    const steps = Array.from({ length: 100 }, async (_, at) => {
      const id = `p${row + at}`
      const email = await encrypt(app.platform, db, fieldName('person', 'email', id), `${id}@example.org`)
      return sql`INSERT INTO person (id, email, created_at) VALUES (${id}, ${email}, 0)`
    })
    await db.commit(await Promise.all(steps))
  }
})
afterAll(() => app.close())

async function run(dataDir: string, ...argv: string[]) {
  let [out, err] = ['', '']
  const code = await main(argv, {
    env: { DATA_DIR: dataDir, TENANTS_DIR: join(root, 'tenants') },
    out: text => {
      out += text
    },
    err: text => {
      err += text
    },
    now: () => app.platform.clock.now(),
  })
  return { code, out, err }
}

/** The real command, killed as soon as its output matches. */
async function killed(said: RegExp, ...argv: string[]): Promise<void> {
  const child = spawn(process.execPath, ['--import', './scripts/tsx-hook.ts', 'src/cli.ts', ...argv], {
    cwd: root,
    env: { ...process.env, DATA_DIR: app.dataDir, TENANTS_DIR: join(root, 'tenants') },
  })
  const ended = new Promise(resolve => child.once('exit', resolve))
  let output = ''
  child.stderr.on('data', text => {
    output += text
    if (said.test(output)) child.kill('SIGKILL')
  })
  await ended
  expect(output).toMatch(said)
}

/** Every value, as read by a new process, and by the one that was running all along. */
async function allIsRead(): Promise<void> {
  const fresh = nodePlatform({ dataDir: app.dataDir, environment: {}, now: () => app.platform.clock.now() })
  for (const platform of [app.platform, fresh]) {
    const db = tenant(platform)
    const rows = await db.rows<{ id: string; email: string }>(sql`SELECT id, email FROM person`)
    expect(rows.length).toBeGreaterThanOrEqual(ROWS)
    for (const { id, email } of rows) {
      if (!id.startsWith('p')) continue
      expect(await decrypt(platform, db, fieldName('person', 'email', id), email)).toBe(`${id}@example.org`)
    }
  }
  await fresh.close()
}

const keys = () =>
  tenant().rows<{ id: number; master: string; retired: number | null }>(
    sql`SELECT id, master, retired_at AS retired FROM data_key WHERE purpose = 'fields' ORDER BY id`,
  )
const under = async (key: number) =>
  (await tenant().rows(sql`SELECT 1 FROM person WHERE email LIKE ${`e1.${key}.%`}`)).length

describe('countyline keys rotate', () => {
  test('--data, killed in the middle and run again, leaves no value under the old key and loses none', async () => {
    const [before] = await keys()
    await killed(/: 300 rows/, 'keys', 'rotate', '--data', '--region', bundled, '--jurisdiction', SLUG)
    expect(await under(before?.id ?? 0)).toBeGreaterThan(0)
    await allIsRead()
    const again = await run(app.dataDir, 'keys', 'rotate', '--data', '--jurisdiction', SLUG)
    expect(again.code, again.err).toBe(0)
    expect(await under(before?.id ?? 0)).toBe(0)
    expect(await keys()).toHaveLength(2)
    await allIsRead()
  })

  test('a running server encrypts by the new key within seconds', async () => {
    app.advance(61_000)
    const db = tenant()
    const value = await encrypt(app.platform, db, 'person.email', 'x@example.org')
    expect(value.startsWith(`e1.${(await keys()).at(-1)?.id}.`)).toBe(true)
  })

  test('the old key goes by itself, once nothing names it, and not before', async () => {
    const [old, now] = await keys()
    const db = tenant()
    // The killed process had another clock.
    await db.commit([
      sql`UPDATE data_key SET retired_at = 0 WHERE id = ${old?.id}`,
      sql`UPDATE job SET due_at = 0 WHERE kind = 'reencrypt'`,
    ])
    await db.commit([sql`INSERT INTO consumer (name, seq) VALUES (${`kept e1.${old?.id}.x`}, 1)`])
    app.advance(2 * HOUR)
    await app.runJobs()
    expect(await keys()).toHaveLength(2)
    await db.commit([sql`DELETE FROM consumer WHERE name LIKE 'kept %'`])
    app.advance(2 * HOUR)
    await app.runJobs()
    expect((await keys()).map(({ id }) => id)).toEqual([now?.id])
    await allIsRead()
  })

  test('--master, killed in the middle and run again, wraps every data key anew; then the old master key is gone', async () => {
    const secret = (name: string) => join(app.dataDir, 'secrets', name)
    const [before] = await keys()
    const old = readFileSync(secret('MASTER_KEY'), 'utf8')
    // The state after it is killed once the new key exists, before any data key is wrapped by it.
    writeFileSync(secret('MASTER_KEY_PREVIOUS'), old)
    writeFileSync(secret('MASTER_KEY'), 'another master key, made by the one that died')
    await allIsRead()
    const again = await run(app.dataDir, 'keys', 'rotate', '--master')
    expect(again.code, again.err).toBe(0)
    expect(readFileSync(secret('MASTER_KEY'), 'utf8')).toContain('another')
    expect(existsSync(secret('MASTER_KEY_PREVIOUS'))).toBe(false)
    expect((await keys())[0]?.master).not.toBe(before?.master)
    await allIsRead()
    // Killed between the two files: the present key is stored twice, and nothing is lost.
    writeFileSync(secret('MASTER_KEY_PREVIOUS'), readFileSync(secret('MASTER_KEY')))
    expect((await run(app.dataDir, 'keys', 'rotate', '--master')).code).toBe(0)
    expect(readFileSync(secret('MASTER_KEY'), 'utf8')).not.toContain('another')
    await allIsRead()
  })

  test('--data of a region says that the server re-encrypts its photos, and the job does so', async () => {
    const upload = await app.request('/api/v1/media', { method: 'POST', body: jpeg() })
    const { id } = (await upload.json()) as { id: string }
    const folderOf = () =>
      readdirSync(join(app.dataDir, 'files', bundled)).filter(folder =>
        existsSync(join(app.dataDir, 'files', bundled, folder, id)),
      )
    const [before] = folderOf()
    const { out } = await run(app.dataDir, 'keys', 'rotate', '--data', '--region', bundled)
    expect(out).toContain(
      'Photos of 1 region are encrypted again by the server, in the background (job reencrypt)',
    )
    expect(folderOf()).toEqual([before])
    await app.runJobs()
    expect(folderOf()).toEqual([expect.stringMatching(/^key-\d+$/)])
    expect(folderOf()).not.toEqual([before])
    const tenantOnly = await run(app.dataDir, 'keys', 'rotate', '--data', '--jurisdiction', SLUG)
    expect(tenantOnly.out).not.toContain('Photos')
  })

  test('--databases leaves to the server what it has open, and loses nothing by it', async () => {
    const { code, out } = await run(app.dataDir, 'keys', 'rotate', '--databases')
    expect(code).toBe(0)
    expect(out).toContain('in use by the server')
    expect(existsSync(join(app.dataDir, 'secrets', 'DATABASE_KEY_PREVIOUS'))).toBe(true)
    await allIsRead()
  })
})

describe('database files', () => {
  /** The files of a stopped server: nobody has them open. */
  async function stopped(from: TestApp): Promise<string> {
    const copy = mkdtempSync(join(tmpdir(), 'countyline-'))
    onTestFinished(() => rmSync(copy, { recursive: true, force: true }))
    await from.platform.databases.close()
    cpSync(from.dataDir, copy, { recursive: true })
    return copy
  }

  test('of an older folder are encrypted once they are asked to be, also after one that died', async () => {
    const older = await startApp({ plainFiles: true })
    const folder = await stopped(older)
    expect(foundIn(join(folder, 'databases'), ['CREATE TABLE'])).not.toEqual([])
    writeFileSync(join(folder, 'databases', `${bundled}.db.part`), 'left by one that died')
    const done = await run(folder, 'keys', 'rotate', '--databases')
    expect(done.code, done.err).toBe(0)
    expect(done.out).toContain('10 files under the new key')
    expect(foundIn(join(folder, 'databases'), ['CREATE TABLE', 'SQLite format'])).toEqual([])
    expect((await run(folder, 'jobs')).code).toBe(0)
    await older.close()
  })

  test('of a new folder are encrypted from the start, and go on under another key', async () => {
    const folder = await stopped(app)
    expect(foundIn(join(folder, 'databases'), ['CREATE TABLE', 'SQLite format'])).toEqual([])
    const key = join(folder, 'secrets', 'DATABASE_KEY')
    const before = readFileSync(key, 'utf8')
    const done = await run(folder, 'keys', 'rotate', '--databases')
    expect(done.out, done.err).toContain('DATABASE_KEY_PREVIOUS is no longer needed')
    // The rotation that the server's open files had interrupted is finished, under its key.
    expect(readFileSync(key, 'utf8')).toBe(before)
    expect(existsSync(`${key}_PREVIOUS`)).toBe(false)
    expect((await run(folder, 'keys', 'rotate', '--databases')).code).toBe(0)
    expect(readFileSync(key, 'utf8')).not.toBe(before)
    expect((await run(folder, 'jobs')).code).toBe(0)
  })

  test('without their key, or under another, are refused by name with what to correct', async () => {
    const folder = await stopped(app)
    rmSync(join(folder, 'secrets'), { recursive: true })
    const refusal = async () => (await run(folder, 'jobs')).err
    expect(await refusal()).toContain('directory.db is encrypted, or damaged. Set the secret DATABASE_KEY')
    mkdirSync(join(folder, 'secrets'))
    writeFileSync(join(folder, 'secrets', 'DATABASE_KEY'), 'another key')
    expect(await refusal()).toContain('directory.db is encrypted under another DATABASE_KEY')
  })
})
