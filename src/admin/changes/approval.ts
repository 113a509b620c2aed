import { and, eq, inArray, sql } from 'drizzle-orm'
import { guard, insertOne, type RegionDb, type RegionReader } from '../../core/database/handles.ts'
import { problem } from '../../core/problem.ts'
import type { Documents } from '../../regions/documents/snapshot.ts'
import { viewOf } from '../../web/view.ts'
import { readSubmitted } from '../../workspace/shell/form.tsx'
import type { Doing, Draft, DraftRow } from '../drafts/drafts.ts'
import { openDraftToEdit } from '../drafts/open-draft.ts'
import { type AdministrationAction, logStep } from '../log.ts'
import { administrationLog, draftApproval, draft as draftTable } from '../region-schema.ts'
import { type AdminPageContext, doingNow, requireAdminStepUp } from '../shell/context.ts'
import { adminDone, draftPath } from '../shell/frame.tsx'

/* A second person approves a draft as it is. Whoever changes it afterwards has it approved again. */

const CHANGES: readonly AdministrationAction[] = [
  'document-saved',
  'document-removed',
  'document-restored',
  'draft-rebased',
]

export interface Approval {
  /** The region in force asks for it. */
  readonly isNeeded: boolean
  /** Who approved the draft as it is. */
  readonly by: readonly string[]
  /** Who has changed anything in it, at whatever time: they cannot approve it. */
  readonly authors: readonly string[]
}

export function isApproved({ isNeeded, by }: Approval): boolean {
  return !isNeeded || by.length > 0
}

/** `inForce`: a draft that no longer asks for approval needs it all the same. */
export async function approvalOf(db: RegionReader, inForce: Documents, draft: DraftRow): Promise<Approval> {
  const [authors, approvals] = await db.together([
    db
      .selectDistinct({ by: administrationLog.by })
      .from(administrationLog)
      .where(and(eq(administrationLog.draft, draft.id), inArray(administrationLog.action, CHANGES))),
    db
      .select({ by: draftApproval.by })
      .from(draftApproval)
      .where(and(eq(draftApproval.draft, draft.id), eq(draftApproval.revision, draft.revision))),
  ])
  return {
    isNeeded: inForce.region.approval === 'second-person',
    by: approvals.map(({ by }) => by),
    authors: authors.map(({ by }) => by),
  }
}

/**
 * Throws `wrong-state` unless the draft is open, `changed-meanwhile` if it was saved since it was read, and
 * `not-allowed` for somebody who has changed anything in it.
 */
export async function approve(db: RegionDb, { id, revision }: Draft, { by, at }: Doing): Promise<void> {
  const isOpen = sql`EXISTS (SELECT 1 FROM ${draftTable} WHERE id = ${id} AND state = 'open')`
  const isSame = sql`EXISTS (SELECT 1 FROM ${draftTable} WHERE id = ${id} AND revision = ${revision})`
  const actions = JSON.stringify(CHANGES)
  const isOther = sql`NOT EXISTS (SELECT 1 FROM ${administrationLog} WHERE draft = ${id} AND by = ${by}
    AND action IN (SELECT value FROM json_each(${actions})))`
  const isNew = sql`NOT EXISTS (SELECT 1 FROM ${draftApproval} WHERE draft = ${id} AND revision = ${revision} AND by = ${by})`
  await db.commit([
    guard(isOpen, 'wrong-state'),
    guard(isSame, 'changed-meanwhile'),
    guard(isOther, 'not-allowed'),
    guard(isNew, 'wrong-state'),
    insertOne(draftApproval, { draft: id, revision, by, at }),
    logStep({ at, by, action: 'draft-approved', draft: id }),
  ])
}

export async function approveDraft(c: AdminPageContext) {
  const view = viewOf(c)
  const context = await openDraftToEdit(c)
  requireAdminStepUp(context)
  const { draft, db } = context
  const sent = await readSubmitted(c, 'approve')
  if (sent.version !== draft.revision) throw problem('changed-meanwhile')
  await approve(db, draft, doingNow(context))
  return adminDone(c, view, `${draftPath(draft)}/plan`, 'approved')
}
