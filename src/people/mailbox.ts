import { and, eq, sql } from 'drizzle-orm'
import { guard, openTenant, type RegionDb } from '../core/db.ts'
import type { Platform } from '../platform/platform.ts'
import { grantsOf, makeGrant, withdrawGrant } from './grants.ts'
import { readToken, tokenOf } from './links.ts'
import { issueOneTime, lookAtOneTime, useOneTime } from './one-time.ts'
import { passkey, regionGrant, staff, staffIdentity } from './region-schema.ts'
import { mailboxIndex, openMailbox, peopleDb, staffByMailbox } from './staff.ts'

/*
 * Somebody who signs in with a provider says which mailbox is theirs. They prove it by a link in a letter, opened where they
 * are signed in; what the provider claims of their address counts for nothing. If the mailbox was invited before, the two
 * become one person, unless that one has a stronger way in than letters: then the letter alone must not open it.
 */

const PURPOSE = 'staff-mailbox'
const MINUTES = 10
const MOST_AN_HOUR = 3

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
    mostAnHour: MOST_AN_HOUR,
    data: claim,
  })
  return made && tokenOf(made)
}

/** The address that a link is about, for the one who asked for it only. */
export async function lookAtMailbox(
  platform: Platform,
  region: string,
  holder: string,
  token: string,
): Promise<string | undefined> {
  const read = readToken(token)
  if (read === undefined) return undefined
  const db = peopleDb(platform, region)
  const claim = await lookAtOneTime<MailboxClaim>(platform, db, PURPOSE, read.id, read.secret)
  return claim?.staff === holder ? openMailbox(platform, db, claim.email) : undefined
}

/**
 * Makes the mailbox theirs. Answers who they are from then on: somebody else, if that mailbox was invited before; undefined
 * for a link that is not theirs or used up. Throws `wrong-state` when the mailbox's owner has a stronger way in.
 */
export async function proveMailbox(
  platform: Platform,
  region: string,
  holder: string,
  token: string,
): Promise<string | undefined> {
  const read = readToken(token)
  // Whoever it is not for does not use it up.
  if (read === undefined || (await lookAtMailbox(platform, region, holder, token)) === undefined)
    return undefined
  const db = peopleDb(platform, region)
  const claim = await useOneTime<MailboxClaim>(platform, db, PURPOSE, read.id, read.secret)
  if (claim?.staff !== holder) return undefined
  const emailIndex = await mailboxIndex(platform, db, await openMailbox(platform, db, claim.email))
  const invited = await staffByMailbox(db, emailIndex)
  if (invited !== undefined && invited.id !== holder) {
    await becomeOne(platform, db, holder, invited.id)
    return invited.id
  }
  await db
    .update(staff)
    .set({ email: claim.email, emailIndex, verifiedAt: platform.clock.now() })
    .where(and(eq(staff.id, holder), eq(staff.emailIndex, staff.id)))
  return holder
}

/** What was one person's becomes the other's. Grants are made anew by what had made them, then ended. */
async function becomeOne(platform: Platform, db: RegionDb, from: string, to: string): Promise<void> {
  const hasKeys = sql`EXISTS (SELECT 1 FROM ${passkey} WHERE staff = ${to}) OR EXISTS (SELECT 1 FROM ${staffIdentity} WHERE staff = ${to})`
  await db.commit([
    guard(sql`NOT (${hasKeys})`, 'wrong-state'),
    sql`UPDATE ${staffIdentity} SET staff = ${to} WHERE staff = ${from}`,
    sql`UPDATE ${passkey} SET staff = ${to} WHERE staff = ${from}`,
    sql`UPDATE ${regionGrant} SET staff = ${to} WHERE staff = ${from}`,
    sql`UPDATE ${staff} SET verified_at = coalesce(verified_at, ${platform.clock.now()}) WHERE id = ${to}`,
  ])
  const { grants } = await grantsOf(platform, db.region, from)
  for (const { id, jurisdiction, role, services, fromAt, toAt, source } of grants) {
    const access = { kind: 'system', reason: 'mailbox-proved' } as const
    const tenant = openTenant(platform, access, db.region, jurisdiction)
    const codes = services === null ? undefined : (JSON.parse(services) as string[])
    const wish = { staff: to, role, services: codes, from: fromAt, to: toAt ?? undefined, source }
    await makeGrant(platform, tenant, wish)
    await withdrawGrant(platform, tenant, id)
  }
}
