import type { Inquiry, Resolution } from '../routing/types.ts'
import type { Answer } from './draft.ts'
import type { RequestRow } from './find.ts'

/** A stored request as a question to routing: as of when it happened, unless another instant is asked about. */
export function inquiryOf(row: RequestRow, at = row.incidentAt ?? row.requestedAt): Inquiry {
  const answers = JSON.parse(row.answers) as Answer[]
  return {
    service: row.serviceCode,
    place: row.lat === null || row.long === null ? null : { lat: row.lat, long: row.long },
    accuracy: row.accuracy,
    at,
    answers: Object.fromEntries(answers.map(({ code, values }) => [code, values.map(({ key }) => key)])),
    urgent: row.urgent,
  }
}

/** The resolution on file: of the day it was reported, or of the last correction of its place. */
export function resolutionOf(row: RequestRow): Resolution {
  return JSON.parse(row.resolution) as Resolution
}

/** Nobody knows yet whose it is, or the answers ask for a person's judgment. */
export function needsTriage({ confidence, triage }: Resolution): boolean {
  return confidence !== 'certain' || triage
}
