import { and, asc, desc, eq, isNull, sql } from 'drizzle-orm'
import { actorOf, type Permit, servicesFor, type WorkAccess } from '../core/access.ts'
import { type Act, logAct } from '../core/acts.ts'
import {
  guard,
  openRegion,
  openTenant,
  openTenantReader,
  type Step,
  type TenantDb,
  type TenantReader,
} from '../core/db.ts'
import { randomText } from '../core/ids.ts'
import { asProblem, problem } from '../core/problem.ts'
import type { Platform } from '../platform/platform.ts'
import { staffReach } from './region-schema.ts'
import { type Role, rightsOf } from './roles.ts'
import { grant } from './schema.ts'
import { isNotEnded, noteReach, type SignedIn } from './sessions.ts'

/*
 * What a jurisdiction lets people do stands in its own database, so it alone gives and withdraws it. The rows in force
 * are kept in memory for a moment, so that an access costs no round trip; what is kept opens nothing by itself, for every
 * statement carries the proof that those very rows are in force still.
 */

export type GrantRow = typeof grant.$inferSelect

/** Then they are looked at again in the background. */
const FRESH_MILLISECONDS = 3_000
/** Then before they are used: whoever comes back to work finds what they have been let do meanwhile. */
const OLD_MILLISECONDS = 60_000
const ALWAYS = Number.MAX_SAFE_INTEGER

interface Kept {
  readonly rows: readonly GrantRow[]
  checkedAt: number
}
const kept = new WeakMap<Platform, Map<string, Kept>>()

/**
 * What somebody may do in a jurisdiction: their grants in force, as one access. Undefined when there is none, and then
 * nothing there may be said to exist. A grant that ends while it is in use answers `not-found` from then on; a session
 * that has ended, `sign-in-needed`.
 */
export async function staffAccess(
  platform: Platform,
  region: string,
  slug: string,
  signedIn: SignedIn,
): Promise<WorkAccess | undefined> {
  const now = platform.clock.now()
  const rows = (await grantsInForce(platform, region, slug, signedIn.holder)).filter(
    ({ fromAt, toAt, source }) =>
      fromAt <= now && now < (toAt ?? ALWAYS) && (source !== 'demo' || platform.demo),
  )
  if (rows.length === 0) return undefined
  const ids = JSON.stringify(rows.map(({ id }) => id))
  const stillInForce = sql`(SELECT count(*) FROM ${grant} WHERE id IN (SELECT value FROM json_each(${ids}))
    AND ended_at IS NULL AND from_at <= ${now} AND coalesce(to_at, ${ALWAYS}) > ${now}) = ${rows.length}`
  return {
    kind: 'work',
    region,
    jurisdiction: slug,
    actor: `staff:${signedIn.holder}`,
    permits: rows.map(permitOf),
    proof: [isNotEnded(signedIn), { holds: stillInForce, otherwise: 'not-found' }],
  }
}

function permitOf({ role, services }: GrantRow): Permit {
  return {
    rights: rightsOf[role],
    services: services === null ? undefined : (JSON.parse(services) as string[]),
  }
}

/** Those that have begun or will, and have not been withdrawn. */
async function grantsInForce(
  platform: Platform,
  region: string,
  slug: string,
  staff: string,
): Promise<readonly GrantRow[]> {
  const all = kept.get(platform) ?? new Map<string, Kept>()
  kept.set(platform, all)
  const name = `${region} ${slug} ${staff}`
  const now = platform.clock.now()
  const read = () =>
    openTenantReader(platform, { kind: 'system', reason: 'grants' }, region, slug)
      .select()
      .from(grant)
      .where(and(eq(grant.staff, staff), isNull(grant.endedAt)))
  const known = all.get(name)
  // A person without grants is looked up anew: the first grant counts at once.
  if (known === undefined || known.rows.length === 0 || now - known.checkedAt > OLD_MILLISECONDS) {
    const rows = await read()
    all.set(name, { rows, checkedAt: now })
    return rows
  }
  if (now - known.checkedAt > FRESH_MILLISECONDS) {
    known.checkedAt = now
    const lookAgain = async () => {
      const rows = await read()
      // Unless they were made or withdrawn here meanwhile, and so forgotten.
      if (all.get(name) === known) all.set(name, { rows, checkedAt: now })
    }
    platform.later(
      lookAgain().catch(() => platform.log('warn', 'grants-kept', { region, jurisdiction: slug })),
    )
  }
  return known.rows
}

/** Forgets what is kept of a person in a jurisdiction: after a grant was made, withdrawn, or found to have ended. */
export function forgetGrants(platform: Platform, region: string, slug: string, staff: string): void {
  kept.get(platform)?.delete(`${region} ${slug} ${staff}`)
}

export interface NewGrant {
  readonly staff: string
  readonly role: Role
  /** Codes; undefined: all. */
  readonly services?: readonly string[] | undefined
  readonly from?: number | undefined
  readonly to?: number | undefined
  /** What somebody grants in a demonstration is the demonstration's. */
  readonly source: GrantRow['source']
}

/** Lets somebody work here, with guards and jobs `alongside`. Whoever they are is decided elsewhere. Answers the grant's id. Throws `not-allowed`. */
export async function makeGrant(
  platform: Platform,
  db: TenantDb,
  wish: NewGrant,
  alongside: readonly Step[] = [],
): Promise<string> {
  refuseLimited(db)
  const at = platform.clock.now()
  const id = randomText(platform.random, 12)
  // First where to look, then what is there: never a grant that its holder cannot see and end.
  const region = openRegion(platform, { kind: 'system', reason: 'grants' }, db.region)
  await noteReach(platform, region, 'staff', wish.staff, db.slug)
  await db.commit([
    ...alongside,
    db.insert(grant).values({
      id,
      staff: wish.staff,
      role: wish.role,
      services: wish.services === undefined ? null : JSON.stringify(wish.services),
      fromAt: wish.from ?? at,
      toAt: wish.to ?? null,
      source: platform.demo && wish.source === 'staff' ? 'demo' : wish.source,
      madeBy: actorOf(db.access),
      madeAt: at,
    }),
    logAct(actorOf(db.access), at, {
      type: 'grant-made',
      grant: id,
      staff: wish.staff,
      role: wish.role,
      services: wish.services ?? null,
    }),
  ])
  forgetGrants(platform, db.region, db.slug, wish.staff)
  return id
}

/**
 * Takes a grant back, at once. Throws `not-found`, and `wrong-state` for one that has ended already or is the last
 * administrator's: somebody must be able to let others in.
 */
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
    logAct(actor, at, { type: 'grant-ended', grant: id, staff: row.staff, role: row.role }),
    sql`UPDATE ${grant} SET ended_at = ${at}, ended_by = ${actor} WHERE id = ${id}`,
  ])
  forgetGrants(platform, db.region, db.slug, row.staff)
}

/** Throws `not-allowed` for somebody who looks after some services only: a grant is no service's. */
function refuseLimited(db: TenantDb): void {
  if (servicesFor(db.access, 'grants') !== undefined) throw problem('not-allowed')
}

/** Every grant that the jurisdiction has made, those in force first, newest first. */
export function listGrants(db: TenantReader): Promise<GrantRow[]> {
  return db.select().from(grant).orderBy(asc(sql`ended_at IS NOT NULL`), desc(grant.madeAt)).limit(500)
}

/**
 * Writes an act about somebody in the log of every jurisdiction that they work in, or have. Throws `database-away`: nothing
 * is to be done then that would not be told.
 */
export async function tellWhereTheyWork(
  platform: Platform,
  region: string,
  staff: string,
  operator: string,
  act: Act,
): Promise<void> {
  const access = { kind: 'system', reason: 'command', operator } as const
  const step = logAct(actorOf(access), platform.clock.now(), act)
  for (const slug of await reachOf(platform, region, staff))
    await openTenant(platform, access, region, slug).commit([step])
}

async function reachOf(platform: Platform, region: string, staff: string): Promise<string[]> {
  const rows = await openRegion(platform, { kind: 'system', reason: 'grants' }, region)
    .select({ jurisdiction: staffReach.jurisdiction })
    .from(staffReach)
    .where(eq(staffReach.staff, staff))
    .orderBy(asc(staffReach.jurisdiction))
  return rows.map(({ jurisdiction }) => jurisdiction)
}

/** A grant as its holder sees it. */
export interface HeldGrant extends GrantRow {
  readonly jurisdiction: string
}

/** Whatever somebody has been let do in the region, wherever; a jurisdiction whose database is away is left out, and named. */
export async function grantsOf(
  platform: Platform,
  region: string,
  staff: string,
): Promise<{ readonly grants: readonly HeldGrant[]; readonly away: readonly string[] }> {
  const access = { kind: 'system', reason: 'grants' } as const
  const reach = await reachOf(platform, region, staff)
  const away: string[] = []
  const found = await Promise.all(
    reach.map(async jurisdiction => {
      try {
        const rows = await openTenantReader(platform, access, region, jurisdiction)
          .select()
          .from(grant)
          .where(and(eq(grant.staff, staff), isNull(grant.endedAt)))
        return rows.map(row => ({ ...row, jurisdiction }))
      } catch (error) {
        if (asProblem(error).slug !== 'database-away') throw error
        away.push(jurisdiction)
        return []
      }
    }),
  )
  return { grants: found.flat(), away }
}

/** Lays down a grant of one's own. Throws `not-found` for anybody else's. */
export async function giveUpGrant(
  platform: Platform,
  region: string,
  slug: string,
  id: string,
  signedIn: SignedIn,
): Promise<void> {
  const access = await staffAccess(platform, region, slug, signedIn)
  if (access === undefined) return
  const reader = openTenantReader(platform, access, region, slug)
  const [own] = await reader
    .select({ id: grant.id })
    .from(grant)
    .where(and(eq(grant.id, id), eq(grant.staff, signedIn.holder), isNull(grant.endedAt)))
  if (own === undefined) return
  const db = openTenant(platform, { kind: 'system', reason: `given-up-by:${signedIn.holder}` }, region, slug)
  await withdrawGrant(platform, db, id)
}
