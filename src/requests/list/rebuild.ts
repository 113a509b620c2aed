import { sql } from 'drizzle-orm'
import { openRegion, openTenant } from '../../core/database/handles.ts'
import type { Platform } from '../../platform/platform.ts'
import { PUBLIC_INDEX, publishJob } from './public-index.ts'

export interface RebuiltIndex {
  readonly requests: number
  /** Public requests that the index had and the jurisdiction does not know. */
  readonly unknown: readonly string[]
}

const PAGE = 500

/** Makes a jurisdiction's part of the region's public index anew from its log. Safe beside a running server. */
export async function rebuildPublicIndex(
  platform: Platform,
  region: string,
  jurisdiction: string,
): Promise<RebuiltIndex> {
  const access = { kind: 'system', reason: 'public-index' } as const
  const db = openTenant(platform, access, region, jurisdiction)
  const shared = openRegion(platform, access, region)
  const unknown: string[] = []
  for (let after = ''; ; ) {
    const page = await shared.rows<{ id: string }>(
      sql`SELECT id FROM public_request WHERE jurisdiction = ${jurisdiction} AND id > ${after} ORDER BY id LIMIT ${PAGE}`,
    )
    const missing = await db.rows<{ id: string }>(
      sql`SELECT value AS id FROM json_each(${JSON.stringify(page.map(({ id }) => id))})
        WHERE value NOT IN (SELECT id FROM request)`,
    )
    unknown.push(...missing.map(({ id }) => id))
    if (page.length < PAGE) break
    after = page.at(-1)?.id ?? after
  }
  await shared.commit([sql`DELETE FROM public_request WHERE jurisdiction = ${jurisdiction}`])
  await db.commit([sql`DELETE FROM consumer WHERE name = ${PUBLIC_INDEX}`])
  const outcome = await publishJob.run(platform, { kind: 'tenant', region, slug: jurisdiction }, {})
  if (typeof outcome === 'object') await db.commit(outcome.steps)
  const [counted] = await shared.rows<{ count: number }>(
    sql`SELECT count(*) AS count FROM public_request WHERE jurisdiction = ${jurisdiction}`,
  )
  return { requests: counted?.count ?? 0, unknown }
}
