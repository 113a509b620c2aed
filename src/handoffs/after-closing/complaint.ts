import { sql } from 'drizzle-orm'
import type { Step } from '../../core/database/handles.ts'
import type { EmergencyTopic } from '../../regions/emergencies/topics.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { appendEvent } from '../../requests/events.ts'
import type { Status } from '../../requests/schema.ts'
import { EMERGENCY, triageSteps } from '../../requests/triage/reasons.ts'
import { notFixed } from '../events.ts'
import type { CrossingPhoto, Message } from '../messages/messages.ts'

/** What a resident says of a closed case. */
export type Complaint = Pick<Extract<Message, { kind: 'reopen' }>, 'text' | 'photos'>

export interface ComplaintEntry {
  readonly request: string
  readonly actor: string
  readonly at: number
}

/** The emergencies that its words are about, as of a first report. */
export function emergenciesOfComplaint(
  region: Region,
  { text }: Pick<Complaint, 'text'>,
): readonly EmergencyTopic[] {
  return region.emergencies.topicsIn(text)
}

/** On the timeline, with its photos. Words about a private topic are for staff only; an emergency makes it urgent, for review. */
export function complaintSteps(
  region: Region,
  complaint: Complaint,
  { request, actor, at }: ComplaintEntry,
  reopening: { readonly from?: Status; readonly to?: Status } = {},
): Step[] {
  const { text } = complaint
  const topics = emergenciesOfComplaint(region, complaint)
  const isPrivate = topics.some(topic => topic.private)
  const entry = { request, actor, at }
  return [
    ...photoSteps(request, photosOf(region, complaint), at),
    appendEvent(notFixed, { ...reopening, text: isPrivate ? '' : text }, { ...entry, public: true }),
    ...(isPrivate ? [appendEvent(notFixed, { text }, { ...entry, public: false })] : []),
    ...(topics.length > 0 ? [sql`UPDATE request SET urgent = 1 WHERE id = ${request}`] : []),
    ...topics.flatMap(({ id }) => triageSteps(request, `${EMERGENCY}${id}`, at)),
  ]
}

/** With words about a private topic they are private, too. */
export function photosOf(region: Region, complaint: Complaint): readonly CrossingPhoto[] {
  const isPrivate = emergenciesOfComplaint(region, complaint).some(topic => topic.private)
  return complaint.photos.map(photo => ({ ...photo, private: isPrivate }))
}

export function photoSteps(request: string, photos: readonly CrossingPhoto[], at: number): Step[] {
  return photos.map(
    ({ id, type, bytes, private: isPrivate = false }) =>
      sql`INSERT OR IGNORE INTO media (id, request, type, bytes, private, created_at)
        VALUES (${id}, ${request}, ${type}, ${bytes}, ${isPrivate ? 1 : 0}, ${at})`,
  )
}
