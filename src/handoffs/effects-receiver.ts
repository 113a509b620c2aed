import { and, eq, sql } from 'drizzle-orm'
import { guard, type Step, type TenantDb } from '../core/db.ts'
import { randomText, trackingNumber } from '../core/ids.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/compile.ts'
import { ownDeadline } from '../requests/deadline.ts'
import { news, record } from '../requests/events.ts'
import type { RequestRow } from '../requests/find.ts'
import { request } from '../requests/schema.ts'
import type { HandoffRow } from './find.ts'
import type { CrossingContent, Message, Offer, ToldEvent } from './messages.ts'
import { insertHandoff } from './offers.ts'
import { type HandoffState, handoff } from './schema.ts'

/* What a message changes at the jurisdiction it was sent to. A late or early one meets a row that says so already. */

export type Of<Kind extends Message['kind']> = Extract<Message, { kind: Kind }>

export async function offerEffect(db: TenantDb, message: Of<'offer'>): Promise<Step[]> {
  const known = await find(db, message.handoff, 'receiver')
  return known === undefined ? [insertHandoff('receiver', 'offered', message, null)] : [unchanged(known)]
}

export async function withdrawEffect(db: TenantDb, message: Of<'withdraw'>): Promise<Step[]> {
  const steps: Step[] = []
  const asReceiver = await find(db, message.handoff, 'receiver')
  const asArbitrator = await find(db, message.handoff, 'arbitrator')
  if (asReceiver === undefined && asArbitrator === undefined) {
    // It overtook the offer: the offer will find it withdrawn.
    return [insertHandoff('receiver', message.why, message, null)]
  }
  for (const row of [asReceiver, asArbitrator]) {
    if (row === undefined) continue
    const isOpen = row.state === 'offered' || row.state === 'accepted' || row.state === 'appealed'
    steps.push(...(isOpen ? setState(row, message.why) : [unchanged(row)]))
  }
  return steps
}

export async function appealEffect(db: TenantDb, { tried, ...message }: Of<'appeal'>): Promise<Step[]> {
  const known = await find(db, message.handoff, 'arbitrator')
  if (known !== undefined) return [unchanged(known)]
  const text = JSON.stringify({ text: message.text, tried })
  return [insertHandoff('arbitrator', 'appealed', { ...message, text }, null)]
}

/** Custody comes here: a new request, or the one that was held here before. */
export async function grantEffect(
  platform: Platform,
  region: Region,
  db: TenantDb,
  message: Of<'grant'>,
  at: number,
): Promise<Step[]> {
  const { content } = message
  const known = await find(db, message.handoff, 'receiver')
  if (known?.state === 'granted') return [unchanged(known)]
  const [before] = message.type === 'transfer' ? await heldBefore(db, content.caseId) : []
  const id = before?.id ?? trackingNumber(platform.random, region.jurisdiction(db.slug)?.code ?? '')
  const agency = region.jurisdiction(db.slug)?.name ?? db.slug
  const body =
    before === undefined
      ? takeNew(platform, region, db, message, id, agency, at)
      : takeBack(db.slug, before, content, agency, at)
  return [
    ...(known === undefined
      ? [insertHandoff('receiver', 'granted', message, id)]
      : setState(known, 'granted', id)),
    ...body,
    ...toldElsewhere(db.slug, id, content.timeline),
    record(id, 'system:courier', at, true, {
      type: 'received',
      from: message.sender,
      reason: message.reason,
      agency,
    }),
    ...news(at),
  ]
}

function takeNew(
  platform: Platform,
  region: Region,
  db: TenantDb,
  message: Offer,
  id: string,
  agency: string,
  at: number,
): Step[] {
  const { content } = message
  const steps: Step[] = []
  const person = content.contact === null ? null : randomText(platform.random, 16)
  if (content.contact !== null) {
    const { firstName, lastName, email, phone } = content.contact
    steps.push(sql`INSERT INTO person (id, first_name, last_name, email, phone, shared, created_at)
      VALUES (${person}, ${firstName}, ${lastName}, ${email}, ${phone}, 1, ${at})`)
  }
  const expectedAt = ownDeadline(region, db.slug, content.serviceCode, content.urgent, at)
  const trail = JSON.stringify([...content.trail, db.slug])
  // A share begins its own life; a transfer goes on where it stood.
  const status = message.type === 'share' ? 'submitted' : content.status
  steps.push(sql`INSERT INTO request (id, case_id, origin, custody, trail, case_status, received_at, service_code, service_name, status,
      version, description, address, address_id, zipcode, lat, long, accuracy, answers, private, urgent, resolution, accountable,
      agency_responsible, triage, channel, language, person, media, requested_at, updated_at, expected_at)
    VALUES (${id}, ${content.caseId}, ${content.origin}, 'held', ${trail}, ${status}, ${at}, ${content.serviceCode}, ${content.serviceName},
      ${status}, 1, ${content.description}, ${content.address}, ${content.addressId}, ${content.zipcode}, ${content.lat}, ${content.long},
      ${content.accuracy}, ${JSON.stringify(content.answers)}, ${content.private ? 1 : 0}, ${content.urgent ? 1 : 0}, ${content.resolution},
      ${db.slug}, ${agency}, 0, ${content.channel}, ${content.language}, ${person}, ${content.photos[0]?.id ?? null},
      ${content.requestedAt}, ${at}, ${expectedAt})`)
  for (const { id: photo, type, bytes } of content.photos) {
    steps.push(
      sql`INSERT INTO media (id, request, type, bytes, created_at) VALUES (${photo}, ${id}, ${type}, ${bytes}, ${at})`,
    )
  }
  return steps
}

/** It held this before: the same request goes on, with what has happened to it since. */
function takeBack(
  slug: string,
  before: RequestRow,
  content: CrossingContent,
  agency: string,
  at: number,
): Step[] {
  const trail = JSON.stringify([...content.trail, slug])
  return [
    guard(
      sql`EXISTS (SELECT 1 FROM request WHERE id = ${before.id} AND version = ${before.version} AND custody = 'passed')`,
      'changed-meanwhile',
    ),
    sql`UPDATE request SET custody = 'held', passed_to = NULL, status = ${content.status}, trail = ${trail}, received_at = ${at},
      lat = ${content.lat}, long = ${content.long}, agency_responsible = ${agency}, updated_at = ${at}, version = version + 1
      WHERE id = ${before.id}`,
  ]
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

function heldBefore(db: TenantDb, caseId: string): Promise<RequestRow[]> {
  return db
    .select()
    .from(request)
    .where(and(eq(request.caseId, caseId), eq(request.custody, 'passed')))
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
