import { publicWebAddress } from '../core/http/addresses.ts'
import { translator } from '../core/i18n.ts'
import type { GivenAnswer } from '../requests/draft.ts'
import type { EventTypes } from '../requests/event-types.ts'
import { reportSubmitted } from '../requests/events.ts'
import { photoUrl } from '../requests/list/view.ts'
import { datetime } from './format/dates.ts'
import { serviceNotice } from './format/notice.ts'
import { Container, type Fields, type GeoReportAnswer } from './format/serialize.ts'
import type { FoundRequest, TimelineEntry } from './rows.ts'
import type { EndpointScope } from './scope.ts'

/** A list also for one request. With `eventTypes`: also the elements that deployed servers add on request. */
export function requestList(
  scope: EndpointScope,
  rows: readonly FoundRequest[],
  language: string,
  eventTypes?: EventTypes,
): GeoReportAnswer {
  const items = rows.map(row => {
    const fields = requestFields(scope, row, language)
    return eventTypes === undefined
      ? fields
      : { ...fields, ...extensionFields(scope, row), notes: notes(scope, row, language, eventTypes) }
  })
  return { root: 'service_requests', value: new Container('request', items) }
}

/** GeoReport v2, "GET Service Requests": every element is always present, and empty when unknown. */
function requestFields({ site }: EndpointScope, row: FoundRequest, language: string): Fields {
  return {
    service_request_id: row.id,
    status: row.status === 'closed' ? 'closed' : 'open',
    status_notes: statusNotes(row, language),
    service_name: row.service_name,
    service_code: row.service_code,
    description: row.description || null,
    agency_responsible: row.agency_responsible,
    service_notice:
      row.resolution === undefined ? null : serviceNotice(site.region, row.resolution, language),
    requested_datetime: datetime(row.requested_at),
    updated_datetime: datetime(row.closed_at ?? row.updated_at),
    expected_datetime: row.expected_at === null ? null : datetime(row.expected_at),
    address: row.address,
    address_id: row.address_id,
    zipcode: row.zipcode,
    lat: row.lat,
    long: row.long,
    media_url:
      row.media === null ? publicWebAddress(row.media_url) : photoUrl(site, row.jurisdiction, row.media),
  }
}

function statusNotes({ status_notes, close_reason }: FoundRequest, language: string): string | null {
  if (status_notes !== null || close_reason === null) return status_notes
  return translator(language)(`closed-${close_reason}`)
}

/** Extensions in the shapes that deployed servers have in common. */
function extensionFields(scope: EndpointScope, row: FoundRequest): Fields {
  const photos = row.photos ?? (row.media === null ? [] : [row.media])
  return {
    attributes: new Container('attribute', publicAnswers(scope, row)),
    extended_attributes: {
      jurisdiction_id: row.jurisdiction,
      channel: row.channel ?? null,
      photos: new Container(
        'photo',
        photos.map(id => photoUrl(scope.site, row.jurisdiction, id)),
      ),
    },
  }
}

/** Free-text answers stay with the jurisdiction: they may say who lives where. */
function publicAnswers(
  { region }: EndpointScope,
  { jurisdiction, service_code, answers = [] }: FoundRequest,
): Fields[] {
  const service = region.servicesOffered(jurisdiction).find(({ code }) => code === service_code)
  const isPublic = ({ code }: GivenAnswer) => {
    const type = (service ?? region.service(service_code))?.questions?.find(
      question => question.code === code,
    )?.type
    return type !== undefined && type !== 'text' && type !== 'paragraph'
  }
  return answers
    .filter(isPublic)
    .flatMap(({ code, question, values }) =>
      values.map(({ key, label }) => ({ code, label: question, name: label, value: key })),
    )
}

/** As deployed servers write them: the first is `opened`, and each has a `summary`. */
function notes(
  { region }: EndpointScope,
  { timeline = [] }: FoundRequest,
  language: string,
  eventTypes: EventTypes,
): Container {
  const entries = timeline.flatMap(({ type, at, payload }): Fields[] => {
    const event = { type, payload: JSON.stringify(payload), actor: '', public: true }
    const shown = eventTypes.publicText(region, language, event)
    if (shown === undefined) return []
    const { title: summary, text } = shown
    return [{ datetime: datetime(at), type: noteType(type, payload), summary, description: text || null }]
  })
  return new Container('note', entries)
}

function noteType(type: string, { from, to }: TimelineEntry['payload']): string {
  if (to === 'closed') return 'closed'
  return type === reportSubmitted.type || from === 'closed' ? 'opened' : 'activity'
}
