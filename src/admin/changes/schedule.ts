import { eq, sql } from 'drizzle-orm'
import * as v from 'valibot'
import { guard, type RegionDb, type RegionReader, type Step } from '../../core/database/handles.ts'
import { defineJob, enqueueJob, jobKind } from '../../core/database/jobs.ts'
import { shippedMigrations } from '../../core/database/shipped.ts'
import { randomText } from '../../core/ids.ts'
import { asProblem } from '../../core/problem.ts'
import { regionAdministrators } from '../../identity/staff/administrators.ts'
import { enqueueStaffEmail } from '../../identity/staff/pending-emails.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Documents } from '../../regions/documents/snapshot.ts'
import { newestRegion } from '../../regions/runtime/current.ts'
import { requestApply } from '../../regions/versions/apply.ts'
import { listVersions } from '../../regions/versions/history.ts'
import { baseDocuments, checkDraft, draftValues } from '../drafts/documents.ts'
import { type Doing, type Draft, endApplied, readDraft } from '../drafts/drafts.ts'
import { logStep } from '../log.ts'
import { draftSchedule, draft as draftTable } from '../region-schema.ts'
import { approvalOf, isApproved } from './approval.ts'

/* Drafts that are applied at a later time. Each is checked again when the time has come. */

export type Schedule = typeof draftSchedule.$inferSelect

/** Why nothing was applied when the time had come. */
export const scheduleFailures = ['changed', 'behind', 'errors', 'not-approved'] as const
export type ScheduleFailure = (typeof scheduleFailures)[number]

export const applyScheduledKind = jobKind(
  'apply-scheduled',
  v.object({ draft: v.string() }),
  ({ draft }) => draft,
)

export async function scheduleOf(db: RegionReader, draft: string): Promise<Schedule | undefined> {
  const [row] = await db.select().from(draftSchedule).where(eq(draftSchedule.draft, draft))
  return row
}

export interface NewSchedule extends Doing {
  readonly dueAt: number
  readonly why: string
}

/** Throws `wrong-state` unless the draft is open, and `changed-meanwhile` if it was saved since it was read. */
export async function schedule(db: RegionDb, { id, revision }: Draft, input: NewSchedule): Promise<void> {
  const { dueAt, why, by, at } = input
  await db.commit([
    isOpen(id),
    guard(
      sql`EXISTS (SELECT 1 FROM ${draftTable} WHERE id = ${id} AND revision = ${revision})`,
      'changed-meanwhile',
    ),
    sql`DELETE FROM ${draftSchedule} WHERE draft = ${id}`,
    db.insert(draftSchedule).values({ draft: id, revision, dueAt, why, by, at }),
    logStep({ at, by, action: 'draft-scheduled', draft: id, subject: new Date(dueAt).toISOString() }),
    enqueueJob(applyScheduledKind, dueAt, { draft: id }),
  ])
}

/** Throws `wrong-state` if it is not scheduled, or has been applied. */
export async function cancelSchedule(db: RegionDb, id: string, { by, at }: Doing): Promise<void> {
  await db.commit([
    isOpen(id),
    guard(sql`EXISTS (SELECT 1 FROM ${draftSchedule} WHERE draft = ${id})`, 'wrong-state'),
    sql`DELETE FROM ${draftSchedule} WHERE draft = ${id}`,
    logStep({ at, by, action: 'draft-unscheduled', draft: id }),
  ])
}

function isOpen(id: string) {
  return guard(sql`EXISTS (SELECT 1 FROM ${draftTable} WHERE id = ${id} AND state = 'open')`, 'wrong-state')
}

export const applyScheduledJob = defineJob(applyScheduledKind, {
  async region(platform, db, { draft: id }) {
    const planned = await scheduleOf(db, id)
    if (planned === undefined || planned.failed !== null) return undefined
    // It was put off while its earlier job waited.
    if (planned.dueAt > platform.clock.now()) return planned.dueAt
    return { steps: await applyPlanned(platform, db, planned) }
  },
})

async function applyPlanned(platform: Platform, db: RegionDb, planned: Schedule): Promise<Step[]> {
  const forget = sql`DELETE FROM ${draftSchedule} WHERE draft = ${planned.draft}`
  const draft = await readDraft(db, planned.draft)
  if (draft.state !== 'open') return [forget]
  const ready = await readyToApply(platform, db, planned, draft)
  if (typeof ready === 'string') return failureSteps(platform, db, draft, ready)
  const doing = { by: planned.by, at: platform.clock.now() }
  if (ready.hash !== undefined) {
    // An earlier run stopped before the draft had ended.
    await endApplied(db, draft, ready.hash, doing)
    return [forget]
  }
  try {
    const { by, why } = planned
    const request = { by, why, from: draft.base, draft: draft.id }
    const hash = await requestApply(platform, shippedMigrations(), db.region, ready.documents, request)
    await endApplied(db, draft, hash, doing)
  } catch (error) {
    const { slug } = asProblem(error)
    if (slug === 'changed-meanwhile') return failureSteps(platform, db, draft, 'behind')
    if (slug === 'bad-request') return failureSteps(platform, db, draft, 'errors')
    throw error
  }
  return [forget]
}

type Ready =
  | { readonly documents: Documents; readonly hash: undefined }
  | { readonly hash: string }
  | ScheduleFailure

async function readyToApply(
  platform: Platform,
  db: RegionDb,
  planned: Schedule,
  draft: Draft,
): Promise<Ready> {
  const [newest] = await listVersions(platform, db.region)
  if (newest?.draft === draft.id) return { hash: newest.hash }
  if (draft.revision !== planned.revision) return 'changed'
  const region = await newestRegion(platform, db.region)
  if (region.snapshot.version !== draft.base) return 'behind'
  if (!isApproved(await approvalOf(db, region.documents, draft))) return 'not-approved'
  const base = await baseDocuments(platform, region, draft.base)
  const { documents } = await checkDraft(platform, region, draftValues(base, draft))
  return documents === undefined ? 'errors' : { documents, hash: undefined }
}

async function failureSteps(
  platform: Platform,
  db: RegionDb,
  { id, title }: Draft,
  failed: ScheduleFailure,
): Promise<Step[]> {
  const at = platform.clock.now()
  const { language } = await newestRegion(platform, db.region)
  const staff = await regionAdministrators(platform, db.region)
  return [
    db.update(draftSchedule).set({ failed }).where(eq(draftSchedule.draft, id)),
    logStep({ at, by: 'system:apply-scheduled', action: 'draft-not-applied', draft: id, subject: failed }),
    ...staff.map(to =>
      enqueueStaffEmail(platform, randomText(platform.random, 12), {
        about: 'draft-not-applied',
        staff: to,
        draft: id,
        title,
        failed,
        language,
      }),
    ),
  ]
}
