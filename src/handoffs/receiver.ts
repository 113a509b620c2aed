import { problem } from '../core/problem.ts'
import type { Region } from '../regions/runtime/compile.ts'
import { hasLeft } from '../regions/versions/leaving.ts'
import { resolve } from '../routing/resolve.ts'

export interface TransferSubject {
  readonly serviceCode: string
  readonly lat: number | null
  readonly long: number | null
  readonly accuracy: number
  readonly urgent: boolean
}

export interface Taker {
  readonly field: 'receiver' | 'holder'
  readonly body: string
  /** Performs the service under an agreement, even if it does not offer it itself. */
  readonly byAgreement?: boolean
}

/** Throws `invalid-fields`, naming who could take it. */
export function refuseReceiver(
  region: Region,
  holder: string,
  subject: TransferSubject,
  taker: Taker,
  at: number,
): void {
  const why = reasonAgainst(region, holder, subject, taker, at)
  if (why === undefined) return
  const better = rightBody(region, subject, at)
  const hint =
    better === undefined || better.id === holder || better.id === taker.body
      ? ''
      : ` ${better.name} (${better.id}) is the right one.`
  throw problem('invalid-fields', {
    fields: [{ field: taker.field, code: 'not-an-option' }],
    detail: why + hint,
  })
}

export function canTake(
  region: Region,
  holder: string,
  subject: TransferSubject,
  taker: Taker,
  at: number,
): boolean {
  return reasonAgainst(region, holder, subject, taker, at) === undefined
}

function reasonAgainst(
  region: Region,
  holder: string,
  subject: TransferSubject,
  { body: id, byAgreement }: Taker,
  at: number,
): string | undefined {
  if (id === holder) return 'You already hold this request.'
  const body = region.jurisdiction(id)
  if (body === undefined) {
    const partner = region.partner(id)
    if (partner !== undefined)
      return `${partner.name} does not use this site. Send the request to this partner instead.`
    return 'Jurisdiction not found.'
  }
  if (hasLeft(region, id, at)) return `${body.name} no longer uses this site.`
  const offers = region.servicesOffered(id).some(({ code }) => code === subject.serviceCode)
  if (offers || byAgreement === true) return undefined
  // The intake keeps what belongs to a partner or to nobody, whatever it offers itself.
  const isIntakes =
    id === region.documents.region.intake && rightBody(region, subject, at)?.kind !== 'jurisdiction'
  return isIntakes ? undefined : `${body.name} does not offer this service.`
}

function rightBody(
  region: Region,
  { serviceCode, lat, long, accuracy, urgent }: TransferSubject,
  at: number,
) {
  const place = lat === null || long === null ? null : { lat, long }
  const inquiry = { service: serviceCode, place, accuracy, at, answers: {}, urgent }
  const { accountable } = resolve(region.routing, inquiry)
  return accountable.kind === 'none' ? undefined : accountable
}
