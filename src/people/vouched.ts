import { and, eq, sql } from 'drizzle-orm'
import { openTenant, type RegionDb } from '../core/db.ts'
import { randomText } from '../core/ids.ts'
import { problem } from '../core/problem.ts'
import type { Platform } from '../platform/platform.ts'
import { type GrantRow, grantsOf, makeGrant, withdrawGrant } from './grants.ts'
import { type Claims, valuesOf } from './id-token.ts'
import { issuerOf, type WithProvider } from './issuers.ts'
import type { Vouched } from './oidc.ts'
import { staff, staffIdentity } from './region-schema.ts'
import type { Role } from './roles.ts'
import { LONGEST_STAFF_SESSION } from './sessions.ts'
import { peopleDb, readName } from './staff.ts'

/*
 * Who somebody is whom a jurisdiction's provider vouches for, and what they may do there. A person is the issuer's and its
 * subject's; the provider's word counts in the jurisdiction that named it, and nowhere else.
 */

/** Answers `staff.id`. Throws `sign-in-failed` for somebody new to whom the claims give nothing. */
export async function staffVouchedFor(
  platform: Platform,
  region: string,
  { jurisdiction, claims }: Pick<Vouched, 'jurisdiction' | 'claims'>,
): Promise<string> {
  const db = peopleDb(platform, region)
  const wanted = wantedGrants(jurisdiction, claims)
  const known = await knownAs(db, jurisdiction, claims)
  if (known === undefined && wanted.length === 0)
    throw problem('sign-in-failed', { cause: new Error('no-role') })
  const id = known ?? (await add(platform, db, jurisdiction, claims))
  await follow(platform, region, jurisdiction.slug, id, wanted)
  return id
}

/** The person that this sign-in is known as. */
export async function knownAs(
  db: RegionDb,
  { signIn }: WithProvider,
  { sub }: Claims,
): Promise<string | undefined> {
  const [identity] = await db
    .select({ staff: staffIdentity.staff })
    .from(staffIdentity)
    .where(and(eq(staffIdentity.issuer, issuerOf(signIn)), eq(staffIdentity.subject, sub)))
  return identity?.staff
}

/** Of two first sign-ins at once, one makes the person. */
async function add(
  platform: Platform,
  db: RegionDb,
  jurisdiction: WithProvider,
  claims: Claims,
): Promise<string> {
  const id = randomText(platform.random, 16)
  const at = platform.clock.now()
  const [issuer, subject] = [issuerOf(jurisdiction.signIn), claims.sub]
  const [called] = ['name', 'preferred_username'].flatMap(name => readName(String(claims[name] ?? '')) || [])
  await db.commit([
    db.insert(staffIdentity).values({ issuer, subject, staff: id, createdAt: at }).onConflictDoNothing(),
    sql`INSERT INTO ${staff} (id, name, email, email_index, created_at)
      SELECT ${id}, ${called ?? jurisdiction.name}, '', ${id}, ${at}
      WHERE EXISTS (SELECT 1 FROM ${staffIdentity} WHERE issuer = ${issuer} AND subject = ${subject} AND staff = ${id})`,
  ])
  return (await knownAs(db, jurisdiction, claims)) ?? id
}

interface Wanted {
  readonly role: Role
  readonly services: readonly string[] | undefined
}

function wantedGrants({ signIn }: WithProvider, claims: Claims): Wanted[] {
  const { claim, roles, services = {} } = signIn
  return valuesOf(claims, claim)
    .filter(value => Object.hasOwn(roles, value))
    .flatMap(value => {
      const role = roles[value]
      const limit = Object.hasOwn(services, value) ? services[value] : undefined
      return role === undefined ? [] : [{ role, services: limit }]
    })
}

/**
 * What is claimed is granted for as long as a session that begins now may last, and as long again: somebody who does not
 * come back through the provider has it no longer, whatever other way in they have. What is not claimed ends at once.
 */
async function follow(
  platform: Platform,
  region: string,
  slug: string,
  id: string,
  wanted: readonly Wanted[],
): Promise<void> {
  const now = platform.clock.now()
  const db = openTenant(platform, { kind: 'system', reason: 'oidc' }, region, slug)
  const { grants, away } = await grantsOf(platform, region, id)
  if (away.includes(slug)) throw problem('database-away')
  const held = grants.filter(({ source, jurisdiction }) => source === 'oidc' && jurisdiction === slug)
  const claimed = new Map(wanted.map(wish => [textOf(wish), wish]))
  for (const grant of held) {
    if (!claimed.has(textOf(read(grant))) && endOf(grant) > now) await withdrawGrant(platform, db, grant.id)
    if (endOf(grant) >= now + LONGEST_STAFF_SESSION) claimed.delete(textOf(read(grant)))
  }
  const to = now + 2 * LONGEST_STAFF_SESSION
  for (const { role, services } of claimed.values()) {
    await makeGrant(platform, db, { staff: id, role, services, to, source: 'oidc' })
  }
}

function read({ role, services }: GrantRow): Wanted {
  return { role, services: services === null ? undefined : (JSON.parse(services) as string[]) }
}

const endOf = ({ toAt }: GrantRow) => toAt ?? Number.MAX_SAFE_INTEGER

function textOf({ role, services }: Wanted): string {
  return JSON.stringify([role, services === undefined ? null : [...services].sort()])
}
