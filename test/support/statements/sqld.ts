import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import { migrateDatabase } from '../../../src/core/database/migrate.ts'
import { readMigrations } from '../../../src/platform/node/databases/migrations.ts'
import { nodePlatform } from '../../../src/platform/node/platform.ts'
import { type DatabaseName, databaseLabel } from '../../../src/platform/platform.ts'
import { startSqld } from '../sqld.ts'

export interface Statement {
  readonly kind: DatabaseName['kind']
  readonly sql: string
}

export interface Refusal extends Statement {
  readonly reason: string
}

export interface Comparison {
  /** How many statements a file with the newest tables prepares. The others are of older versions. */
  readonly compared: number
  /** Those among them that sqld does not prepare. */
  readonly refused: readonly Refusal[]
}

const migrations = readMigrations()
const names: readonly DatabaseName[] = [
  { kind: 'directory' },
  { kind: 'region', region: 'county' },
  { kind: 'places', region: 'county' },
  { kind: 'tenant', region: 'county', slug: 'city' },
]
// Over HTTP the server maintains its own files.
const ofFilesOnly = /^PRAGMA wal_checkpoint\b/

/** Prepares the statements on a file and on a real libSQL server, each with the newest tables. */
export async function compareOnSqld(statements: readonly Statement[]): Promise<Comparison> {
  const sqld = await startSqld()
  const dataDir = mkdtempSync(join(tmpdir(), 'countyline-'))
  const platform = nodePlatform({ dataDir, remote: sqld, log: () => {} })
  try {
    const refused: Refusal[] = []
    let compared = 0
    for (const name of names) {
      await migrateDatabase(platform, name, migrations)
      const known = preparedByFile(statements.filter(({ kind }) => kind === name.kind))
      compared += known.length
      refused.push(...(await refusedBy(sqld.url, databaseLabel(name), known)))
    }
    return { compared, refused }
  } finally {
    await platform.close()
    await sqld.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

function preparedByFile(statements: readonly Statement[]): readonly Statement[] {
  const [first] = statements
  if (first === undefined) return []
  const db = new Database(':memory:')
  for (const migration of migrations[first.kind]) for (const sql of migration.statements) db.exec(sql)
  const known = statements.filter(({ sql }) => !ofFilesOnly.test(sql) && isPrepared(db, sql))
  db.close()
  return known
}

function isPrepared(db: Database.Database, sql: string): boolean {
  try {
    db.prepare(sql)
    return true
  } catch {
    return false
  }
}

interface Result {
  readonly error?: { readonly message: string }
}

// `EXPLAIN QUERY PLAN` parses and prepares a statement, and executes nothing. The protocol's `describe` would
// leave out the server's own parser. Unlike a batch, a pipeline continues after an error.
async function refusedBy(url: string, label: string, statements: readonly Statement[]): Promise<Refusal[]> {
  const requests = statements.map(({ sql }) => {
    return { type: 'execute', stmt: { sql: `EXPLAIN QUERY PLAN ${sql}` } }
  })
  const answer = await fetch(`${url}/v2/pipeline`, {
    method: 'POST',
    headers: { 'x-namespace-bin': btoa(label).replace(/=+$/, '') },
    body: JSON.stringify({ requests: [...requests, { type: 'close' }] }),
  })
  if (!answer.ok) throw new Error(`sqld answers ${answer.status}: ${await answer.text()}`)
  const { results } = (await answer.json()) as { results: readonly Result[] }
  return statements.flatMap((statement, index) => {
    const { error } = results[index] ?? { error: { message: 'no answer' } }
    return error === undefined ? [] : [{ ...statement, reason: error.message }]
  })
}
