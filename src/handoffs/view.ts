import { reasonText } from '../regions/reasons.ts'
import type { Site } from '../regions/site.ts'
import { alongside } from '../requests/alongside.ts'
import { photoPath, time } from '../requests/view.ts'
import { handoffsOf, handoffWordsOf, type SeenHandoff } from './find.ts'
import type { CrossingContent } from './messages.ts'

/** For a request's JSON: every handoff that it came or went by, with both sides' words. */
export const handoffsAlongside = alongside(handoffsOf, handoffWordsOf, (site, slug, language, rows) => ({
  handoffs: rows.map(row => handoffView(site, slug, language, row)),
}))

/** One side of a handoff as the staff of its jurisdiction (`slug`) see it: both sides' words, and what it is about. */
export function handoffView(site: Site, slug: string, language: string, row: SeenHandoff) {
  const content = JSON.parse(row.content) as CrossingContent
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
    offered_at: time(row.offeredAt),
    answer_by: time(row.answerBy),
    answered_at: time(row.answeredAt),
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
    matter: matterView(site, slug, row, content),
  }
}

function matterView(site: Site, slug: string, row: SeenHandoff, content: CrossingContent) {
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
    requested_at: time(content.requestedAt),
    trail: content.trail,
    photos: photoPaths(slug, row, content).map(path => `${site.origin}${site.base}${path}`),
    timeline: content.timeline.map(({ source, type, at, payload }) => ({
      ...(JSON.parse(payload) as object),
      type,
      at: time(at),
      jurisdiction: source,
    })),
  }
}

/** Where its photos are: everybody's at the sender's, those of a private matter where whoever reads this may see them. */
export function photoPaths(
  slug: string,
  { id, sender }: SeenHandoff,
  { private: isPrivate, photos }: CrossingContent,
): string[] {
  return photos.map(photo =>
    isPrivate ? `${photoPath(slug, photo.id)}?handoff=${id}` : photoPath(sender, photo.id),
  )
}
