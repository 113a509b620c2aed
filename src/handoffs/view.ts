import { sql } from 'drizzle-orm'
import { reasonText } from '../regions/runtime/reasons.ts'
import type { Site } from '../regions/runtime/site.ts'
import { included } from '../requests/list/include.ts'
import { isoTime, photoPath, publicEvent } from '../requests/list/view.ts'
import { undeliveredOf } from './courier/outbox.ts'
import { handoffsOf, handoffWordsOf, type SeenHandoff } from './find.ts'
import type { CrossingContent } from './messages/messages.ts'
import { isErased } from './messages/offer-content.ts'

export const includedHandoffs = included(handoffsOf, handoffWordsOf, (site, slug, language, rows) => ({
  handoffs: rows.map(row => handoffView(site, slug, language, row)),
}))

export const includedUndelivered = included(
  undeliveredOf,
  () => sql`false`,
  (_site, _slug, _language, rows) => ({
    undelivered: rows.map(({ receiver, kind, parkedAt }) => ({ receiver, kind, since: isoTime(parkedAt) })),
  }),
)

export function handoffView(site: Site, slug: string, language: string, row: SeenHandoff) {
  const { content } = row
  const words = (code: string) => ({ code, label: reasonText(site.region, code, language) })
  return {
    id: row.id,
    side: row.side,
    kind: row.kind,
    state: row.state,
    case: row.caseId,
    request: row.request,
    sender: row.sender,
    receiver: row.receiver,
    reason: words(row.reason),
    text: row.text,
    agreement: row.agreement,
    offered_at: isoTime(row.offeredAt),
    answer_by: isoTime(row.answerBy),
    answered_at: isoTime(row.answeredAt),
    answer: row.answered
      ? {
          reason: row.answerReason === null ? null : words(row.answerReason),
          text: row.answerText,
          counter: row.counter,
        }
      : null,
    tried: row.tried.map(attempt => ({
      ...attempt,
      reason: attempt.reason === null ? null : words(attempt.reason),
    })),
    service_code: content.serviceCode,
    service_name: content.serviceName,
    subject: isErased(content) ? null : subjectView(site, slug, row, content),
  }
}

function subjectView(site: Site, slug: string, row: SeenHandoff, content: CrossingContent) {
  return {
    service_code: content.serviceCode,
    service_name: content.serviceName,
    description: content.description,
    address: content.address,
    lat: content.lat,
    long: content.long,
    accuracy: content.accuracy,
    answers: content.answers,
    private: content.private,
    urgent: content.urgent,
    status: content.status,
    requested_at: isoTime(content.requestedAt),
    trail: content.trail,
    photos: photoPaths(slug, row, content).map(path => `${site.origin}${site.base}${path}`),
    timeline: content.timeline.map(row => publicEvent(row.source, row)),
  }
}

/** The sender serves public photos; this jurisdiction serves private ones, under its own access control. */
export function photoPaths(
  slug: string,
  { id, sender }: SeenHandoff,
  { private: isPrivate, photos }: CrossingContent,
): string[] {
  return photos.map(photo =>
    isPrivate || photo.private ? `${photoPath(slug, photo.id)}?handoff=${id}` : photoPath(sender, photo.id),
  )
}
