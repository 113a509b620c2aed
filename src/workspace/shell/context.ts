import { sql } from 'drizzle-orm'
import type { Context } from 'hono'
import { may, type Right, servicesFor, type WorkAccess } from '../../core/access.ts'
import {
  openTenant,
  openTenantReader,
  type TenantDb,
  type TenantReader,
} from '../../core/database/handles.ts'
import { type ProblemSlug, problem } from '../../core/problem.ts'
import { limitedToSubject, refuseFrozen, type WorkSubject } from '../../identity/programs/authorize.ts'
import { hasSteppedUp } from '../../identity/sessions/authentications.ts'
import { signedInAs } from '../../identity/sessions/cookies.ts'
import type { SignedIn } from '../../identity/sessions/sessions.ts'
import { acceptsSignInForGrants, type SignInSource } from '../../identity/sessions/sources.ts'
import { staffAccess } from '../../identity/staff/grants.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Jurisdiction } from '../../regions/documents/snapshot.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import type { AppEnv } from '../../regions/runtime/site.ts'
import { hasLeft } from '../../regions/versions/leaving.ts'

/* Authorization for all staff pages: who is signed in, and what a jurisdiction lets them do. */

export type StaffPageContext = Context<AppEnv>

export interface StaffContext {
  readonly platform: Platform
  readonly region: Region
  readonly signedIn: SignedIn
  readonly jurisdiction: Jurisdiction
  readonly access: WorkAccess
  /** The jurisdiction has left the platform, so nothing in it can change. */
  readonly isFrozen: boolean
}

export interface ReadContext extends StaffContext {
  readonly db: TenantReader
}

export interface ChangeContext extends StaffContext {
  readonly db: TenantDb
}

/** Rights over the whole jurisdiction: a grant limited to some services does not include them. */
const jurisdictionWide: readonly Right[] = ['grants', 'keys', 'audit']

export function mayAll({ access }: StaffContext, right: Right): boolean {
  return servicesFor(access, right) === undefined
}

export async function staffOf(c: StaffPageContext): Promise<SignedIn> {
  const signedIn = await signedInAs(c, 'staff')
  if (signedIn === undefined) throw problem('sign-in-needed')
  return signedIn
}

/** Undefined where the person has no grant. The response must then not reveal whether the jurisdiction exists. */
export async function staffContextOf(
  platform: Platform,
  region: Region,
  slug: string,
  signedIn: SignedIn,
): Promise<StaffContext | undefined> {
  const jurisdiction = region.jurisdiction(slug)
  if (jurisdiction === undefined) {
    // Takes as long as the check of an existing jurisdiction, so that timing does not reveal which exist.
    const { intake } = region.documents.region
    await openTenantReader(platform, { kind: 'system', reason: 'grants' }, region.slug, intake).rows(
      sql`SELECT 1`,
    )
    return undefined
  }
  const access = await staffAccess(platform, region, slug, signedIn)
  if (access === undefined) return undefined
  const isFrozen = hasLeft(region, slug, platform.clock.now())
  return { platform, region, signedIn, jurisdiction, access, isFrozen }
}

/** Throws `sign-in-needed`, `not-found` if they may not know of it, `not-allowed` for a missing right. */
export async function authorizeStaffRead(
  c: StaffPageContext,
  right: Right = 'read',
  subject: WorkSubject = {},
): Promise<ReadContext> {
  const { context, access } = await authorize(c, right, subject)
  return { ...context, db: openTenantReader(context.platform, access, access.region, access.jurisdiction) }
}

/**
 * Authorizes a change. Throws as `authorizeStaffRead` does, and `jurisdiction-left`. For grants and keys also
 * `step-up-required`, unless the step-up used a source that no other jurisdiction controls.
 */
export async function authorizeStaff(
  c: StaffPageContext,
  right: Right,
  subject: WorkSubject = {},
): Promise<ChangeContext> {
  const { context, access } = await authorize(c, right, subject)
  const { platform, region } = context
  const now = platform.clock.now()
  refuseFrozen(region, access.jurisdiction, now)
  if (right === 'grants' || right === 'keys') {
    const counts = (source: SignInSource) => acceptsSignInForGrants(region, access.jurisdiction, source)
    if (!hasSteppedUp(context.signedIn, now, counts)) await refuse({ ...context, access }, 'step-up-required')
  }
  return { ...context, db: openTenant(platform, access, access.region, access.jurisdiction) }
}

async function authorize(c: StaffPageContext, right: Right, subject: WorkSubject) {
  const slug = c.req.param('jurisdiction') ?? ''
  const context = await staffContextOf(c.get('platform'), c.get('site').region, slug, await staffOf(c))
  if (context === undefined || !may(context.access, 'read')) throw problem('not-found')
  const isAllowed = jurisdictionWide.includes(right) ? mayAll(context, right) : may(context.access, right)
  if (!isAllowed) await refuse(context, 'not-allowed')
  return { context, access: limitedToSubject(context.access, right, subject) }
}

/** Proves the session first: one that has ended must not learn even the reason. */
async function refuse({ platform, access }: StaffContext, slug: ProblemSlug): Promise<never> {
  await openTenantReader(platform, access, access.region, access.jurisdiction).rows(sql`SELECT 1`)
  throw problem(slug)
}
