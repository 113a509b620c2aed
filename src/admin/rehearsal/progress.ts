import type { AffectedCase } from '../../handoffs/automatic/affected.ts'
import type { PlanArea } from '../../regions/versions/plan/plan-areas.ts'
import type { OwnProgress } from '../../requests/rehearsal/own.ts'

/** How far the rehearsal of a draft has come, and what it has found. */
export interface RehearsalProgress {
  /** Absent until the requests have been counted. */
  readonly own?: OwnProgress
  readonly days: readonly string[]
  /** Requests of the last year on what the plan changes, in the order of its lists. */
  readonly fell: Readonly<Record<PlanArea['kind'], readonly number[]>>
  readonly affected: readonly AffectedGroup[]
  /** Jurisdictions whose open requests were compared. */
  readonly compared: readonly string[]
}

/** Open requests with another responsible agency. */
export type AffectedGroup = Omit<AffectedCase, 'id'> & { readonly count: number }
