import { desc } from 'drizzle-orm'
import { openRegion } from '../../src/core/database/handles.ts'
import { readMigrations } from '../../src/platform/node/databases/migrations.ts'
import type { Platform } from '../../src/platform/platform.ts'
import { hashDocuments } from '../../src/regions/documents/hash.ts'
import type { Documents } from '../../src/regions/documents/snapshot.ts'
import { configuration } from '../../src/regions/region-schema.ts'
import { forgetConfiguration } from '../../src/regions/runtime/current.ts'
import { applyRegion } from '../../src/regions/versions/apply.ts'

/**
 * Applies a region with the databases of these jurisdictions only: making thousands takes minutes, and those of the
 * others are never asked.
 */
export async function applyWithFew(
  platform: Platform,
  region: string,
  documents: Documents,
  slugs: readonly string[],
): Promise<void> {
  const jurisdictions = documents.jurisdictions.filter(({ slug }) => slugs.includes(slug))
  await applyRegion(platform, readMigrations(), region, { ...documents, jurisdictions }, { by: 'test' })
  const db = openRegion(platform, { kind: 'system', reason: 'test' }, region)
  const [newest] = await db
    .select({ version: configuration.version })
    .from(configuration)
    .orderBy(desc(configuration.version))
    .limit(1)
  await db.commit([
    db.insert(configuration).values({
      version: (newest?.version ?? 0) + 1,
      hash: await hashDocuments(documents),
      documents: JSON.stringify(documents),
      appliedAt: platform.clock.now(),
      appliedBy: 'test',
    }),
  ])
  forgetConfiguration(platform)
}
