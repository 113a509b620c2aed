import { eq, inArray, ne, sql } from 'drizzle-orm'
import type { DirectoryDb, RegionDb } from '../../core/database/handles.ts'
import { problem } from '../../core/problem.ts'
import type { Platform } from '../../platform/platform.ts'
import { host, region as regionTable } from '../directory-schema.ts'
import type { Documents } from '../documents/snapshot.ts'
import { configuration } from '../region-schema.ts'

// What a region's documents claim for it alone: host names, and codes of tracking numbers.

function hostsOf(documents: Documents): Map<string, string | null> {
  const { hosts, jurisdictionHosts } = documents.region
  return new Map([
    ...hosts.map(name => [name.toLowerCase(), null] as const),
    ...Object.entries(jurisdictionHosts ?? {}).map(([name, slug]) => [name.toLowerCase(), slug] as const),
  ])
}

export async function refuseTakenHosts(
  directory: DirectoryDb,
  slug: string,
  documents: Documents,
): Promise<void> {
  const names = [...hostsOf(documents).keys()]
  const rows = await directory.select().from(host).where(inArray(host.host, names))
  const taken = rows.find(row => row.region !== slug)
  if (taken) {
    throw problem('bad-request', {
      detail: `The host "${taken.host}" already belongs to the region ${taken.region}. Use each host for one region only.`,
    })
  }
}

/** Host name → the other region that uses it. */
export async function takenHosts(directory: DirectoryDb, slug: string): Promise<ReadonlyMap<string, string>> {
  const rows = await directory.select().from(host).where(ne(host.region, slug))
  return new Map(rows.map(row => [row.host, row.region]))
}

export async function listHosts(
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
export async function refuseTakenCodes(db: RegionDb, documents: Documents): Promise<void> {
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
