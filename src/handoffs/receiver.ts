import { problem } from '../core/problem.ts'
import type { Region } from '../regions/compile.ts'
import { hasLeft } from '../regions/leaving.ts'
import { resolve } from '../routing/resolve.ts'

/** What there is to know about a matter in order to say who can take it. */
export interface Matter {
  readonly serviceCode: string
  readonly lat: number | null
  readonly long: number | null
  readonly accuracy: number
  readonly urgent: boolean
}

export interface Taker {
  /** The field that names it, for the fault. */
  readonly field: 'receiver' | 'holder'
  readonly body: string
  /** It performs the service under an agreement, whether or not it offers it itself. */
  readonly byAgreement?: boolean
}

/**
 * Throws `invalid-fields` when this body cannot take the matter from `holder`, and says who could: itself, nobody we
 * know, one that has left, or one that does not offer the service.
 */
export function refuseReceiver(
  region: Region,
  holder: string,
  matter: Matter,
  taker: Taker,
  at: number,
): void {
  const why = reasonAgainst(region, holder, matter, taker, at)
  if (why === undefined) return
  const better = rightBody(region, matter, at)
  const hint =
    better === undefined || better.id === holder || better.id === taker.body
      ? ''
      : ` ${better.name} (${better.id}) would be right.`
  throw problem('invalid-fields', {
    fields: [{ field: taker.field, code: 'not-an-option' }],
    detail: why + hint,
  })
}

/** Could this body take the matter from `holder`? */
export function canTake(region: Region, holder: string, matter: Matter, taker: Taker, at: number): boolean {
  return reasonAgainst(region, holder, matter, taker, at) === undefined
}

function reasonAgainst(
  region: Region,
  holder: string,
  matter: Matter,
  { body: id, byAgreement }: Taker,
  at: number,
): string | undefined {
  if (id === holder) return 'You hold it already.'
  const body = region.jurisdiction(id)
  if (body === undefined) {
    const partner = region.partner(id)
    if (partner !== undefined) return `${partner.name} is not on the platform: forward it instead.`
    return 'There is no such jurisdiction here.'
  }
  if (hasLeft(region, id, at)) return `${body.name} has left the platform.`
  const offers = region.servicesOffered(id).some(({ code }) => code === matter.serviceCode)
  if (offers || byAgreement === true) return undefined
  // The intake keeps what is a partner's or nobody's, whatever it offers itself.
  const isIntakes =
    id === region.documents.region.intake && rightBody(region, matter, at)?.kind !== 'jurisdiction'
  return isIntakes ? undefined : `${body.name} does not offer this service.`
}

/** Whom routing holds responsible as things are now. */
function rightBody(region: Region, { serviceCode, lat, long, accuracy, urgent }: Matter, at: number) {
  const place = lat === null || long === null ? null : { lat, long }
  const inquiry = { service: serviceCode, place, accuracy, at, answers: {}, urgent }
  const { accountable } = resolve(region.routing, inquiry)
  return accountable.kind === 'none' ? undefined : accountable
}
