import type { Agreement, Instant } from './types.ts'

/** Whether both may apply to one place. The caller knows the shapes. */
export type Overlap = (a: Agreement, b: Agreement) => boolean

type Services = ReadonlySet<string> | null

const DAY = 86_400_000

/** Pairs that could both claim one request. Refused at save (S5), so that routing never has to choose. */
export function agreementConflicts(
  agreements: readonly Agreement[],
  overlap: Overlap,
): readonly (readonly [Agreement, Agreement])[] {
  return agreements.flatMap((a, index) =>
    agreements
      .slice(index + 1)
      .filter(b => a.accountable === b.accountable && shareTime(a, b) && shareHours(a, b))
      .filter(b => sharedServices(a.services, b.services)?.size !== 0 && overlap(a, b))
      .map(b => [a, b] as const),
  )
}

/** Cycles that could apply to one request. Refused at save. Check conflicts first: then chains branch little. */
export function agreementCycles(
  agreements: readonly Agreement[],
  overlap: Overlap = () => true,
): readonly (readonly Agreement[])[] {
  const byAccountable = Map.groupBy(agreements, ({ accountable }) => accountable)
  const cycles: Agreement[][] = []
  const extend = (chain: readonly Agreement[], services: Services, start: string, holder: string) => {
    for (const next of byAccountable.get(holder) ?? []) {
      const shared = sharedServices(services, next.services)
      const fits = chain.every(earlier => shareTime(earlier, next) && overlap(earlier, next))
      if (!fits || shared?.size === 0) continue
      if (next.performer === start) cycles.push([...chain, next])
      const visited = chain.some(({ accountable }) => accountable === next.performer)
      if (next.performer > start && !visited) extend([...chain, next], shared, start, next.performer)
    }
  }
  for (const start of [...byAccountable.keys()].sort()) extend([], null, start, start)
  return cycles
}

export interface AgreementEnd {
  readonly agreement: Agreement
  /** Whole days left, rounded up; 0 or less once it has ended. */
  readonly daysLeft: number
  readonly warning: 60 | 30 | 7 | null
}

/** Soonest first (S5). A successor covers the same services, places, hours and urgency. */
export function agreementsWithoutSuccessor(
  agreements: readonly Agreement[],
  at: Instant,
): readonly AgreementEnd[] {
  return agreements
    .filter(({ to }) => to < Number.POSITIVE_INFINITY)
    .filter(ending => !agreements.some(other => other !== ending && succeeds(other, ending)))
    .map(agreement => {
      const daysLeft = Math.ceil((agreement.to - at) / DAY)
      return { agreement, daysLeft, warning: warningAt(daysLeft) }
    })
    .sort((a, b) => a.agreement.to - b.agreement.to)
}

function warningAt(daysLeft: number): AgreementEnd['warning'] {
  if (daysLeft <= 0) return null
  return ([7, 30, 60] as const).find(days => daysLeft <= days) ?? null
}

function succeeds(next: Agreement, ending: Agreement): boolean {
  return (
    next.accountable === ending.accountable &&
    next.from <= ending.to &&
    ending.to < next.to &&
    (next.hours === 'always' || next.hours === ending.hours) &&
    (!next.urgentOnly || ending.urgentOnly) &&
    includesAll(next.services, ending.services) &&
    coversPlaces(next, ending)
  )
}

function coversPlaces(next: Agreement, ending: Agreement): boolean {
  if (next.areas === null && next.segments === null) return true
  if (ending.areas === null && ending.segments === null) return false
  const none: ReadonlySet<number> = new Set()
  return (
    includesAll(next.areas ?? none, ending.areas ?? none) &&
    includesAll(next.segments ?? none, ending.segments ?? none)
  )
}

function includesAll<T>(whole: ReadonlySet<T> | null, part: ReadonlySet<T> | null): boolean {
  return whole === null || (part !== null && [...part].every(item => whole.has(item)))
}

function sharedServices(a: Services, b: Services): Services {
  if (a === null) return b
  return b === null ? a : new Set([...a].filter(service => b.has(service)))
}

function shareTime(a: Agreement, b: Agreement): boolean {
  return a.from < b.to && b.from < a.to
}

// Open and closed hours of one calendar never meet.
function shareHours(a: Agreement, b: Agreement): boolean {
  return a.hours === b.hours || a.hours === 'always' || b.hours === 'always'
}
