import type { Inquiry } from '../../routing/types.ts'
import type { RequestRow } from '../list/find.ts'

export function inquiryOf(row: RequestRow, at = row.incidentAt ?? row.requestedAt): Inquiry {
  return {
    service: row.serviceCode,
    place: row.lat === null || row.long === null ? null : { lat: row.lat, long: row.long },
    accuracy: row.accuracy,
    at,
    answers: Object.fromEntries(row.answers.map(({ code, values }) => [code, values.map(({ key }) => key)])),
    urgent: row.urgent,
  }
}
