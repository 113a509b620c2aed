import type { Client, InStatement, ResultSet } from '@libsql/client'
import { getTableColumns, getTableName, type SQL, sql } from 'drizzle-orm'
import type { LibSQLDatabase } from 'drizzle-orm/libsql'
import { drizzle } from 'drizzle-orm/libsql/web'
import { SQLiteAsyncDialect, type SQLiteColumn, type SQLiteTable } from 'drizzle-orm/sqlite-core'
import { type DatabaseClient, type DatabaseName, databaseLabel, type Platform } from '../platform/platform.ts'
import { type Access, actorOf, mayChange, type Proof, proofOf } from './access.ts'
import { asProblem, Problem, type ProblemSlug, problem } from './problem.ts'
import { identity } from './schema.ts'

/**
 * Handles on databases. This is the only file that makes one, always from an access; a function that touches data
 * takes a handle as its first argument, so a query without a tenant does not compile.
 *
 * A reader can only look; a writer can also `commit` a batch: one round trip, all or nothing.
 */
type Orm = LibSQLDatabase<Record<string, never>>

declare const kind: unique symbol

export interface Reader {
  readonly select: Orm['select']
  readonly selectDistinct: Orm['selectDistinct']
  /** Several selects in one round trip, on one state of the data. */
  readonly together: Orm['batch']
  /** Rows of a hand-written query, by column name. */
  rows<Row>(query: SQL): Promise<Row[]>
}

export interface Writer extends Reader {
  readonly insert: Orm['insert']
  readonly update: Orm['update']
  readonly delete: Orm['delete']
  /**
   * Runs the steps in order in one transaction and one round trip. A guard whose condition is false undoes it all
   * and throws its problem.
   */
  commit(steps: readonly Step[]): Promise<ResultSet[]>
}

export type Step = Guard | SQL | { toSQL(): { sql: string; params: unknown[] } }

export interface Guard {
  readonly holds: SQL
  readonly otherwise: ProblemSlug
  readonly detail: string | undefined
}

/** A condition that must hold for the rest of the batch to count: `guard(sql`EXISTS (…)`, 'changed-meanwhile')`. */
export function guard(holds: SQL, otherwise: ProblemSlug, detail?: string): Guard {
  return { holds, otherwise, detail }
}

/** The step that adds one row. Its text is made once for each set of columns: a report's row has thirty-four. */
export function insertOne<T extends SQLiteTable>(table: T, row: T['$inferInsert']): Step {
  const columns = getTableColumns(table) as Record<string, SQLiteColumn>
  const names = Object.keys(row)
  const given = row as Record<string, unknown>
  const params = names.map(name => {
    const value = given[name]
    return value === null || value === undefined ? null : columns[name]?.mapToDriverValue(value)
  })
  const key = names.join()
  const texts = insertTexts.get(table) ?? new Map<string, string>()
  insertTexts.set(table, texts)
  const text =
    texts.get(key) ??
    `INSERT INTO "${getTableName(table)}" (${names.map(name => `"${columns[name]?.name}"`).join(', ')}) VALUES (${names.map(() => '?').join(', ')})`
  texts.set(key, text)
  return { toSQL: () => ({ sql: text, params }) }
}

const insertTexts = new WeakMap<SQLiteTable, Map<string, string>>()

export interface TenantReader extends Reader {
  readonly [kind]: 'tenant'
  readonly region: string
  readonly slug: string
  readonly access: Access
  /**
   * Like `together`; the same transaction notes who saw what, so that nothing is shown that was not noted. It is all that
   * a reader can write. `audit/seen.ts` says when.
   */
  noting(sighting: Sighting): Orm['batch']
}

/** What an answer shows, as the log of who saw what has it (`audit/schema.ts`). */
export interface Sighting {
  readonly view: string
  /** A JSON list of request numbers; null when nothing is shown, and then nothing is noted. */
  readonly requests: SQL
  /** A JSON list. */
  readonly fields: SQL
}

/** The job that seals what was logged; triggers ring it (`audit/seal.ts`). */
export const SEAL = 'seal'

export interface TenantDb extends TenantReader, Writer {
  readonly [kind]: 'tenant'
}
export interface RegionReader extends Reader {
  readonly [kind]: 'region'
  readonly region: string
}
export interface RegionDb extends RegionReader, Writer {
  readonly [kind]: 'region'
}
export interface DirectoryDb extends Writer {
  readonly [kind]: 'directory'
}

/**
 * A jurisdiction's database, for this access. Throws `not-found` when the access does not reach there, `not-allowed`
 * when it may only look.
 */
export function openTenant(platform: Platform, access: Access, region: string, slug: string): TenantDb {
  if (!mayChange(access)) throw problem('not-allowed')
  return openFor(platform, access, region, slug)
}

/** The same, to look only. */
export function openTenantReader(
  platform: Platform,
  access: Access,
  region: string,
  slug: string,
): TenantReader {
  return openFor(platform, access, region, slug)
}

function openFor(platform: Platform, access: Access, region: string, slug: string): TenantDb {
  const reaches =
    access.kind === 'system' ||
    (access.region === region &&
      (access.kind === 'public' ||
        access.kind === 'resident' ||
        (access.kind === 'work' && access.jurisdiction === slug)))
  if (!reaches) throw problem('not-found')
  const name = { kind: 'tenant', region, slug } as const
  const handle = open(platform, name, proofOf(access))
  const noting = (sighting: Sighting) => notingBatch(platform, name, access, sighting)
  return { ...handle, region, slug, access, noting } as TenantDb
}

function notingBatch(
  platform: Platform,
  name: DatabaseName,
  access: Access,
  { view, requests, fields }: Sighting,
): Orm['batch'] {
  const client = proved(verified(platform, name), proofOf(access))
  const isRung = statement(sql`SELECT 1 FROM job WHERE key = ${SEAL}`)
  const note = statement(sql`INSERT INTO seen (actor, at, view, requests, fields)
    SELECT ${actorOf(access)}, ${platform.clock.now()}, ${view}, requests, ${fields}
    FROM (SELECT ${requests} AS requests) WHERE requests IS NOT NULL`)
  const batch = async (statements: InStatement[]) => {
    const results = await client.batch([...statements, isRung, note], 'write')
    const [rung, noted] = results.slice(-2)
    // The first since the last seal: nobody else tells the platform that a job is due.
    if (rung?.rows.length === 0 && noted?.rowsAffected === 1) platform.wake(name)
    return results.slice(0, -2)
  }
  const orm = drizzle({ batch } as Client)
  return orm.batch.bind(orm)
}

/** What an access may be that the region's own database is opened by: a jurisdiction's grants are no good there. */
export type RegionAccess = Exclude<Access, { kind: 'work' | 'resident' }>

/**
 * The database that the jurisdictions of a region share: configuration, the public index, who can sign in. Throws
 * `not-found` for another region's access.
 */
export function openRegion(platform: Platform, access: RegionAccess, region: string): RegionDb {
  if (access.kind !== 'system' && access.region !== region) throw problem('not-found')
  return { ...open(platform, { kind: 'region', region }, proofOf(access)), region } as RegionDb
}

export function openDirectory(platform: Platform): DirectoryDb {
  return open(platform, { kind: 'directory' }) as DirectoryDb
}

/** Any database, for what is the same in each: jobs. Not for a capability's rows. */
export function openForJobs(platform: Platform, name: DatabaseName): Writer {
  return open(platform, name)
}

const dialect = new SQLiteAsyncDialect()

function open(platform: Platform, name: DatabaseName, proof: readonly Proof[] = []): Writer {
  const plain = verified(platform, name)
  const client = proof.length === 0 ? plain : proved(plain, proof)
  const orm = drizzle(client)
  return {
    select: orm.select.bind(orm) as Orm['select'],
    selectDistinct: orm.selectDistinct.bind(orm) as Orm['selectDistinct'],
    insert: orm.insert.bind(orm),
    update: orm.update.bind(orm),
    delete: orm.delete.bind(orm),
    together: orm.batch.bind(orm),
    rows: async <Row>(query: SQL) => (await client.execute(statement(query))).rows as unknown as Row[],
    commit: async steps => (await commit(plain, [...proof.map(asGuard), ...steps])).slice(proof.length),
  }
}

/** A client whose every statement is answered only if the proof holds, in the same transaction and round trip. */
function proved(client: Client, proof: readonly Proof[]): Client {
  const guards = proof.map(each => statement(asGuard(each)))
  const run = async (statements: readonly InStatement[], mode: 'read' | 'write') => {
    try {
      return (await client.batch([...guards, ...statements], mode)).slice(guards.length)
    } catch (error) {
      const failed = proof[statementIndex(error)]
      throw failed === undefined ? error : problem(failed.otherwise)
    }
  }
  return {
    async execute(statement: InStatement) {
      const text = typeof statement === 'string' ? statement : statement.sql
      const [result] = await run([statement], /^\s*(select|with)\b/i.test(text) ? 'read' : 'write')
      return result
    },
    batch: (statements: InStatement[], mode?: 'read' | 'write') => run(statements, mode ?? 'read'),
  } as Client
}

function asGuard({ holds, otherwise }: Proof): Guard {
  return guard(holds, otherwise)
}

async function commit(client: Client, steps: readonly Step[]): Promise<ResultSet[]> {
  try {
    return await client.batch(steps.map(statement), 'write')
  } catch (error) {
    const failed = steps[statementIndex(error)]
    if (failed !== undefined && 'holds' in failed) {
      const { otherwise, detail } = failed
      throw problem(otherwise, detail === undefined ? {} : { detail })
    }
    throw error
  }
}

function statement(step: Step): InStatement {
  if ('holds' in step) {
    // Malformed JSON raises an error, which is how a plain SELECT can abort a batch.
    const { sql: text, params } = dialect.sqlToQuery(
      sql`SELECT CASE WHEN ${step.holds} THEN 1 ELSE json('guard') END`,
    )
    return { sql: text, args: params as never }
  }
  const query = 'toSQL' in step ? step.toSQL() : dialect.sqlToQuery(step)
  return { sql: query.sql, args: query.params as never }
}

function statementIndex(error: unknown): number {
  const { cause } = asProblem(error)
  return cause instanceof Error && 'statementIndex' in cause ? Number(cause.statementIndex) : -1
}

/** True when the failed write met this unique constraint, such as `request.id`. */
export function violates(error: unknown, constraint: string): boolean {
  const { cause } = asProblem(error)
  return cause instanceof Error && cause.message.includes(`UNIQUE constraint failed: ${constraint}`)
}

const openClients = new WeakMap<Platform, Map<string, Client>>()

/**
 * A client that turns the driver's errors into problems and asks, before its first use, whether the database is the
 * one it was opened as: a wrong file or URL must never answer with another government's data.
 */
function verified(platform: Platform, name: DatabaseName): Client {
  const clients = openClients.get(platform) ?? new Map<string, Client>()
  openClients.set(platform, clients)
  const label = databaseLabel(name)
  const known = clients.get(label)
  if (known !== undefined) return known
  const raw = () => platform.databases.client(name)
  let isIdentified = false
  const run = async <T>(work: (client: DatabaseClient) => Promise<T>): Promise<T> => {
    try {
      if (!isIdentified) {
        // Not a shared promise: on Workers one request may not wait for another's.
        await checkIdentity(raw(), label)
        isIdentified = true
      }
      return await work(raw())
    } catch (error) {
      throw databaseProblem(error)
    }
  }
  const client = {
    execute: (stmt: InStatement) => run(raw => raw.execute(stmt)),
    batch: (stmts: InStatement[], mode?: 'read' | 'write') => run(raw => raw.batch(stmts, mode ?? 'read')),
  } as Client
  clients.set(label, client)
  return client
}

async function checkIdentity(client: DatabaseClient, label: string): Promise<void> {
  const { rows } = await client.execute('SELECT label FROM identity')
  const found = rows[0]?.label
  if (found !== label)
    throw problem('wrong-database', { cause: new Error(`expected ${label}, found ${found}`) })
}

/** Says whose database this is. Part of making it. */
export async function writeIdentity(platform: Platform, name: DatabaseName): Promise<void> {
  await drizzle(platform.databases.client(name) as Client)
    .insert(identity)
    .values({ label: databaseLabel(name), createdAt: platform.clock.now() })
    .onConflictDoNothing()
}

const AWAY_SECONDS = 5

/** A database that cannot be reached or is busy is away (503, come again); anything else is a fault. */
function databaseProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  const cause =
    error instanceof Error && error.cause instanceof Error && !('code' in error) ? error.cause : error
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const isRefusal = /^SQLITE_(ERROR|CONSTRAINT|MISMATCH|TOOBIG|RANGE|UNKNOWN)/.test(code)
  return isRefusal
    ? problem('fault', { cause })
    : problem('database-away', { cause, retryAfterSeconds: AWAY_SECONDS })
}
