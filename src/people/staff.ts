import { eq, sql } from 'drizzle-orm'
import { openRegion, type RegionDb, type RegionReader, type Step, type TenantDb } from '../core/db.ts'
import { decrypt, encrypt, keyedHash } from '../core/encryption.ts'
import { randomText } from '../core/ids.ts'
import { problem } from '../core/problem.ts'
import { hasControlCharacters, isEmail, MAX_LINE } from '../core/text.ts'
import type { Platform } from '../platform/platform.ts'
import { makeGrant } from './grants.ts'
import { passkey, staff, staffIdentity } from './region-schema.ts'
import type { Role } from './roles.ts'
import { wantLetter } from './wanted-letters.ts'

/*
 * Who works here, as the region knows them. A mailbox names a person only once its owner has proved it; a provider names
 * one by issuer and subject, never by the address that it claims for them.
 */

export type StaffRow = typeof staff.$inferSelect

const FIELD = 'staff.email'

/** The region's database, for what the platform itself does about sign-in. */
export function peopleDb(platform: Platform, region: string): RegionDb {
  return openRegion(platform, { kind: 'system', reason: 'sign-in' }, region)
}

/** By what a mailbox is found: capitals make no other mailbox. */
export function mailboxIndex(platform: Platform, db: RegionDb, email: string): Promise<string> {
  return keyedHash(platform, db, FIELD, email.trim().toLowerCase())
}

export function sealMailbox(platform: Platform, db: RegionDb, email: string): Promise<string> {
  return encrypt(platform, db, FIELD, email.trim())
}

export function openMailbox(platform: Platform, db: RegionReader, sealed: string): Promise<string> {
  return decrypt(platform, db, FIELD, sealed)
}

/** Undefined for nobody. */
export async function staffById(db: RegionReader, id: string): Promise<StaffRow | undefined> {
  const [found] = await db.select().from(staff).where(eq(staff.id, id))
  return found
}

export async function staffByMailbox(db: RegionReader, index: string): Promise<StaffRow | undefined> {
  const [found] = await db.select().from(staff).where(eq(staff.emailIndex, index))
  return found
}

/** Whether they have proved a mailbox, or were invited by one. */
export function hasMailbox({ id, emailIndex }: StaffRow): boolean {
  return emailIndex !== id && !isDemo(emailIndex)
}

const DEMO = 'demo:'

/** By what somebody who plays a role in a demonstration is found: no keyed hash looks like it. */
export function demoIndex(jurisdiction: string, role: string): string {
  return `${DEMO}${jurisdiction}:${role}`
}

export function isDemo(emailIndex: string): boolean {
  return emailIndex.startsWith(DEMO)
}

/** Their name as it may be kept: one line. */
export function readName(typed: string): string {
  const name = typed.trim().replace(/\s+/g, ' ').slice(0, MAX_LINE)
  return hasControlCharacters(name) ? '' : name
}

/** The row of somebody whose mailbox this is said to be, made if it is not there. Answers `staff.id`. */
export async function staffOf(
  platform: Platform,
  region: string,
  { email, name }: { readonly email: string; readonly name?: string | undefined },
): Promise<string> {
  if (!isEmail(email.trim())) {
    const code = email.trim() === '' ? 'required' : 'not-an-email'
    throw problem('invalid-fields', { fields: [{ field: 'email', code }] })
  }
  const db = peopleDb(platform, region)
  const index = await mailboxIndex(platform, db, email)
  const sealed = await sealMailbox(platform, db, email)
  const called = readName(name ?? '') || email.trim().split('@')[0] || email
  return addStaff(platform, db, { name: called, email: sealed, emailIndex: index })
}

/** Of two that are made at once for one mailbox, the first to arrive is the one. */
export async function addStaff(
  platform: Platform,
  db: RegionDb,
  row: { readonly name: string; readonly email: string; readonly emailIndex: string },
): Promise<string> {
  const id = randomText(platform.random, 16)
  const createdAt = platform.clock.now()
  await db
    .insert(staff)
    .values({ ...row, id, createdAt })
    .onConflictDoNothing()
  return (await staffByMailbox(db, row.emailIndex))?.id ?? id
}

export interface Invitation {
  readonly email: string
  /** For somebody who is not known yet; else they keep theirs. */
  readonly name?: string | undefined
  readonly role: Role
  /** Codes; undefined: all. */
  readonly services?: readonly string[] | undefined
  readonly from?: number | undefined
  readonly to?: number | undefined
  readonly source?: 'staff' | 'command' | undefined
  /** Of the letter. */
  readonly language: string
}

/**
 * Lets the owner of a mailbox work in a jurisdiction: their row, the grant, and a letter with a way in, which is asked for
 * in the grant's own batch. Throws `invalid-fields` for what is no address. `alongside` goes into that batch too: guards.
 */
export async function inviteStaff(
  platform: Platform,
  db: TenantDb,
  invitation: Invitation,
  alongside: readonly Step[] = [],
): Promise<{ readonly staff: string; readonly grant: string }> {
  const { role, services, from, to, language } = invitation
  const id = await staffOf(platform, db.region, invitation)
  const letter = { about: 'invitation', staff: id, role, language } as const
  const steps = [...alongside, wantLetter(platform, randomText(platform.random, 12), letter)]
  const wish = { staff: id, role, services, from, to, source: invitation.source ?? 'staff' }
  const grant = await makeGrant(platform, db, wish, steps)
  platform.wake({ kind: 'tenant', region: db.region, slug: db.slug })
  return { staff: id, grant }
}

/** Whoever opened a letter to it has the mailbox. */
export async function noteVerified(db: RegionDb, id: string, at: number): Promise<void> {
  await db
    .update(staff)
    .set({ verifiedAt: sql`coalesce(verified_at, ${at})` })
    .where(eq(staff.id, id))
}

/** How somebody has signed in until now, besides by letters. */
export async function keysOf(db: RegionReader, id: string) {
  const [passkeys, identities] = await db.together([
    db.select().from(passkey).where(eq(passkey.staff, id)),
    db.select().from(staffIdentity).where(eq(staffIdentity.staff, id)),
  ])
  return { passkeys, identities }
}
