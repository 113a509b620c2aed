import { sql } from 'drizzle-orm'
import { type Access, actorOf, senderOf } from '../core/access.ts'
import { insertOne, openPublicRegion, openTenant, type Step } from '../core/database/handles.ts'
import { commitOnce } from '../core/database/idempotency.ts'
import { enqueueJob } from '../core/database/jobs.ts'
import { sha256 } from '../core/encryption/digest.ts'
import { trackingNumber } from '../core/ids.ts'
import { callingCode } from '../core/measures.ts'
import { type FieldError, problem } from '../core/problem.ts'
import { noteAccountJurisdiction } from '../identity/accounts.ts'
import type { Platform } from '../platform/platform.ts'
import type { ServiceDocument } from '../regions/documents/schemas/services.ts'
import type { EmergencyTopic } from '../regions/emergencies/topics.ts'
import type { Region } from '../regions/runtime/compile.ts'
import { localizedText } from '../regions/runtime/localized.ts'
import { hasLeft } from '../regions/versions/leaving.ts'
import { resolve } from '../routing/resolve.ts'
import type { Resolution } from '../routing/types.ts'
import { agencyFor, partnerFor, rightfulHolder } from './case/custody.ts'
import { promisedBy } from './case/deadline.ts'
import { blankToNull, reporterOf } from './case/reporter.ts'
import { cleanDraft, type Draft, draftErrors, type GivenAnswer, givenAnswers } from './draft.ts'
import {
  appendEvent,
  autoTransferKind,
  forwardKind,
  notifyKind,
  publishKind,
  reportSubmitted,
} from './events.ts'
import { type ClaimedPhoto, claimPhotos } from './media/media.ts'
import { media, request } from './schema.ts'
import { emergenciesOfDraft, escalateTriageKind, reasonsFor } from './triage/reasons.ts'

export interface ReportInput {
  readonly draft: Draft
  /** Absent on the shared site, where routing decides who keeps it. */
  readonly jurisdiction?: string | undefined
  /** What was wrong with the form that the draft was read from. */
  readonly errors?: readonly FieldError[] | undefined
  /** Where the caller has looked it up. */
  readonly service?: ServiceDocument | undefined
  /** Where the caller has routed it as of the same instant. */
  readonly resolution?: Resolution | undefined
}

export interface SubmissionSender {
  readonly idempotencyKey?: string | undefined
  /** The address the sender has signed in by, which needs no confirmation. */
  readonly provenEmail?: string | undefined
  readonly network?: string | undefined
}

export interface Submission extends ReportInput, SubmissionSender {}

/** Checked and routed, as of `at`. Made by `assess`. */
export interface AssessedReport {
  readonly draft: Draft
  readonly service: ServiceDocument
  readonly keeper: string
  readonly resolution: Resolution
  readonly expectedAt: number | null
  readonly at: number
  /** What its words are about. Routing does not hear of them: nobody is sent before a person has reviewed it. */
  readonly emergencies: readonly EmergencyTopic[]
}

export interface SubmissionReceipt {
  readonly id: string
  readonly jurisdiction: string
  readonly expectedAt: number | null
  readonly resolution: Resolution
}

export function resolveDraft(region: Region, draft: Draft, at: number): Resolution {
  const { service, place, accuracy, answers, incidentAt } = draft
  return resolve(region.routing, { service, place, accuracy, at: incidentAt ?? at, answers, urgent: false })
}

/** For a report that needs nothing between. Throws as `assess` and `fileReport` do. */
export function submitReport(
  platform: Platform,
  access: Access,
  region: Region,
  submission: Submission,
): Promise<SubmissionReceipt> {
  const report = assess(region, submission, platform.clock.now())
  return fileReport(platform, access, region, report, submission)
}

/**
 * Durable when it returns. Throws `invalid-fields` for a photo, `key-refused`, `sign-in-needed`, `key-reused`,
 * or `database-unavailable` with nothing written.
 */
export async function fileReport(
  platform: Platform,
  access: Access,
  region: Region,
  report: AssessedReport,
  sender: SubmissionSender,
): Promise<SubmissionReceipt> {
  const { draft, keeper, resolution, expectedAt, at } = report
  const receipt: SubmissionReceipt = {
    id: trackingNumber(platform.random, region.jurisdiction(keeper)?.code ?? ''),
    jurisdiction: keeper,
    expectedAt,
    resolution,
  }
  if (access.kind === 'resident') await noteAccountJurisdiction(platform, access, keeper)
  const db = openTenant(platform, access, region.slug, keeper)
  const reporter = await reporterOf(platform, db, receipt.id, { ...sender, draft }, at)
  const content = { ...draft, contact: reporter.fingerprint }
  const claim = { by: await sendingOf(access, sender, receipt, content), keeper }
  const photos =
    draft.media.length === 0
      ? []
      : await claimPhotos(platform, openPublicRegion(platform, region.slug), draft.media, claim, at)
  const steps = [
    ...reporter.steps,
    ...reportSteps(region, report, receipt, { person: reporter.person, photos, actor: actorOf(access) }),
  ]
  const change = { key: sender.idempotencyKey, content, steps, outcome: receipt }
  return commitOnce(db, change, at)
}

// Repetitions that `commitOnce` recognizes have the same id.
function sendingOf(
  access: Access,
  { idempotencyKey }: SubmissionSender,
  { id, jurisdiction }: SubmissionReceipt,
  content: unknown,
): string | Promise<string> {
  if (idempotencyKey === undefined) return id
  return sha256(JSON.stringify([jurisdiction, senderOf(access) ?? content, idempotencyKey]))
}

/**
 * Checks a report and routes it, once on its way in. Throws `invalid-fields` with every error,
 * `unknown-service`, `service-closed`.
 */
export function assess(region: Region, input: ReportInput, at: number): AssessedReport {
  const { jurisdiction } = input
  const service = input.service ?? offeredService(region, input.draft.service, jurisdiction)
  const code = callingCode(region.units, region.documents.region.countryCode)
  const draft = cleanDraft(input.draft, service, code)
  const errors = allErrors(draftErrors(draft, service, code), input.errors)
  if (errors.length > 0) throw problem('invalid-fields', { fields: errors })
  const resolution = input.resolution ?? resolveDraft(region, draft, at)
  // The site of a jurisdiction that has left still accepts reports: routing decides who keeps them.
  const isOwn = jurisdiction !== undefined && !hasLeft(region, jurisdiction, at)
  const keeper = isOwn ? jurisdiction : keeperOf(region, resolution, at)
  const emergencies = emergenciesOfDraft(region, draft, service)
  const urgent = isUrgent({ resolution, emergencies })
  const expectedAt = promisedBy(region, service, { ...resolution, urgent }, at)
  return { draft, keeper, service, resolution, expectedAt, at, emergencies }
}

export function isUrgent({
  resolution,
  emergencies,
}: Pick<AssessedReport, 'resolution' | 'emergencies'>): boolean {
  return resolution.urgent || emergencies.length > 0
}

// A malformed place is not a missing one.
function allErrors(ofDraft: readonly FieldError[], ofForm: readonly FieldError[] = []): FieldError[] {
  const isPlaceWrong = ofForm.some(({ field }) => field === 'lat' || field === 'long')
  const others = ofDraft.filter(({ field }) => field !== 'place' || !isPlaceWrong)
  return [...ofForm, ...others]
}

/** The intake keeps what belongs to a partner, to nobody, or to one that has left. */
export function keeperOf(region: Region, { accountable, confidence }: Resolution, now: number): string {
  const isOurs = accountable.kind === 'jurisdiction' && confidence !== 'unresolved'
  return isOurs && !hasLeft(region, accountable.id, now) ? accountable.id : region.documents.region.intake
}

/** Throws `unknown-service` or `service-closed`. */
export function offeredService(
  region: Region,
  code: string,
  jurisdiction: string | undefined,
): ServiceDocument {
  const common = region.service(code)
  if (common === undefined) throw problem('unknown-service', { detail: 'No service has this code.' })
  if (jurisdiction === undefined) return common
  const own = region.servicesOffered(jurisdiction).find(service => service.code === code)
  if (own === undefined)
    throw problem('service-closed', { detail: 'This jurisdiction does not offer this service.' })
  return own
}

interface Stored {
  readonly person: string | null
  readonly photos: readonly ClaimedPhoto[]
  readonly actor: string
}

function reportSteps(
  region: Region,
  report: AssessedReport,
  { id, jurisdiction }: SubmissionReceipt,
  { person, photos, actor }: Stored,
): Step[] {
  const { draft, service, resolution, expectedAt, at, emergencies } = report
  const steps: Step[] = []
  const reasons = reasonsFor(resolution, emergencies)
  const isPrivate = service.private === true || emergencies.some(topic => topic.private)
  if (draft.follow) steps.push(enqueueJob(notifyKind, at))
  steps.push(
    insertOne(request, {
      id,
      caseId: id,
      origin: jurisdiction,
      custody: 'held',
      holders: [jurisdiction],
      caseStatus: 'submitted',
      receivedAt: at,
      serviceCode: service.code,
      serviceName: localizedText(service.name, region.language),
      status: 'submitted',
      version: 1,
      description: draft.description,
      address: blankToNull(draft.address),
      addressId: blankToNull(draft.addressId),
      zipcode: blankToNull(draft.zipcode),
      lat: draft.place?.lat ?? null,
      long: draft.place?.long ?? null,
      accuracy: draft.accuracy,
      answers: answersOf(service, draft, region),
      private: isPrivate,
      urgent: isUrgent(report),
      resolution,
      accountable: resolution.accountable.id,
      agencyResponsible: agencyFor(resolution),
      triage: reasons.length > 0,
      triageReasons: reasons,
      triageSince: reasons.length > 0 ? at : null,
      channel: draft.channel,
      language: draft.language,
      person,
      media: draft.media[0] ?? null,
      mediaUrl: blankToNull(draft.mediaUrl),
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
    appendEvent(
      reportSubmitted,
      { channel: draft.channel, accountable: accountable.name, basis },
      { request: id, actor, at, public: true },
    ),
  )
  if (reasons.length > 0) steps.push(enqueueJob(escalateTriageKind, at))
  if (!isPrivate) steps.push(enqueueJob(publishKind, at))
  const partner = partnerFor(region, resolution)
  if (rightfulHolder(resolution, jurisdiction) !== undefined) {
    steps.push(enqueueJob(autoTransferKind, at, { request: id }))
  } else if (partner !== undefined) steps.push(enqueueJob(forwardKind, at, { request: id, partner }))
  return steps
}

function answersOf(service: ServiceDocument, draft: Draft, region: Region): GivenAnswer[] {
  const language = region.language
  return (service.questions ?? []).flatMap(question => {
    const given = givenAnswers(question.code, draft.answers)
    if (given.length === 0) return []
    const values = given.map(key => {
      const option = question.options?.find(candidate => candidate.key === key)
      return { key, label: option === undefined ? key : localizedText(option.label, language) }
    })
    return [{ code: question.code, question: localizedText(question.label, language), values }]
  })
}
