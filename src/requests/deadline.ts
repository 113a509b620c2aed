import { deadline } from '../regions/calendar.ts'
import type { Region } from '../regions/compile.ts'
import type { AgreementDocument, ServiceDocument } from '../regions/documents.ts'
import type { Resolution } from '../routing/types.ts'

/**
 * By when the responsible body promises to be done: an agreement's deadline beats its own, its own the catalogue's;
 * counted on its own hours and holidays (S6). Null: nothing is promised, as for a partner's matters.
 */
export function promisedBy(
  region: Region,
  service: ServiceDocument,
  resolution: Resolution,
  at: number,
): number | null {
  const { accountable, urgent } = resolution
  if (accountable.kind !== 'jurisdiction' || resolution.confidence === 'unresolved') return null
  const own = region.servicesOffered(accountable.id).find(candidate => candidate.code === service.code)
  const agreements = region.documents.agreements.agreements ?? []
  const agreed = agreements.findLast(
    agreement => resolution.agreements.includes(agreement.id) && agreement.deadline,
  )
  const promised = agreed?.deadline ?? own?.deadline ?? service.deadline
  return promised === undefined ? null : deadline(region.calendar(accountable.id), at, promised, { urgent })
}

/**
 * By when a body that takes a request over means to be done, counted from when it got it: what its agreement says, on
 * the hours of whom it performs for; else what it promises for the service itself.
 */
export function ownDeadline(
  region: Region,
  body: string,
  { serviceCode, urgent }: { readonly serviceCode: string; readonly urgent: boolean },
  agreement: AgreementDocument | undefined,
  at: number,
): number | null {
  if (agreement?.performer === body && agreement.deadline !== undefined) {
    return deadline(region.calendar(agreement.accountable), at, agreement.deadline, { urgent })
  }
  const own = region.servicesOffered(body).find(({ code }) => code === serviceCode)
  const promised = own?.deadline ?? region.service(serviceCode)?.deadline
  return promised === undefined ? null : deadline(region.calendar(body), at, promised, { urgent })
}
