import { and, isNull, lt } from 'drizzle-orm'
import type { CleanUp } from '../core/database/clean-up.ts'
import { openTenant } from '../core/database/handles.ts'
import { enqueueJob } from '../core/database/jobs.ts'
import { currentRegion } from '../regions/runtime/current.ts'
import { type EraseContacts, eraseDue } from './erase.ts'
import { deleteOldConfirmations } from './followers/recipient.ts'
import { CONFIRM_WITHIN, follower } from './followers/schema.ts'
import { discardPhotosKind, forgetClaimedPhotos } from './media/media.ts'
import { sweepLater } from './media/sweep.ts'

const MAX_RUN_MILLISECONDS = 15_000

export const cleanUpRequests = (eraseContacts: EraseContacts): CleanUp => ({
  async region(platform, db) {
    const now = platform.clock.now()
    await deleteOldConfirmations(platform, db.region)
    await forgetClaimedPhotos(db, now)
    await db.commit([enqueueJob(discardPhotosKind, now), ...sweepLater(now)])
    return undefined
  },
  async tenant(platform, db) {
    const now = platform.clock.now()
    await db
      .delete(follower)
      .where(and(isNull(follower.confirmedAt), lt(follower.createdAt, now - CONFIRM_WITHIN)))
    const region = await currentRegion(platform, db.region)
    const access = { kind: 'system', reason: 'retention' } as const
    const erasing = openTenant(platform, access, db.region, db.slug)
    while (!(await eraseDue(erasing, region, eraseContacts, now)))
      if (platform.clock.now() - now > MAX_RUN_MILLISECONDS) return platform.clock.now()
    return undefined
  },
})
