import type { Client, InStatement, ResultSet } from '@libsql/client'
import { drizzle } from 'drizzle-orm/libsql/web'
import {
  type DatabaseClient,
  type DatabaseName,
  databaseLabel,
  isReading,
  type Platform,
} from '../../platform/platform.ts'
import { type LogFields, Problem, problem } from '../problem.ts'
import { compareLedger, type Migration, type Migrations, readLedgerJson } from './ledger.ts'
import { identity } from './schema.ts'

const UNUSABLE_SECONDS = 60
const unusable = new WeakMap<Platform, Map<string, Error>>()

/** Makes this process refuse a database whose schema it does not expect, until called without a reason. */
export function setUnavailable(platform: Platform, name: DatabaseName, reason: Error | undefined): void {
  const reasons = unusable.get(platform) ?? new Map<string, Error>()
  unusable.set(platform, reasons)
  if (reason === undefined) reasons.delete(databaseLabel(name))
  else reasons.set(databaseLabel(name), reason)
}

const expected = new WeakMap<Platform, Migrations>()

/** From now on, a database whose schema is not that of these migrations is `database-unavailable`. */
export function expectSchemas(platform: Platform, migrations: Migrations): void {
  expected.set(platform, migrations)
}

const openClients = new WeakMap<Platform, Map<string, Client>>()

/**
 * A client that turns driver errors into problems and, before its first use, verifies the database's
 * identity: a wrong file or URL must never answer with another government's data. With `mayBeOld`, reads that
 * the database does not answer go to its replica, if there is one that has it.
 */
export function verifiedClient(platform: Platform, name: DatabaseName, mayBeOld = false): Client {
  const clients = openClients.get(platform) ?? new Map<string, Client>()
  openClients.set(platform, clients)
  const label = databaseLabel(name)
  const known = clients.get(`${label} ${mayBeOld}`)
  if (known !== undefined) return known
  const identified = new WeakSet<DatabaseClient>()
  const ask = async <T>(raw: DatabaseClient, work: (client: DatabaseClient) => Promise<T>): Promise<T> => {
    if (!identified.has(raw)) {
      // Not a shared promise: on Workers one request may not wait for another's.
      await checkIdentity(raw, label, expected.get(platform)?.[name.kind])
      identified.add(raw)
    }
    return work(raw)
  }
  const run = <T extends ResultSet | ResultSet[]>(
    operation: 'read' | 'write',
    work: (client: DatabaseClient) => Promise<T>,
  ): Promise<T> => {
    if (platform.tracer === undefined) return call(operation, work)
    const attributes = { 'db.system.name': 'sqlite', 'db.namespace': label, 'db.operation.name': operation }
    const start = { name: `${operation} ${label}`, kind: 'client', attributes } as const
    return platform.tracer.span(start, () => call(operation, work))
  }
  const call = async <T extends ResultSet | ResultSet[]>(
    operation: 'read' | 'write',
    work: (client: DatabaseClient) => Promise<T>,
  ): Promise<T> => {
    const reason = unusable.get(platform)?.get(label)
    if (reason !== undefined) {
      const logged = { database: label, operation }
      throw problem('database-unavailable', { cause: reason, retryAfterSeconds: UNUSABLE_SECONDS, logged })
    }
    try {
      return await ask(platform.databases.client(name), work)
    } catch (error) {
      const found = databaseProblem(error, { database: label, operation })
      if (found.slug !== 'database-unavailable') throw found
      // Some pages continue without the result and would leave no trace.
      if (found.cause instanceof SchemaMismatch) platform.log('error', 'schema-mismatch', found.logged)
      else platform.log('warn', 'database-call-failed', found.logged)
      const copy = mayBeOld && operation === 'read' ? platform.databases.copy?.(name) : undefined
      const answer = copy && (await ask(copy, work).catch(() => undefined))
      // The database may have what the replica does not.
      if (answer === undefined || [answer].flat()[0]?.rows.length === 0) throw found
      return answer
    }
  }
  const client = {
    execute: (stmt: InStatement) => run(isReading(stmt) ? 'read' : 'write', raw => raw.execute(stmt)),
    batch: (stmts: InStatement[], mode: 'read' | 'write' = 'read') =>
      run(mode, raw => raw.batch(stmts, mode)),
  } as Client
  clients.set(`${label} ${mayBeOld}`, client)
  return client
}

async function checkIdentity(
  client: DatabaseClient,
  label: string,
  shipped: readonly Migration[] | undefined,
): Promise<void> {
  const ledger =
    shipped === undefined
      ? ''
      : ', (SELECT json_group_array(json_array(name, hash)) FROM migration) AS ledger'
  const { rows } = await client.execute(`SELECT label${ledger} FROM identity`).catch(error => {
    throw isWithoutTables(error) ? mismatch(label, 'older', 'it has no tables yet') : error
  })
  const found = rows[0]?.label
  if (found !== label)
    throw problem('wrong-database', { cause: new Error(`expected ${label}, found ${found}`) })
  if (shipped === undefined) return
  const { missing, unknown } = compareLedger(readLedgerJson(rows[0]?.ledger), shipped)
  // A changed database first, then the new version: an older one may meet what was added.
  if (missing !== undefined) throw mismatch(label, 'older', missing.name)
  if (unknown !== undefined) throw mismatch(label, 'newer', unknown)
}

const SCHEMA_RETRY_SECONDS = 60

/** A database that this version cannot serve with until it is migrated, or until a newer version is deployed. */
export class SchemaMismatch extends Error {
  readonly logged: LogFields

  constructor(database: string, schema: 'older' | 'newer', migration: string) {
    super(`the schema of ${database} is ${schema} than this version: ${migration}`)
    this.name = 'SchemaMismatch'
    this.logged = { database, schema, migration }
  }
}

// Like any other database that cannot be used now, so that whoever can do without it does.
function mismatch(database: string, schema: 'older' | 'newer', migration: string): Problem {
  const cause = new SchemaMismatch(database, schema, migration)
  const detail = 'This site is being updated. Try again in a few minutes.'
  return problem('database-unavailable', {
    cause,
    detail,
    logged: cause.logged,
    retryAfterSeconds: SCHEMA_RETRY_SECONDS,
  })
}

function isWithoutTables(error: unknown): boolean {
  return error instanceof Error && /no such table: (identity|migration)\b/.test(error.message)
}

export async function writeIdentity(platform: Platform, name: DatabaseName): Promise<void> {
  const orm = drizzle(platform.databases.client(name) as Client)
  if ((await orm.select().from(identity).limit(1)).length > 0) return
  await orm
    .insert(identity)
    .values({ label: databaseLabel(name), createdAt: platform.clock.now() })
    .onConflictDoNothing()
}

/** Makes the replica, if there is one, follow this database: it starts at the first read there. */
export function startReplication(platform: Platform, name: DatabaseName): void {
  const copy = platform.databases.copy?.(name)
  if (copy !== undefined)
    platform.waitUntil(checkIdentity(copy, databaseLabel(name), undefined).catch(() => undefined))
}

const UNAVAILABLE_SECONDS = 5

// Unreachable or busy is `database-unavailable` (503, retry). A statement that the database refuses is `fault`:
// the server over HTTP has its own codes for one that it cannot parse or prepare, or whose arguments do not fit.
function databaseProblem(error: unknown, logged: LogFields): Problem {
  if (error instanceof Problem) return error
  const cause =
    error instanceof Error && error.cause instanceof Error && !('code' in error) ? error.cause : error
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const isRefusal = /^(SQLITE_(ERROR|CONSTRAINT|MISMATCH|TOOBIG|RANGE|UNKNOWN)|SQL_|ARGS_)/.test(code)
  return isRefusal
    ? problem('fault', { cause, logged })
    : problem('database-unavailable', { cause, logged, retryAfterSeconds: UNAVAILABLE_SECONDS })
}

const primaries = new WeakSet<Platform>()

/** Throws `not-configured` for a replica, where a revoked key would still work. Checked until it succeeds. */
export async function refuseReplica(platform: Platform): Promise<void> {
  if (primaries.has(platform)) return
  let isReplica: boolean | undefined
  try {
    isReplica = await platform.databases.isReplica?.()
  } catch (error) {
    throw databaseProblem(error, { database: databaseLabel({ kind: 'directory' }), operation: 'write' })
  }
  if (isReplica) {
    const detail =
      'DATABASE_URL leads to a replica. Set it to the primary server; a replica may be named by DATABASE_REPLICA_URL.'
    throw problem('not-configured', { detail, logged: { setting: 'DATABASE_URL' } })
  }
  primaries.add(platform)
}
