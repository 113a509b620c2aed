import { openTenant } from '../core/db.ts'
import type { JobHandler } from '../core/jobs.ts'
import { currentRegion } from '../regions/current.ts'
import { noLongerStands } from './answers.ts'
import { readHeld } from './crossing.ts'
import { find } from './effects-receiver.ts'
import { refusedSteps } from './effects-sender.ts'
import { TIMEOUT } from './offers.ts'

/** An offer that nobody answered in time counts as refused. */
export const timeoutJob: JobHandler = {
  kind: TIMEOUT,
  async run(platform, database, payload) {
    if (database.kind !== 'tenant') return undefined
    const { handoff } = payload as { handoff: string }
    const db = openTenant(platform, { kind: 'system', reason: TIMEOUT }, database.region, database.slug)
    const region = await currentRegion(platform, database.region)
    const row = await find(db, handoff, 'sender')
    if (row?.state !== 'offered' || row.request === null) return undefined
    const at = platform.clock.now()
    const held = await readHeld(db, row.request)
    await db.commit([
      ...refusedSteps(region, row, held, at),
      ...noLongerStands(region, row, 'timed-out', `system:${TIMEOUT}`, at),
    ])
    return undefined
  },
}
