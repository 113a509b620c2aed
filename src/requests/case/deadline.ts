import type { AgreementDocument } from '../../regions/documents/schemas/agreements.ts'
import type { ServiceDocument } from '../../regions/documents/schemas/services.ts'
import { deadline } from '../../regions/runtime/calendar.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import type { Resolution } from '../../routing/types.ts'

/** An agreement's deadline beats the jurisdiction's, which beats the catalog's; in its business hours (S6). */
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

/** Counted from receipt; an agreement's deadline in the business hours of the body it is performed for. */
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
