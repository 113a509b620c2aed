import { eq, sql } from 'drizzle-orm'
import { type DirectoryDb, openDirectory, openRegion, type RegionDb } from '../../core/database/handles.ts'
import { type Migrations, newest } from '../../core/database/migrate.ts'
import { databaseLabel, type Platform } from '../../platform/platform.ts'
import { database } from '../directory-schema.ts'
import { districtSetsOf } from '../documents/district-sets.ts'
import type { Documents } from '../documents/snapshot.ts'
import { pendingConfiguration, pendingOf } from '../region-schema.ts'
import { type Listed, type ListedName, migrateListed, nameOf } from './migrate.ts'
import { REMOVING } from './remove.ts'

// A configuration that is being applied, and the databases that it needs before it can be in force.

export type Pending = ReturnType<typeof pendingOf>

const access = { kind: 'system', reason: 'configuration' } as const

export interface ApplyProgress {
  readonly requestedAt: number
  readonly requestedBy: string
  /** Databases: how many it needs, how many are made and migrated. */
  readonly needed: number
  readonly ready: number
  /** Those that failed, each with its last error and when it is tried again. */
  readonly failed: readonly {
    readonly database: string
    readonly error: string
    readonly attempts: number
    readonly retryAt: number
  }[]
}

/** How far applying has come; undefined where nothing is being applied. */
export async function applyProgress(
  platform: Platform,
  migrations: Migrations,
  region: string,
): Promise<ApplyProgress | undefined> {
  const pending = await readPending(openRegion(platform, access, region))
  if (pending === undefined) return undefined
  const rows = await neededRows(openDirectory(platform), region, pending.documents)
  const ready = rows.filter(row => row.migratedTo === newest(migrations, row.kind))
  const failed = rows.flatMap(row => {
    const { lastError, attempts, retryAt } = row
    if (lastError === null || ready.includes(row)) return []
    return [{ database: databaseLabel(nameOf(row)), error: lastError, attempts, retryAt: retryAt ?? 0 }]
  })
  const { requestedAt, requestedBy } = pending
  return { requestedAt, requestedBy, needed: rows.length, ready: ready.length, failed }
}

export async function readPending(db: RegionDb): Promise<Pending | undefined> {
  const [row] = await db.select().from(pendingConfiguration)
  return row && pendingOf(row)
}

async function isPending(platform: Platform, region: string, hash: string): Promise<boolean> {
  const db = openRegion(platform, access, region)
  const rows = await db.select({ hash: pendingConfiguration.hash }).from(pendingConfiguration)
  return rows[0]?.hash === hash
}

export function neededDatabases(region: string, documents: Documents): ListedName[] {
  const tenants = documents.jurisdictions.map(({ slug }) => ({ kind: 'tenant', region, slug }) as const)
  // Districts are written by a running server too.
  return districtSetsOf(documents).length > 0 ? [{ kind: 'places', region }, ...tenants] : tenants
}

export interface Preparing {
  /** Milliseconds since 1970: begins no database after this. */
  readonly until: number
  readonly limit: number
  /** For an operator who waits: also those that are to be tried again later. */
  readonly ignoresBackOff?: boolean
  readonly onReady?: (ready: number, needed: number) => void
}

/**
 * Makes and migrates databases that a pending configuration needs, as long as it is pending. Can be killed and repeated. Returns when to go on, in
 * milliseconds since 1970; undefined when all are ready.
 */
export async function prepareDatabases(
  platform: Platform,
  migrations: Migrations,
  region: string,
  { hash, documents }: Pick<Pending, 'hash' | 'documents'>,
  { until, limit, ignoresBackOff = false, onReady = () => {} }: Preparing,
): Promise<number | undefined> {
  const directory = openDirectory(platform)
  await listNeeded(directory, region, documents)
  const rows = await neededRows(directory, region, documents)
  const behind = rows.filter(row => row.migratedTo !== newest(migrations, row.kind))
  const now = platform.clock.now()
  const due = behind.filter(
    ({ retryAt, lastError }) => (ignoresBackOff && lastError !== REMOVING) || (retryAt ?? 0) <= now,
  )
  let ready = rows.length - behind.length
  const stopped = await migrateListed(platform, directory, due.slice(0, limit), migrations, {
    until,
    isWanted: () => isPending(platform, region, hash),
    onDone: () => onReady(++ready, rows.length),
    onFailed: failure => platform.log('warn', 'database-not-ready', { ...failure }),
  })
  if (ready === rows.length) return undefined
  const at = platform.clock.now()
  if (stopped !== undefined) return at + stopped * 1000
  const left = (await neededRows(directory, region, documents)).filter(
    row => row.migratedTo !== newest(migrations, row.kind),
  )
  return left.length === 0 ? undefined : Math.max(at, Math.min(...left.map(({ retryAt }) => retryAt ?? 0)))
}

async function neededRows(directory: DirectoryDb, region: string, documents: Documents): Promise<Listed[]> {
  const needed = new Set(neededDatabases(region, documents).map(databaseLabel))
  const rows = await directory.select().from(database).where(eq(database.region, region))
  return rows.filter(row => needed.has(databaseLabel(nameOf(row))))
}

async function listNeeded(directory: DirectoryDb, region: string, documents: Documents): Promise<void> {
  const names = JSON.stringify(
    neededDatabases(region, documents).map(name => [name.kind, name.kind === 'tenant' ? name.slug : '']),
  )
  await directory.commit([
    sql`INSERT INTO database (kind, region, slug)
      SELECT value ->> 0, ${region}, value ->> 1 FROM json_each(${names}) WHERE true ON CONFLICT DO NOTHING`,
  ])
}
