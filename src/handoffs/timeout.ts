import { openTenant } from '../core/db.ts'
import type { JobHandler } from '../core/jobs.ts'
import { asProblem } from '../core/problem.ts'
import type { Platform } from '../platform/platform.ts'
import { currentRegion } from '../regions/current.ts'
import { noLongerStands } from './answers.ts'
import { readHeld } from './crossing.ts'
import { find } from './effects-receiver.ts'
import { refusedSteps } from './effects-sender.ts'
import type { HandoffRow } from './find.ts'
import { TIMEOUT } from './offers.ts'

/** So long an answer that was given in time may still be on its way, before it is looked for again. */
const ON_ITS_WAY_MILLISECONDS = 60_000

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
    if (await isAnswered(platform, db.region, row)) return at + ON_ITS_WAY_MILLISECONDS
    const held = await readHeld(db, row.request)
    await db.commit([
      ...refusedSteps(region, row, held, at),
      ...noLongerStands(region, row, 'timed-out', `system:${TIMEOUT}`, at),
    ])
    return undefined
  },
}

/** Whether the receiver has answered, though that has not arrived. One that is away may have: it is asked again. */
async function isAnswered(
  platform: Platform,
  region: string,
  { id, receiver }: HandoffRow,
): Promise<boolean> {
  const there = openTenant(platform, { kind: 'system', reason: TIMEOUT }, region, receiver)
  try {
    const row = await find(there, id, 'receiver')
    return row?.state === 'accepted' || row?.state === 'refused'
  } catch (error) {
    if (asProblem(error).slug === 'database-away') return true
    throw error
  }
}
