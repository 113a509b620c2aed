import { and, eq, sql } from 'drizzle-orm'
import type { RegionDb, Step, TenantDb } from '../../core/database/handles.ts'
import { consumer } from '../../core/database/schema.ts'
import { randomText } from '../../core/ids.ts'
import type { Platform } from '../../platform/platform.ts'
import { type Ending, endings } from '../../regions/coverage/endings.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { currentRegion } from '../../regions/runtime/current.ts'
import { grant } from '../schema.ts'
import { isCurrent, regionAdministrators } from './administrators.ts'
import { enqueueStaffEmail } from './pending-emails.ts'

// Administrators hear of an agreement that ends without a successor 60, 30 and 7 days ahead: those of the region, and
// those of both jurisdictions. Each database remembers what its own were told.

/** Emails the administrators of this jurisdiction, once for each agreement and number of days. */
export async function remindOfOwnAgreements(platform: Platform, db: TenantDb): Promise<void> {
  const region = await currentRegion(platform, db.region)
  const now = platform.clock.now()
  const own = endings(region.documents, region.routing, now).filter(({ agreement }) =>
    [agreement.accountable, agreement.performer].includes(db.slug),
  )
  if (own.length === 0) return
  const rows = await db
    .selectDistinct({ staff: grant.staff })
    .from(grant)
    .where(and(eq(grant.role, 'administrator'), isCurrent(now)))
  const informed = await regionAdministrators(platform, db.region)
  const staff = rows.map(row => row.staff).filter(id => !informed.includes(id))
  await remind(platform, db, region, own, staff)
}

/** Emails the administrators of the region, once for each agreement and number of days. */
export async function remindOfAgreements(platform: Platform, db: RegionDb): Promise<void> {
  const region = await currentRegion(platform, db.region)
  const ending = endings(region.documents, region.routing, platform.clock.now())
  if (ending.length === 0) return
  await remind(platform, db, region, ending, await regionAdministrators(platform, db.region))
}

async function remind(
  platform: Platform,
  db: TenantDb | RegionDb,
  region: Region,
  ending: readonly Ending[],
  staff: readonly string[],
): Promise<void> {
  if (staff.length === 0) return
  for (const { agreement, to, warning } of ending) {
    const name = `agreement-ends ${agreement.id}`
    const mark = markOf(to, warning)
    const [known] = await db.select().from(consumer).where(eq(consumer.name, name))
    // The same end was announced at this number of days, or nearer to it.
    if (known !== undefined && Math.floor(known.seq / 10) === Math.floor(mark / 10) && known.seq >= mark)
      continue
    const about = { about: 'agreement-end', agreement: agreement.id, to, language: region.language } as const
    const steps: Step[] = staff.map(id =>
      enqueueStaffEmail(platform, randomText(platform.random, 12), { ...about, staff: id }),
    )
    await db.commit([
      ...steps,
      sql`INSERT INTO consumer (name, seq) VALUES (${name}, ${mark}) ON CONFLICT (name) DO UPDATE SET seq = excluded.seq`,
    ])
  }
}

const stages = { 60: 1, 30: 2, 7: 3 } as const

// The day of the end and how near it is, as one number.
function markOf(to: string, warning: Ending['warning']): number {
  return Number(to.replaceAll('-', '')) * 10 + stages[warning]
}
