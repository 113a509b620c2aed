import type { SignInDocument } from '../../regions/documents/schemas/jurisdiction.ts'
import type { Jurisdiction } from '../../regions/documents/snapshot.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { issuerOf } from '../federation/issuers.ts'
import type { SignInMethod } from '../region-schema.ts'

// A provider of one jurisdiction could vouch for anyone, so sessions and passkeys remember their sources, and
// each jurisdiction decides which ones it accepts.

export type SignInSource =
  | 'mailbox'
  | 'phone'
  | 'operator'
  | 'demo'
  | `invitation:${string}`
  | `issuer:${string}`

export interface SourceShown {
  readonly method: SignInMethod
  readonly source: SignInSource
}

export interface Authentication extends SourceShown {
  readonly at: number
}

/** As sessions and their cookies store it. */
export type StoredAuthentication = readonly [method: SignInMethod, source: SignInSource, at: number]

export function issuerSource(signIn: SignInDocument): SignInSource {
  return `issuer:${issuerOf(signIn)}`
}

export function invitationFrom(slug: string): SignInSource {
  return `invitation:${slug}`
}

function isItsOwn(slug: string, { signIn }: Jurisdiction, source: SignInSource): boolean {
  return (
    source === 'operator' ||
    source === 'demo' ||
    source === invitationFrom(slug) ||
    (signIn !== undefined && source === issuerSource(signIn))
  )
}

/** For everyday work: its own provider, those its document names and, if it has none, mailboxes. */
export function acceptsSignIn(region: Region, slug: string, source: SignInSource): boolean {
  const found = region.jurisdiction(slug)
  if (found === undefined) return false
  if (source === 'mailbox') return found.signIn === undefined
  return isItsOwn(slug, found, source) || othersTaken(region, found).includes(source)
}

function othersTaken(region: Region, { acceptSignInsFrom = [] }: Jurisdiction): SignInSource[] {
  return acceptSignInsFrom.flatMap(other => {
    const signIn = region.jurisdiction(other)?.signIn
    return signIn === undefined ? [] : [issuerSource(signIn)]
  })
}

/** For grants and keys: never another jurisdiction's provider. */
export function acceptsSignInForGrants(region: Region, slug: string, source: SignInSource): boolean {
  const found = region.jurisdiction(slug)
  return found !== undefined && (source === 'mailbox' || isItsOwn(slug, found, source))
}

export function isNeutralSource(source: SignInSource): boolean {
  return source === 'mailbox' || source === 'operator' || source === 'demo'
}
