import { sql } from 'drizzle-orm'
import { type Access, actorOf } from '../core/access.ts'
import { guard, openTenant, type Step, type TenantDb, violates } from '../core/db.ts'
import { sha256 } from '../core/digest.ts'
import { randomText, trackingNumber } from '../core/ids.ts'
import { ring } from '../core/jobs.ts'
import { problem } from '../core/problem.ts'
import { keyIsValid, type PresentedKey } from '../people/keys.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/compile.ts'
import type { ServiceDocument } from '../regions/documents.ts'
import { text } from '../regions/text.ts'
import { resolve } from '../routing/resolve.ts'
import type { Inquiry, Resolution } from '../routing/types.ts'
import { promisedBy } from './deadline.ts'
import { type Answer, type Draft, draftFaults, givenAnswers } from './draft.ts'
import { record } from './events.ts'
import { PUBLISH } from './public-index.ts'
import { idempotency, media, person, request } from './schema.ts'

export interface Submission {
  readonly draft: Draft
  /** The jurisdiction whose own door was used; absent at the shared door, where routing decides who keeps it. */
  readonly jurisdiction?: string | undefined
  readonly key?: PresentedKey | undefined
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
  return resolve(region.routing, inquiryOf(draft, at))
}

function inquiryOf(draft: Draft, at: number): Inquiry {
  return {
    service: draft.service,
    place: draft.place,
    accuracy: draft.accuracy,
    at,
    answers: draft.answers,
    urgent: false,
  }
}

/**
 * Files a report: durable when it returns, in one round trip. Throws `unknown-service`, `service-closed` or
 * `invalid-fields` with every fault; `key-refused`; `key-reused`; `database-away`, with nothing written.
 */
export async function submitReport(
  platform: Platform,
  access: Access,
  region: Region,
  submission: Submission,
): Promise<Receipt> {
  const { draft } = submission
  const at = platform.clock.now()
  const resolution = resolveDraft(region, draft, at)
  const keeper = submission.jurisdiction ?? keeperOf(region, resolution)
  const service = offeredService(region, draft.service, submission.jurisdiction)
  const faults = draftFaults(draft, service)
  if (faults.length > 0) throw problem('invalid-fields', { fields: faults })
  const receipt: Receipt = {
    id: trackingNumber(platform.random, region.jurisdiction(keeper)?.code ?? ''),
    jurisdiction: keeper,
    expectedAt: promisedBy(region, service, resolution, at),
    resolution,
  }
  const db = openTenant(platform, access, region.slug, keeper)
  const fingerprint = submission.idempotencyKey === undefined ? '' : await sha256(JSON.stringify(draft))
  try {
    await db.commit([
      ...keySteps(submission),
      ...idempotencySteps(submission, fingerprint, receipt, at),
      ...reportSteps(platform, region, service, draft, receipt, at, actorOf(access)),
    ])
  } catch (error) {
    if (!violates(error, 'idempotency.key')) throw error
    return await earlierReceipt(db, submission.idempotencyKey ?? '', fingerprint)
  }
  platform.wake({ kind: 'tenant', region: region.slug, slug: keeper })
  return receipt
}

/** Who keeps a report from the shared door: the accountable jurisdiction; what is a partner's or nobody's stays with the intake. */
function keeperOf(region: Region, { accountable, confidence }: Resolution): string {
  const isOurs = accountable.kind === 'jurisdiction' && confidence !== 'unresolved'
  return isOurs ? accountable.id : region.documents.region.intake
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

function keySteps({ key }: Submission): Step[] {
  return key === undefined ? [] : [guard(keyIsValid(key), problem('key-refused'))]
}

function idempotencySteps(
  { idempotencyKey }: Submission,
  fingerprint: string,
  receipt: Receipt,
  at: number,
): Step[] {
  if (idempotencyKey === undefined) return []
  const outcome = JSON.stringify(receipt)
  return [
    sql`INSERT INTO ${idempotency} (key, fingerprint, outcome, created_at) VALUES (${idempotencyKey}, ${fingerprint}, ${outcome}, ${at})`,
  ]
}

/** The first answer again. Throws `key-reused` when the key came with something else. */
async function earlierReceipt(db: TenantDb, key: string, fingerprint: string): Promise<Receipt> {
  const [earlier] = await db.rows<{ fingerprint: string; outcome: string }>(
    sql`SELECT fingerprint, outcome FROM ${idempotency} WHERE key = ${key}`,
  )
  if (earlier?.fingerprint !== fingerprint) throw problem('key-reused')
  return JSON.parse(earlier.outcome) as Receipt
}

function reportSteps(
  platform: Platform,
  region: Region,
  service: ServiceDocument,
  draft: Draft,
  { id, resolution, expectedAt }: Receipt,
  at: number,
  actor: string,
): Step[] {
  const steps: Step[] = []
  const { contact } = draft
  const hasContact = Object.values(contact).some(detail => detail.trim() !== '')
  const personId = hasContact ? randomText(platform.random, 16) : null
  if (personId !== null) {
    steps.push(sql`INSERT INTO ${person} (id, first_name, last_name, email, phone, device_id, account_id, created_at) VALUES
      (${personId}, ${blank(contact.firstName)}, ${blank(contact.lastName)}, ${blank(contact.email)}, ${blank(contact.phone)},
       ${blank(contact.deviceId)}, ${blank(contact.accountId)}, ${at})`)
  }
  const answers = JSON.stringify(answersOf(service, draft, region))
  steps.push(sql`INSERT INTO ${request} (id, service_code, service_name, status, version, description, address, address_id, zipcode,
      lat, long, accuracy, answers, private, urgent, resolution, accountable, agency_responsible, triage, channel, language, person,
      media, media_url, requested_at, updated_at, expected_at)
    VALUES (${id}, ${service.code}, ${text(service.name, firstLanguage(region))}, 'submitted', 1, ${draft.description}, ${blank(draft.address)},
      ${blank(draft.addressId)}, ${blank(draft.zipcode)}, ${draft.place?.lat ?? null}, ${draft.place?.long ?? null}, ${draft.accuracy},
      ${answers}, ${service.private ? 1 : 0}, ${resolution.urgent ? 1 : 0}, ${JSON.stringify(resolution)}, ${resolution.accountable.id},
      ${resolution.performer.name}, ${resolution.confidence === 'certain' && !resolution.triage ? 0 : 1}, ${draft.channel},
      ${draft.language}, ${personId}, ${draft.media[0] ?? null}, ${blank(draft.mediaUrl)}, ${at}, ${at}, ${expectedAt})`)
  if (draft.media.length > 0) {
    const ids = sql.join(
      draft.media.map(photo => sql`${photo}`),
      sql`, `,
    )
    steps.push(sql`UPDATE ${media} SET request = ${id} WHERE id IN (${ids}) AND request IS NULL`)
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
  return steps
}

/** Answers with the words that were asked, in the region's first language, in the service's order. */
function answersOf(service: ServiceDocument, draft: Draft, region: Region): Answer[] {
  const language = firstLanguage(region)
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

function firstLanguage(region: Region): string {
  return region.documents.region.languages[0] ?? 'en'
}

function blank(words: string): string | null {
  return words.trim() === '' ? null : words.trim()
}
