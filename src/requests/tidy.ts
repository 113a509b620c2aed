import { and, isNull, lt } from 'drizzle-orm'
import { openForJobs, openRegion, openTenant } from '../core/db.ts'
import type { JobHandler } from '../core/jobs.ts'
import { idempotency } from '../core/schema.ts'
import { tidyPeople } from '../people/tidy.ts'
import { currentRegion } from '../regions/current.ts'
import { eraseDue } from './erase.ts'
import { follower } from './follower-schema.ts'
import { discardWaitingPhotos } from './media.ts'

const DAY = 24 * 3_600_000
/** A caller that has not heard of its report in a week does not try again with the same key. */
const KEYS_KEPT = 7 * DAY
/** Before the lease on the job ends. */
const LONGEST_RUN = 15_000
/** How long an address waits for its owner to say that they want to follow a case. */
export const CONFIRM_WITHIN = 2 * DAY

/** Once a day, in each database: what was only kept for a while. */
export const tidyJob: JobHandler = {
  kind: 'tidy',
  async run(platform, database) {
    const now = platform.clock.now()
    if (database.kind === 'region') {
      const access = { kind: 'system', reason: 'tidy' } as const
      await discardWaitingPhotos(platform, openRegion(platform, access, database.region))
    }
    await tidyPeople(platform, database)
    const db = openForJobs(platform, database)
    await db.delete(idempotency).where(lt(idempotency.createdAt, now - KEYS_KEPT))
    if (database.kind === 'tenant') {
      await db
        .delete(follower)
        .where(and(isNull(follower.confirmedAt), lt(follower.createdAt, now - CONFIRM_WITHIN)))
      const region = await currentRegion(platform, database.region)
      const access = { kind: 'system', reason: 'retention' } as const
      const tenant = openTenant(platform, access, database.region, database.slug)
      while (!(await eraseDue(tenant, region, now)))
        if (platform.clock.now() - now > LONGEST_RUN) return platform.clock.now()
    }
    return now + DAY
  },
}
