import type { Migrations } from '../core/migrate.ts'
import type { Platform } from '../platform/platform.ts'
import { applyRegion, storedSnapshot } from './apply.ts'
import type { Fault } from './fault.ts'
import { hashDocuments } from './hash.ts'
import { loadRegion, type RegionFiles } from './load.ts'

export type Seeded =
  | { readonly region: string; readonly outcome: 'applied' | 'current' | 'differs'; readonly version: number }
  | { readonly region: string; readonly outcome: 'refused'; readonly faults: readonly Fault[] }

/**
 * What a start does with a region's documents: the first time they are applied. Afterwards the database has the word:
 * documents that differ are told of, and wait for `plan` and `apply`.
 */
export async function seedRegion(
  platform: Platform,
  migrations: Migrations,
  region: string,
  files: RegionFiles,
): Promise<Seeded> {
  const stored = await storedSnapshot(platform, region)
  const { documents, faults } = loadRegion(region, files)
  if (documents === undefined) return { region, outcome: 'refused', faults }
  if (stored !== undefined) {
    const outcome = stored.hash === (await hashDocuments(documents)) ? 'current' : 'differs'
    return { region, outcome, version: stored.version }
  }
  const { version } = await applyRegion(platform, migrations, region, documents, 'system:start')
  return { region, outcome: 'applied', version }
}
