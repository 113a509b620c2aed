import { problem } from '../core/problem.ts'
import { startOfDay } from '../regions/calendar.ts'
import type { Region } from '../regions/compile.ts'
import type { RequestRow } from '../requests/find.ts'
import { resolve } from '../routing/resolve.ts'

/**
 * Throws `invalid-fields` when this receiver cannot take the request, and says who could: itself, nobody we know, one
 * that has left, or one that does not offer the service.
 */
export function refuseReceiver(
  region: Region,
  sender: string,
  row: RequestRow,
  wish: { receiver: string },
  at: number,
): void {
  const why = reasonAgainst(region, sender, row, wish.receiver, at)
  if (why === undefined) return
  const better = rightBody(region, row, at)
  const hint =
    better === undefined || better.id === sender ? '' : ` ${better.name} (${better.id}) would be right.`
  throw problem('invalid-fields', {
    fields: [{ field: 'receiver', code: 'not-an-option' }],
    detail: why + hint,
  })
}

function reasonAgainst(
  region: Region,
  sender: string,
  row: RequestRow,
  receiver: string,
  at: number,
): string | undefined {
  const body = region.jurisdiction(receiver)
  if (receiver === sender) return 'You hold it already.'
  if (body === undefined) {
    const partner = region.partner(receiver)
    if (partner !== undefined) return `${partner.name} is not on the platform: forward it instead.`
    return 'There is no such jurisdiction here.'
  }
  const zone = body.timezone ?? region.documents.region.timezone
  if (body.to != null && startOfDay(body.to, zone) <= at) return `${body.name} has left the platform.`
  if (!region.servicesOffered(receiver).some(({ code }) => code === row.serviceCode)) {
    return `${body.name} does not offer this service.`
  }
  return undefined
}

/** Whom routing holds responsible as things are now. */
function rightBody(region: Region, row: RequestRow, at: number) {
  const place = row.lat === null || row.long === null ? null : { lat: row.lat, long: row.long }
  const inquiry = {
    service: row.serviceCode,
    place,
    accuracy: row.accuracy,
    at,
    answers: {},
    urgent: row.urgent,
  }
  const { accountable } = resolve(region.routing, inquiry)
  return accountable.kind === 'none' ? undefined : accountable
}
