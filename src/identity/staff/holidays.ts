import { and, eq, sql } from 'drizzle-orm'
import type { TenantDb } from '../../core/database/handles.ts'
import { consumer } from '../../core/database/schema.ts'
import { randomText } from '../../core/ids.ts'
import type { Platform } from '../../platform/platform.ts'
import { localDay } from '../../regions/runtime/calendar.ts'
import { currentRegion } from '../../regions/runtime/current.ts'
import { endOfHolidays } from '../../regions/runtime/holidays.ts'
import { grant } from '../schema.ts'
import { isCurrent, regionAdministrators } from './administrators.ts'
import { enqueueStaffEmail } from './pending-emails.ts'

const REMINDED = 'holidays-end'

/** Emails the administrators once, 90 days before a jurisdiction's list of holidays ends: its own, else the region's. */
export async function remindOfHolidays(platform: Platform, db: TenantDb): Promise<undefined> {
  const region = await currentRegion(platform, db.region)
  const own = region.jurisdiction(db.slug)
  const now = platform.clock.now()
  const last = own && endOfHolidays(own, localDay(now, region.calendar(db.slug).zone))
  if (last === undefined) return
  const day = Number(last.replaceAll('-', ''))
  const [reminded] = await db.select().from(consumer).where(eq(consumer.name, REMINDED))
  if (reminded !== undefined && reminded.seq >= day) return
  const rows = await db
    .selectDistinct({ staff: grant.staff })
    .from(grant)
    .where(and(eq(grant.role, 'administrator'), isCurrent(now)))
  const administrators =
    rows.length > 0 ? rows.map(({ staff }) => staff) : await regionAdministrators(platform, db.region)
  if (administrators.length === 0) return
  const about = { about: 'holidays', last, language: region.language } as const
  await db.commit([
    ...administrators.map(staff =>
      enqueueStaffEmail(platform, randomText(platform.random, 12), { ...about, staff }),
    ),
    sql`INSERT INTO consumer (name, seq) VALUES (${REMINDED}, ${day}) ON CONFLICT (name) DO UPDATE SET seq = excluded.seq`,
  ])
}
