import { and, eq, sql } from 'drizzle-orm'
import { openTenant, type RegionDb } from '../../core/database/handles.ts'
import { randomText } from '../../core/ids.ts'
import { problem } from '../../core/problem.ts'
import type { Platform } from '../../platform/platform.ts'
import { staff, staffIdentity } from '../region-schema.ts'
import type { Role } from '../roles.ts'
import { MAX_STAFF_SESSION } from '../sessions/sessions.ts'
import { type GrantRow, grantsOf, makeGrant, withdrawGrant } from '../staff/grants.ts'
import { identityDb, readName } from '../staff/staff.ts'
import { type Claims, valuesOf } from './id-token.ts'
import { issuerOf, type WithProvider } from './issuers.ts'
import type { OidcIdentity } from './oidc.ts'

// Issuer and subject identify a person; the claims count only in the jurisdiction that configured the
// provider.

/** Returns `staff.id`. Throws `sign-in-failed` for a new person whose claims map to no role. */
export async function federatedStaff(
  platform: Platform,
  region: string,
  { jurisdiction, claims }: Pick<OidcIdentity, 'jurisdiction' | 'claims'>,
): Promise<string> {
  const db = identityDb(platform, region)
  const claimed = mappedGrants(jurisdiction, claims)
  const linked = await linkedStaff(db, jurisdiction, claims)
  if (linked === undefined && claimed.length === 0)
    throw problem('sign-in-failed', { cause: new Error('no-role') })
  const id = linked ?? (await addFederatedStaff(platform, db, jurisdiction, claims))
  await updateGrants(platform, region, jurisdiction.slug, id, claimed)
  return id
}

export async function linkedStaff(
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

// If two first sign-ins are concurrent, one creates the person.
async function addFederatedStaff(
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
  return (await linkedStaff(db, jurisdiction, claims)) ?? id
}

interface FederatedInput {
  readonly role: Role
  readonly services: readonly string[] | undefined
}

function mappedGrants({ signIn }: WithProvider, claims: Claims): FederatedInput[] {
  const { claim, roles, services = {} } = signIn
  return valuesOf(claims, claim)
    .filter(value => Object.hasOwn(roles, value))
    .flatMap(value => {
      const role = roles[value]
      const limit = Object.hasOwn(services, value) ? services[value] : undefined
      return role === undefined ? [] : [{ role, services: limit }]
    })
}

// Grants what is claimed for twice the longest session, so that it expires unless the holder signs in with
// the provider again. Grants that are no longer claimed end at once.
async function updateGrants(
  platform: Platform,
  region: string,
  slug: string,
  id: string,
  claimed: readonly FederatedInput[],
): Promise<void> {
  const now = platform.clock.now()
  const db = openTenant(platform, { kind: 'system', reason: 'oidc' }, region, slug)
  const { grants, unavailable } = await grantsOf(platform, region, id)
  if (unavailable.includes(slug)) throw problem('database-unavailable')
  const held = grants.filter(({ source, jurisdiction }) => source === 'oidc' && jurisdiction === slug)
  const missing = new Map(claimed.map(input => [textOf(input), input]))
  for (const grant of held) {
    if (!missing.has(textOf(grantInput(grant))) && endOf(grant) > now)
      await withdrawGrant(platform, db, grant.id)
    if (endOf(grant) >= now + MAX_STAFF_SESSION) missing.delete(textOf(grantInput(grant)))
  }
  const to = now + 2 * MAX_STAFF_SESSION
  for (const { role, services } of missing.values()) {
    await makeGrant(platform, db, { staff: id, role, services, to, source: 'oidc' })
  }
}

function grantInput({ role, services }: GrantRow): FederatedInput {
  return { role, services: services ?? undefined }
}

const endOf = ({ toAt }: GrantRow) => toAt ?? Number.MAX_SAFE_INTEGER

function textOf({ role, services }: FederatedInput): string {
  return JSON.stringify([role, services === undefined ? null : [...services].sort()])
}
