import { type AgreementEnd, agreementsWithoutSuccessor } from '../../routing/agreements.ts'
import type { RoutingSnapshot } from '../../routing/types.ts'
import type { AgreementDocument } from '../documents/schemas/agreements.ts'
import type { Documents } from '../documents/snapshot.ts'

/** An agreement that ends within 60 days and has no successor. */
export interface Ending {
  readonly agreement: AgreementDocument
  /** The first day without it. */
  readonly to: string
  readonly daysLeft: number
  readonly warning: NonNullable<AgreementEnd['warning']>
}

/** Soonest first. `at` is in milliseconds since 1970. */
export function endings(documents: Documents, routing: RoutingSnapshot, at: number): Ending[] {
  const known = new Map((documents.agreements.agreements ?? []).map(one => [one.id, one]))
  return agreementsWithoutSuccessor(routing.agreements, at).flatMap(
    ({ agreement: { id }, daysLeft, warning }) => {
      const agreement = known.get(id)
      return agreement?.to === undefined || warning === null
        ? []
        : [{ agreement, to: agreement.to, daysLeft, warning }]
    },
  )
}

/** Days after `today` on which who serves what may change: boundaries, areas and agreements begin or end. In order. */
export function comingChanges({ jurisdictions, areas, agreements }: Documents, today: string): string[] {
  const dated: { readonly from?: string | null | undefined; readonly to?: string | null | undefined }[] = [
    ...jurisdictions,
    ...jurisdictions.flatMap(({ boundary }) => boundary.map(({ properties }) => properties)),
    ...areas.map(({ properties }) => properties),
    ...(agreements.agreements ?? []),
    ...(agreements.boundaryStreets ?? []),
  ]
  const days = dated
    .flatMap(({ from, to }) => [from, to])
    .filter(day => typeof day === 'string' && day > today)
  return [...new Set(days as string[])].sort()
}
