import { desc, eq, inArray, sql } from 'drizzle-orm'
import { logAct } from '../core/acts.ts'
import { type DirectoryDb, guard, openDirectory, openRegion, openTenant, type RegionDb } from '../core/db.ts'
import { ring } from '../core/jobs.ts'
import { type Migrations, migrateDatabase } from '../core/migrate.ts'
import { problem } from '../core/problem.ts'
import type { Platform } from '../platform/platform.ts'
import { forgetConfiguration } from './current.ts'
import { hashDocuments } from './hash.ts'
import { addDatabase } from './migrate.ts'
import { configuration } from './region-schema.ts'
import { host, region as regionTable } from './schema.ts'
import type { Documents, Snapshot } from './snapshot.ts'

export interface Applied {
  readonly version: number
  readonly hash: string
  /** False: the region already was as these documents say, and keeps its version. */
  readonly changed: boolean
}

const access = { kind: 'system', reason: 'configuration' } as const

/** The job of each jurisdiction that looks at its open requests again, for another body may answer for them now (S7). */
export const REROUTE = 'reroute'

/**
 * Makes documents a region's configuration: databases for whoever is new, then the next version, then the hosts that lead
 * there. May be killed anywhere and run again. The documents are validated already (`loadRegion`). `first` is the number of
 * a region's first version here: an imported one keeps the number that its decisions name.
 *
 * Throws `changed-meanwhile` when somebody else applied first, and `bad-request` for a host that another region has or a
 * tracking code that another jurisdiction of the region had before: its numbers are out there.
 */
export async function applyRegion(
  platform: Platform,
  migrations: Migrations,
  slug: string,
  documents: Documents,
  by: string,
  first = 1,
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
  const applied = await writeVersion(platform, db, documents, by, first)
  await listHosts(platform, directory, slug, documents)
  forgetConfiguration(platform)
  await tellJurisdictions(platform, db, documents, applied.version)
  return applied
}

/** The newest version of a region's configuration, if it has any. */
export async function storedSnapshot(platform: Platform, slug: string): Promise<Snapshot | undefined> {
  const directory = openDirectory(platform)
  const known = await directory.select().from(regionTable).where(eq(regionTable.slug, slug))
  if (known.length === 0) return undefined
  const db = openRegion(platform, access, slug)
  const [row] = await db.select().from(configuration).orderBy(desc(configuration.version)).limit(1)
  if (row === undefined) return undefined
  const documents = JSON.parse(row.documents) as Documents
  return { region: slug, version: row.version, hash: row.hash, appliedAt: row.appliedAt, documents }
}

/** The regions that have been applied, in order of name. */
export async function storedRegions(platform: Platform): Promise<string[]> {
  const rows = await openDirectory(platform).select({ slug: regionTable.slug }).from(regionTable)
  return rows.map(({ slug }) => slug).sort()
}

/** Also for documents that were applied before: whoever applied them may have been stopped here. */
async function tellJurisdictions(
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
    const steps = [ring(REROUTE, at, REROUTE, { version })]
    if (applied !== undefined) {
      // Once, and in no log that had not begun: an empty one may still be imported.
      const isNews = sql`(SELECT at FROM event ORDER BY seq LIMIT 1) <= ${applied.at} AND NOT EXISTS (SELECT 1 FROM event
        WHERE request = '' AND type = 'configured' AND payload ->> 'version' = ${version})`
      steps.push(logAct(applied.by, applied.at, { type: 'configured', version }, isNews))
    }
    await openTenant(platform, access, region, slug).commit(steps)
    platform.wake({ kind: 'tenant', region, slug })
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
      detail: `The host "${taken.host}" already leads to the region ${taken.region}. Give each host to one region.`,
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

/** A code once given stays its jurisdiction's, in every version that ever was. */
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
        detail: `The code ${code} of ${slug} was given to ${holder.slug} before, and its tracking numbers begin with it. Choose another.`,
      })
    }
    if (before) {
      throw problem('bad-request', {
        detail: `${slug} has the code ${before.code}, and its tracking numbers begin with it. Keep it instead of ${code}.`,
      })
    }
  }
}
