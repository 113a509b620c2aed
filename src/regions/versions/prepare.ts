import { failureOf, MigrationError, type Migrations } from '../../core/database/migrate.ts'
import { problem } from '../../core/problem.ts'
import type { Platform } from '../../platform/platform.ts'
import { isError } from '../documents/issue.ts'
import type { RegionFiles } from '../documents/load.ts'
import { migrateAll } from './migrate.ts'
import { type Seeded, seedRegion } from './seed.ts'

/** Prepares databases at startup. A part that fails is logged and left out; the rest serves. */
export interface Preparation {
  /** Returns whether nothing is left to do. Throws only where the directory cannot be used. */
  run(): Promise<boolean>
}

export function preparation(
  platform: Platform,
  migrations: Migrations,
  sources: ReadonlyMap<string, RegionFiles>,
): Preparation {
  const settled = new Set<string>()
  // The last failure logged for each database or region, to avoid repeating it.
  const reported = new Map<string, string>()
  const logFailure = (event: string, subject: string, fields: Record<string, string>) => {
    const text = JSON.stringify(fields)
    if (reported.get(subject) === text) return
    reported.set(subject, text)
    platform.log('error', event, fields)
  }
  const seed = async (region: string, files: RegionFiles) => {
    try {
      logSeeded(platform, await seedRegion(platform, migrations, region, files))
      settled.add(region)
    } catch (error) {
      const found = failureOf(error)
      logFailure('region-unavailable', region, { region, ...found })
    }
  }
  return {
    async run() {
      const { failed } = await migrateDirectoryAndAll(platform, migrations)
      for (const failure of failed) logFailure('migration-failed', failure.database, { ...failure })
      for (const [region, files] of sources) if (!settled.has(region)) await seed(region, files)
      return failed.length === 0 && settled.size === sources.size
    },
  }
}

async function migrateDirectoryAndAll(platform: Platform, migrations: Migrations) {
  try {
    return await migrateAll(platform, migrations)
  } catch (error) {
    const { migration, reason } = failureOf(error)
    const file = migration === undefined ? '' : `, migrations/directory/${migration}.sql`
    const isSchema = error instanceof MigrationError
    throw problem('fault', {
      cause: error,
      detail: `The directory database cannot be ${isSchema ? 'migrated' : 'used'} (directory${file}): ${reason}. No region can be served without it.`,
    })
  }
}

function logSeeded(platform: Platform, seeded: Seeded): void {
  const { region } = seeded
  if (seeded.outcome !== 'refused') {
    const level = seeded.outcome === 'differs' ? 'warn' : 'info'
    platform.log(level, `region-${seeded.outcome}`, { region, version: seeded.version })
    return
  }
  for (const issue of seeded.issues) {
    const { file, line, message, repair } = issue
    if (isError(issue))
      platform.log('error', 'document-refused', { file: `${region}/${file}`, line, message, repair })
  }
}
