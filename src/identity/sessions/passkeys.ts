import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import { and, asc, eq, sql } from 'drizzle-orm'
import { base64url } from 'jose'
import type { RegionDb } from '../../core/database/handles.ts'
import { Problem, problem } from '../../core/problem.ts'
import type { Platform } from '../../platform/platform.ts'
import { passkey } from '../region-schema.ts'
import { readToken, tokenOf } from '../staff/links.ts'
import { readName, type StaffRow } from '../staff/staff.ts'
import { issueOneTime, useOneTime } from './one-time.ts'
import { isNeutralSource, type SignInSource, type SourceShown } from './sources.ts'

// Passkeys require user verification and are bound to the host. A challenge works once, for five minutes.

export interface RelyingParty {
  readonly name: string
  readonly origin: string
}

export type PasskeyRow = typeof passkey.$inferSelect

const MINUTES = 5
const MAX_PASSKEYS = 20

type Purpose = 'passkey-add' | 'passkey-use'

async function challengeFor(
  platform: Platform,
  db: RegionDb,
  purpose: Purpose,
  holder?: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const made = await issueOneTime(platform, db, { purpose, holder, minutes: MINUTES, data: { holder } })
  if (made === undefined) throw problem('fault')
  return new TextEncoder().encode(tokenOf(made))
}

// Also uses the challenge up.
function isOurs(platform: Platform, db: RegionDb, purpose: Purpose, holder?: string) {
  return async (challenge: string): Promise<boolean> => {
    const token = readToken(new TextDecoder().decode(base64url.decode(challenge)))
    if (token === undefined) return false
    const data = await useOneTime<{ holder?: string }>(platform, db, purpose, token.id, token.secret)
    return data !== undefined && data.holder === holder
  }
}

/** Throws `wrong-state` at twenty passkeys. */
export async function askForNewPasskey(platform: Platform, db: RegionDb, site: RelyingParty, row: StaffRow) {
  const known = await passkeysOf(db, row.id)
  if (known.length >= MAX_PASSKEYS) throw problem('wrong-state')
  return generateRegistrationOptions({
    rpName: site.name,
    rpID: new URL(site.origin).hostname,
    userName: row.name,
    userDisplayName: row.name,
    userID: new TextEncoder().encode(row.id),
    challenge: await challengeFor(platform, db, 'passkey-add', row.id),
    attestationType: 'none',
    excludeCredentials: known.map(({ id, transports }) => ({
      id,
      transports: [...transports],
    })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  })
}

export interface NewPasskey {
  readonly holder: string
  readonly name: string
  readonly sources: readonly SignInSource[]
}

/** Throws `sign-in-failed`. */
export async function addPasskey(
  platform: Platform,
  db: RegionDb,
  site: RelyingParty,
  answer: string,
  { holder, name, sources }: NewPasskey,
): Promise<void> {
  const { registrationInfo } = await proved(platform, answer, (response: RegistrationResponseJSON) =>
    verifyRegistrationResponse({
      response,
      expectedChallenge: isOurs(platform, db, 'passkey-add', holder),
      expectedOrigin: site.origin,
      expectedRPID: new URL(site.origin).hostname,
      requireUserVerification: true,
    }),
  )
  if (registrationInfo === undefined) throw problem('sign-in-failed')
  const { id, publicKey, counter, transports = [] } = registrationInfo.credential
  await db
    .insert(passkey)
    .values({
      id,
      staff: holder,
      publicKey: base64url.encode(publicKey),
      counter,
      transports,
      sources,
      name: readName(name) || site.name,
      createdAt: platform.clock.now(),
    })
    .onConflictDoNothing()
}

export async function askForPasskey(platform: Platform, db: RegionDb, site: RelyingParty) {
  return generateAuthenticationOptions({
    rpID: new URL(site.origin).hostname,
    challenge: await challengeFor(platform, db, 'passkey-use'),
    userVerification: 'required',
  })
}

export interface UsedPasskey {
  readonly holder: string
  readonly shown: readonly [SourceShown, ...SourceShown[]]
}

/** Throws `sign-in-failed`, also for a counter that went back (a copied authenticator). */
export async function usePasskey(
  platform: Platform,
  db: RegionDb,
  site: RelyingParty,
  answer: string,
): Promise<UsedPasskey> {
  return proved(platform, answer, async (response: AuthenticationResponseJSON) => {
    const [known] = await db
      .select()
      .from(passkey)
      .where(eq(passkey.id, String(response.id)))
    if (known === undefined) throw new Error('unknown passkey')
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response,
      expectedChallenge: isOurs(platform, db, 'passkey-use'),
      expectedOrigin: site.origin,
      expectedRPID: new URL(site.origin).hostname,
      requireUserVerification: true,
      credential: {
        id: known.id,
        publicKey: new Uint8Array(base64url.decode(known.publicKey)),
        counter: known.counter,
      },
    })
    const [counted] = await db
      .update(passkey)
      .set({ counter: authenticationInfo.newCounter, usedAt: platform.clock.now() })
      .where(and(eq(passkey.id, known.id), eq(passkey.counter, known.counter)))
      .returning({ staff: passkey.staff })
    if (!verified || counted === undefined) throw new Error('not verified')
    const [first, ...others] = known.sources
      .filter(source => source !== 'demo' || platform.demo)
      .map(source => ({ method: 'passkey', source }) as const)
    if (first === undefined) throw new Error('it stands for nothing')
    return { holder: counted.staff, shown: [first, ...others] }
  })
}

// The library throws for anything invalid; the log gets no details.
async function proved<Response, T>(
  platform: Platform,
  answer: string,
  work: (response: Response) => Promise<T>,
): Promise<T> {
  try {
    return await work(JSON.parse(answer) as Response)
  } catch (error) {
    if (error instanceof Problem) throw error
    platform.log('warn', 'passkey-refused', {})
    throw problem('sign-in-failed', { cause: error })
  }
}

export function passkeysOf(db: RegionDb, holder: string): Promise<PasskeyRow[]> {
  return db.select().from(passkey).where(eq(passkey.staff, holder)).orderBy(asc(passkey.createdAt))
}

export function mayChangePasskeys(row: PasskeyRow, source: SignInSource): boolean {
  return isNeutralSource(source) || row.sources.includes(source)
}

/** Throws `not-found` for someone else's. */
export async function renamePasskey(db: RegionDb, holder: string, id: string, name: string): Promise<void> {
  const renamed = await db
    .update(passkey)
    .set({ name: sql`coalesce(nullif(${readName(name)}, ''), name)` })
    .where(and(eq(passkey.id, id), eq(passkey.staff, holder)))
    .returning({ id: passkey.id })
  if (renamed.length === 0) throw problem('not-found')
}

/** Throws `not-found` for someone else's. */
export async function removePasskey(db: RegionDb, holder: string, id: string): Promise<void> {
  const removed = await db
    .delete(passkey)
    .where(and(eq(passkey.id, id), eq(passkey.staff, holder)))
    .returning({ id: passkey.id })
  if (removed.length === 0) throw problem('not-found')
}
