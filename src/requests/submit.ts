import { sql } from 'drizzle-orm'
import { type Access, actorOf } from '../core/access.ts'
import { insertOne, openRegion, openTenant, type Step, violates } from '../core/db.ts'
import { commitOnce } from '../core/idempotency.ts'
import { trackingNumber } from '../core/ids.ts'
import { ring } from '../core/jobs.ts'
import { problem } from '../core/problem.ts'
import { noteResidentReach } from '../people/accounts.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/compile.ts'
import type { ServiceDocument } from '../regions/documents.ts'
import { hasLeft } from '../regions/leaving.ts'
import { text } from '../regions/text.ts'
import { resolve } from '../routing/resolve.ts'
import type { Resolution } from '../routing/types.ts'
import { partnerFor, rightfulHolder } from './custody.ts'
import { promisedBy } from './deadline.ts'
import { type Answer, type Draft, draftFaults, givenAnswers } from './draft.ts'
import { forward, HAND_ON, NOTIFY, PUBLISH, record } from './events.ts'
import { type ClaimedPhoto, claimPhotos, unknownPhoto } from './media.ts'
import { blank, reporterOf } from './reporter.ts'
import { needsTriage } from './resolution.ts'
import { media, request } from './schema.ts'

export interface Submission {
  readonly draft: Draft
  /** The jurisdiction whose own door was used; absent at the shared door, where routing decides who keeps it. */
  readonly jurisdiction?: string | undefined
  /** The caller's Idempotency-Key: sent twice, filed once. */
  readonly idempotencyKey?: string | undefined
}

/** What is promised to the person who reported. */
export interface Receipt {
  readonly id: string
  /** Whose database keeps it. */
  readonly jurisdiction: string
  readonly expectedAt: number | null
  readonly resolution: Resolution
}

/** Who would be accountable for a report, and why. Pure but for the clock. */
export function resolveDraft(region: Region, draft: Draft, at: number): Resolution {
  const { service, place, accuracy, answers, incidentAt } = draft
  return resolve(region.routing, { service, place, accuracy, at: incidentAt ?? at, answers, urgent: false })
}

/**
 * Files a report: durable when it returns, in one round trip. Throws `unknown-service`, `service-closed` or
 * `invalid-fields` with every fault; `key-refused`; `sign-in-needed`; `key-reused`; `database-away`, with nothing written.
 */
export async function submitReport(
  platform: Platform,
  access: Access,
  region: Region,
  submission: Submission,
): Promise<Receipt> {
  const { draft } = submission
  const at = platform.clock.now()
  const { keeper, service, resolution, expectedAt } = assess(region, submission, at)
  const receipt: Receipt = {
    id: trackingNumber(platform.random, region.jurisdiction(keeper)?.code ?? ''),
    jurisdiction: keeper,
    expectedAt,
    resolution,
  }
  if (access.kind === 'resident') await noteResidentReach(platform, access, keeper)
  const db = openTenant(platform, access, region.slug, keeper)
  const reporter = await reporterOf(platform, db, receipt.id, draft, at)
  const photos = await claimPhotos(
    openRegion(platform, { kind: 'public', region: region.slug }, region.slug),
    draft.media,
    at,
  )
  const steps = [
    ...reporter.steps,
    ...reportSteps(region, service, draft, reporter.person, photos, receipt, at, actorOf(access)),
  ]
  const asked = { ...draft, contact: reporter.fingerprint }
  const change = { key: submission.idempotencyKey, asked, steps, outcome: receipt }
  const kept = await commitOnce(db, change, at).catch(error => {
    throw violates(error, 'media.id') ? unknownPhoto() : error
  })
  platform.wake({ kind: 'tenant', region: region.slug, slug: keeper })
  return kept
}

/** What would become of a report, without filing it. Throws as filing it would for what the report says. */
export function assess(region: Region, { draft, jurisdiction }: Submission, at: number) {
  const resolution = resolveDraft(region, draft, at)
  const service = offeredService(region, draft.service, jurisdiction)
  const faults = draftFaults(draft, service)
  if (faults.length > 0) throw problem('invalid-fields', { fields: faults })
  // The door of one that has left stays open: what comes through it is kept as a partner's is.
  const isOwn = jurisdiction !== undefined && !hasLeft(region, jurisdiction, at)
  const keeper = isOwn ? jurisdiction : keeperOf(region, resolution, at)
  return { keeper, service, resolution, expectedAt: promisedBy(region, service, resolution, at) }
}

/** Who keeps a report from the shared door: the accountable jurisdiction; what is a partner's or nobody's stays with the intake. */
export function keeperOf(region: Region, { accountable, confidence }: Resolution, now: number): string {
  const isOurs = accountable.kind === 'jurisdiction' && confidence !== 'unresolved'
  return isOurs && !hasLeft(region, accountable.id, now) ? accountable.id : region.documents.region.intake
}

/** The service as the door offers it. Throws `unknown-service` or `service-closed`. */
export function offeredService(
  region: Region,
  code: string,
  jurisdiction: string | undefined,
): ServiceDocument {
  const common = region.service(code)
  if (common === undefined)
    throw problem('unknown-service', { detail: 'There is no service with this code.' })
  if (jurisdiction === undefined) return common
  const own = region.servicesOffered(jurisdiction).find(service => service.code === code)
  if (own === undefined)
    throw problem('service-closed', { detail: 'This jurisdiction does not offer this service.' })
  return own
}

function reportSteps(
  region: Region,
  service: ServiceDocument,
  draft: Draft,
  person: string | null,
  photos: readonly ClaimedPhoto[],
  { id, jurisdiction, resolution, expectedAt }: Receipt,
  at: number,
  actor: string,
): Step[] {
  const steps: Step[] = []
  if (draft.follow) steps.push(ring(NOTIFY, at))
  steps.push(
    insertOne(request, {
      id,
      caseId: id,
      origin: jurisdiction,
      custody: 'held',
      trail: JSON.stringify([jurisdiction]),
      caseStatus: 'submitted',
      receivedAt: at,
      serviceCode: service.code,
      serviceName: text(service.name, region.language),
      status: 'submitted',
      version: 1,
      description: draft.description,
      address: blank(draft.address),
      addressId: blank(draft.addressId),
      zipcode: blank(draft.zipcode),
      lat: draft.place?.lat ?? null,
      long: draft.place?.long ?? null,
      accuracy: draft.accuracy,
      answers: JSON.stringify(answersOf(service, draft, region)),
      private: service.private === true,
      urgent: resolution.urgent,
      resolution: JSON.stringify(resolution),
      accountable: resolution.accountable.id,
      agencyResponsible: resolution.performer.name,
      triage: needsTriage(resolution),
      channel: draft.channel,
      language: draft.language,
      person,
      media: draft.media[0] ?? null,
      mediaUrl: blank(draft.mediaUrl),
      incidentAt: draft.incidentAt ?? null,
      requestedAt: at,
      updatedAt: at,
      expectedAt,
    }),
  )
  for (const photo of photos) {
    steps.push(sql`INSERT INTO ${media} (id, request, type, bytes, created_at)
      VALUES (${photo.id}, ${id}, ${photo.type}, ${photo.bytes}, ${at})`)
  }
  const { accountable, basis } = resolution
  steps.push(
    record(id, actor, at, true, {
      type: 'submitted',
      channel: draft.channel,
      accountable: accountable.name,
      basis,
    }),
  )
  if (!service.private) steps.push(ring(PUBLISH, at))
  const partner = partnerFor(region, resolution)
  if (rightfulHolder(resolution, jurisdiction) !== undefined) {
    steps.push(ring(HAND_ON, at, `${HAND_ON}:${id}`, { request: id }))
  } else if (partner !== undefined) steps.push(forward(id, partner, at))
  return steps
}

/** Answers with the words that were asked, in the region's first language, in the service's order. */
function answersOf(service: ServiceDocument, draft: Draft, region: Region): Answer[] {
  const language = region.language
  return (service.questions ?? []).flatMap(question => {
    const given = givenAnswers(question.code, draft.answers)
    if (given.length === 0) return []
    const values = given.map(key => {
      const option = question.options?.find(candidate => candidate.key === key)
      return { key, label: option === undefined ? key : text(option.label, language) }
    })
    return [{ code: question.code, question: text(question.label, language), values }]
  })
}
