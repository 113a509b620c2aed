import type { Migrations } from '../../core/database/migrate.ts'
import { asProblem } from '../../core/problem.ts'
import type { Platform } from '../../platform/platform.ts'
import { hashDocuments } from '../documents/hash.ts'
import type { DocumentIssue } from '../documents/issue.ts'
import { loadRegion, type RegionFiles } from '../documents/load.ts'
import { applyRegion, storedSnapshot } from './apply.ts'

export type Seeded =
  | { readonly region: string; readonly outcome: 'applied' | 'current' | 'differs'; readonly version: number }
  | { readonly region: string; readonly outcome: 'refused'; readonly issues: readonly DocumentIssue[] }

/** Applies documents at the first start only. Later differences are reported, and wait for `apply`. */
export async function seedRegion(
  platform: Platform,
  migrations: Migrations,
  region: string,
  files: RegionFiles,
): Promise<Seeded> {
  const stored = await storedSnapshot(platform, region)
  const { documents, issues } = loadRegion(region, files)
  if (documents === undefined) return { region, outcome: 'refused', issues }
  if (stored !== undefined) {
    const outcome = stored.hash === (await hashDocuments(documents)) ? 'current' : 'differs'
    return { region, outcome, version: stored.version }
  }
  try {
    const { version } = await applyRegion(platform, migrations, region, documents, { by: 'system:start' })
    return { region, outcome: 'applied', version }
  } catch (error) {
    // Another process started at the same time and was faster.
    if (asProblem(error).slug !== 'changed-meanwhile') throw error
    const { version } = await applyRegion(platform, migrations, region, documents, { by: 'system:start' })
    return { region, outcome: 'current', version }
  }
}
