import { sql } from 'drizzle-orm'
import { expect, it } from 'vitest'
import type { PublicAccess, ResidentAccess, WorkAccess } from '../src/core/access.ts'
import {
  openRegion,
  openTenant,
  openTenantReader,
  type TenantDb,
  type TenantReader,
} from '../src/core/database/handles.ts'
import { makeGrant } from '../src/identity/staff/grants.ts'
import type { Platform } from '../src/platform/platform.ts'
import { addNote } from '../src/requests/change.ts'
import { listRequests } from '../src/requests/list/find.ts'
import { request } from '../src/requests/schema.ts'

/*
 * What must not compile. `npm run typecheck` reads this file and fails for each marked line without an error.
 * Nothing in here is run.
 */
async function doesNotCompile(
  platform: Platform,
  reader: TenantReader,
  db: TenantDb,
  work: WorkAccess,
  resident: ResidentAccess,
  anyone: PublicAccess,
): Promise<void> {
  const filter = { onlyPublic: true, limit: 1 }
  // @ts-expect-error: a query needs a tenant.
  await listRequests(filter)
  // @ts-expect-error: the platform is not a tenant.
  await listRequests(platform, filter)
  // @ts-expect-error: a database client is not a handle.
  await listRequests(platform.databases.client({ kind: 'directory' }), filter)
  // @ts-expect-error: a handle needs an access.
  openTenant(platform, undefined, 'region', 'slug')
  // @ts-expect-error: a name is not an access.
  openTenantReader(platform, 'staff', 'region', 'slug')
  // @ts-expect-error: a handle cannot be built by hand.
  const forged: TenantReader = { region: 'region', slug: 'slug', access: anyone }
  // @ts-expect-error: a staff access carries its proof.
  const unproved: WorkAccess = { kind: 'work', region: 'r', jurisdiction: 'j', actor: 'staff:x', permits: [] }
  // @ts-expect-error: a jurisdiction's grant does not open the region's database.
  openRegion(platform, work, 'region')
  // @ts-expect-error: nor does a resident's access, made for the jurisdictions.
  openRegion(platform, resident, 'region')

  // @ts-expect-error: a reader writes nothing.
  await reader.insert(request)
  // @ts-expect-error: a reader writes nothing.
  await reader.update(request)
  // @ts-expect-error: a reader writes nothing.
  await reader.delete(request)
  // @ts-expect-error: a reader writes nothing.
  await reader.commit([sql`SELECT 1`])
  // @ts-expect-error: adding a note is a write.
  await addNote(reader, 'id', { text: 'a note', public: false }, 0)
  // @ts-expect-error: making a grant is a write.
  await makeGrant(platform, reader, { staff: 'x', role: 'agent', source: 'staff' })
  // @ts-expect-error: there is no such role.
  await makeGrant(platform, db, { staff: 'x', role: 'king', source: 'staff' })
  // A writer is a reader too.
  await listRequests(db, filter)
  void [forged, unproved]
}

it('is held by the type check', () => {
  expect(doesNotCompile).toBeTypeOf('function')
})
