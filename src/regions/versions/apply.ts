import { desc, eq, inArray, sql } from 'drizzle-orm'
import { appendAuditAction } from '../../core/audit-actions.ts'
import {
  type DirectoryDb,
  guard,
  openDirectory,
  openRegion,
  openTenant,
  type RegionDb,
} from '../../core/database/handles.ts'
import { enqueueJob, jobKind } from '../../core/database/jobs.ts'
import { type Migrations, migrateDatabase } from '../../core/database/migrate.ts'
import { problem } from '../../core/problem.ts'
import type { Platform } from '../../platform/platform.ts'
import { configured } from '../audit-actions.ts'
import { host, region as regionTable } from '../directory-schema.ts'
import { districtSetsOf } from '../documents/district-sets.ts'
import { hashDocuments } from '../documents/hash.ts'
import type { Documents, Snapshot } from '../documents/snapshot.ts'
import { configuration, snapshotOf } from '../region-schema.ts'
import { forgetConfiguration } from '../runtime/current.ts'
import { addDatabase } from './migrate.ts'

export interface Applied {
  readonly version: number
  readonly hash: string
  /** False: the documents equal the stored version, which stays. */
  readonly changed: boolean
}

const access = { kind: 'system', reason: 'configuration' } as const

/** The job that routes a jurisdiction's open requests again, as another body may now be responsible (S7). */
export const rerouteKind = jobKind('reroute')

/**
 * Makes documents a region's configuration: creates databases of new jurisdictions, stores the next version,
 * then sets the hosts. May be killed at any point and repeated. The documents must be validated
 * (`loadRegion`). `first` is the number of a region's first version: an imported one keeps the number that
 * its decisions name.
 * Throws `changed-meanwhile` after a concurrent apply, and `bad-request` for a host of another region or a
 * tracking code that another jurisdiction had before, because its numbers are in use.
 */
export async function applyRegion(
  platform: Platform,
  migrations: Migrations,
  slug: string,
  documents: Documents,
  { by, first = 1 }: { readonly by: string; readonly first?: number },
): Promise<Applied> {
  await migrateDatabase(platform, { kind: 'directory' }, migrations)
  const directory = openDirectory(platform)
  await refuseTakenHosts(directory, slug, documents)
  await addDatabase(platform, { kind: 'region', region: slug }, migrations)
  const db = openRegion(platform, access, slug)
  await refuseTakenCodes(db, documents)
  for (const jurisdiction of documents.jurisdictions) {
    await addDatabase(platform, { kind: 'tenant', region: slug, slug: jurisdiction.slug }, migrations)
  }
  // Districts are written by a running server too, which has no migrations.
  if (districtSetsOf(documents).length > 0) {
    await addDatabase(platform, { kind: 'places', region: slug }, migrations)
  }
  const applied = await writeVersion(platform, db, documents, by, first)
  await listHosts(platform, directory, slug, documents)
  forgetConfiguration(platform)
  await notifyJurisdictions(platform, db, documents, applied.version)
  return applied
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

// Also for documents that were applied before: that run may have been stopped at this point.
async function notifyJurisdictions(
  platform: Platform,
  { region, select }: RegionDb,
  { jurisdictions }: Documents,
  version: number,
): Promise<void> {
  const at = platform.clock.now()
  const [applied] = await select({ at: configuration.appliedAt, by: configuration.appliedBy })
    .from(configuration)
    .where(eq(configuration.version, version))
  for (const { slug } of jurisdictions) {
    const steps = [enqueueJob(rerouteKind, at)]
    if (applied !== undefined) {
      // Once, and only in logs that have begun: an empty one may still be imported.
      const isNews = sql`(SELECT at FROM event ORDER BY seq LIMIT 1) <= ${applied.at} AND NOT EXISTS (SELECT 1 FROM event
        WHERE request = '' AND type = ${configured.type} AND payload ->> 'version' = ${version})`
      steps.push(
        appendAuditAction(configured, { version }, { actor: applied.by, at: applied.at, holds: isNews }),
      )
    }
    await openTenant(platform, access, region, slug).commit(steps)
  }
}

async function writeVersion(
  platform: Platform,
  db: RegionDb,
  documents: Documents,
  by: string,
  first: number,
): Promise<Applied> {
  const hash = await hashDocuments(documents)
  const [newest] = await db
    .select({ version: configuration.version, hash: configuration.hash })
    .from(configuration)
    .orderBy(desc(configuration.version))
    .limit(1)
  if (newest?.hash === hash) return { ...newest, changed: false }
  const before = newest?.version ?? 0
  const version = newest === undefined ? first : before + 1
  const appliedAt = platform.clock.now()
  await db.commit([
    guard(sql`(SELECT coalesce(max(version), 0) FROM ${configuration}) = ${before}`, 'changed-meanwhile'),
    db
      .insert(configuration)
      .values({ version, hash, documents: JSON.stringify(documents), appliedAt, appliedBy: by }),
  ])
  return { version, hash, changed: true }
}

function hostsOf(documents: Documents): Map<string, string | null> {
  const { hosts, jurisdictionHosts } = documents.region
  return new Map([
    ...hosts.map(name => [name.toLowerCase(), null] as const),
    ...Object.entries(jurisdictionHosts ?? {}).map(([name, slug]) => [name.toLowerCase(), slug] as const),
  ])
}

async function refuseTakenHosts(directory: DirectoryDb, slug: string, documents: Documents): Promise<void> {
  const names = [...hostsOf(documents).keys()]
  const rows = await directory.select().from(host).where(inArray(host.host, names))
  const taken = rows.find(row => row.region !== slug)
  if (taken) {
    throw problem('bad-request', {
      detail: `The host "${taken.host}" already belongs to the region ${taken.region}. Use each host for one region only.`,
    })
  }
}

async function listHosts(
  platform: Platform,
  directory: DirectoryDb,
  slug: string,
  documents: Documents,
): Promise<void> {
  const rows = [...hostsOf(documents)].map(([name, jurisdiction]) => ({
    host: name,
    region: slug,
    jurisdiction,
  }))
  await directory.commit([
    directory.insert(regionTable).values({ slug, addedAt: platform.clock.now() }).onConflictDoNothing(),
    directory.delete(host).where(eq(host.region, slug)),
    ...rows.map(row => directory.insert(host).values(row)),
  ])
}

// A tracking code belongs to its jurisdiction for good, across all versions.
async function refuseTakenCodes(db: RegionDb, documents: Documents): Promise<void> {
  const used = await db.rows<{ code: string; slug: string }>(
    sql`SELECT DISTINCT json_extract(value, '$.code') AS code, json_extract(value, '$.slug') AS slug
      FROM ${configuration}, json_each(documents, '$.jurisdictions')`,
  )
  for (const { code, slug } of documents.jurisdictions) {
    const holder = used.find(row => row.code === code && row.slug !== slug)
    const before = used.find(row => row.slug === slug && row.code !== code)
    if (holder) {
      throw problem('bad-request', {
        detail: `The code ${code} of ${slug} belongs to ${holder.slug}, whose tracking numbers start with it. Choose another code.`,
      })
    }
    if (before) {
      throw problem('bad-request', {
        detail: `${slug} has the code ${before.code}, and its tracking numbers start with it. Use it instead of ${code}.`,
      })
    }
  }
}
