import type { Documents, Snapshot } from '../../regions/documents/snapshot.ts'
import { compileRouting } from '../../regions/runtime/routing.ts'
import { exactlyOn, rehearsalDays, sameTimeOn } from '../../regions/versions/plan/rehearsal-days.ts'
import type { Trial } from '../../routing/rehearsal/rehearsal.ts'

export interface TrialOptions {
  /** Route for this day only; else for each day on which the two differ in another way. */
  readonly day?: string | undefined
  readonly examplesPerCell?: number | undefined
}

export const EXAMPLES_PER_CELL = 3

/** The version in force against documents that may follow it. */
export function trialOf(
  current: Snapshot,
  next: Documents,
  now: number,
  { day, examplesPerCell = EXAMPLES_PER_CELL }: TrialOptions = {},
): Trial {
  const before = compileRouting(current)
  const after = compileRouting({ region: current.region, version: current.version + 1, documents: next })
  const { timezone } = next.region
  if (day !== undefined)
    return { before, after, days: [day], instantOn: exactlyOn(timezone), examplesPerCell }
  const days = rehearsalDays(before, after, next, now)
  return { before, after, days, instantOn: sameTimeOn(days, timezone), examplesPerCell }
}
