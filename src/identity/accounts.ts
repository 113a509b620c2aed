import { asc, eq, type SQL, sql } from 'drizzle-orm'
import type { ResidentAccess } from '../core/access.ts'
import { openRegion, type RegionDb, type Step, violates } from '../core/database/handles.ts'
import { decrypt, encrypt, keyedHash } from '../core/encryption/fields.ts'
import { randomText } from '../core/ids.ts'
import { problem } from '../core/problem.ts'
import type { Platform } from '../platform/platform.ts'
import { account, accountJurisdiction } from './region-schema.ts'
import { isNotEnded, noteJurisdiction, type SignedIn, signedInAccess } from './sessions/sessions.ts'

// Accounts belong to the region; reports stay with the jurisdictions, and the region knows in which ones to
// look.

/** An email address in lower case, or a phone number in E.164. */
export interface AccountAddress {
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

/** The account of this verified address, created if there is none. One round trip either way. */
export async function accountFor(
  platform: Platform,
  region: string,
  address: AccountAddress,
  language: string,
): Promise<string> {
  const db = openRegion(platform, { kind: 'system', reason: 'accounts' }, region)
  const { columns, index, encrypted, hash } = await addressColumns(platform, db, address)
  const id = randomText(platform.random, 16)
  const results = await db.commit([
    ...freeOfDemo(platform, columns, index, hash),
    sql`INSERT OR IGNORE INTO ${account} (id, ${columns}, language, created_at, demo)
      VALUES (${id}, ${encrypted}, ${hash}, ${language}, ${platform.clock.now()}, ${platform.demo ? 1 : 0})`,
    sql`SELECT id FROM ${account} WHERE ${index} = ${hash}`,
  ])
  return String(results.at(-1)?.rows[0]?.id)
}

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

/** The caller has verified the address. Throws `wrong-state` if it belongs to another account. */
export async function setAddress(
  platform: Platform,
  db: RegionDb,
  id: string,
  address: AccountAddress,
): Promise<void> {
  const { columns, index, encrypted, hash } = await addressColumns(platform, db, address)
  try {
    await db.commit([
      ...freeOfDemo(platform, columns, index, hash),
      sql`UPDATE ${account} SET (${columns}) = (${encrypted}, ${hash}) WHERE id = ${id} AND erased_at IS NULL`,
    ])
  } catch (error) {
    throw violates(error, `account.${address.kind}_index`) ? problem('wrong-state') : error
  }
}

// In a demonstration anyone signs in with any address, so its accounts lose theirs to whoever proves one later.
function freeOfDemo({ demo }: Platform, columns: SQL, index: SQL, hash: string): Step[] {
  if (demo) return []
  return [sql`UPDATE ${account} SET (${columns}) = (NULL, NULL) WHERE ${index} = ${hash} AND demo = 1`]
}

async function addressColumns(platform: Platform, db: RegionDb, { kind, value }: AccountAddress) {
  const [encrypted, hash] = await Promise.all([
    encrypt(platform, db, `account.${kind}`, value),
    keyedHash(platform, db, `account.${kind}`, value),
  ])
  const index = sql.raw(`${kind}_index`)
  return { columns: sql`${sql.raw(kind)}, ${index}`, index, encrypted, hash }
}

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

export async function accountJurisdictions(db: RegionDb, id: string): Promise<string[]> {
  const rows = await db
    .select({ jurisdiction: accountJurisdiction.jurisdiction })
    .from(accountJurisdiction)
    .where(eq(accountJurisdiction.account, id))
    .orderBy(asc(accountJurisdiction.jurisdiction))
  return rows.map(({ jurisdiction }) => jurisdiction)
}

/** Call before a jurisdiction stores the account's id, so that it is always found. Throws `sign-in-needed`. */
export async function noteAccountJurisdiction(
  platform: Platform,
  { region, account: id, inRegion }: ResidentAccess,
  jurisdiction: string,
): Promise<void> {
  const db = openRegion(platform, { kind: 'signed-in', region, proof: inRegion }, region)
  await noteJurisdiction(platform, db, 'account', id, jurisdiction)
}
