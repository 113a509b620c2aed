import { sql } from 'drizzle-orm'
import type { Context } from 'hono'
import { may, type Right, servicesFor, type WorkAccess } from '../core/access.ts'
import { openTenant, openTenantReader, type TenantDb, type TenantReader } from '../core/db.ts'
import { problem } from '../core/problem.ts'
import { signedInAs } from '../people/cookies.ts'
import { staffAccess } from '../people/grants.ts'
import type { SignedIn } from '../people/sessions.ts'
import { hasLeft } from '../regions/leaving.ts'
import type { Door } from '../regions/site.ts'
import type { Jurisdiction } from '../regions/snapshot.ts'
import { about, type Matter, refuseFrozen } from '../requests/work.ts'

/* The one door of the staff pages: who has signed in, and what a jurisdiction lets them do there. */

export type PageContext = Context<Door>

/** A jurisdiction as somebody works in it. */
export interface Office {
  readonly signedIn: SignedIn
  readonly jurisdiction: Jurisdiction
  readonly access: WorkAccess
  /** It has left the platform: nothing there changes any more. */
  readonly isFrozen: boolean
}

export interface LookOffice extends Office {
  readonly db: TenantReader
}

export interface ChangeOffice extends Office {
  readonly db: TenantDb
}

/** Rights that are about the whole jurisdiction: whoever has them for some services only has none of them. */
const aboutAll: readonly Right[] = ['grants', 'keys', 'audit']

/** Whether somebody has a right in a jurisdiction whatever the service. */
export function mayAll({ access }: Office, right: Right): boolean {
  return servicesFor(access, right) === undefined
}

/** Throws `sign-in-needed`. */
export async function staffOf(c: PageContext): Promise<SignedIn> {
  const signedIn = await signedInAs(c, 'staff')
  if (signedIn === undefined) throw problem('sign-in-needed')
  return signedIn
}

/** Somebody's office in a jurisdiction. Undefined where they have none: then nothing there may be said to exist. */
export async function officeOf(
  c: PageContext,
  slug: string,
  signedIn: SignedIn,
): Promise<Office | undefined> {
  const { region } = c.get('site')
  const platform = c.get('platform')
  const jurisdiction = region.jurisdiction(slug)
  if (jurisdiction === undefined) {
    // As long as at the door of one that has not let them in.
    const { intake } = region.documents.region
    await openTenantReader(platform, { kind: 'system', reason: 'grants' }, region.slug, intake).rows(
      sql`SELECT 1`,
    )
    return undefined
  }
  const access = await staffAccess(platform, region.slug, slug, signedIn)
  if (access === undefined) return undefined
  return { signedIn, jurisdiction, access, isFrozen: hasLeft(region, slug, platform.clock.now()) }
}

/**
 * To look, at the jurisdiction that the address names. Throws `sign-in-needed`; `not-found` for whoever may not know of
 * it; `not-allowed` for whoever may, but not this.
 */
export async function openToSee(
  c: PageContext,
  right: Right = 'read',
  matter: Matter = {},
): Promise<LookOffice> {
  const { office, access } = await openOffice(c, right, matter)
  return { ...office, db: openTenantReader(c.get('platform'), access, access.region, access.jurisdiction) }
}

/** To change something there. Throws as `openToSee` does, and `jurisdiction-left`. */
export async function openToAct(c: PageContext, right: Right, matter: Matter = {}): Promise<ChangeOffice> {
  const { office, access } = await openOffice(c, right, matter)
  refuseFrozen(c.get('site').region, access.jurisdiction, c.get('platform').clock.now())
  return { ...office, db: openTenant(c.get('platform'), access, access.region, access.jurisdiction) }
}

async function openOffice(c: PageContext, right: Right, matter: Matter) {
  const office = await officeOf(c, c.req.param('jurisdiction') ?? '', await staffOf(c))
  if (office === undefined || !may(office.access, 'read')) throw problem('not-found')
  const isAllowed = aboutAll.includes(right) ? mayAll(office, right) : may(office.access, right)
  if (!isAllowed) {
    // Not even that is said to a session that has ended.
    const { access } = office
    await openTenantReader(c.get('platform'), access, access.region, access.jurisdiction).rows(sql`SELECT 1`)
    throw problem('not-allowed')
  }
  return { office, access: about(office.access, right, matter) }
}
