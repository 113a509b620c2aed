import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import { and, asc, eq, sql } from 'drizzle-orm'
import { fromBase64Url, toBase64Url } from '../core/base64url.ts'
import type { RegionDb } from '../core/db.ts'
import { Problem, problem } from '../core/problem.ts'
import type { Platform } from '../platform/platform.ts'
import { readToken, tokenOf } from './links.ts'
import { issueOneTime, useOneTime } from './one-time.ts'
import { passkey } from './region-schema.ts'
import { readName, type StaffRow } from './staff.ts'

/*
 * Passkeys (WebAuthn), by `@simplewebauthn/server`. They are found by the browser, ask for a finger, a face or a PIN each
 * time, and are good on the host that they were made on. A challenge is a one-time row: good once, for five minutes.
 */

/** The site that asks: a passkey answers to no other. */
export interface RelyingParty {
  readonly name: string
  /** Such as `https://311.county.example`. */
  readonly origin: string
}

export type PasskeyRow = typeof passkey.$inferSelect

const MINUTES = 5
const MOST = 20

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

/** Whether a challenge is ours, not used yet, and for this holder. */
function isOurs(platform: Platform, db: RegionDb, purpose: Purpose, holder?: string) {
  return async (challenge: string): Promise<boolean> => {
    const token = readToken(new TextDecoder().decode(fromBase64Url(challenge)))
    if (token === undefined) return false
    const data = await useOneTime<{ holder?: string }>(platform, db, purpose, token.id, token.secret)
    return data !== undefined && data.holder === holder
  }
}

/** What the browser is asked to make a passkey with. Throws `wrong-state` for somebody who has twenty. */
export async function askForNewPasskey(platform: Platform, db: RegionDb, site: RelyingParty, row: StaffRow) {
  const known = await passkeysOf(db, row.id)
  if (known.length >= MOST) throw problem('wrong-state')
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
      transports: JSON.parse(transports) as string[],
    })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  })
}

/** Keeps a passkey that the browser has made. Throws `sign-in-failed` for an answer that proves nothing. */
export async function addPasskey(
  platform: Platform,
  db: RegionDb,
  site: RelyingParty,
  holder: string,
  answer: string,
  name: string,
): Promise<void> {
  const { registrationInfo } = await proved(platform, async () =>
    verifyRegistrationResponse({
      response: JSON.parse(answer) as RegistrationResponseJSON,
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
      publicKey: toBase64Url(publicKey),
      counter,
      transports: JSON.stringify(transports),
      name: readName(name) || site.name,
      createdAt: platform.clock.now(),
    })
    .onConflictDoNothing()
}

/** What the browser is asked to sign in with. */
export async function askForPasskey(platform: Platform, db: RegionDb, site: RelyingParty) {
  return generateAuthenticationOptions({
    rpID: new URL(site.origin).hostname,
    challenge: await challengeFor(platform, db, 'passkey-use'),
    userVerification: 'required',
  })
}

/**
 * Who answers with a passkey: `staff.id`. Throws `sign-in-failed` for an unknown one, a challenge that is not ours or was
 * used, another site, no user verification, or a counter that went back: a copied authenticator.
 */
export async function usePasskey(
  platform: Platform,
  db: RegionDb,
  site: RelyingParty,
  answer: string,
): Promise<string> {
  return proved(platform, async () => {
    const response = JSON.parse(answer) as AuthenticationResponseJSON
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
      credential: { id: known.id, publicKey: fromBase64Url(known.publicKey), counter: known.counter },
    })
    const [counted] = await db
      .update(passkey)
      .set({ counter: authenticationInfo.newCounter, usedAt: platform.clock.now() })
      .where(and(eq(passkey.id, known.id), eq(passkey.counter, known.counter)))
      .returning({ staff: passkey.staff })
    if (!verified || counted === undefined) throw new Error('not verified')
    return counted.staff
  })
}

/** The library throws for whatever is not as it should be; the log is told no more than that. */
async function proved<T>(platform: Platform, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Problem) throw error
    platform.log('warn', 'passkey-refused', {})
    throw problem('sign-in-failed', { cause: error })
  }
}

/** Oldest first. */
export function passkeysOf(db: RegionDb, holder: string): Promise<PasskeyRow[]> {
  return db.select().from(passkey).where(eq(passkey.staff, holder)).orderBy(asc(passkey.createdAt))
}

/** Throws `not-found` for anybody else's. */
export async function renamePasskey(db: RegionDb, holder: string, id: string, name: string): Promise<void> {
  const renamed = await db
    .update(passkey)
    .set({ name: sql`coalesce(nullif(${readName(name)}, ''), name)` })
    .where(and(eq(passkey.id, id), eq(passkey.staff, holder)))
    .returning({ id: passkey.id })
  if (renamed.length === 0) throw problem('not-found')
}

/** Throws `not-found` for anybody else's. */
export async function removePasskey(db: RegionDb, holder: string, id: string): Promise<void> {
  const removed = await db
    .delete(passkey)
    .where(and(eq(passkey.id, id), eq(passkey.staff, holder)))
    .returning({ id: passkey.id })
  if (removed.length === 0) throw problem('not-found')
}
