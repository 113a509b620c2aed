import { and, eq, sql } from 'drizzle-orm'
import { guard, type Step, type TenantDb } from '../core/db.ts'
import { randomText, trackingNumber } from '../core/ids.ts'
import { problem } from '../core/problem.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/compile.ts'
import { ownDeadline } from '../requests/deadline.ts'
import { news, record } from '../requests/events.ts'
import type { RequestRow } from '../requests/find.ts'
import { request, type Status } from '../requests/schema.ts'
import type { HandoffRow } from './find.ts'
import { takeLink } from './link.ts'
import type { CrossingContent, Message, Offer, ToldEvent } from './messages.ts'
import { insertHandoff } from './offers.ts'
import { type HandoffState, handoff } from './schema.ts'
import { agreementOf, followUps } from './standing.ts'

/* What a message changes at the jurisdiction it was sent to. A late or early one meets a row that says so already. */

export type Of<Kind extends Message['kind']> = Extract<Message, { kind: Kind }>

export async function offerEffect(db: TenantDb, message: Of<'offer'>): Promise<Step[]> {
  const known = await find(db, message.handoff, 'receiver')
  return known === undefined ? [insertHandoff('receiver', 'offered', message, null)] : [unchanged(known)]
}

/** The sender's word is the last: also on what the arbitrator has decided meanwhile. */
export async function withdrawEffect(db: TenantDb, message: Of<'withdraw'>): Promise<Step[]> {
  const { side, why, handoff: id } = message
  const row = ofSender(await find(db, id, side), message)
  // It overtook the offer: the offer will find it withdrawn.
  if (row === undefined) return [insertHandoff(side, why, message, null)]
  const isOpen = side === 'arbitrator' || row.state === 'offered' || row.state === 'accepted'
  return isOpen ? setState(row, why) : [unchanged(row)]
}

export async function appealEffect(db: TenantDb, { tried, ...message }: Of<'appeal'>): Promise<Step[]> {
  const known = await find(db, message.handoff, 'arbitrator')
  if (known !== undefined) return [unchanged(known)]
  const text = JSON.stringify({ text: message.text, tried })
  return [insertHandoff('arbitrator', 'appealed', { ...message, text }, null)]
}

/**
 * Custody or a share of the case comes here. A body has one request a case: a new one, or the one it has had before,
 * which goes on.
 */
export async function grantEffect(
  platform: Platform,
  region: Region,
  db: TenantDb,
  message: Of<'grant'>,
  at: number,
): Promise<Step[]> {
  const { content, sender, reason, type } = message
  const known = ofSender(await find(db, message.handoff, 'receiver'), message)
  if (known?.state === 'granted') return [unchanged(known)]
  const [before] = await db.select().from(request).where(eq(request.caseId, content.caseId))
  const id = before?.id ?? trackingNumber(platform.random, region.jurisdiction(db.slug)?.code ?? '')
  const agency = region.jurisdiction(db.slug)?.name ?? db.slug
  const agreement = agreementOf(region, message.agreement)
  const expectedAt = ownDeadline(region, db.slug, content, agreement, at)
  const accountable = agreement?.performer === db.slug ? content.accountable : db.slug
  const taken: Taken = { id, slug: db.slug, agency, accountable, expectedAt, at }
  return [
    ...(known === undefined
      ? [insertHandoff('receiver', 'granted', message, id)]
      : setState(known, 'granted', id)),
    ...(before === undefined ? takeNew(platform, message, taken) : takeUp(before, message, taken)),
    ...content.links.map(link => takeLink(content.caseId, id, link)),
    ...toldElsewhere(db.slug, id, content.timeline),
    record(id, 'system:courier', at, true, { type: 'received', kind: type, from: sender, reason, agency }),
    ...followUps(region, db.slug, message, id, at),
    ...news(at),
  ]
}

/** What the receiver makes of it. */
interface Taken {
  readonly id: string
  readonly slug: string
  readonly agency: string
  /** Itself, unless it performs on somebody's behalf. */
  readonly accountable: string
  readonly expectedAt: number | null
  readonly at: number
}

function takeNew(platform: Platform, { type, content }: Offer, taken: Taken): Step[] {
  const { id, slug, agency, accountable, expectedAt, at } = taken
  const steps: Step[] = []
  const person = content.contact === null ? null : randomText(platform.random, 16)
  if (content.contact !== null) {
    const { firstName, lastName, email, phone } = content.contact
    steps.push(sql`INSERT INTO person (id, first_name, last_name, email, phone, shared, created_at)
      VALUES (${person}, ${firstName}, ${lastName}, ${email}, ${phone}, 1, ${at})`)
  }
  const trail = JSON.stringify([...content.trail, slug])
  const status = statusOf(type, content)
  steps.push(sql`INSERT INTO request (id, case_id, origin, custody, trail, case_status, received_at, service_code, service_name, status,
      version, description, address, address_id, zipcode, lat, long, accuracy, answers, private, urgent, resolution, accountable,
      agency_responsible, triage, channel, language, person, media, incident_at, requested_at, updated_at, expected_at)
    VALUES (${id}, ${content.caseId}, ${content.origin}, 'held', ${trail}, ${status}, ${at}, ${content.serviceCode}, ${content.serviceName},
      ${status}, 1, ${content.description}, ${content.address}, ${content.addressId}, ${content.zipcode}, ${content.lat}, ${content.long},
      ${content.accuracy}, ${JSON.stringify(content.answers)}, ${content.private ? 1 : 0}, ${content.urgent ? 1 : 0}, ${content.resolution},
      ${accountable}, ${agency}, ${content.triage ? 1 : 0}, ${content.channel}, ${content.language}, ${person},
      ${content.photos[0]?.id ?? null}, ${content.incidentAt}, ${content.requestedAt}, ${at}, ${expectedAt})`)
  for (const { id: photo, type, bytes } of content.photos) {
    steps.push(
      sql`INSERT INTO media (id, request, type, bytes, created_at) VALUES (${photo}, ${id}, ${type}, ${bytes}, ${at})`,
    )
  }
  return steps
}

/** It has a request of this case: passed on and come back, or a share that now takes in another. */
function takeUp(before: RequestRow, { type, content }: Offer, taken: Taken): Step[] {
  const { slug, agency, accountable, at } = taken
  const isWorking = before.custody === 'held' && before.status !== 'closed'
  const status = isWorking ? before.status : statusOf(type, content)
  const [receivedAt, expectedAt] = isWorking ? [before.receivedAt, before.expectedAt] : [at, taken.expectedAt]
  return [
    guard(
      sql`EXISTS (SELECT 1 FROM request WHERE id = ${before.id} AND version = ${before.version})`,
      'changed-meanwhile',
    ),
    sql`UPDATE request SET custody = 'held', passed_to = NULL, status = ${status}, case_status = ${status}, close_reason = NULL, closed_at = NULL,
      trail = ${JSON.stringify([...content.trail, slug])}, received_at = ${receivedAt}, expected_at = ${expectedAt}, lat = ${content.lat},
      long = ${content.long}, accuracy = ${content.accuracy}, address = ${content.address}, resolution = ${content.resolution},
      accountable = ${accountable}, triage = ${content.triage ? 1 : 0}, agency_responsible = ${agency}, updated_at = ${at},
      version = version + 1 WHERE id = ${before.id}`,
  ]
}

/** A share begins its own life; a transfer goes on where it stood. */
function statusOf(type: Offer['type'], { status }: CrossingContent): Status {
  return type === 'share' ? 'submitted' : status
}

/** Public events that happened elsewhere; told twice they stand once. */
export function toldElsewhere(slug: string, id: string, events: readonly ToldEvent[]): Step[] {
  return events
    .filter(({ source }) => source !== slug)
    .map(
      ({ source, sourceSeq, type, at, payload }) => sql`
        INSERT OR IGNORE INTO event (request, type, actor, at, public, payload, source, source_seq)
        VALUES (${id}, ${type}, ${source}, ${at}, 1, ${payload}, ${source}, ${sourceSeq})`,
    )
}

/** Throws `not-allowed` for a handoff that another jurisdiction began. */
function ofSender(row: HandoffRow | undefined, { sender }: Offer): HandoffRow | undefined {
  if (row !== undefined && row.sender !== sender) throw problem('not-allowed')
  return row
}

export async function find(
  db: TenantDb,
  id: string,
  side: HandoffRow['side'],
): Promise<HandoffRow | undefined> {
  const [row] = await db
    .select()
    .from(handoff)
    .where(and(eq(handoff.id, id), eq(handoff.side, side)))
  return row
}

/** Still as it was read, or the effect is worked out anew. */
export function unchanged(row: HandoffRow): Step {
  return guard(
    sql`EXISTS (SELECT 1 FROM handoff WHERE id = ${row.id} AND side = ${row.side} AND version = ${row.version})`,
    'changed-meanwhile',
  )
}

export function setState(row: HandoffRow, state: HandoffState, own: string | null = row.request): Step[] {
  return [
    unchanged(row),
    sql`UPDATE handoff SET state = ${state}, request = ${own}, version = version + 1 WHERE id = ${row.id} AND side = ${row.side}`,
  ]
}
