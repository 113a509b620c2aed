import type { Client, InStatement, ResultSet } from '@libsql/client'
import { getTableColumns, getTableName, type SQL, sql } from 'drizzle-orm'
import type { LibSQLDatabase } from 'drizzle-orm/libsql'
import { drizzle } from 'drizzle-orm/libsql/web'
import { SQLiteAsyncDialect, type SQLiteColumn, type SQLiteTable } from 'drizzle-orm/sqlite-core'
import { type DatabaseName, isReading, type Platform } from '../../platform/platform.ts'
import { type Access, actorOf, mayChange, type Proof, proofOf, publicAccess } from '../access.ts'
import { asProblem, type ProblemDetails, type ProblemSlug, problem } from '../problem.ts'
import { verifiedClient } from './clients.ts'
import { queryOf } from './query-text.ts'

// Handles on databases. Only this file makes them, always from an access, and a function that touches data
// takes one as its first argument: a query without a tenant does not compile.
type Orm = LibSQLDatabase<Record<string, never>>

declare const kind: unique symbol

export interface Reader {
  readonly select: Orm['select']
  readonly selectDistinct: Orm['selectDistinct']
  readonly together: Orm['batch']
  rows<Row>(query: SQL): Promise<Row[]>
  /** One round trip. */
  rowsTogether<Rows extends readonly object[]>(
    queries: {
      readonly [Index in keyof Rows]: SQL
    },
  ): Promise<{ [Index in keyof Rows]: Rows[Index][] }>
}

export interface Writer extends Reader {
  readonly insert: Orm['insert']
  readonly update: Orm['update']
  readonly delete: Orm['delete']
  /** One transaction and round trip. A false guard rolls back and throws its problem. */
  commit(steps: readonly Step[]): Promise<ResultSet[]>
}

export type Step = Guard | Statement | JobStep

type Statement = SQL | { toSQL(): { sql: string; params: unknown[] } }

/** A statement that leaves work for a job: the worker is notified when it is committed. */
export interface JobStep {
  readonly forJob: Statement
}

export interface Guard {
  readonly holds: SQL
  readonly otherwise: ProblemSlug
  readonly details: ProblemDetails
}

/** A condition that the rest of the batch depends on: `guard(sql`EXISTS (…)`, 'changed-meanwhile')`. */
export function guard(
  holds: SQL,
  otherwise: ProblemSlug,
  details: string | Pick<ProblemDetails, 'detail' | 'fields'> = {},
): Guard {
  return { holds, otherwise, details: typeof details === 'string' ? { detail: details } : details }
}

/** A statement whose SQL is always the same: the query builder would put it together anew each time. */
export function fixedStatement(text: string, params: readonly (string | number | null)[]): Statement {
  return { toSQL: () => ({ sql: text, params: [...params] }) }
}

/** A step that inserts one row. Its SQL is built once per set of columns: a request's row has thirty-four. */
export function insertOne<T extends SQLiteTable>(table: T, row: T['$inferInsert']): Statement {
  const names = Object.keys(row)
  const given = row as Record<string, unknown>
  const { text, columns } = insertionOf(table, names)
  const params = names.map((name, index) => {
    const value = given[name]
    return value === null || value === undefined ? null : columns[index]?.mapToDriverValue(value)
  })
  return { toSQL: () => ({ sql: text, params }) }
}

interface Insertion {
  readonly names: readonly string[]
  readonly columns: readonly (SQLiteColumn | undefined)[]
  readonly text: string
}

const insertions = new WeakMap<SQLiteTable, Insertion[]>()

function insertionOf(table: SQLiteTable, names: readonly string[]): Insertion {
  const known = insertions.get(table) ?? []
  const same = known.find(
    each => each.names.length === names.length && each.names.every((name, index) => name === names[index]),
  )
  if (same !== undefined) return same
  const all = getTableColumns(table) as Record<string, SQLiteColumn>
  const columns = names.map(name => all[name])
  const listed = columns.map(column => `"${column?.name}"`).join(', ')
  const text = `INSERT INTO "${getTableName(table)}" (${listed}) VALUES (${names.map(() => '?').join(', ')})`
  const made = { names, columns, text }
  insertions.set(table, [...known, made])
  return made
}

export interface TenantReader extends Reader {
  readonly [kind]: 'tenant'
  readonly region: string
  readonly slug: string
  readonly access: Access
  /** Like `together`, and writes the access log in the same transaction: nothing is shown that is not logged. */
  withAccessLogEntry(accessLogEntry: AccessLogEntry): Orm['batch']
}

/** What a response shows, as a row of the access log (`audit/schema.ts`). */
export interface AccessLogEntry {
  readonly view: string
  /** A JSON list of request numbers. Null when nothing is shown; then nothing is logged. */
  readonly requests: SQL
  readonly fields: SQL
}

/** The job that seals the logs; triggers enqueue it (`audit/seal.ts`). */
export const SEAL = 'seal'

export interface TenantDb extends TenantReader, Writer {
  readonly [kind]: 'tenant'
}
export interface RegionReader extends Reader {
  readonly [kind]: 'region'
  readonly region: string
  readonly access: RegionAccess
}
export interface RegionDb extends RegionReader, Writer {
  readonly [kind]: 'region'
}
/** A region's addresses, streets and common places, which are public. */
export interface PlacesReader extends Reader {
  readonly [kind]: 'places'
  readonly region: string
}
export interface PlacesDb extends PlacesReader, Writer {
  readonly [kind]: 'places'
}
export interface DirectoryDb extends Writer {
  readonly [kind]: 'directory'
}

/** Throws `not-found` when the access does not extend to the jurisdiction, `not-allowed` for a reader. */
export function openTenant(platform: Platform, access: Access, region: string, slug: string): TenantDb {
  if (!mayChange(access)) throw problem('not-allowed')
  return openFor(platform, access, region, slug)
}

export function openTenantReader(
  platform: Platform,
  access: Access,
  region: string,
  slug: string,
): TenantReader {
  return openFor(platform, access, region, slug)
}

export function openPublicTenant(platform: Platform, region: string, slug: string): TenantReader {
  return openTenantReader(platform, publicAccess(region), region, slug)
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
  const handle = open(platform, name, proofOf(access), access.kind === 'public')
  const withAccessLogEntry = (accessLogEntry: AccessLogEntry) =>
    accessLogBatch(platform, name, access, accessLogEntry)
  return { ...handle, region, slug, access, withAccessLogEntry } as TenantDb
}

function accessLogBatch(
  platform: Platform,
  name: DatabaseName,
  access: Access,
  { view, requests, fields }: AccessLogEntry,
): Orm['batch'] {
  const client = proved(verifiedClient(platform, name), proofOf(access))
  const sealJobOf = statement(sql`SELECT 1 FROM job WHERE key = ${SEAL}`)
  const appendEntry = statement(sql`INSERT INTO access_log (actor, at, view, requests, fields)
    SELECT ${actorOf(access)}, ${platform.clock.now()}, ${view}, requests, ${fields}
    FROM (SELECT ${requests} AS requests) WHERE requests IS NOT NULL`)
  const batch = async (statements: InStatement[]) => {
    const results = await client.batch([...statements, sealJobOf, appendEntry], 'write')
    const [sealJob, appended] = results.slice(-2)
    // The first since the last seal enqueues its job.
    if (sealJob?.rows.length === 0 && appended?.rowsAffected === 1) platform.notifyWorker(name)
    return results.slice(0, -2)
  }
  const orm = drizzle({ batch } as Client)
  return orm.batch.bind(orm)
}

/** A jurisdiction's grants are not valid in the region's database. */
export type RegionAccess = Exclude<Access, { kind: 'work' | 'resident' }>

/** The database that a region's jurisdictions share. Throws `not-found` for another region's access. */
export function openRegion(platform: Platform, access: RegionAccess, region: string): RegionDb {
  if (access.kind !== 'system' && access.region !== region) throw problem('not-found')
  const handle = open(platform, { kind: 'region', region }, proofOf(access), access.kind === 'public')
  return { ...handle, region, access } as RegionDb
}

export function openPublicRegion(platform: Platform, region: string): RegionDb {
  return openRegion(platform, publicAccess(region), region)
}

/** To import. */
export function openPlaces(
  platform: Platform,
  access: Extract<RegionAccess, { kind: 'system' }>,
  region: string,
): PlacesDb {
  return { ...open(platform, { kind: 'places', region }, proofOf(access)), region } as PlacesDb
}

export function openPublicPlaces(platform: Platform, region: string): PlacesReader {
  return { ...open(platform, { kind: 'places', region }, [], true), region } as PlacesDb
}

export function openDirectory(platform: Platform): DirectoryDb {
  return open(platform, { kind: 'directory' }) as DirectoryDb
}

/** To read hosts and configuration, so that pages are served while the database does not answer. */
export function openToServe(
  platform: Platform,
  name: Exclude<DatabaseName, { kind: 'tenant' }>,
): Pick<Reader, 'select' | 'together'> {
  return open(platform, name, [], true)
}

/** Any database, for what all of them share, such as jobs. Not for a capability's rows. */
export function openForJobs(platform: Platform, name: DatabaseName): Writer {
  return open(platform, name)
}

const dialect = new SQLiteAsyncDialect()

// With `mayBeOld`, reads may come from a replica when the database does not answer; never with a proof.
function open(
  platform: Platform,
  name: DatabaseName,
  proof: readonly Proof[] = [],
  mayBeOld = false,
): Writer {
  const plain = verifiedClient(platform, name)
  const reading = mayBeOld ? verifiedClient(platform, name, true) : plain
  const client = proof.length === 0 ? reading : proved(plain, proof)
  let made: Orm | undefined
  // Made when it is first used: many handles only commit.
  const orm = () => {
    made ??= drizzle(client)
    return made
  }
  return {
    select: ((...fields: Parameters<Orm['select']>) => orm().select(...fields)) as Orm['select'],
    selectDistinct: ((...fields: Parameters<Orm['selectDistinct']>) =>
      orm().selectDistinct(...fields)) as Orm['selectDistinct'],
    insert: table => orm().insert(table),
    update: table => orm().update(table),
    delete: table => orm().delete(table),
    together: queries => orm().batch(queries),
    rows: async <Row>(query: SQL) => (await client.execute(statement(query))).rows as unknown as Row[],
    async rowsTogether<Rows extends readonly object[]>(queries: { readonly [Index in keyof Rows]: SQL }) {
      const results = await client.batch(queries.map(statement), 'read')
      return results.map(({ rows }) => rows) as unknown as { [Index in keyof Rows]: Rows[Index][] }
    },
    async commit(steps) {
      const results = await commit(plain, [...proof.map(asGuard), ...steps])
      if (steps.some(step => 'forJob' in step)) platform.notifyWorker(name)
      return results.slice(proof.length)
    },
  }
}

// A client that answers only if the proof holds, in the same transaction and round trip.
function proved(client: Client, proof: readonly Proof[]): Client {
  let made: readonly InStatement[] | undefined
  const run = async (statements: readonly InStatement[], mode: 'read' | 'write') => {
    // Made when it first reads: many handles only commit.
    made ??= proof.map(each => statement(asGuard(each)))
    try {
      return (await client.batch([...made, ...statements], mode)).slice(made.length)
    } catch (error) {
      const failed = proof[statementIndex(error)]
      throw failed === undefined ? error : problem(failed.otherwise)
    }
  }
  return {
    async execute(statement: InStatement) {
      const [result] = await run([statement], isReading(statement) ? 'read' : 'write')
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
      throw problem(failed.otherwise, failed.details)
    }
    throw error
  }
}

function statement(step: Step): InStatement {
  if ('holds' in step) {
    // Malformed JSON raises an error, which is how a plain SELECT can abort a batch.
    return statement(sql`SELECT CASE WHEN ${step.holds} THEN 1 ELSE json('guard') END`)
  }
  if ('forJob' in step) return statement(step.forJob)
  const query = 'toSQL' in step ? step.toSQL() : (queryOf(step) ?? dialect.sqlToQuery(step))
  return { sql: query.sql, args: query.params as never }
}

function statementIndex(error: unknown): number {
  const { cause } = asProblem(error)
  return cause instanceof Error && 'statementIndex' in cause ? Number(cause.statementIndex) : -1
}

/** Whether a write failed on this unique constraint, such as `request.id`. */
export function violates(error: unknown, constraint: string): boolean {
  const { cause } = asProblem(error)
  return cause instanceof Error && cause.message.includes(`UNIQUE constraint failed: ${constraint}`)
}
