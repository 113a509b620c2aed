import { asc, eq, sql } from 'drizzle-orm'
import type { ResidentAccess } from '../core/access.ts'
import { openRegion, type RegionDb, violates } from '../core/db.ts'
import { decrypt, encrypt, keyedHash } from '../core/encryption.ts'
import { randomText } from '../core/ids.ts'
import { problem } from '../core/problem.ts'
import type { Platform } from '../platform/platform.ts'
import { account, accountReach } from './region-schema.ts'
import { isNotEnded, noteReach, type SignedIn, signedInAccess } from './sessions.ts'

/*
 * Residents' accounts: one for the region, opened by proving an address. What they have reported is each jurisdiction's
 * own; the region only knows where to look.
 */

/** Where a resident can be reached: an e-mail address in lower case, or a telephone number as E.164. */
export interface Address {
  readonly kind: 'email' | 'phone'
  readonly value: string
}

export interface Account {
  readonly id: string
  readonly email: string | null
  readonly phone: string | null
  readonly language: string
  readonly createdAt: number
}

/** The account that this proven address opens; a new one for an address that opens none yet. One round trip, either way. */
export async function accountFor(
  platform: Platform,
  region: string,
  address: Address,
  language: string,
): Promise<string> {
  const db = openRegion(platform, { kind: 'system', reason: 'accounts' }, region)
  const { columns, index, sealed, hash } = await addressColumns(platform, db, address)
  const id = randomText(platform.random, 16)
  const [, found] = await db.commit([
    sql`INSERT OR IGNORE INTO ${account} (id, ${columns}, language, created_at)
      VALUES (${id}, ${sealed}, ${hash}, ${language}, ${platform.clock.now()})`,
    sql`SELECT id FROM ${account} WHERE ${index} = ${hash}`,
  ])
  return String(found?.rows[0]?.id)
}

/** An account's own row. Undefined for one that was erased. */
export async function readAccount(
  platform: Platform,
  db: RegionDb,
  id: string,
): Promise<Account | undefined> {
  const [row] = await db.select().from(account).where(eq(account.id, id))
  if (row === undefined || row.erasedAt !== null) return undefined
  const { email, phone, language, createdAt } = row
  return {
    id,
    email: await decrypt(platform, db, 'account.email', email),
    phone: await decrypt(platform, db, 'account.phone', phone),
    language,
    createdAt,
  }
}

/** Gives an account another address of its kind, which its holder has proved. Throws `wrong-state` when it opens another account. */
export async function setAddress(
  platform: Platform,
  db: RegionDb,
  id: string,
  address: Address,
): Promise<void> {
  const { columns, sealed, hash } = await addressColumns(platform, db, address)
  try {
    await db.commit([
      sql`UPDATE ${account} SET (${columns}) = (${sealed}, ${hash}) WHERE id = ${id} AND erased_at IS NULL`,
    ])
  } catch (error) {
    throw violates(error, `account.${address.kind}_index`) ? problem('wrong-state') : error
  }
}

async function addressColumns(platform: Platform, db: RegionDb, { kind, value }: Address) {
  const [sealed, hash] = await Promise.all([
    encrypt(platform, db, `account.${kind}`, value),
    keyedHash(platform, db, `account.${kind}`, value),
  ])
  const index = sql.raw(`${kind}_index`)
  return { columns: sql`${sql.raw(kind)}, ${index}`, index, sealed, hash }
}

/** What a resident who has signed in may open in the region's jurisdictions. */
export function residentAccess(signedIn: SignedIn, now: number): ResidentAccess {
  const { region, holder } = signedIn
  return {
    kind: 'resident',
    region,
    account: holder,
    proof: [isNotEnded(signedIn)],
    inRegion: signedInAccess(signedIn, now).proof,
  }
}

/** Where to look for what an account has reported, in order of slug. */
export async function reachOf(db: RegionDb, id: string): Promise<string[]> {
  const rows = await db
    .select({ jurisdiction: accountReach.jurisdiction })
    .from(accountReach)
    .where(eq(accountReach.account, id))
    .orderBy(asc(accountReach.jurisdiction))
  return rows.map(({ jurisdiction }) => jurisdiction)
}

/** Before anything there names the account: what is named is always found again. Throws `sign-in-needed` when the session has ended. */
export async function noteResidentReach(
  platform: Platform,
  { region, account: id, inRegion }: ResidentAccess,
  jurisdiction: string,
): Promise<void> {
  const db = openRegion(platform, { kind: 'signed-in', region, proof: inRegion }, region)
  await noteReach(platform, db, 'account', id, jurisdiction)
}
