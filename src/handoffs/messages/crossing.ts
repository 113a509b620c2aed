import { and, asc, eq, sql } from 'drizzle-orm'
import type { TenantReader } from '../../core/database/handles.ts'
import { problem } from '../../core/problem.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import type { PersonRow } from '../../requests/case/person.ts'
import type { RequestRow } from '../../requests/list/find.ts'
import { duplicate, event, media, person, request } from '../../requests/schema.ts'
import type { HandoffRow } from '../find.ts'
import { type HandoffKind, handoff } from '../schema.ts'
import type { CrossingContent, CrossingLink } from './messages.ts'

export interface HeldRequest {
  readonly request: RequestRow
  /** Encrypted. */
  readonly contact: PersonRow | null
  readonly timeline: readonly (typeof event.$inferSelect)[]
  readonly photos: readonly (typeof media.$inferSelect)[]
  readonly tried: readonly HandoffRow[]
  readonly links: readonly (typeof duplicate.$inferSelect)[]
}

/** Throws `not-found`. */
export async function readHeldRequest(db: TenantReader, id: string): Promise<HeldRequest> {
  const [found, timeline, photos, tried, links] = await db.together([
    db.select().from(request).leftJoin(person, eq(person.id, request.person)).where(eq(request.id, id)),
    db
      .select()
      .from(event)
      .where(and(eq(event.request, id), eq(event.public, true)))
      .orderBy(asc(event.seq)),
    db.select().from(media).where(eq(media.request, id)).orderBy(asc(media.createdAt), asc(media.id)),
    db
      .select()
      .from(handoff)
      .where(and(eq(handoff.request, id), eq(handoff.side, 'sender')))
      .orderBy(asc(handoff.offeredAt), asc(handoff.id)),
    db.select().from(duplicate).where(sql`case_id = (SELECT case_id FROM request WHERE id = ${id})`),
  ])
  const [row] = found
  if (row === undefined) throw problem('not-found')
  return { request: row.request, contact: row.person, timeline, photos, tried, links }
}

/**
 * Answers cross only if the receiver's own service asks for them; duplicate links and, by consent, the
 * reporter only with custody; internal notes never (S14).
 */
export function contentFor(
  region: Region,
  slug: string,
  held: HeldRequest,
  receiver: string,
  granted: HandoffKind | undefined,
): CrossingContent {
  const { request: row, contact, timeline, photos, links } = held
  const service = region.servicesOffered(receiver).find(({ code }) => code === row.serviceCode)
  const questionCodes = new Set((service?.questions ?? []).map(({ code }) => code))
  const answers = row.answers.filter(({ code }) => questionCodes.has(code))
  return {
    caseId: row.caseId,
    origin: row.origin,
    trail: row.holders,
    serviceCode: row.serviceCode,
    serviceName: row.serviceName,
    description: row.description,
    address: row.address,
    addressId: row.addressId,
    zipcode: row.zipcode,
    lat: row.lat,
    long: row.long,
    accuracy: row.accuracy,
    answers,
    private: row.private,
    urgent: row.urgent,
    resolution: JSON.stringify(row.resolution),
    accountable: row.accountable,
    triage: row.triage,
    triageReasons: row.triageReasons,
    channel: row.channel,
    language: row.language,
    incidentAt: row.incidentAt,
    requestedAt: row.requestedAt,
    status: row.status,
    photos: photos.map(({ id, type, bytes, private: isPrivate }) => ({
      id,
      type,
      bytes,
      private: isPrivate,
    })),
    person: granted === 'transfer' && contact?.shared ? contact.id : null,
    timeline: timeline.map(({ seq, source, sourceSeq, type, at, payload }) => ({
      source: source ?? slug,
      sourceSeq: sourceSeq ?? seq,
      type,
      at,
      payload,
    })),
    links: granted === 'transfer' ? links.map(crossingLink) : [],
  }
}

function crossingLink({ caseId, request: _own, ...link }: typeof duplicate.$inferSelect): CrossingLink {
  const { facts, before } = link
  return { ...link, facts: facts && JSON.stringify(facts), before: before && JSON.stringify(before) }
}
