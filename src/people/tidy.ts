import { lt } from 'drizzle-orm'
import { openRegion, openTenant } from '../core/db.ts'
import type { DatabaseName, Platform } from '../platform/platform.ts'
import { oneTime, session } from './region-schema.ts'
import { endedSession } from './schema.ts'

const DAY = 24 * 3_600_000

/** Once a day, in each database: sign-ins that are over, and what was good for a while. */
export async function tidyPeople(platform: Platform, database: DatabaseName): Promise<void> {
  const access = { kind: 'system', reason: 'tidy' } as const
  const before = platform.clock.now() - DAY
  if (database.kind === 'region') {
    const db = openRegion(platform, access, database.region)
    await db.delete(oneTime).where(lt(oneTime.until, before))
    // Not before its absolute limit, though it was ended: some database may still have to hear of that.
    await db.delete(session).where(lt(session.until, before))
  }
  if (database.kind === 'tenant') {
    const db = openTenant(platform, access, database.region, database.slug)
    await db.delete(endedSession).where(lt(endedSession.until, before))
  }
}
