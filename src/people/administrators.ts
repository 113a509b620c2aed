import { and, eq, sql } from 'drizzle-orm'
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
export function administratorAccess(platform: Platform, signedIn: SignedIn): SignedInAccess {
  const access = signedInAccess(signedIn, platform.clock.now())
  const holds = sql`EXISTS (SELECT 1 FROM ${regionGrant} WHERE staff = ${signedIn.holder} AND ${isInForce(platform)})`
  return { ...access, proof: [...access.proof, { holds, otherwise: 'not-found' }] }
}

/** Of a demonstration's administrators, while it is on. */
const BY_DEMO = 'system:demo'
const isInForce = ({ demo }: Platform) =>
  demo ? sql`ended_at IS NULL` : sql`ended_at IS NULL AND made_by <> ${BY_DEMO}`

/** Whoever plays one in a demonstration. */
export function playAdministers(platform: Platform, region: string, id: string): Promise<void> {
  return letAdminister(platform, region, id, BY_DEMO)
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

async function letAdminister(platform: Platform, region: string, id: string, madeBy: string): Promise<void> {
  await peopleDb(platform, region).commit([
    sql`INSERT INTO ${regionGrant} (id, staff, made_by, made_at)
      SELECT ${randomText(platform.random, 12)}, ${id}, ${madeBy}, ${platform.clock.now()}
      WHERE NOT EXISTS (SELECT 1 FROM ${regionGrant} WHERE staff = ${id} AND ${isInForce(platform)})`,
  ])
}

export interface Administered {
  readonly slug: string
  readonly name: string
  /** Names of those who administer it now; undefined while its database is away. */
  readonly administrators: readonly string[] | undefined
}

function administers(platform: Platform) {
  const now = platform.clock.now()
  return sql`role = 'administrator' AND ended_at IS NULL AND from_at <= ${now}
    AND coalesce(to_at, ${Number.MAX_SAFE_INTEGER}) > ${now} AND (source <> 'demo' OR ${platform.demo ? 1 : 0})`
}

/** Every jurisdiction of the region, and who administers it. */
export async function whoAdministers(
  platform: Platform,
  region: Region,
  signedIn: SignedIn,
): Promise<Administered[]> {
  const db = openRegion(platform, administratorAccess(platform, signedIn), region.slug)
  const names = new Map((await db.select().from(staff)).map(({ id, name }) => [id, name]))
  return Promise.all(
    region.documents.jurisdictions.map(async ({ slug, name }) => {
      const access = { kind: 'system', reason: 'who-administers' } as const
      try {
        const rows = await openTenantReader(platform, access, region.slug, slug)
          .selectDistinct({ staff: grant.staff })
          .from(grant)
          .where(administers(platform))
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
  const access = administratorAccess(platform, signedIn)
  await openRegion(platform, access, region.slug).select({ id: staff.id }).from(staff).limit(1)
  const reason = `region-administrator:${signedIn.holder}`
  const db = openTenant(platform, { kind: 'system', reason }, region.slug, slug)
  const hasNone = sql`NOT EXISTS (SELECT 1 FROM ${grant} WHERE ${administers(platform)})`
  await inviteStaff(platform, db, { ...invitation, role: 'administrator' }, [guard(hasNone, 'wrong-state')])
}

/** Whether somebody administers the region: for what a page offers, not for what it opens. */
export async function isAdministrator(platform: Platform, region: string, holder: string): Promise<boolean> {
  const found = await peopleDb(platform, region)
    .select({ id: regionGrant.id })
    .from(regionGrant)
    .where(and(eq(regionGrant.staff, holder), isInForce(platform)))
  return found.length > 0
}
