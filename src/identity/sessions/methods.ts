import type { RegionDb } from '../../core/database/handles.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Jurisdiction } from '../../regions/documents/snapshot.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { issuerOf } from '../federation/issuers.ts'
import { isAdministrator } from '../staff/administrators.ts'
import { grantsOf } from '../staff/grants.ts'
import { credentialsOf } from '../staff/staff.ts'
import { acceptsSignIn, isNeutralSource, type SignInSource } from './sources.ts'

export interface AvailableSignInMethods {
  readonly passkeys: readonly SignInSource[]
  readonly known: readonly Jurisdiction[]
  readonly providers: readonly Jurisdiction[]
  /** Sign-in by email, where it is accepted and no passkey is accepted as widely. */
  readonly link: boolean
}

/** Reads every database where they may have grants, so call it rarely. */
export async function availableSignInMethods(
  platform: Platform,
  db: RegionDb,
  region: Region,
  id: string,
): Promise<AvailableSignInMethods> {
  const [{ passkeys, identities }, { grants }, isOfRegion] = await Promise.all([
    credentialsOf(db, id),
    grantsOf(platform, region.slug, id),
    isAdministrator(platform, region.slug, id),
  ])
  const issuers = new Set(identities.map(({ issuer }) => issuer))
  const now = platform.clock.now()
  const grantedBy = new Set(
    grants.filter(({ toAt }) => toAt === null || toAt > now).map(({ jurisdiction }) => jurisdiction),
  )
  const withProvider = region.documents.jurisdictions.filter(({ signIn }) => signIn !== undefined)
  const known = withProvider.filter(({ signIn }) => signIn !== undefined && issuers.has(issuerOf(signIn)))
  const providers = withProvider.filter(({ slug }) => grantedBy.has(slug))
  const sources = passkeys.flatMap(row => row.sources)
  const countsForLess = known.length > 0 || providers.length > 0
  const counts =
    isOfRegion || !countsForLess || [...grantedBy].some(slug => acceptsSignIn(region, slug, 'mailbox'))
  return { passkeys: sources, known, providers, link: counts && !sources.some(isNeutralSource) }
}
