import { eq } from 'drizzle-orm'
import { openDirectory, openTenant, type RegionDb } from '../../core/database/handles.ts'
import { defineJob, RETRY_ALWAYS } from '../../core/database/jobs.ts'
import { addAdministrator, giveRegionRole } from '../../identity/staff/administrators.ts'
import { grantsOf, makeGrant } from '../../identity/staff/grants.ts'
import {
  addStaff,
  decryptMailbox,
  demoIndex,
  encryptMailbox,
  hasMailbox,
  identityDb,
  type StaffRow,
  staffById,
} from '../../identity/staff/staff.ts'
import type { Platform } from '../../platform/platform.ts'
import { region as regionTable } from '../../regions/directory-schema.ts'
import { storedSnapshot } from '../../regions/versions/apply.ts'
import { removeSandbox } from '../../regions/versions/remove-region.ts'
import { sandbox } from '../region-schema.ts'
import { cleanKind, type Sandbox, sandboxKind } from './sandbox.ts'

const LOOK_AGAIN_MILLISECONDS = 2_000
// A site that is not ready by then has been shown as it is, and can be updated or deleted.
const MAX_WAIT_MILLISECONDS = 3_600_000

/** Once the test site's configuration is in force: whoever asked for it is its administrator, and of all in it. */
export const sandboxJob = defineJob(sandboxKind, {
  retryPolicy: RETRY_ALWAYS,
  region: async (platform, db, { region }) => {
    const [row] = await db.select().from(sandbox).where(eq(sandbox.region, region))
    if (row === undefined || row.state !== 'making') return undefined
    const now = platform.clock.now()
    const snapshot = await inForce(platform, row)
    if (snapshot === undefined) {
      return now - row.createdAt > MAX_WAIT_MILLISECONDS ? undefined : now + LOOK_AGAIN_MILLISECONDS
    }
    const staff = await admitStarter(platform, db, row)
    for (const { slug } of snapshot.documents.jurisdictions) await appoint(platform, region, slug, staff)
    const ready = db.update(sandbox).set({ state: 'ready', staff })
    await db.commit([ready.where(eq(sandbox.region, region))])
    return undefined
  },
})

async function inForce(platform: Platform, { region, hash }: Sandbox) {
  const listed = await openDirectory(platform).select().from(regionTable).where(eq(regionTable.slug, region))
  const snapshot = listed.length === 0 ? undefined : await storedSnapshot(platform, region)
  return snapshot?.hash === hash ? snapshot : undefined
}

/** Returns who they are there. */
async function admitStarter(
  platform: Platform,
  db: RegionDb,
  { region, createdBy }: Sandbox,
): Promise<string> {
  const known = await staffById(db, createdBy.replace(/^staff:/, ''))
  if (known === undefined) throw new Error('nobody started this test site')
  if (!hasMailbox(known)) return letInWithoutMailbox(platform, region, known)
  const email = await decryptMailbox(platform, identityDb(platform, db.region), known.email)
  return addAdministrator(platform, region, { email, name: known.name }, createdBy)
}

// Somebody whom only a provider knows, or a demonstration: they get in from the draft's page.
async function letInWithoutMailbox(
  platform: Platform,
  region: string,
  { id, name }: StaffRow,
): Promise<string> {
  const db = identityDb(platform, region)
  const email = await encryptMailbox(platform, db, '')
  const staff = await addStaff(platform, db, { name, email, emailIndex: demoIndex('test-site', id) })
  await giveRegionRole(platform, region, { staff, role: 'administrator' }, `staff:${id}`)
  return staff
}

async function appoint(platform: Platform, region: string, slug: string, staff: string): Promise<void> {
  const { grants } = await grantsOf(platform, region, staff)
  if (grants.some(({ jurisdiction, role }) => jurisdiction === slug && role === 'administrator')) return
  const db = openTenant(platform, { kind: 'system', reason: 'test-site' }, region, slug)
  await makeGrant(platform, db, { staff, role: 'administrator', source: 'staff' })
}

// Whoever was making its databases has ended by then.
const OTHERS_END_MILLISECONDS = 120_000

export const removeSandboxesJob = defineJob(cleanKind, {
  retryPolicy: RETRY_ALWAYS,
  region: async (platform, db) => {
    const rows = await db.select().from(sandbox).where(eq(sandbox.state, 'removing'))
    const now = platform.clock.now()
    const waiting: number[] = []
    for (const { region, createdAt } of rows) {
      const isLast = now >= createdAt + OTHERS_END_MILLISECONDS
      await removeSandbox(platform, region, isLast)
      if (isLast) await db.commit([db.delete(sandbox).where(eq(sandbox.region, region))])
      else waiting.push(createdAt + OTHERS_END_MILLISECONDS)
    }
    return waiting.length === 0 ? undefined : Math.min(...waiting)
  },
})
