import { sql } from 'drizzle-orm'
import type { Context } from 'hono'
import { openRegion, openTenantReader, type RegionDb } from '../../core/database/handles.ts'
import { problem } from '../../core/problem.ts'
import type { RegionRole } from '../../identity/region-schema.ts'
import { requireStepUp } from '../../identity/sessions/authentications.ts'
import { signedInAs } from '../../identity/sessions/cookies.ts'
import { type SignedIn, signedInAccess } from '../../identity/sessions/sessions.ts'
import { isNeutralSource } from '../../identity/sessions/sources.ts'
import { regionAccess, regionRoleOf } from '../../identity/staff/administrators.ts'
import { grantsOf, staffAccess } from '../../identity/staff/grants.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import type { AppEnv } from '../../regions/runtime/site.ts'

/* Authorization for all pages of administration. */

export type AdminPageContext = Context<AppEnv>

/** `jurisdiction`: administers one or more jurisdictions, not the region. */
export type AdminRole = RegionRole | 'jurisdiction'

export interface AdminContext {
  readonly platform: Platform
  readonly region: Region
  readonly signedIn: SignedIn
  readonly role: AdminRole
  /** Those whose documents this person may edit; undefined: all of the region. */
  readonly jurisdictions: readonly string[] | undefined
  readonly db: RegionDb
  /** `staff:<id>` */
  readonly by: string
}

/**
 * For everyone who may read the region's configuration as administrators do. Throws `sign-in-needed`, and
 * `not-found` for everyone else.
 */
export async function authorizeAdmin(c: AdminPageContext): Promise<AdminContext> {
  const platform = c.get('platform')
  const { region } = c.get('site')
  const signedIn = await signedInAs(c, 'staff')
  if (signedIn === undefined) throw problem('sign-in-needed')
  const by = `staff:${signedIn.holder}`
  const own = openRegion(platform, signedInAccess(signedIn, platform.clock.now()), region.slug)
  const role = await regionRoleOf(platform, own, signedIn.holder)
  if (role === undefined) {
    const jurisdictions = await administered(platform, region, signedIn)
    return { platform, region, signedIn, role: 'jurisdiction', jurisdictions, db: own, by }
  }
  const db = openRegion(platform, regionAccess(platform, signedIn, role), region.slug)
  // Also where the page itself reads nothing from this handle.
  await db.rows(sql`SELECT 1`)
  const jurisdictions = role === 'administrator' ? undefined : []
  return { platform, region, signedIn, role, jurisdictions, db, by }
}

// Throws `not-found` for someone who administers nothing here.
async function administered(platform: Platform, region: Region, signedIn: SignedIn): Promise<string[]> {
  const now = platform.clock.now()
  const { grants } = await grantsOf(platform, region.slug, signedIn.holder)
  const slugs = grants
    .filter(({ role, fromAt, toAt }) => role === 'administrator' && fromAt <= now && (toAt ?? Infinity) > now)
    .map(({ jurisdiction }) => jurisdiction)
  const own = [...new Set(slugs)].filter(slug => region.jurisdiction(slug) !== undefined)
  const proved = await Promise.all(own.map(slug => proveAdministrator(platform, region, slug, signedIn)))
  if (!proved.includes(true)) throw problem('not-found')
  return own.filter((_, index) => proved[index])
}

// By a statement, as for all staff: a grant or a session that has ended counts no longer.
async function proveAdministrator(
  platform: Platform,
  region: Region,
  slug: string,
  signedIn: SignedIn,
): Promise<boolean> {
  const access = await staffAccess(platform, region, slug, signedIn)
  const isOne = access?.permits.some(
    ({ role, services }) => role === 'administrator' && services === undefined,
  )
  if (access === undefined || isOne !== true) return false
  await openTenantReader(platform, access, region.slug, slug).rows(sql`SELECT 1`)
  return true
}

/** Whether this person is one of its administrators, whatever they are in the region. */
export async function administersJurisdiction(
  { platform, region, signedIn }: AdminContext,
  slug: string,
): Promise<boolean> {
  return (
    region.jurisdiction(slug) !== undefined && (await proveAdministrator(platform, region, slug, signedIn))
  )
}

export function isRegionAdmin({ role }: AdminContext): boolean {
  return role === 'administrator'
}

/** Whether this person may change a document: of the region, or of a jurisdiction that they administer. */
export function mayEdit({ role, jurisdictions }: AdminContext, file: string): boolean {
  if (role === 'administrator') return true
  const slash = file.indexOf('/')
  return slash > 0 && (jurisdictions ?? []).includes(file.slice(0, slash))
}

export function mayEditAnything({ role }: AdminContext): boolean {
  return role !== 'reviewer'
}

/** Before what takes effect outside of a draft. Throws `step-up-required`. */
export function requireAdminStepUp({ signedIn, platform }: AdminContext): void {
  requireStepUp(signedIn, platform.clock.now(), isNeutralSource)
}

export function doingNow({ platform, by }: AdminContext) {
  return { by, at: platform.clock.now() }
}
