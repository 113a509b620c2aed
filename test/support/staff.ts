import { openRegion, openTenant } from '../../src/core/db.ts'
import { encrypt, keyedHash } from '../../src/core/encryption.ts'
import { randomText } from '../../src/core/ids.ts'
import { makeGrant } from '../../src/people/grants.ts'
import { staff as staffTable } from '../../src/people/region-schema.ts'
import type { Role } from '../../src/people/roles.ts'
import { startSession } from '../../src/people/sessions.ts'
import type { TestApp } from './app.ts'

/** Somebody at work, with a session that is open. */
export interface AtWork {
  /** For the `cookie` header. */
  readonly cookie: string
  /** `staff.id`. */
  readonly staff: string
}

interface Wish {
  readonly services?: readonly string[]
  readonly name?: string
  /** Somebody who is known already: they get one more grant, and a session of its own. */
  readonly staff?: string
}

/** Somebody with this role in a jurisdiction, signed in a moment ago. */
export async function signIn(
  app: TestApp,
  jurisdiction: string,
  role: Role,
  wish: Wish = {},
): Promise<AtWork> {
  const staff = wish.staff ?? (await hire(app, wish.name ?? `A test ${role}`))
  await letWork(app, staff, jurisdiction, role, wish.services)
  return { staff, cookie: await openSession(app, staff) }
}

/** A person who can sign in and has been let do nothing yet. Answers their `staff.id`. */
export async function hire(app: TestApp, name: string, email?: string): Promise<string> {
  const { platform, region } = app
  const db = openRegion(platform, { kind: 'system', reason: 'test' }, region.slug)
  const id = randomText(platform.random, 12)
  const address = email ?? `${id.toLowerCase()}@staff.example`
  await db.insert(staffTable).values({
    id,
    name,
    email: await encrypt(platform, db, 'staff.email', address),
    emailIndex: await keyedHash(platform, db, 'staff.email', address),
    createdAt: platform.clock.now(),
    verifiedAt: platform.clock.now(),
  })
  return id
}

/** Answers the grant's id. */
export function letWork(
  app: TestApp,
  staff: string,
  jurisdiction: string,
  role: Role,
  services?: readonly string[],
): Promise<string> {
  const { platform, region } = app
  const db = openTenant(platform, { kind: 'system', reason: 'test' }, region.slug, jurisdiction)
  return makeGrant(platform, db, { staff, role, services, source: 'staff' })
}

/** Answers what stands in the `cookie` header. */
export async function openSession(app: TestApp, staff: string): Promise<string> {
  const { slug } = app.region
  const wish = { kind: 'staff', holder: staff, method: 'email', device: 'A test' } as const
  return `__Host-staff-${slug}=${await startSession(app.platform, slug, wish)}`
}
