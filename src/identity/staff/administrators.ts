import { and, eq, sql } from 'drizzle-orm'
import type { SignedInAccess } from '../../core/access.ts'
import {
  guard,
  openRegion,
  openTenant,
  openTenantReader,
  type RegionReader,
  type Step,
  type TenantDb,
} from '../../core/database/handles.ts'
import { randomText } from '../../core/ids.ts'
import { asProblem, problem } from '../../core/problem.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Jurisdiction } from '../../regions/documents/snapshot.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { type RegionRole, regionGrant, regionRoles, staff } from '../region-schema.ts'
import { grant } from '../schema.ts'
import { type SignedIn, signedInAccess } from '../sessions/sessions.ts'
import { isNeutralSource } from '../sessions/sources.ts'
import { OTHER_SIGN_IN } from './grants.ts'
import { enqueueStaffEmail } from './pending-emails.ts'
import { type Invitation, identityDb, inviteStaff, mailboxIndex, staffByMailbox, staffOf } from './staff.ts'

// Region administrators appoint only a jurisdiction's first administrator, never themselves, and its staff
// are notified. They gain no access to its data.

/** `not-found` for others; `other-sign-in-needed` if only a jurisdiction vouches for them. */
export function administratorAccess(platform: Platform, signedIn: SignedIn): SignedInAccess {
  return regionAccess(platform, signedIn, 'administrator')
}

/** As `administratorAccess`, for someone with this role. */
export function regionAccess(platform: Platform, signedIn: SignedIn, role: RegionRole): SignedInAccess {
  const access = signedInAccess(signedIn, platform.clock.now())
  const holds = sql`EXISTS (SELECT 1 FROM ${regionGrant} WHERE staff = ${signedIn.holder} AND role = ${role} AND ${isRoleInForce(platform)})`
  const isTaken = signedIn.authentications.some(({ source }) => isNeutralSource(source))
  const refusal = isTaken ? [] : [OTHER_SIGN_IN]
  return { ...access, proof: [...access.proof, { holds, otherwise: 'not-found' }, ...refusal] }
}

const BY_DEMO = 'system:demo'
/** Of appointments in `region_grant`. */
export const isRoleInForce = ({ demo }: Platform) =>
  demo ? sql`ended_at IS NULL` : sql`ended_at IS NULL AND made_by <> ${BY_DEMO}`

/** Who appointed somebody. What was done in a demonstration ends with it. */
export function madeInRegion({ demo }: Platform, by: string): string {
  return demo ? BY_DEMO : `staff:${by}`
}

export function demoAdministers(platform: Platform, region: string, id: string): Promise<void> {
  return giveRegionRole(platform, region, { staff: id, role: 'administrator' }, BY_DEMO)
}

export async function addAdministrator(
  platform: Platform,
  region: string,
  person: { readonly email: string; readonly name?: string | undefined },
  madeBy: string,
  role: RegionRole = 'administrator',
): Promise<string> {
  const id = await staffOf(platform, region, person)
  await giveRegionRole(platform, region, { staff: id, role }, madeBy)
  return id
}

export async function giveRegionRole(
  platform: Platform,
  region: string,
  { staff: id, role }: { readonly staff: string; readonly role: RegionRole },
  madeBy: string,
): Promise<void> {
  await identityDb(platform, region).commit([
    sql`INSERT INTO ${regionGrant} (id, staff, role, made_by, made_at)
      SELECT ${randomText(platform.random, 12)}, ${id}, ${role}, ${madeBy}, ${platform.clock.now()}
      WHERE NOT EXISTS (SELECT 1 FROM ${regionGrant}
        WHERE staff = ${id} AND role = ${role} AND ${isRoleInForce(platform)})`,
  ])
}

export interface Administered {
  readonly slug: string
  readonly name: string
  readonly administrators: readonly string[] | undefined
  /** Only the operator can then add another. */
  readonly hadOne: boolean
}

function everAdministered({ demo }: Platform) {
  return sql`role = 'administrator' AND (source <> 'demo' OR ${demo ? 1 : 0})`
}

/** Of grants. */
export function isCurrent(now: number) {
  return sql`ended_at IS NULL AND from_at <= ${now} AND coalesce(to_at, ${Number.MAX_SAFE_INTEGER}) > ${now}`
}

export async function whoAdministers(
  platform: Platform,
  region: Region,
  signedIn: SignedIn,
  jurisdictions: readonly Jurisdiction[],
): Promise<Administered[]> {
  const now = platform.clock.now()
  const db = openRegion(platform, administratorAccess(platform, signedIn), region.slug)
  const names = new Map((await db.select().from(staff)).map(({ id, name }) => [id, name]))
  return Promise.all(
    jurisdictions.map(async ({ slug, name }) => {
      const access = { kind: 'system', reason: 'who-administers' } as const
      try {
        const rows = await openTenantReader(platform, access, region.slug, slug)
          .select({ staff: grant.staff, current: sql<number>`max(${isCurrent(now)})` })
          .from(grant)
          .where(everAdministered(platform))
          .groupBy(grant.staff)
        const current = rows.filter(row => row.current === 1).map(row => names.get(row.staff) ?? '')
        return { slug, name, administrators: current.sort(), hadOne: rows.length > 0 }
      } catch (error) {
        if (asProblem(error).slug !== 'database-unavailable') throw error
        return { slug, name, administrators: undefined, hadOne: true }
      }
    }),
  )
}

/** Throws `wrong-state` if it ever had an administrator, `invalid-fields` for an invalid address and one's own. */
export async function appointFirst(
  platform: Platform,
  region: Region,
  signedIn: SignedIn,
  slug: string,
  invitation: Pick<Invitation, 'email' | 'name' | 'language'>,
): Promise<void> {
  const regionDb = openRegion(platform, administratorAccess(platform, signedIn), region.slug)
  const mailbox = await mailboxIndex(platform, identityDb(platform, region.slug), invitation.email)
  if ((await staffByMailbox(regionDb, mailbox))?.id === signedIn.holder)
    throw problem('invalid-fields', { fields: [{ field: 'email', code: 'oneself' }] })
  const reason = `region-administrator:${signedIn.holder}`
  const db = openTenant(platform, { kind: 'system', reason }, region.slug, slug)
  const neverAdministered = sql`NOT EXISTS (SELECT 1 FROM ${grant} WHERE ${everAdministered(platform)})`
  const appointed = await staffOf(platform, region.slug, invitation)
  const notices = await notifyOfAppointment(platform, db, region, appointed, signedIn.holder)
  const steps = [guard(neverAdministered, 'wrong-state'), ...notices]
  await inviteStaff(platform, db, { ...invitation, role: 'administrator' }, steps)
}

async function notifyOfAppointment(
  platform: Platform,
  db: TenantDb,
  region: Region,
  appointed: string,
  by: string,
): Promise<Step[]> {
  const rows = await db
    .selectDistinct({ staff: grant.staff })
    .from(grant)
    .where(isCurrent(platform.clock.now()))
  const own = region.jurisdiction(db.slug)?.email === undefined ? [] : [null]
  const about = { about: 'appointment', appointed, by, language: region.language } as const
  return [...rows.map(row => row.staff).filter(id => id !== appointed), ...own].map(to =>
    enqueueStaffEmail(platform, randomText(platform.random, 12), { ...about, to }),
  )
}

export async function regionAdministrators(platform: Platform, region: string): Promise<string[]> {
  const found = await identityDb(platform, region)
    .selectDistinct({ staff: regionGrant.staff })
    .from(regionGrant)
    .where(sql`role = 'administrator' AND ${isRoleInForce(platform)}`)
  return found.map(({ staff }) => staff)
}

/** For what a page offers, not for access control. */
export async function isAdministrator(platform: Platform, region: string, holder: string): Promise<boolean> {
  return (await regionRoleOf(platform, identityDb(platform, region), holder)) === 'administrator'
}

/** The higher one of someone who has both; undefined for others. For what a page offers, not for access control. */
export async function regionRoleOf(
  platform: Platform,
  db: RegionReader,
  holder: string,
): Promise<RegionRole | undefined> {
  const found = await db
    .select({ role: regionGrant.role })
    .from(regionGrant)
    .where(and(eq(regionGrant.staff, holder), isRoleInForce(platform)))
  return regionRoles.find(role => found.some(row => row.role === role))
}
