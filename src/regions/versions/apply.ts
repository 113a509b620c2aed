import { desc, eq, sql } from 'drizzle-orm'
import { guard, openDirectory, openRegion, type RegionDb } from '../../core/database/handles.ts'
import { enqueueJob, jobKind } from '../../core/database/jobs.ts'
import { type Migrations, migrateDatabase } from '../../core/database/migrate.ts'
import { problem } from '../../core/problem.ts'
import type { Platform } from '../../platform/platform.ts'
import { region as regionTable } from '../directory-schema.ts'
import { hashDocuments } from '../documents/hash.ts'
import { isSandbox } from '../documents/sandbox.ts'
import type { Documents, Snapshot } from '../documents/snapshot.ts'
import { configuration, pendingConfiguration, snapshotOf } from '../region-schema.ts'
import { forgetConfiguration } from '../runtime/current.ts'
import { listHosts, refuseTakenCodes, refuseTakenHosts } from './claims.ts'
import { addDatabase } from './migrate.ts'
import { notifyJurisdictions } from './notify.ts'
import { applyProgress, type Pending, type Preparing, prepareDatabases, readPending } from './pending.ts'

export interface Applied {
  readonly version: number
  readonly hash: string
  /** False: the documents equal the stored version, which stays. */
  readonly changed: boolean
}

const access = { kind: 'system', reason: 'configuration' } as const

/** The job that goes on with what is pending. */
export const applyKind = jobKind('apply-configuration')

export interface ApplyRequest {
  readonly by: string
  /** The number of a region's first version: an imported one keeps the number that its decisions name. */
  readonly first?: number
  /** Milliseconds until the job begins: another process has begun already. */
  readonly wait?: number
  /** The version that the documents were planned from: refused if another is in force by now, or being applied. */
  readonly from?: number
  /** What the change is for, in the words of who applies it. */
  readonly why?: string | undefined
  /** The draft that the documents come of. */
  readonly draft?: string | undefined
  /** The region is a test site: no other request may name one. */
  readonly sandbox?: boolean
}

/** A server that finds an unfinished request of another process waits this long before it goes on with it. */
const OTHERS_TURN_MILLISECONDS = 60_000

/**
 * Asks that documents become a region's configuration: stores them as pending, with a job that makes the
 * databases they need and then puts them in force. They must be validated (`loadRegion`). A request replaces an
 * earlier one that is not yet in force. Throws `bad-request` for a host of another region or a tracking code that
 * another jurisdiction had before, because its numbers are in use, and with `from` `changed-meanwhile`.
 */
export async function requestApply(
  platform: Platform,
  migrations: Migrations,
  slug: string,
  documents: Documents,
  { by, first = 1, wait = 0, from, why, draft, sandbox = false }: ApplyRequest,
): Promise<string> {
  if (isSandbox(slug) !== sandbox) {
    throw problem('bad-request', {
      detail: `"${slug}" is the name of a test site. Its documents come from a draft.`,
    })
  }
  await migrateDatabase(platform, { kind: 'directory' }, migrations)
  await refuseTakenHosts(openDirectory(platform), slug, documents)
  await addDatabase(platform, { kind: 'region', region: slug }, migrations)
  const db = openRegion(platform, access, slug)
  if (!sandbox) await refuseTakenCodes(db, documents)
  const hash = await hashDocuments(documents)
  const at = platform.clock.now()
  const known = await readPending(db)
  // The same request again goes on where it was stopped.
  if (known?.hash === hash) return hash
  await db.commit([
    ...(from === undefined ? [] : [guard(isNewest(from), 'changed-meanwhile')]),
    db.delete(pendingConfiguration),
    db.insert(pendingConfiguration).values({
      id: 1,
      hash,
      documents: JSON.stringify(documents),
      requestedAt: at,
      requestedBy: by,
      first,
      why: why ?? null,
      draft: draft ?? null,
    }),
    enqueueJob(applyKind, at + wait),
  ])
  return hash
}

function isNewest(version: number) {
  return sql`(SELECT max(version) FROM ${configuration}) = ${version} AND NOT EXISTS (SELECT 1 FROM ${pendingConfiguration})`
}

export interface Applying {
  /** In force, once it is. */
  readonly applied?: Applied
  /** When to go on, in milliseconds since 1970; undefined when nothing is left to do. */
  readonly nextAt: number | undefined
}

/** One part of applying what is pending. Can be killed at any point and repeated, also by two at once. */
export async function continueApply(
  platform: Platform,
  migrations: Migrations,
  slug: string,
  preparing: Preparing,
): Promise<Applying> {
  const db = openRegion(platform, access, slug)
  const pending = await readPending(db)
  if (pending === undefined) return { nextAt: undefined }
  const { documents } = pending
  if (pending.version === null) {
    const nextAt = await prepareDatabases(platform, migrations, slug, pending, preparing)
    if (nextAt !== undefined) {
      // It may have been cancelled meanwhile.
      return { nextAt: (await readPending(db))?.hash === pending.hash ? nextAt : undefined }
    }
  }
  const applied = await putInForce(db, pending, platform.clock.now())
  await listHosts(platform, openDirectory(platform), slug, documents)
  forgetConfiguration(platform)
  const nextAt = await notifyJurisdictions(platform, db, { ...pending, version: applied.version }, preparing)
  if (nextAt === undefined) {
    await db.commit([
      db.delete(pendingConfiguration).where(eq(pendingConfiguration.hash, pending.hash)),
      sql`DELETE FROM job WHERE key = ${applyKind.kind} AND NOT EXISTS (SELECT 1 FROM ${pendingConfiguration})`,
    ])
  }
  return { applied, nextAt }
}

export interface ApplyHere extends ApplyRequest {
  /** How often databases that failed are tried again before it gives up; the job continues then. */
  readonly retries?: number
  readonly onReady?: (ready: number, needed: number) => void
}

/**
 * Applies documents in this process, until they are in force (`requestApply`, `continueApply`). May be killed at
 * any point and repeated. Throws `changed-meanwhile` after a concurrent apply of other documents, and
 * `database-unavailable` while some databases cannot be made.
 */
export async function applyRegion(
  platform: Platform,
  migrations: Migrations,
  slug: string,
  documents: Documents,
  { retries = 0, onReady, ...request }: ApplyHere,
): Promise<Applied> {
  const waiting = { ...request, wait: OTHERS_TURN_MILLISECONDS }
  const hash = await requestApply(platform, migrations, slug, documents, waiting)
  const preparing = { until: Infinity, limit: Infinity, ignoresBackOff: true, ...(onReady && { onReady }) }
  for (let left = retries; ; left--) {
    const { applied, nextAt } = await continueApply(platform, migrations, slug, preparing)
    if (applied !== undefined && applied.hash === hash) return applied
    if (applied !== undefined || nextAt === undefined) return inForce(platform, slug, hash)
    if (left <= 0) throw await unready(platform, migrations, slug)
    const wait = Math.min(MAX_RETRY_MILLISECONDS, Math.max(0, nextAt - platform.clock.now()))
    await new Promise(resolve => setTimeout(resolve, wait))
  }
}

const MAX_RETRY_MILLISECONDS = 10_000

// Another process has finished what was pending, or replaced it.
async function inForce(platform: Platform, slug: string, hash: string): Promise<Applied> {
  const [newest] = await newestVersion(openRegion(platform, access, slug))
  if (newest?.hash !== hash) throw problem('changed-meanwhile')
  return { ...newest, changed: true }
}

async function unready(platform: Platform, migrations: Migrations, slug: string): Promise<Error> {
  const progress = await applyProgress(platform, migrations, slug)
  const { needed = 0, ready = 0, failed: [first] = [] } = progress ?? {}
  const why = first === undefined ? '' : ` ${first.database}: ${first.error}`
  return problem('database-unavailable', {
    detail: `${ready} of ${needed} databases are ready.${why} Mend this and apply again, or let a running server go on with it.`,
    cause: new Error(first?.error ?? 'databases are not ready'),
  })
}

export async function storedSnapshot(platform: Platform, slug: string): Promise<Snapshot | undefined> {
  const directory = openDirectory(platform)
  const known = await directory.select().from(regionTable).where(eq(regionTable.slug, slug))
  if (known.length === 0) return undefined
  const db = openRegion(platform, access, slug)
  const [row] = await db.select().from(configuration).orderBy(desc(configuration.version)).limit(1)
  return row && snapshotOf(slug, row)
}

export async function storedRegions(platform: Platform): Promise<string[]> {
  const rows = await openDirectory(platform).select({ slug: regionTable.slug }).from(regionTable)
  return rows.map(({ slug }) => slug).sort()
}

function newestVersion(db: RegionDb) {
  return db
    .select({ version: configuration.version, hash: configuration.hash })
    .from(configuration)
    .orderBy(desc(configuration.version))
    .limit(1)
}

async function putInForce(db: RegionDb, pending: Pending, appliedAt: number): Promise<Applied> {
  const { hash, documents, requestedBy, first, why, draft } = pending
  const [newest] = await newestVersion(db)
  if (newest?.hash === hash) return { ...newest, changed: pending.version !== null }
  const before = newest?.version ?? 0
  const version = newest === undefined ? first : before + 1
  const isPending = sql`EXISTS (SELECT 1 FROM ${pendingConfiguration} WHERE hash = ${hash} AND version IS NULL)`
  const isNext = sql`(SELECT coalesce(max(version), 0) FROM ${configuration}) = ${before}`
  try {
    await db.commit([
      guard(isNext, 'changed-meanwhile'),
      guard(isPending, 'changed-meanwhile'),
      db.insert(configuration).values({
        version,
        hash,
        documents: JSON.stringify(documents),
        appliedAt,
        appliedBy: requestedBy,
        why,
        draft,
      }),
      db.update(pendingConfiguration).set({ version }),
    ])
  } catch (error) {
    // The job and the command may do the same.
    const [now] = await newestVersion(db)
    if (now?.hash !== hash) throw error
    return { ...now, changed: true }
  }
  return { version, hash, changed: true }
}
