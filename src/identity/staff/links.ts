import type { RegionDb } from '../../core/database/handles.ts'
import type { Platform } from '../../platform/platform.ts'
import { discardOneTime, issueOneTime, peekOneTime, useOneTime } from '../sessions/one-time.ts'
import type { SignInSource } from '../sessions/sources.ts'
import { identityDb, isMadeUp, noteVerified, type StaffRow, staffById } from './staff.ts'

// Not bound to a browser: people ask at their desk and read email on a phone. Making someone else request a
// link gains nothing: it signs in the browser that opens it, and the page shows which device asked.

const PURPOSE = 'staff-link'
// OWASP ASVS 5.0, 6.5.5. An invitation lasts over a weekend.
const MINUTES = 10
export const INVITATION_DAYS = 4
export const AFTER_SIGN_IN = '/work'
const INVITATION_MINUTES = INVITATION_DAYS * 24 * 60
const MAX_PER_HOUR = 5

export interface LinkContent {
  readonly staff: string
  readonly sources: readonly SignInSource[]
  readonly device: string
  readonly to: string
  readonly again: boolean
}

/** Undefined over the hourly limit; the last link is then valid for ten more minutes. */
export async function issueLink(
  platform: Platform,
  db: RegionDb,
  says: LinkContent,
  kind: 'sign-in' | 'invitation',
): Promise<string | undefined> {
  const made = await issueOneTime(platform, db, {
    purpose: PURPOSE,
    holder: says.staff,
    minutes: kind === 'invitation' ? INVITATION_MINUTES : MINUTES,
    maxPerHour: kind === 'sign-in' ? MAX_PER_HOUR : undefined,
    revives: kind === 'sign-in',
    data: says,
  })
  return made && tokenOf(made)
}

export async function discardLink(db: RegionDb, token: string): Promise<void> {
  const read = readToken(token)
  if (read !== undefined) await discardOneTime(db, read.id)
}

export function tokenOf({ id, secret }: { readonly id: string; readonly secret: string }): string {
  return `${id}.${secret}`
}

export function readToken(token: string): { readonly id: string; readonly secret: string } | undefined {
  const [, id, secret] = /^([0-9A-Z]{20})\.([0-9A-Z]{40})$/.exec(token) ?? []
  return id === undefined || secret === undefined ? undefined : { id, secret }
}

export interface OpenLink extends LinkContent {
  readonly row: StaffRow
}

/** Does not use the link up: mail clients open links in advance. */
export async function peekLink(
  platform: Platform,
  region: string,
  token: string,
): Promise<OpenLink | undefined> {
  const read = readToken(token)
  if (read === undefined) return undefined
  const db = identityDb(platform, region)
  return withRow(platform, db, await peekOneTime<LinkContent>(platform, db, PURPOSE, read.id, read.secret))
}

export async function useLink(
  platform: Platform,
  region: string,
  token: string,
): Promise<OpenLink | undefined> {
  const read = readToken(token)
  if (read === undefined) return undefined
  const db = identityDb(platform, region)
  const open = await withRow(
    platform,
    db,
    await useOneTime<LinkContent>(platform, db, PURPOSE, read.id, read.secret),
  )
  if (open !== undefined) await noteVerified(db, open.staff, platform.clock.now())
  return open
}

async function withRow(
  platform: Platform,
  db: RegionDb,
  says: LinkContent | undefined,
): Promise<OpenLink | undefined> {
  const row = says && (await staffById(db, says.staff))
  if (row !== undefined && isMadeUp(platform, row)) return undefined
  // Older links, without sources, were sent to a mailbox.
  return says && row && { ...says, sources: says.sources ?? ['mailbox'], row }
}
