import { and, eq, sql } from 'drizzle-orm'
import { guard, openTenant, type RegionDb } from '../../core/database/handles.ts'
import type { Platform } from '../../platform/platform.ts'
import { passkey, regionGrant, staff, staffIdentity } from '../region-schema.ts'
import { issueOneTime, peekOneTime, useOneTime } from '../sessions/one-time.ts'
import { grantsOf, makeGrant, withdrawGrant } from './grants.ts'
import { readToken, tokenOf } from './links.ts'
import { decryptMailbox, identityDb, mailboxIndex, staffByMailbox } from './staff.ts'

// A mailbox is proved by a link opened while signed in; the provider's claim about it counts for nothing. If
// it was invited before, the two people are merged, unless the invited one has a stronger sign-in, which
// email alone must not open.

const PURPOSE = 'staff-mailbox'
const MINUTES = 10
const MAX_PER_HOUR = 3

export interface MailboxClaim {
  readonly staff: string
  /** Encrypted. */
  readonly email: string
}

export async function issueMailboxLink(
  platform: Platform,
  db: RegionDb,
  claim: MailboxClaim,
): Promise<string | undefined> {
  const made = await issueOneTime(platform, db, {
    purpose: PURPOSE,
    holder: claim.staff,
    minutes: MINUTES,
    maxPerHour: MAX_PER_HOUR,
    data: claim,
  })
  return made && tokenOf(made)
}

/** Undefined unless `holder` requested the link. */
export async function peekMailboxLink(
  platform: Platform,
  region: string,
  holder: string,
  token: string,
): Promise<string | undefined> {
  const read = readToken(token)
  if (read === undefined) return undefined
  const db = identityDb(platform, region)
  const claim = await peekOneTime<MailboxClaim>(platform, db, PURPOSE, read.id, read.secret)
  return claim?.staff === holder ? decryptMailbox(platform, db, claim.email) : undefined
}

/** Returns the resulting `staff.id`. Throws `wrong-state` if the mailbox's owner has a stronger sign-in. */
export async function confirmMailbox(
  platform: Platform,
  region: string,
  holder: string,
  token: string,
): Promise<string | undefined> {
  const read = readToken(token)
  // Check first, so that other people cannot use the link up.
  if (read === undefined || (await peekMailboxLink(platform, region, holder, token)) === undefined)
    return undefined
  const db = identityDb(platform, region)
  const claim = await useOneTime<MailboxClaim>(platform, db, PURPOSE, read.id, read.secret)
  if (claim?.staff !== holder) return undefined
  const emailIndex = await mailboxIndex(platform, db, await decryptMailbox(platform, db, claim.email))
  const invited = await staffByMailbox(db, emailIndex)
  if (invited !== undefined && invited.id !== holder) {
    await mergeStaff(platform, db, holder, invited.id)
    return invited.id
  }
  await db
    .update(staff)
    .set({ email: claim.email, emailIndex, verifiedAt: platform.clock.now() })
    .where(and(eq(staff.id, holder), eq(staff.emailIndex, staff.id)))
  return holder
}

// Moves everything to the other person. Grants are recreated with the same source, then ended.
async function mergeStaff(platform: Platform, db: RegionDb, from: string, to: string): Promise<void> {
  const hasSignInMethods = sql`EXISTS (SELECT 1 FROM ${passkey} WHERE staff = ${to}) OR EXISTS (SELECT 1 FROM ${staffIdentity} WHERE staff = ${to})`
  await db.commit([
    guard(sql`NOT (${hasSignInMethods})`, 'wrong-state'),
    sql`UPDATE ${staffIdentity} SET staff = ${to} WHERE staff = ${from}`,
    sql`UPDATE ${passkey} SET staff = ${to} WHERE staff = ${from}`,
    sql`UPDATE ${regionGrant} SET staff = ${to} WHERE staff = ${from}`,
    sql`UPDATE ${staff} SET verified_at = coalesce(verified_at, ${platform.clock.now()}) WHERE id = ${to}`,
  ])
  const { grants } = await grantsOf(platform, db.region, from)
  for (const { id, jurisdiction, role, services, fromAt, toAt, source } of grants) {
    const access = { kind: 'system', reason: 'mailbox-proved' } as const
    const tenant = openTenant(platform, access, db.region, jurisdiction)
    const input = {
      staff: to,
      role,
      services: services ?? undefined,
      from: fromAt,
      to: toAt ?? undefined,
      source,
    }
    await makeGrant(platform, tenant, input)
    await withdrawGrant(platform, tenant, id)
  }
}
