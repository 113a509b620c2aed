import { eq, sql } from 'drizzle-orm'
import { publicAccess } from '../core/access.ts'
import { openTenant, type TenantDb } from '../core/database/handles.ts'
import { enqueueJob } from '../core/database/jobs.ts'
import { signPayload, verifyPayload } from '../core/encryption/signing.ts'
import { type FieldError, problem } from '../core/problem.ts'
import { isEmail } from '../core/text.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/runtime/compile.ts'
import type { EventTypes } from '../requests/event-types.ts'
import { notifyKind } from '../requests/events.ts'
import { addressOf, type FollowerRow, followStep, hashOf } from '../requests/followers/follower.ts'
import { forgetConfirmations, recipientDb, recipientOf } from '../requests/followers/recipient.ts'
import { CONFIRM_WITHIN, follower } from '../requests/followers/schema.ts'
import { request } from '../requests/schema.ts'
import { isNotified } from './notified.ts'

// Every link is signed for one purpose, so readers of an email need no account.

export interface FollowCaseInput {
  readonly number: string
  readonly email: string
  readonly language: string
  readonly isProven: boolean
  readonly network: string | undefined
}

/**
 * Asks the owner of a mailbox to confirm that they follow a public case; if it is proven, they follow at
 * once. The response does not reveal whether they do already. Throws `invalid-fields`, and the same
 * `not-found` for a private case as for an unknown one.
 */
export async function askToFollow(platform: Platform, region: Region, input: FollowCaseInput): Promise<void> {
  const errors = emailErrorsOf(input.email)
  if (errors.length > 0) throw problem('invalid-fields', { fields: errors })
  const number = region.caseNumber(input.number)
  if (number?.jurisdiction === undefined) throw problem('not-found')
  const db = openTenant(platform, publicAccess(region.slug), region.slug, number.jurisdiction.slug)
  const [found] = await db.select().from(request).where(eq(request.id, number.id))
  if (found === undefined || found.private) throw problem('not-found')
  const at = platform.clock.now()
  await db.commit([
    await followStep(platform, db, { ...input, caseId: found.caseId }, at),
    enqueueJob(notifyKind, at),
  ])
}

function emailErrorsOf(email: string): FieldError[] {
  if (email === '') return [{ field: 'email', code: 'required' }]
  return isEmail(email) ? [] : [{ field: 'email', code: 'not-an-email' }]
}

export interface FollowerLink {
  readonly db: TenantDb
  readonly follower: FollowerRow | undefined
  readonly caseId: string
  readonly event: number
}

export function followerLink(
  platform: Platform,
  db: TenantDb,
  purpose: string,
  { id, caseId, createdAt }: FollowerRow,
  event = 0,
): Promise<string> {
  const until = purpose === 'follow' ? createdAt + CONFIRM_WITHIN : Number.MAX_SAFE_INTEGER
  return signPayload(platform, purpose, [db.region, db.slug, id, caseId, event, until])
}

/** Throws the same `not-found` for a link that is forged, expired or of another region. */
export async function openLink(
  platform: Platform,
  region: Region,
  purpose: string,
  token: string,
): Promise<FollowerLink> {
  const claims = (await verifyPayload(platform, purpose, token)) ?? []
  const [of, slug, id, caseId, event, until] = claims
  const isOpen = of === region.slug && typeof until === 'number' && platform.clock.now() < until
  if (!isOpen || region.jurisdiction(String(slug)) === undefined) throw problem('not-found')
  const db = openTenant(platform, { kind: 'system', reason: purpose }, region.slug, String(slug))
  const [found] = await db
    .select()
    .from(follower)
    .where(eq(follower.id, String(id)))
  // Unsubscribing twice is fine; the other links need an existing follower.
  if (found === undefined && purpose !== 'unfollow') throw problem('not-found')
  return { db, follower: found, caseId: String(caseId), event: Number(event) }
}

export async function confirmFollow(
  platform: Platform,
  { db, follower: row }: FollowerLink,
  eventTypes: EventTypes,
): Promise<void> {
  if (row === undefined) return
  const at = platform.clock.now()
  await db.commit([
    sql`UPDATE follower SET confirmed_at = ${at} WHERE id = ${row.id} AND confirmed_at IS NULL`,
    sql`INSERT OR IGNORE INTO notice (event, follower, created_at, due_at)
      SELECT event.seq, follower.id, ${at}, ${at} FROM event JOIN follower ON follower.case_id = event.request
      WHERE follower.id = ${row.id} AND event.at >= follower.created_at AND ${isNotified(eventTypes)}`,
    enqueueJob(notifyKind, at),
  ])
  const region = recipientDb(platform, db.region)
  await forgetConfirmations(region, await recipientOf(platform, region, await addressOf(platform, db, row)))
}

export async function unfollow({ db, follower: row }: Pick<FollowerLink, 'db' | 'follower'>): Promise<void> {
  const id = row?.id ?? ''
  await db.commit([
    sql`DELETE FROM notice WHERE follower = ${id}`,
    sql`DELETE FROM follower WHERE id = ${id}`,
  ])
}

export async function forgetAddress(platform: Platform, db: TenantDb, email: string): Promise<void> {
  const emailHash = await hashOf(platform, db, email)
  await db.commit([
    sql`DELETE FROM notice WHERE follower IN (SELECT id FROM follower WHERE email_hash = ${emailHash})`,
    sql`DELETE FROM follower WHERE email_hash = ${emailHash}`,
  ])
}
