import { lt } from 'drizzle-orm'
import type { CleanUp } from '../core/database/clean-up.ts'
import { oneTime, session } from './region-schema.ts'
import { endedSession } from './schema.ts'
import { remindOfAgreements, remindOfOwnAgreements } from './staff/agreement-ends.ts'
import { remindOfHolidays } from './staff/holidays.ts'

const DAY = 24 * 3_600_000

export const cleanUpIdentity: CleanUp = {
  async region(platform, db) {
    const before = platform.clock.now() - DAY
    await db.delete(oneTime).where(lt(oneTime.until, before))
    // Keep ended sessions until their absolute limit: some databases may not have recorded the ending yet.
    await db.delete(session).where(lt(session.until, before))
    await remindOfAgreements(platform, db)
    return undefined
  },
  async tenant(platform, db) {
    await db.delete(endedSession).where(lt(endedSession.until, platform.clock.now() - DAY))
    await remindOfOwnAgreements(platform, db)
    return remindOfHolidays(platform, db)
  },
}
