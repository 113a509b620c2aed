import { eq, sql } from 'drizzle-orm'
import {
  openRegion,
  type RegionDb,
  type RegionReader,
  type Step,
  type TenantDb,
} from '../../core/database/handles.ts'
import { decrypt, encrypt, keyedHash } from '../../core/encryption/fields.ts'
import { randomText } from '../../core/ids.ts'
import { problem } from '../../core/problem.ts'
import { cleanEmail, cleanLine, isEmail, MAX_LINE } from '../../core/text.ts'
import type { Platform } from '../../platform/platform.ts'
import { passkey, staff, staffIdentity } from '../region-schema.ts'
import type { Role } from '../roles.ts'
import { makeGrant } from './grants.ts'
import { enqueueStaffEmail } from './pending-emails.ts'

// A mailbox identifies a person only once it is proved; a provider identifies one by issuer and subject,
// never by the address that it claims.

export type StaffRow = typeof staff.$inferSelect

const FIELD = 'staff.email'

export function identityDb(platform: Platform, region: string): RegionDb {
  return openRegion(platform, { kind: 'system', reason: 'sign-in' }, region)
}

/** Case-insensitive. */
export function mailboxIndex(platform: Platform, db: RegionDb, email: string): Promise<string> {
  return keyedHash(platform, db, FIELD, email.trim().toLowerCase())
}

export function encryptMailbox(platform: Platform, db: RegionDb, email: string): Promise<string> {
  return encrypt(platform, db, FIELD, email.trim())
}

export function decryptMailbox(platform: Platform, db: RegionReader, encrypted: string): Promise<string> {
  return decrypt(platform, db, FIELD, encrypted)
}

export function addressOf(platform: Platform, db: RegionReader, { email }: StaffRow): Promise<string> {
  return decryptMailbox(platform, db, email)
}

export async function staffById(db: RegionReader, id: string): Promise<StaffRow | undefined> {
  const [found] = await db.select().from(staff).where(eq(staff.id, id))
  return found
}

export async function staffByMailbox(db: RegionReader, index: string): Promise<StaffRow | undefined> {
  const [found] = await db.select().from(staff).where(eq(staff.emailIndex, index))
  return found
}

export function hasMailbox({ id, emailIndex }: StaffRow): boolean {
  return emailIndex !== id && !isDemo(emailIndex)
}

export function isMadeUp({ demo }: Platform, row: StaffRow): boolean {
  return row.demo && !demo
}

const DEMO = 'demo:'

/** Cannot collide with a keyed hash. */
export function demoIndex(jurisdiction: string, role: string): string {
  return `${DEMO}${jurisdiction}:${role}`
}

export function isDemo(emailIndex: string): boolean {
  return emailIndex.startsWith(DEMO)
}

export function readName(typed: string): string {
  return cleanLine(typed).slice(0, MAX_LINE)
}

/** Creates the row if needed. Returns `staff.id`. Throws `invalid-fields`. */
export async function staffOf(
  platform: Platform,
  region: string,
  { email: typed, name }: { readonly email: string; readonly name?: string | undefined },
): Promise<string> {
  const email = cleanEmail(typed)
  if (!isEmail(email)) {
    const code = email === '' ? 'required' : 'not-an-email'
    throw problem('invalid-fields', { fields: [{ field: 'email', code }] })
  }
  const db = identityDb(platform, region)
  const index = await mailboxIndex(platform, db, email)
  const encrypted = await encryptMailbox(platform, db, email)
  const called = readName(name ?? '') || email.split('@')[0] || email
  return addStaff(platform, db, { name: called, email: encrypted, emailIndex: index })
}

/** Two concurrent calls for one mailbox yield one row. A row left from a demonstration is reset. */
export async function addStaff(
  platform: Platform,
  db: RegionDb,
  row: { readonly name: string; readonly email: string; readonly emailIndex: string },
): Promise<string> {
  const id = randomText(platform.random, 16)
  const createdAt = platform.clock.now()
  const { demo } = platform
  const made = db.insert(staff).values({ ...row, id, createdAt, demo })
  if (demo) await made.onConflictDoNothing()
  else {
    const set = { name: row.name, demo, createdAt, verifiedAt: null }
    await made.onConflictDoUpdate({ target: staff.emailIndex, set, setWhere: eq(staff.demo, true) })
  }
  return (await staffByMailbox(db, row.emailIndex))?.id ?? id
}

export interface Invitation {
  readonly email: string
  readonly name?: string | undefined
  readonly role: Role
  readonly services?: readonly string[] | undefined
  readonly from?: number | undefined
  readonly to?: number | undefined
  readonly source?: 'staff' | 'command' | undefined
  readonly language: string
}

/** Commits the grant, `included` and the email in one batch. Throws `invalid-fields`, `not-allowed`. */
export async function inviteStaff(
  platform: Platform,
  db: TenantDb,
  invitation: Invitation,
  included: readonly Step[] = [],
): Promise<{ readonly staff: string; readonly grant: string }> {
  const { role, services, from, to, language } = invitation
  const id = await staffOf(platform, db.region, invitation)
  const email = { about: 'invitation', staff: id, role, language } as const
  const steps = [...included, enqueueStaffEmail(platform, randomText(platform.random, 12), email)]
  const input = { staff: id, role, services, from, to, source: invitation.source ?? 'staff' }
  const grant = await makeGrant(platform, db, input, steps)
  return { staff: id, grant }
}

export async function noteVerified(db: RegionDb, id: string, at: number): Promise<void> {
  await db
    .update(staff)
    .set({ verifiedAt: sql`coalesce(verified_at, ${at})` })
    .where(eq(staff.id, id))
}

export async function credentialsOf(db: RegionReader, id: string) {
  const [passkeys, identities] = await db.together([
    db.select().from(passkey).where(eq(passkey.staff, id)),
    db.select().from(staffIdentity).where(eq(staffIdentity.staff, id)),
  ])
  return { passkeys, identities }
}
