import { and, asc, desc, eq, isNull, sql } from 'drizzle-orm'
import { actorOf, type Permit, type Proof, servicesFor, type WorkAccess } from '../../core/access.ts'
import { appendAuditAction } from '../../core/audit-actions.ts'
import { Cache } from '../../core/cache.ts'
import {
  guard,
  openRegion,
  openTenant,
  openTenantReader,
  type Step,
  type TenantDb,
  type TenantReader,
} from '../../core/database/handles.ts'
import { randomText } from '../../core/ids.ts'
import { asProblem, problem } from '../../core/problem.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { grantEnded, grantMade, type linkGiven, type sessionsEnded } from '../audit-actions.ts'
import { staffJurisdiction } from '../region-schema.ts'
import { type Role, rightsOf } from '../roles.ts'
import { grant } from '../schema.ts'
import { isNotEnded, noteJurisdiction, type SignedIn } from '../sessions/sessions.ts'
import { acceptsSignIn } from '../sessions/sources.ts'

// Grants are in the jurisdiction's own database, so it alone makes and withdraws them. The cache grants
// nothing: every statement proves that those rows are still in force.

export type GrantRow = typeof grant.$inferSelect

const ALWAYS = Number.MAX_SAFE_INTEGER

// Stale ones are read before use, so that people who return see new grants. No empty ones are kept: a first
// grant takes effect at once.
const inForce = new Cache<readonly GrantRow[]>({
  fresh: 3_000,
  stale: 60_000,
  event: 'grants-stale',
  keeps: rows => rows.length > 0,
})

/**
 * Undefined without a grant: the caller must not learn what exists. Statements throw `not-found` once a grant
 * ends, `sign-in-needed` once the session ends, `other-sign-in-needed` if none of its sources is accepted.
 */
export async function staffAccess(
  platform: Platform,
  region: Region,
  slug: string,
  signedIn: SignedIn,
): Promise<WorkAccess | undefined> {
  const now = platform.clock.now()
  const rows = (await grantsInForce(platform, region.slug, slug, signedIn.holder)).filter(
    ({ fromAt, toAt, source }) =>
      fromAt <= now && now < (toAt ?? ALWAYS) && (source !== 'demo' || platform.demo),
  )
  if (rows.length === 0) return undefined
  const ids = JSON.stringify(rows.map(({ id }) => id))
  const stillInForce = sql`(SELECT count(*) FROM ${grant} WHERE id IN (SELECT value FROM json_each(${ids}))
    AND ended_at IS NULL AND from_at <= ${now} AND coalesce(to_at, ${ALWAYS}) > ${now}) = ${rows.length}`
  const isTaken = signedIn.authentications.some(({ source }) => acceptsSignIn(region, slug, source))
  return {
    kind: 'work',
    region: region.slug,
    jurisdiction: slug,
    actor: `staff:${signedIn.holder}`,
    permits: rows.map(permitOf),
    proof: [
      isNotEnded(signedIn),
      { holds: stillInForce, otherwise: 'not-found' },
      ...(isTaken ? [] : [OTHER_SIGN_IN]),
    ],
  }
}

/** Never holds. Last among the proofs, so that only those with a grant see it. */
export const OTHER_SIGN_IN: Proof = { holds: sql`0`, otherwise: 'other-sign-in-needed' }

function permitOf({ role, services }: GrantRow): Permit {
  return {
    role,
    rights: rightsOf[role],
    services: services ?? undefined,
  }
}

function grantsInForce(
  platform: Platform,
  region: string,
  slug: string,
  staff: string,
): Promise<readonly GrantRow[]> {
  const read = () =>
    openTenantReader(platform, { kind: 'system', reason: 'grants' }, region, slug)
      .select()
      .from(grant)
      .where(and(eq(grant.staff, staff), isNull(grant.endedAt)))
  const name = `${region} ${slug} ${staff}`
  return inForce.get(platform, name, read, { region, jurisdiction: slug })
}

export function invalidateGrants(platform: Platform, region: string, slug: string, staff: string): void {
  inForce.delete(platform, `${region} ${slug} ${staff}`)
}

export interface NewGrant {
  readonly staff: string
  readonly role: Role
  readonly services?: readonly string[] | undefined
  readonly from?: number | undefined
  readonly to?: number | undefined
  /** `staff` becomes `demo` in a demonstration. */
  readonly source: GrantRow['source']
}

/** Commits `included` in the same batch. Returns the grant's id. Throws `not-allowed`. */
export async function makeGrant(
  platform: Platform,
  db: TenantDb,
  input: NewGrant,
  included: readonly Step[] = [],
): Promise<string> {
  refuseLimited(db)
  const at = platform.clock.now()
  const id = randomText(platform.random, 12)
  // Register first, so that its holder can always find and end the grant.
  const region = openRegion(platform, { kind: 'system', reason: 'grants' }, db.region)
  await noteJurisdiction(platform, region, 'staff', input.staff, db.slug)
  await db.commit([
    ...included,
    db.insert(grant).values({
      id,
      staff: input.staff,
      role: input.role,
      services: input.services ?? null,
      fromAt: input.from ?? at,
      toAt: input.to ?? null,
      source: platform.demo && input.source === 'staff' ? 'demo' : input.source,
      madeBy: actorOf(db.access),
      madeAt: at,
    }),
    appendAuditAction(
      grantMade,
      { grant: id, staff: input.staff, role: input.role, services: input.services ?? null },
      { actor: actorOf(db.access), at },
    ),
  ])
  invalidateGrants(platform, db.region, db.slug, input.staff)
  return id
}

/** Throws `not-allowed`, `not-found`, or `wrong-state` if it has ended or is the last administrator's. */
export async function withdrawGrant(platform: Platform, db: TenantDb, id: string): Promise<void> {
  const [row] = await db.select().from(grant).where(eq(grant.id, id))
  if (row === undefined) throw problem('not-found')
  refuseLimited(db)
  const at = platform.clock.now()
  const actor = actorOf(db.access)
  await db.commit([
    guard(
      sql`EXISTS (SELECT 1 FROM ${grant} WHERE id = ${id} AND ended_at IS NULL)`,
      'wrong-state',
      'It has ended already.',
    ),
    guard(
      sql`${db.access.kind === 'system' || row.role !== 'administrator'} OR EXISTS (SELECT 1 FROM ${grant} WHERE id <> ${id}
        AND role = 'administrator' AND services IS NULL AND ended_at IS NULL AND from_at <= ${at} AND coalesce(to_at, ${ALWAYS}) > ${at}
        AND (source <> 'demo' OR ${platform.demo ? 1 : 0}))`,
      'wrong-state',
      'Let another administrator in first: this is the last one.',
    ),
    appendAuditAction(grantEnded, { grant: id, staff: row.staff, role: row.role }, { actor, at }),
    sql`UPDATE ${grant} SET ended_at = ${at}, ended_by = ${actor} WHERE id = ${id}`,
  ])
  invalidateGrants(platform, db.region, db.slug, row.staff)
}

// Grants belong to no service: throws `not-allowed` for staff limited to some services.
function refuseLimited(db: TenantDb): void {
  if (servicesFor(db.access, 'grants') !== undefined) throw problem('not-allowed')
}

export function listGrants(db: TenantReader): Promise<GrantRow[]> {
  return db.select().from(grant).orderBy(asc(sql`ended_at IS NOT NULL`), desc(grant.madeAt)).limit(500)
}

/** In each jurisdiction where they can work. Throws `database-unavailable`: unlogged actions must not happen. */
export async function logStaffAction(
  platform: Platform,
  region: string,
  staff: string,
  operator: string,
  action: typeof linkGiven | typeof sessionsEnded,
): Promise<void> {
  const access = { kind: 'system', reason: 'command', operator } as const
  const step = appendAuditAction(action, { staff }, { actor: actorOf(access), at: platform.clock.now() })
  for (const slug of await reachOf(platform, region, staff))
    await openTenant(platform, access, region, slug).commit([step])
}

async function reachOf(platform: Platform, region: string, staff: string): Promise<string[]> {
  const rows = await openRegion(platform, { kind: 'system', reason: 'grants' }, region)
    .select({ jurisdiction: staffJurisdiction.jurisdiction })
    .from(staffJurisdiction)
    .where(eq(staffJurisdiction.staff, staff))
    .orderBy(asc(staffJurisdiction.jurisdiction))
  return rows.map(({ jurisdiction }) => jurisdiction)
}

export interface HeldGrant extends GrantRow {
  readonly jurisdiction: string
}

export async function grantsOf(
  platform: Platform,
  region: string,
  staff: string,
): Promise<{ readonly grants: readonly HeldGrant[]; readonly unavailable: readonly string[] }> {
  const access = { kind: 'system', reason: 'grants' } as const
  const reach = await reachOf(platform, region, staff)
  const unavailable: string[] = []
  const found = await Promise.all(
    reach.map(async jurisdiction => {
      try {
        const rows = await openTenantReader(platform, access, region, jurisdiction)
          .select()
          .from(grant)
          .where(and(eq(grant.staff, staff), isNull(grant.endedAt)))
        return rows.map(row => ({ ...row, jurisdiction }))
      } catch (error) {
        if (asProblem(error).slug !== 'database-unavailable') throw error
        unavailable.push(jurisdiction)
        return []
      }
    }),
  )
  return { grants: found.flat(), unavailable }
}

/** Does nothing unless the grant is the caller's own. */
export async function resignGrant(
  platform: Platform,
  region: Region,
  slug: string,
  id: string,
  signedIn: SignedIn,
): Promise<void> {
  const access = await staffAccess(platform, region, slug, signedIn)
  if (access === undefined) return
  const reader = openTenantReader(platform, access, region.slug, slug)
  const [own] = await reader
    .select({ id: grant.id })
    .from(grant)
    .where(and(eq(grant.id, id), eq(grant.staff, signedIn.holder), isNull(grant.endedAt)))
  if (own === undefined) return
  const reason = `given-up-by:${signedIn.holder}`
  const db = openTenant(platform, { kind: 'system', reason }, region.slug, slug)
  await withdrawGrant(platform, db, id)
}
