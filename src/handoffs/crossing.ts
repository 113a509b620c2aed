import { and, asc, eq, sql } from 'drizzle-orm'
import type { TenantReader } from '../core/db.ts'
import { problem } from '../core/problem.ts'
import type { Region } from '../regions/compile.ts'
import type { Answer } from '../requests/draft.ts'
import type { RequestRow } from '../requests/find.ts'
import type { PersonRow } from '../requests/person.ts'
import { duplicate, event, media, person, request } from '../requests/schema.ts'
import type { HandoffRow } from './find.ts'
import type { CrossingContent } from './messages.ts'
import { type HandoffKind, handoff } from './schema.ts'

/** A request with all that a handoff of it needs to know, in one round trip. */
export interface Held {
  readonly request: RequestRow
  /** As it is kept: encrypted. */
  readonly contact: PersonRow | null
  readonly timeline: readonly (typeof event.$inferSelect)[]
  readonly photos: readonly (typeof media.$inferSelect)[]
  /** Every handoff of it that this jurisdiction has begun, oldest first. */
  readonly tried: readonly HandoffRow[]
  readonly links: readonly (typeof duplicate.$inferSelect)[]
}

/** Throws `not-found`. */
export async function readHeld(db: TenantReader, id: string): Promise<Held> {
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
 * What crosses to another jurisdiction (S14): the matter, the answers to questions that the receiver's own service
 * asks, the public timeline. Who reported, by their consent, and links with other cases go with custody alone. Never a
 * private note.
 */
export function contentFor(
  region: Region,
  slug: string,
  held: Held,
  receiver: string,
  granted: HandoffKind | undefined,
): CrossingContent {
  const { request: row, contact, timeline, photos, links } = held
  const service = region.servicesOffered(receiver).find(({ code }) => code === row.serviceCode)
  const asked = new Set((service?.questions ?? []).map(({ code }) => code))
  const answers = (JSON.parse(row.answers) as Answer[]).filter(({ code }) => asked.has(code))
  return {
    caseId: row.caseId,
    origin: row.origin,
    trail: JSON.parse(row.trail) as string[],
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
    resolution: row.resolution,
    accountable: row.accountable,
    triage: row.triage,
    channel: row.channel,
    language: row.language,
    incidentAt: row.incidentAt,
    requestedAt: row.requestedAt,
    status: row.status,
    photos: photos.map(({ id, type, bytes }) => ({ id, type, bytes })),
    person: granted === 'transfer' && contact?.shared ? contact.id : null,
    timeline: timeline.map(({ seq, source, sourceSeq, type, at, payload }) => ({
      source: source ?? slug,
      sourceSeq: sourceSeq ?? seq,
      type,
      at,
      payload,
    })),
    links: granted === 'transfer' ? links.map(({ caseId, request: _own, ...link }) => link) : [],
  }
}
