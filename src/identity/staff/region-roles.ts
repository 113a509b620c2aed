import { desc, eq, sql } from 'drizzle-orm'
import { guard, insertOne, type RegionDb, type RegionReader, type Step } from '../../core/database/handles.ts'
import { randomText } from '../../core/ids.ts'
import { problem } from '../../core/problem.ts'
import type { Platform } from '../../platform/platform.ts'
import { type RegionRole, regionGrant, staff } from '../region-schema.ts'
import { isRoleInForce, madeInRegion, regionAdministrators } from './administrators.ts'
import { enqueueStaffEmail } from './pending-emails.ts'
import { decryptMailbox, hasMailbox, staffOf } from './staff.ts'

/* Administrators of a region appoint others and reviewers, and remove them. Everybody concerned hears of it. */

export interface RegionRoleHolder {
  /** Of the appointment. */
  readonly id: string
  readonly staff: string
  readonly name: string
  readonly role: RegionRole
  /** Empty without a mailbox. */
  readonly email: string
  /** An actor, such as `staff:<id>`. */
  readonly madeBy: string
  readonly madeAt: number
}

/** Those in force, the newest first. */
export async function regionRoleHolders(platform: Platform, db: RegionReader): Promise<RegionRoleHolder[]> {
  const rows = await db
    .select({ grant: regionGrant, person: staff })
    .from(regionGrant)
    .innerJoin(staff, eq(staff.id, regionGrant.staff))
    .where(isRoleInForce(platform))
    .orderBy(desc(regionGrant.madeAt))
  return Promise.all(
    rows.map(async ({ grant: { id, role, madeBy, madeAt }, person }) => {
      const email = hasMailbox(person) ? await decryptMailbox(platform, db, person.email) : ''
      return { id, staff: person.id, name: person.name, role, email, madeBy, madeAt }
    }),
  )
}

interface Appointment {
  readonly email: string
  readonly name?: string | undefined
  readonly role: RegionRole
  /** `staff.id` of the administrator who does it. */
  readonly by: string
  readonly language: string
}

/**
 * Commits `included` in the same batch. Throws `invalid-fields` for an invalid address, one's own, and somebody who has
 * the role.
 */
export async function giveRegionRole(
  platform: Platform,
  db: RegionDb,
  { role, by, language, ...person }: Appointment,
  included: readonly Step[],
): Promise<void> {
  const id = await staffOf(platform, db.region, person)
  if (id === by) throw problem('invalid-fields', { fields: [{ field: 'email', code: 'oneself' }] })
  const held = await db
    .select({ staff: regionGrant.staff, role: regionGrant.role })
    .from(regionGrant)
    .where(isRoleInForce(platform))
  if (held.some(row => row.staff === id && row.role === role)) {
    throw problem('invalid-fields', { fields: [{ field: 'email', code: 'taken' }] })
  }
  const at = platform.clock.now()
  const row = {
    id: randomText(platform.random, 12),
    staff: id,
    role,
    madeBy: madeInRegion(platform, by),
    madeAt: at,
  }
  const isHeld = sql`EXISTS (SELECT 1 FROM ${regionGrant}
    WHERE staff = ${id} AND role = ${role} AND ${isRoleInForce(platform)})`
  const invitation = { about: 'region-invitation', staff: id, role, language } as const
  await db.commit([
    guard(sql`NOT ${isHeld}`, 'wrong-state'),
    insertOne(regionGrant, row),
    enqueueStaffEmail(platform, randomText(platform.random, 12), invitation),
    ...(await notices(platform, db, { person: id, role, by, language, hasEnded: false })),
    ...included,
  ])
}

/** Throws `not-found`, and `wrong-state` if it has ended or is the last administrator's. */
export async function endRegionRole(
  platform: Platform,
  db: RegionDb,
  { grant, by, language }: { readonly grant: string; readonly by: string; readonly language: string },
  included: readonly Step[],
): Promise<void> {
  const [row] = await db.select().from(regionGrant).where(eq(regionGrant.id, grant))
  if (row === undefined) throw problem('not-found')
  const { staff: person, role } = row
  const about = { person, role, by, language, hasEnded: true }
  await db.commit([
    guard(
      sql`EXISTS (SELECT 1 FROM ${regionGrant} WHERE id = ${grant} AND ${isRoleInForce(platform)})`,
      'wrong-state',
    ),
    guard(
      sql`${role !== 'administrator' ? 1 : 0} OR EXISTS (SELECT 1 FROM ${regionGrant}
        WHERE staff <> ${person} AND role = 'administrator' AND ${isRoleInForce(platform)})`,
      'wrong-state',
    ),
    sql`UPDATE ${regionGrant} SET ended_by = ${`staff:${by}`}, ended_at = ${platform.clock.now()} WHERE id = ${grant}`,
    ...(await notices(platform, db, about)),
    enqueueStaffEmail(platform, randomText(platform.random, 12), {
      about: 'region-role',
      to: person,
      ...about,
    }),
    ...included,
  ])
}

interface Notice {
  readonly person: string
  readonly role: RegionRole
  readonly by: string
  readonly language: string
  readonly hasEnded: boolean
}

// To the other administrators: who did it knows.
async function notices(platform: Platform, db: RegionDb, notice: Notice) {
  const administrators = await regionAdministrators(platform, db.region)
  return administrators
    .filter(id => id !== notice.person && id !== notice.by)
    .map(to =>
      enqueueStaffEmail(platform, randomText(platform.random, 12), { about: 'region-role', to, ...notice }),
    )
}
