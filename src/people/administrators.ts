import { and, eq, isNull, sql } from 'drizzle-orm'
import type { SignedInAccess } from '../core/access.ts'
import { guard, openRegion, openTenant, openTenantReader } from '../core/db.ts'
import { randomText } from '../core/ids.ts'
import { asProblem } from '../core/problem.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/compile.ts'
import { regionGrant, staff } from './region-schema.ts'
import { grant } from './schema.ts'
import { type SignedIn, signedInAccess } from './sessions.ts'
import { type Invitation, inviteStaff, peopleDb, staffOf } from './staff.ts'

/*
 * Administrators of a region look after who administers its jurisdictions. They appoint the first administrator of one that
 * has none, and see no jurisdiction's data for it.
 */

/** What an administrator of the region may open of its database: `not-found` for everybody else. */
export function administratorAccess(signedIn: SignedIn, now: number): SignedInAccess {
  const access = signedInAccess(signedIn, now)
  const holds = sql`EXISTS (SELECT 1 FROM ${regionGrant} WHERE staff = ${signedIn.holder} AND ended_at IS NULL)`
  return { ...access, proof: [...access.proof, { holds, otherwise: 'not-found' }] }
}

/** Makes the owner of a mailbox an administrator of the region. Answers `staff.id`; twice is once. */
export async function addAdministrator(
  platform: Platform,
  region: string,
  person: { readonly email: string; readonly name?: string | undefined },
  madeBy: string,
): Promise<string> {
  const id = await staffOf(platform, region, person)
  await letAdminister(platform, region, id, madeBy)
  return id
}

export async function letAdminister(
  platform: Platform,
  region: string,
  id: string,
  madeBy: string,
): Promise<void> {
  await peopleDb(platform, region).commit([
    sql`INSERT INTO ${regionGrant} (id, staff, made_by, made_at)
      SELECT ${randomText(platform.random, 12)}, ${id}, ${madeBy}, ${platform.clock.now()}
      WHERE NOT EXISTS (SELECT 1 FROM ${regionGrant} WHERE staff = ${id} AND ended_at IS NULL)`,
  ])
}

export interface Administered {
  readonly slug: string
  readonly name: string
  /** Names of those who administer it now; undefined while its database is away. */
  readonly administrators: readonly string[] | undefined
}

const administers = (now: number) => sql`role = 'administrator' AND ended_at IS NULL
  AND from_at <= ${now} AND coalesce(to_at, ${Number.MAX_SAFE_INTEGER}) > ${now}`

/** Every jurisdiction of the region, and who administers it. */
export async function whoAdministers(
  platform: Platform,
  region: Region,
  signedIn: SignedIn,
): Promise<Administered[]> {
  const now = platform.clock.now()
  const db = openRegion(platform, administratorAccess(signedIn, now), region.slug)
  const names = new Map((await db.select().from(staff)).map(({ id, name }) => [id, name]))
  return Promise.all(
    region.documents.jurisdictions.map(async ({ slug, name }) => {
      const access = { kind: 'system', reason: 'who-administers' } as const
      try {
        const rows = await openTenantReader(platform, access, region.slug, slug)
          .selectDistinct({ staff: grant.staff })
          .from(grant)
          .where(administers(now))
        return { slug, name, administrators: rows.map(row => names.get(row.staff) ?? '').sort() }
      } catch (error) {
        if (asProblem(error).slug !== 'database-away') throw error
        return { slug, name, administrators: undefined }
      }
    }),
  )
}

/** Throws `wrong-state` for a jurisdiction that has an administrator, `invalid-fields` for what is no address. */
export async function appointFirst(
  platform: Platform,
  region: Region,
  signedIn: SignedIn,
  slug: string,
  invitation: Pick<Invitation, 'email' | 'name' | 'language'>,
): Promise<void> {
  const now = platform.clock.now()
  const access = administratorAccess(signedIn, now)
  await openRegion(platform, access, region.slug).select({ id: staff.id }).from(staff).limit(1)
  const reason = `region-administrator:${signedIn.holder}`
  const db = openTenant(platform, { kind: 'system', reason }, region.slug, slug)
  const hasNone = sql`NOT EXISTS (SELECT 1 FROM ${grant} WHERE ${administers(now)})`
  await inviteStaff(platform, db, { ...invitation, role: 'administrator' }, [guard(hasNone, 'wrong-state')])
}

/** Whether somebody administers the region: for what a page offers, not for what it opens. */
export async function isAdministrator(platform: Platform, region: string, holder: string): Promise<boolean> {
  const found = await peopleDb(platform, region)
    .select({ id: regionGrant.id })
    .from(regionGrant)
    .where(and(eq(regionGrant.staff, holder), isNull(regionGrant.endedAt)))
  return found.length > 0
}
