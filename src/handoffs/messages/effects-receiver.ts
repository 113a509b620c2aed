import { and, eq, sql } from 'drizzle-orm'
import { guard, type Step, type TenantDb } from '../../core/database/handles.ts'
import { enqueueJob } from '../../core/database/jobs.ts'
import { orderedId, trackingNumber } from '../../core/ids.ts'
import { problem } from '../../core/problem.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { ownDeadline } from '../../requests/case/deadline.ts'
import { isHeldAndOpen, versionGuard } from '../../requests/case/guards.ts'
import { type ContactDetails, personSteps } from '../../requests/case/person.ts'
import { appendEvent, caseReceived, enqueueLogConsumers } from '../../requests/events.ts'
import type { RequestRow } from '../../requests/list/find.ts'
import { request, type Status } from '../../requests/schema.ts'
import { escalateTriageKind, triageSteps } from '../../requests/triage/reasons.ts'
import { photoSteps } from '../after-closing/complaint.ts'
import { agreementOf, followUps } from '../automatic/agreement-end.ts'
import { receiveLink } from '../duplicates/link.ts'
import type { HandoffRow } from '../find.ts'
import { insertHandoff } from '../offers.ts'
import { type HandoffState, handoff } from '../schema.ts'
import type { CrossingContent, Message, Offer, RelayedEvent } from './messages.ts'
import { endedContent, eraseOfferContent } from './offer-content.ts'

// Late and repeated messages change nothing.

export type Of<Kind extends Message['kind']> = Extract<Message, { kind: Kind }>

export async function offerEffect(db: TenantDb, message: Of<'offer'>): Promise<Step[]> {
  const row = await find(db, message.handoff, 'receiver')
  return row === undefined ? [insertHandoff('receiver', 'offered', message, null)] : [unchanged(row)]
}

/** Overrides even a decision of the arbitrator. */
export async function withdrawEffect(db: TenantDb, message: Of<'withdraw'>): Promise<Step[]> {
  const { side, why, handoff: id } = message
  const row = ofSender(await find(db, id, side), message)
  // It overtook the offer, which will then find it withdrawn.
  if (row === undefined) {
    const text = side === 'arbitrator' ? JSON.stringify({ text: '', tried: [] }) : ''
    return [insertHandoff(side, why, { ...message, text, content: endedContent(message.content) }, null)]
  }
  const isOpen = side === 'arbitrator' || row.state === 'offered' || row.state === 'accepted'
  if (!isOpen) return [unchanged(row)]
  return [...setState(row, why), eraseOfferContent(sql`id = ${id} AND side = ${side}`)]
}

export async function appealEffect(db: TenantDb, { tried, ...message }: Of<'appeal'>): Promise<Step[]> {
  const row = await find(db, message.handoff, 'arbitrator')
  if (row !== undefined) return [unchanged(row)]
  const text = JSON.stringify({ text: message.text, tried })
  return [insertHandoff('arbitrator', 'appealed', { ...message, text }, null)]
}

/** A jurisdiction has one request per case: an earlier one is reused. */
export async function grantEffect(
  platform: Platform,
  region: Region,
  db: TenantDb,
  { message, reporter }: { readonly message: Of<'grant'>; readonly reporter?: ContactDetails | undefined },
  at: number,
): Promise<Step[]> {
  const { content, sender, reason, type } = message
  const offerRow = ofSender(await find(db, message.handoff, 'receiver'), message)
  if (offerRow?.state === 'granted') return [unchanged(offerRow)]
  const [before] = await db.select().from(request).where(eq(request.caseId, content.caseId))
  const id = before?.id ?? trackingNumber(platform.random, region.jurisdiction(db.slug)?.code ?? '')
  const agency = region.jurisdiction(db.slug)?.name ?? db.slug
  const agreement = agreementOf(region, message.agreement)
  const expectedAt = ownDeadline(region, db.slug, content, agreement, at)
  const accountable = agreement?.performer === db.slug ? content.accountable : db.slug
  const share: NewShare = { id, slug: db.slug, agency, accountable, expectedAt, at }
  return [
    ...(offerRow === undefined
      ? [insertHandoff('receiver', 'granted', message, id)]
      : setState(offerRow, 'granted', id)),
    ...(before === undefined
      ? await newRequestSteps(platform, db, message, reporter, share)
      : applyShare(before, message, share)),
    ...content.links.map(link => receiveLink(content.caseId, id, link)),
    ...informedElsewhere(db.slug, id, content.timeline),
    appendEvent(
      caseReceived,
      { kind: type, from: sender, reason, agency },
      { request: id, actor: 'system:courier', at, public: true },
    ),
    ...(content.triage ? [enqueueJob(escalateTriageKind, at)] : []),
    ...followUpsIfRead(region, db.slug, message, id, at),
    ...enqueueLogConsumers(at),
  ]
}

// If the follow-ups fail, the case still arrives, and is marked for triage.
function followUpsIfRead(region: Region, receiver: string, offered: Offer, id: string, at: number): Step[] {
  try {
    return followUps(region, receiver, offered, id, at)
  } catch {
    return triageSteps(id, 'follow-ups', at)
  }
}

interface NewShare {
  readonly id: string
  readonly slug: string
  readonly agency: string
  /** This jurisdiction, unless it performs for another. */
  readonly accountable: string
  readonly expectedAt: number | null
  readonly at: number
}

async function newRequestSteps(
  platform: Platform,
  db: TenantDb,
  { type, content }: Offer,
  reporter: ContactDetails | undefined,
  share: NewShare,
): Promise<Step[]> {
  const { id, slug, agency, accountable, expectedAt, at } = share
  const steps: Step[] = []
  const personId = reporter === undefined ? null : orderedId(platform.random, at)
  if (reporter !== undefined && personId !== null) {
    const received = { id: personId, ...reporter, shared: true, createdAt: at }
    steps.push(...(await personSteps(platform, db, received)))
  }
  const trail = JSON.stringify([...content.trail, slug])
  const status = statusOf(type, content)
  steps.push(sql`INSERT INTO request (id, case_id, origin, custody, holders, case_status, received_at, service_code, service_name, status,
      version, description, address, address_id, zipcode, lat, long, accuracy, answers, private, urgent, resolution, accountable,
      agency_responsible, triage, triage_reasons, triage_since, channel, language, person, media, incident_at, requested_at, updated_at, expected_at)
    VALUES (${id}, ${content.caseId}, ${content.origin}, 'held', ${trail}, ${status}, ${at}, ${content.serviceCode}, ${content.serviceName},
      ${status}, 1, ${content.description}, ${content.address}, ${content.addressId}, ${content.zipcode}, ${content.lat}, ${content.long},
      ${content.accuracy}, ${JSON.stringify(content.answers)}, ${content.private ? 1 : 0}, ${content.urgent ? 1 : 0}, ${content.resolution},
      ${accountable}, ${agency}, ${content.triage ? 1 : 0}, ${JSON.stringify(content.triageReasons)}, ${content.triage ? at : null}, ${content.channel}, ${content.language}, ${personId},
      ${content.photos[0]?.id ?? null}, ${content.incidentAt}, ${content.requestedAt}, ${at}, ${expectedAt})`)
  return [...steps, ...photoSteps(id, content.photos, at)]
}

function applyShare(before: RequestRow, { type, content }: Offer, share: NewShare): Step[] {
  const { slug, agency, accountable, at } = share
  const isWorking = isHeldAndOpen(before)
  const status = isWorking ? before.status : statusOf(type, content)
  const [receivedAt, expectedAt] = isWorking ? [before.receivedAt, before.expectedAt] : [at, share.expectedAt]
  return [
    versionGuard(before),
    sql`UPDATE request SET custody = 'held', passed_to = NULL, status = ${status}, case_status = ${status}, close_reason = NULL, closed_at = NULL,
      holders = ${JSON.stringify([...content.trail, slug])}, received_at = ${receivedAt}, expected_at = ${expectedAt}, lat = ${content.lat},
      long = ${content.long}, accuracy = ${content.accuracy}, address = ${content.address}, resolution = ${content.resolution},
      accountable = ${accountable}, triage = ${content.triage ? 1 : 0},
      triage_reasons = ${JSON.stringify(content.triageReasons)}, triage_since = ${content.triage ? at : null}, triage_level = 0, agency_responsible = ${agency}, updated_at = ${at},
      version = version + 1 WHERE id = ${before.id}`,
  ]
}

function statusOf(type: Offer['type'], { status }: CrossingContent): Status {
  return type === 'share' ? 'submitted' : status
}

/** Public events of other jurisdictions; repeated ones are ignored. */
export function informedElsewhere(slug: string, id: string, events: readonly RelayedEvent[]): Step[] {
  return events
    .filter(({ source }) => source !== slug)
    .map(
      ({ source, sourceSeq, type, at, payload }) => sql`
        INSERT OR IGNORE INTO event (request, type, actor, at, public, payload, source, source_seq)
        VALUES (${id}, ${type}, ${source}, ${at}, 1, ${payload}, ${source}, ${sourceSeq})`,
    )
}

// Throws `not-allowed` for another jurisdiction's handoff.
function ofSender(row: HandoffRow | undefined, { sender }: Pick<Offer, 'sender'>): HandoffRow | undefined {
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

/** Otherwise throws `changed-meanwhile`, and the effect is recomputed. */
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
