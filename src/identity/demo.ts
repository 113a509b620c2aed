import { sql } from 'drizzle-orm'
import type { ResidentAccess, WorkAccess } from '../core/access.ts'
import { openTenant } from '../core/database/handles.ts'
import { type Problem, problem } from '../core/problem.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/runtime/compile.ts'
import { accountFor } from './accounts.ts'
import { account, staff } from './region-schema.ts'
import { type Role, rightsOf } from './roles.ts'
import { demoAdministers } from './staff/administrators.ts'
import { grantsOf, makeGrant } from './staff/grants.ts'
import { addStaff, demoIndex, identityDb } from './staff/staff.ts'

// Demonstration only (`COUNTYLINE_DEMO=1`): its sessions, grants and keys are valid only while it is on.

/** Throws `not-configured` beside anything real: outgoing email or text messages, providers, staff or accounts. */
export async function refuseWithRealUsers(platform: Platform, region: Region): Promise<void> {
  if (!platform.demo) return
  if (platform.mail.isConfigured && !platform.mail.isDemo)
    throw besideReal('this server sends real e-mail', 'Remove it, or SMTP_URL and MAIL_URL.')
  if (platform.sms.isConfigured && !platform.sms.isDemo)
    throw besideReal('this server sends real text messages', 'Remove it, or SMS_URL.')
  const real = region.documents.jurisdictions.find(({ signIn }) => signIn !== undefined)
  if (real !== undefined) {
    const file = `${region.slug}/${real.slug}/jurisdiction.yaml`
    throw besideReal(`${file} names a real issuer`, 'Remove one of the two.')
  }
  const at = platform.clock.now()
  const known = withoutPeople.get(platform) ?? new Map<string, number>()
  withoutPeople.set(platform, known)
  if (at - (known.get(region.slug) ?? 0) < RECHECK_MILLISECONDS) return
  const [found] = await identityDb(platform, region.slug).rows<{ real: number }>(
    sql`SELECT EXISTS (SELECT 1 FROM ${staff} WHERE demo = 0) OR EXISTS (SELECT 1 FROM ${account} WHERE demo = 0) AS real`,
  )
  if (found?.real === 1) {
    const repair = 'Remove it, or use an empty DATA_DIR or DATABASE_URL for the demonstration.'
    throw besideReal(`${region.slug} has real people`, repair)
  }
  known.set(region.slug, at)
}

const RECHECK_MILLISECONDS = 3_000
const withoutPeople = new WeakMap<Platform, Map<string, number>>()

function besideReal(what: string, repair: string): Problem {
  return problem('not-configured', {
    detail: `COUNTYLINE_DEMO=1 lets anyone sign in as anyone, but ${what}. ${repair}`,
  })
}

/** Returns `staff.id`. */
export async function demoRole(
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

/** Returns `staff.id`. */
export async function demoAdministrator(platform: Platform, region: Region, name: string): Promise<string> {
  const id = await player(platform, region, '', 'region-administrator', name)
  await demoAdministers(platform, region.slug, id)
  return id
}

/** What a player of a role may do, without a session: for the history that a demonstration begins with. */
export async function demoStaff(
  platform: Platform,
  region: Region,
  slug: string,
  role: Role,
  name: string,
): Promise<WorkAccess> {
  const id = await demoRole(platform, region, slug, role, name)
  const permits = [{ rights: rightsOf[role], services: undefined }]
  const actor = `staff:${id}`
  return { kind: 'work', region: region.slug, jurisdiction: slug, actor, permits, proof: [] }
}

/** The same for a resident's account. */
export async function demoResident(
  platform: Platform,
  region: Region,
  email: string,
): Promise<ResidentAccess> {
  const account = await accountFor(platform, region.slug, { kind: 'email', value: email }, region.language)
  return { kind: 'resident', region: region.slug, account, proof: [], inRegion: [] }
}

function player(
  platform: Platform,
  region: Region,
  slug: string,
  role: string,
  name: string,
): Promise<string> {
  const db = identityDb(platform, region.slug)
  return addStaff(platform, db, { name, email: '', emailIndex: demoIndex(slug, role) })
}
