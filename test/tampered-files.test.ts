import { spawn } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import Database from 'libsql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { coveredTables } from '../src/audit/rows.ts'
import { openTenant } from '../src/core/database/handles.ts'
import { bundled, tenantsDir } from './support/app.ts'
import { type County, startCounty } from './support/county.ts'

/*
 * Database files are encrypted with AES-256-CBC, which hides data but does not authenticate it: what is
 * detected when someone has changed a byte of one (docs/security.md, "Database files").
 */

const J = 'port-ellery'
const where = '350 Main Street, Port Ellery'
const root = fileURLToPath(new URL('../', import.meta.url))
const PAGE = 4096

let county: County
let file: string
let whole: Buffer

beforeAll(async () => {
  county = await startCounty()
  for (let each = 0; each < 20; each++)
    await county.report('graffiti', where, {
      description: `Number ${each}. ${'A tag on the wall. '.repeat(60)}`,
      email: `r${each}@example.org`,
    })
  county.app.advance(60_000)
  await county.app.runJobs()
  await county.app.platform.databases.close()
  file = join(county.app.dataDir, 'databases', `${bundled}--${J}.db`)
  whole = readFileSync(file)
})
afterAll(() => county.close())

/** `countyline audit verify` in a process of its own: damage may crash it. Null: it did. */
function verify(): Promise<number | null> {
  const argv = ['--import', './scripts/tsx-hook.ts', 'src/cli.ts', 'audit', 'verify', '--jurisdiction', J]
  const child = spawn(process.execPath, argv, {
    cwd: root,
    env: { ...process.env, DATA_DIR: county.app.dataDir, TENANTS_DIR: tenantsDir },
    stdio: 'ignore',
  })
  return new Promise(resolve => child.once('exit', resolve))
}

function put(bytes: Buffer): void {
  for (const ending of ['-wal', '-shm']) rmSync(`${file}${ending}`, { force: true })
  writeFileSync(file, bytes)
}

function flipped(place: number): Buffer {
  const copy = Buffer.from(whole)
  copy[place] = (copy[place] ?? 0) ^ 1
  return copy
}

/** Everything that the seals cover, as it is read now. */
async function covered(): Promise<string> {
  const db = openTenant(county.app.platform, { kind: 'system', reason: 'test' }, bundled, J)
  const tables = coveredTables.map(({ table, versions }) => [table, versions.at(-1) ?? []] as const)
  const logs = [
    ['event', ['seq', 'request', 'type', 'actor', 'at', 'public', 'payload']],
    ['access_log', ['seq', 'actor', 'at', 'view', 'requests', 'fields']],
  ] as const
  const found: unknown[] = []
  for (const [table, columns] of [...tables, ...logs]) {
    const names = sql.join(
      columns.map(column => sql.identifier(column)),
      sql`, `,
    )
    found.push(await db.rows(sql`SELECT ${names} FROM ${sql.identifier(table)} NOT INDEXED ORDER BY rowid`))
  }
  await county.app.platform.databases.close()
  return JSON.stringify(found)
}

describe('a byte of an encrypted database file that someone changed', { timeout: 300_000 }, () => {
  it('is found by audit verify wherever it is in what the seals cover, or in how the file is built', async () => {
    const before = await covered()
    expect(await verify()).toBe(0)
    const pages = whole.length / PAGE
    // In the first page, and throughout the file: a page's contents grow from its end.
    const places = [100, ...[0.7, 0.85].map(part => (Math.floor(pages * part) + 1) * PAGE - 60)]
    const outcomes: string[] = []
    for (const place of places) {
      put(flipped(place))
      const code = await verify()
      if (code !== 0) outcomes.push('found')
      else
        outcomes.push((await covered()) === before ? 'in nothing that is covered' : `unnoticed at ${place}`)
      put(whole)
    }
    expect(outcomes[0]).toBe('found')
    expect(outcomes.filter(outcome => outcome.startsWith('unnoticed'))).toEqual([])
  })
})

it('the library has no cipher that authenticates: once it has one, files are to move to it', () => {
  const db = new Database(':memory:')
  for (const cipher of ['chacha20', 'sqlcipher', 'ascon128', 'aegis'])
    expect(() => db.exec(`PRAGMA cipher = '${cipher}'`)).toThrow(/unknown/)
  db.close()
})
