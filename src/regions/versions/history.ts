import { desc, eq } from 'drizzle-orm'
import { openRegion } from '../../core/database/handles.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Snapshot } from '../documents/snapshot.ts'
import { configuration, snapshotOf } from '../region-schema.ts'

const access = { kind: 'system', reason: 'configuration' } as const

export interface Version {
  readonly version: number
  readonly hash: string
  /** Milliseconds since 1970. */
  readonly appliedAt: number
  readonly appliedBy: string
  /** What who applied it said about the change. */
  readonly why: string | null
  /** The draft that it came of. */
  readonly draft: string | null
}

/** Every configuration that a region has had, the one in force first. */
export async function listVersions(platform: Platform, region: string): Promise<Version[]> {
  const { version, hash, appliedAt, appliedBy, why, draft } = configuration
  return openRegion(platform, access, region)
    .select({ version, hash, appliedAt, appliedBy, why, draft })
    .from(configuration)
    .orderBy(desc(version))
}

export async function snapshotOfVersion(
  platform: Platform,
  region: string,
  version: number,
): Promise<Snapshot | undefined> {
  const [row] = await openRegion(platform, access, region)
    .select()
    .from(configuration)
    .where(eq(configuration.version, version))
  return row && snapshotOf(region, row)
}
