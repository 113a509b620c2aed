import { openTenant } from '../core/db.ts'
import { problem } from '../core/problem.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/compile.ts'
import { playAdministers } from './administrators.ts'
import { grantsOf, makeGrant } from './grants.ts'
import type { Role } from './roles.ts'
import { addStaff, demoIndex, peopleDb } from './staff.ts'

/*
 * The bundled demonstration only (`COUNTYLINE_DEMO=1`): anybody plays any role. What is granted so counts only while the
 * demonstration is on, and it never is where a jurisdiction has a sign-in of its own.
 */

/** Throws `not-configured`, naming what to mend, where a demonstration would stand beside a real sign-in. */
export function refuseRealIssuers(region: Region): void {
  const real = region.documents.jurisdictions.find(({ signIn }) => signIn !== undefined)
  if (real === undefined) return
  const file = `${region.slug}/${real.slug}/jurisdiction.yaml`
  throw problem('not-configured', {
    detail: `COUNTYLINE_DEMO=1 lets anybody sign in as anybody, and ${file} names a real issuer. Remove one of the two.`,
  })
}

/** Whoever plays this role in a jurisdiction, with its grant. Answers `staff.id`. */
export async function playRole(
  platform: Platform,
  region: Region,
  slug: string,
  role: Role,
  name: string,
): Promise<string> {
  const id = await player(platform, region, slug, role, name)
  const { grants } = await grantsOf(platform, region.slug, id)
  if (!grants.some(held => held.jurisdiction === slug && held.role === role)) {
    const db = openTenant(platform, { kind: 'system', reason: 'demo' }, region.slug, slug)
    await makeGrant(platform, db, { staff: id, role, source: 'demo' })
  }
  return id
}

/** Whoever plays the region's administrator. Answers `staff.id`. */
export async function playAdministrator(platform: Platform, region: Region, name: string): Promise<string> {
  const id = await player(platform, region, '', 'region-administrator', name)
  await playAdministers(platform, region.slug, id)
  return id
}

function player(
  platform: Platform,
  region: Region,
  slug: string,
  role: string,
  name: string,
): Promise<string> {
  const db = peopleDb(platform, region.slug)
  return addStaff(platform, db, { name, email: '', emailIndex: demoIndex(slug, role) })
}
