import { eq, sql } from 'drizzle-orm'
import { guard, openTenant, type TenantDb } from '../core/db.ts'
import { parseTrackingNumber, randomText } from '../core/ids.ts'
import { ring } from '../core/jobs.ts'
import { type FieldFault, problem } from '../core/problem.ts'
import { readSigned, sign } from '../core/signing.ts'
import { isEmail } from '../core/text.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/compile.ts'
import { NOTIFY, news, record } from '../requests/events.ts'
import { type FollowerRow, hashOf, sealAddress } from '../requests/follower.ts'
import { follower } from '../requests/follower-schema.ts'
import { request } from '../requests/schema.ts'
import { CONFIRM_WITHIN } from '../requests/tidy.ts'

/* Who follows a case. Every link is signed for one purpose; a letter's reader needs no account. */

const HOUR = 3_600_000
/** An hour's letters to people who have not said yes: of one jurisdiction, and to one address. */
const MOST_ASKED = 60
const MOST_ASKED_OF_ONE = 3

export type LinkPurpose = 'follow' | 'unfollow' | 'answer'

/**
 * Asks whoever reads this mailbox whether they want to follow a public case. The answer is the same whether they do
 * already, are asked too often, or not; for a case that is private or nobody's it is the same `not-found`. Throws
 * `invalid-fields` for what is no address.
 */
export async function askToFollow(
  platform: Platform,
  region: Region,
  wish: { readonly number: string; readonly email: string; readonly language: string },
): Promise<void> {
  const faults = emailFaults(wish.email)
  if (faults.length > 0) throw problem('invalid-fields', { fields: faults })
  const number = parseTrackingNumber(wish.number)
  const origin = region.documents.jurisdictions.find(({ code }) => code === number?.code)?.slug
  if (number === undefined || origin === undefined) throw problem('not-found')
  const db = openTenant(platform, { kind: 'public', region: region.slug }, region.slug, origin)
  const [found] = await db.select().from(request).where(eq(request.id, number.id))
  if (found === undefined || found.private) throw problem('not-found')
  const at = platform.clock.now()
  const id = randomText(platform.random, 16)
  const { email, emailHash } = await sealAddress(platform, db, id, wish.email)
  await db.commit([
    sql`INSERT OR IGNORE INTO follower (id, case_id, email, email_hash, language, created_at)
      SELECT ${id}, ${found.caseId}, ${email}, ${emailHash}, ${wish.language}, ${at}
      WHERE (SELECT count(*) FROM follower WHERE confirmed_at IS NULL AND created_at > ${at - HOUR}) < ${MOST_ASKED}
        AND (SELECT count(*) FROM follower WHERE confirmed_at IS NULL AND created_at > ${at - HOUR} AND email_hash = ${emailHash}) < ${MOST_ASKED_OF_ONE}`,
    sql`INSERT INTO notice (event, follower, created_at, due_at) SELECT 0, id, ${at}, ${at} FROM follower WHERE id = ${id}`,
    ring(NOTIFY, at),
  ])
  platform.wake({ kind: 'tenant', region: db.region, slug: db.slug })
}

function emailFaults(email: string): FieldFault[] {
  if (email === '') return [{ field: 'email', code: 'required' }]
  return isEmail(email) ? [] : [{ field: 'email', code: 'not-an-email' }]
}

/** What a link of a letter leads to. */
export interface FollowerLink {
  readonly db: TenantDb
  /** Gone, when they have stopped the messages. */
  readonly follower: FollowerRow | undefined
  readonly caseId: string
  /** Of the event that the letter told of. */
  readonly event: number
}

export function followerLink(
  platform: Platform,
  db: TenantDb,
  purpose: LinkPurpose,
  { id, caseId, createdAt }: FollowerRow,
  event = 0,
): Promise<string> {
  const until = purpose === 'follow' ? createdAt + CONFIRM_WITHIN : Number.MAX_SAFE_INTEGER
  return sign(platform, purpose, [db.region, db.slug, id, caseId, event, until])
}

/** Throws the same `not-found` for every link that is forged, of another region, or too old. */
export async function openLink(
  platform: Platform,
  region: Region,
  purpose: LinkPurpose,
  token: string,
): Promise<FollowerLink> {
  const claims = (await readSigned(platform, purpose, token)) ?? []
  const [of, slug, id, caseId, event, until] = claims
  const isOpen = of === region.slug && typeof until === 'number' && platform.clock.now() < until
  if (!isOpen || region.jurisdiction(String(slug)) === undefined) throw problem('not-found')
  const db = openTenant(platform, { kind: 'system', reason: purpose }, region.slug, String(slug))
  const [found] = await db
    .select()
    .from(follower)
    .where(eq(follower.id, String(id)))
  // To stop what has stopped is no fault; anything else needs somebody who follows.
  if (found === undefined && purpose !== 'unfollow') throw problem('not-found')
  return { db, follower: found, caseId: String(caseId), event: Number(event) }
}

export async function confirmFollow(platform: Platform, { db, follower: row }: FollowerLink): Promise<void> {
  const at = platform.clock.now()
  await db.commit([
    sql`UPDATE follower SET confirmed_at = ${at} WHERE id = ${row?.id ?? ''} AND confirmed_at IS NULL`,
  ])
}

/** Forgets the address. */
export async function unfollow({ db, follower: row }: FollowerLink): Promise<void> {
  const id = row?.id ?? ''
  await db.commit([
    sql`DELETE FROM notice WHERE follower = ${id}`,
    sql`DELETE FROM follower WHERE id = ${id}`,
  ])
}

/** A follower's answer to "is it solved?": a public note, once a question. Throws `not-found` for a second. It closes and opens nothing by itself. */
export async function answerCheckBack(
  platform: Platform,
  { db, follower: row, event, caseId }: FollowerLink,
  solved: boolean,
): Promise<void> {
  const at = platform.clock.now()
  const actor = `follower:${row?.id ?? ''}`
  const answered = sql`SELECT 1 FROM event WHERE request = ${caseId} AND type = 'check-back-answer'
    AND actor = ${actor} AND seq > ${event}`
  await db.commit([
    guard(sql`NOT EXISTS (${answered})`, 'not-found'),
    record(caseId, actor, at, true, { type: 'check-back-answer', solved }),
    sql`UPDATE request SET updated_at = ${at}, version = version + 1 WHERE id = ${caseId}`,
    ...news(at),
  ])
  platform.wake({ kind: 'tenant', region: db.region, slug: db.slug })
}

/** Whoever follows by this address is told of nothing any more, and the address is forgotten. */
export async function forgetAddress(platform: Platform, db: TenantDb, email: string): Promise<void> {
  const emailHash = await hashOf(platform, db, email)
  await db.commit([
    sql`DELETE FROM notice WHERE follower IN (SELECT id FROM follower WHERE email_hash = ${emailHash})`,
    sql`DELETE FROM follower WHERE email_hash = ${emailHash}`,
  ])
}
