import type { RegionDb } from '../core/db.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/compile.ts'
import type { Jurisdiction } from '../regions/snapshot.ts'
import { grantsOf } from './grants.ts'
import { issuerOf } from './issuers.ts'
import { keysOf } from './staff.ts'

/** How somebody may sign in, or prove again who they are. */
export interface Ways {
  readonly passkey: boolean
  /** Jurisdictions with whose provider they have signed in before. */
  readonly known: readonly Jurisdiction[]
  /** Jurisdictions that let them work and have a provider. */
  readonly providers: readonly Jurisdiction[]
  /** By a link in a letter: where neither of the others is configured. */
  readonly link: boolean
}

/** Looks into every database where they may have grants: for what happens in the background, or seldom. */
export async function waysOf(platform: Platform, db: RegionDb, region: Region, id: string): Promise<Ways> {
  const [{ passkeys, identities }, { grants }] = await Promise.all([
    keysOf(db, id),
    grantsOf(platform, region.slug, id),
  ])
  const issuers = new Set(identities.map(({ issuer }) => issuer))
  const now = platform.clock.now()
  const grantedBy = new Set(
    grants.filter(({ toAt }) => toAt === null || toAt > now).map(({ jurisdiction }) => jurisdiction),
  )
  const withProvider = region.documents.jurisdictions.filter(({ signIn }) => signIn !== undefined)
  const known = withProvider.filter(({ signIn }) => signIn !== undefined && issuers.has(issuerOf(signIn)))
  const providers = withProvider.filter(({ slug }) => grantedBy.has(slug))
  const passkey = passkeys.length > 0
  return { passkey, known, providers, link: !passkey && known.length === 0 && providers.length === 0 }
}
