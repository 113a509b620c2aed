import { and, eq, isNull, lt, type SQL, sql } from 'drizzle-orm'
import type { CleanUp } from '../../core/database/clean-up.ts'
import { guard, openDirectory } from '../../core/database/handles.ts'
import { shippedMigrations } from '../../core/database/shipped.ts'
import { asProblem, problem } from '../../core/problem.ts'
import { addAdministrator } from '../../identity/staff/administrators.ts'
import { issueLink } from '../../identity/staff/links.ts'
import { enqueueStaffEmail } from '../../identity/staff/pending-emails.ts'
import { identityDb, mailboxIndex, staffByMailbox } from '../../identity/staff/staff.ts'
import type { Platform } from '../../platform/platform.ts'
import { database as databaseTable, region as regionTable } from '../../regions/directory-schema.ts'
import type { Documents } from '../../regions/documents/snapshot.ts'
import { forgetConfiguration } from '../../regions/runtime/current.ts'
import { hostAddress } from '../../regions/runtime/site.ts'
import { requestApply, storedSnapshot } from '../../regions/versions/apply.ts'
import { type ApplyProgress, applyProgress } from '../../regions/versions/pending.ts'
import { logOnceStep } from '../log.ts'
import { tokenForCode } from './codes.ts'
import { setup } from './directory-schema.ts'
import { type Checked, checkSetup } from './documents.ts'
import { readSetup, type Setup } from './session.ts'

// The databases are made by the job of `requestApply`; the invitation is a job of the new region's database, which
// is tried again until the region can be served. Every step can be repeated.

const DAY = 24 * 3_600_000
/** How long the last page can be seen. */
const SHOWN_MILLISECONDS = DAY
const FIRST_TRY_MILLISECONDS = 3_000

/**
 * Requests the region and adds its first administrator. `seenAt`: the host of the page. Returns what keeps it from
 * being created; nothing is written then. Throws `changed-meanwhile` when another set-up took the slug, or made the first region, in the meantime.
 */
export async function createRegion(
  platform: Platform,
  current: Setup,
  seenAt: string,
): Promise<Checked['issues']> {
  const { slug, documents, issues } = await checkSetup(platform, current)
  if (documents === undefined) return issues
  await claim(platform, current, slug)
  try {
    await goOn(platform, { ...current, row: { ...current.row, region: slug } }, seenAt)
    return []
  } catch (error) {
    const { slug: kind, detail } = asProblem(error)
    if (kind !== 'bad-request') throw error
    return [{ step: 'region', text: detail ?? '' }]
  }
}

async function claim(platform: Platform, { row }: Setup, slug: string): Promise<void> {
  const isFree = sql`NOT EXISTS (SELECT 1 FROM ${regionTable} WHERE slug = ${slug})
    AND NOT EXISTS (SELECT 1 FROM ${databaseTable} WHERE region = ${slug})
    AND NOT EXISTS (SELECT 1 FROM ${setup} WHERE region = ${slug} AND id <> ${row.id})`
  // A server without regions may have told more than one code: the first region ends all of them.
  const isFirst = sql`NOT EXISTS (SELECT 1 FROM ${regionTable})
    AND NOT EXISTS (SELECT 1 FROM ${setup} WHERE region IS NOT NULL AND id <> ${row.id})`
  const isUnchanged = sql`EXISTS (SELECT 1 FROM ${setup} WHERE id = ${row.id} AND revision = ${row.revision}
    AND (region IS NULL OR region = ${slug}))`
  await openDirectory(platform).commit([
    guard(isFree, 'changed-meanwhile'),
    guard(isUnchanged, 'changed-meanwhile'),
    ...(row.kind === 'operator' ? [] : [guard(isFirst, 'changed-meanwhile')]),
    sql`UPDATE ${setup} SET region = ${slug} WHERE id = ${row.id}`,
  ])
}

/** What has to be requested, unless it was: also after a process died in the middle. */
async function goOn(platform: Platform, current: Setup, seenAt: string): Promise<void> {
  const { row, answers } = current
  const { region: slug } = row
  if (row.requestedAt !== null || slug === null) return
  const { documents } = await checkSetup(platform, current)
  const { person } = answers
  if (documents === undefined || person === undefined) throw problem('wrong-state')
  const by = `setup:${row.id.slice(0, 12)}`
  try {
    await requestApply(platform, shippedMigrations(), slug, documents, { by })
  } catch (error) {
    // A host that another region has taken since it was checked: the answers can be changed again.
    if (asProblem(error).slug === 'bad-request') await release(platform, row.id)
    throw error
  }
  const staff = await addAdministrator(platform, slug, person, by)
  const now = platform.clock.now()
  const site = addressIn(platform, slug, documents, seenAt)
  const { language } = answers
  const email = { about: 'region-administrator', staff, site, to: AFTER_SETUP, language } as const
  await identityDb(platform, slug).commit([
    logOnceStep({ at: now, by: `staff:${staff}`, action: 'region-created' }),
    ...(platform.mail.isConfigured
      ? [enqueueStaffEmail(platform, by, email, now + FIRST_TRY_MILLISECONDS)]
      : []),
  ])
  await openDirectory(platform).update(setup).set({ requestedAt: now }).where(eq(setup.id, row.id))
  platform.log('info', 'region-set-up', { region: slug })
}

// Its own host, where the clerk is on it already; else the deployment's address, because the host may lead nowhere yet.
function addressIn(platform: Platform, slug: string, { region }: Documents, seenAt: string): string {
  const [host = ''] = region.hosts
  return host === seenAt ? hostAddress(platform, host) : `${platform.publicUrl}/r/${slug}`
}

async function release(platform: Platform, id: string): Promise<void> {
  await openDirectory(platform)
    .update(setup)
    .set({ region: null })
    .where(and(eq(setup.id, id), isNull(setup.requestedAt)))
}

export type Progress =
  | { readonly state: 'working'; readonly progress: ApplyProgress | undefined }
  | { readonly state: 'done'; readonly region: string }

/** How far the region has come; goes on where a process died. `seenAt`: the host of the page. */
export async function setupProgress(platform: Platform, current: Setup, seenAt: string): Promise<Progress> {
  const { region: slug } = current.row
  if (slug === null) throw problem('wrong-state')
  await goOn(platform, current, seenAt)
  if ((await storedSnapshot(platform, slug)) !== undefined) {
    forgetConfiguration(platform)
    return { state: 'done', region: slug }
  }
  return { state: 'working', progress: await applyProgress(platform, shippedMigrations(), slug) }
}

/** Whether the administrator has signed in, or a day has passed: then the code is worth nothing any more. */
export async function endUsed(platform: Platform, { row, answers }: Setup): Promise<boolean> {
  const { region: slug, requestedAt } = row
  if (slug === null || requestedAt === null) return false
  const now = platform.clock.now()
  const db = identityDb(platform, slug)
  const index = await mailboxIndex(platform, db, answers.person?.email ?? '')
  const staff = await staffByMailbox(db, index)
  if (staff?.verifiedAt == null && now - requestedAt < SHOWN_MILLISECONDS) return false
  await end(platform, eq(setup.id, row.id))
  return true
}

// The address is kept no longer than it is needed.
async function end(platform: Platform, which: SQL | undefined): Promise<void> {
  await openDirectory(platform)
    .update(setup)
    .set({ endedAt: platform.clock.now(), answers: null, services: null, boundary: null })
    .where(and(which, isNull(setup.endedAt)))
}

/** For set-ups that nobody has looked at since. */
export const cleanUpSetup: CleanUp = {
  async region(platform, { region: slug }) {
    const before = platform.clock.now() - SHOWN_MILLISECONDS
    await end(platform, and(eq(setup.region, slug), lt(setup.requestedAt, before)))
    return undefined
  },
}

/** The token of a code with which something can still be done; undefined for any other. */
export async function tokenFor(platform: Platform, typed: string): Promise<string | undefined> {
  const token = await tokenForCode(platform, typed)
  const current = token === undefined ? undefined : await readSetup(platform, token)
  return current === undefined || (await endUsed(platform, current)) ? undefined : token
}

/** For a deployment without email: signs in the administrator who has just been added, once. */
export async function signInToken(platform: Platform, token: string): Promise<string | undefined> {
  const current = await readSetup(platform, token)
  if (current === undefined || platform.mail.isConfigured || (await endUsed(platform, current)))
    return undefined
  const { region: slug } = current.row
  const { person } = current.answers
  if (slug === null || person === undefined) return undefined
  const db = identityDb(platform, slug)
  const staff = await staffByMailbox(db, await mailboxIndex(platform, db, person.email))
  if (staff === undefined) return undefined
  const says = { staff: staff.id, sources: ['operator'], device: '', to: AFTER_SETUP, again: false } as const
  return issueLink(platform, db, says, 'invitation')
}

/** Where the administrator begins. */
export const AFTER_SETUP = '/admin'
