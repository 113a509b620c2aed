import { openRegion, openTenant } from '../../src/core/database/handles.ts'
import { encrypt, keyedHash } from '../../src/core/encryption/fields.ts'
import { randomText } from '../../src/core/ids.ts'
import { staff as staffTable } from '../../src/identity/region-schema.ts'
import type { Role } from '../../src/identity/roles.ts'
import { startSession } from '../../src/identity/sessions/sessions.ts'
import { makeGrant } from '../../src/identity/staff/grants.ts'
import type { Platform } from '../../src/platform/platform.ts'
import type { Region } from '../../src/regions/runtime/compile.ts'

/** What staff need of an app, on any runtime. */
interface Lent {
  readonly platform: Platform
  readonly region: Region
}

/** A staff member with an open session. */
export interface AtWork {
  /** For the `cookie` header. */
  readonly cookie: string
  /** `staff.id`. */
  readonly staff: string
}

interface Input {
  readonly services?: readonly string[]
  readonly name?: string
  /** An existing staff member: they get one more grant, and a new session. */
  readonly staff?: string
}

/** A staff member with this role in a jurisdiction, signed in a moment ago. */
export async function signIn(
  app: Lent,
  jurisdiction: string,
  role: Role,
  input: Input = {},
): Promise<AtWork> {
  const staff = input.staff ?? (await hire(app, input.name ?? `A test ${role}`))
  await grantRole(app, staff, jurisdiction, role, input.services)
  return { staff, cookie: await openSession(app, staff) }
}

/** A person who can sign in and has no grants yet. Returns their `staff.id`. */
export async function hire(app: Lent, name: string, email?: string): Promise<string> {
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
    demo: platform.demo,
  })
  return id
}

/** Returns the grant's id. */
export function grantRole(
  app: Lent,
  staff: string,
  jurisdiction: string,
  role: Role,
  services?: readonly string[],
): Promise<string> {
  const { platform, region } = app
  const db = openTenant(platform, { kind: 'system', reason: 'test' }, region.slug, jurisdiction)
  return makeGrant(platform, db, { staff, role, services, source: 'staff' })
}

/** Returns the value of the `cookie` header. */
export async function openSession(app: Lent, staff: string): Promise<string> {
  const { slug } = app.region
  const input = {
    kind: 'staff',
    holder: staff,
    shown: [{ method: 'email', source: 'mailbox' }],
    device: 'A test',
  } as const
  return `__Host-staff-${slug}=${await startSession(app.platform, slug, input)}`
}
