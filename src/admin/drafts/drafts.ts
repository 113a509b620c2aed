import { desc, eq, sql } from 'drizzle-orm'
import { guard, insertOne, type RegionDb, type RegionReader, type Step } from '../../core/database/handles.ts'
import { randomText } from '../../core/ids.ts'
import { asProblem, problem } from '../../core/problem.ts'
import type { Platform } from '../../platform/platform.ts'
import type { DocumentValue } from '../../regions/documents/export.ts'
import { isDocument } from '../../regions/documents/load.ts'
import { logStep } from '../log.ts'
import { draftDocument, draft as draftTable } from '../region-schema.ts'
import { removeSandboxSteps } from '../sandbox/sandbox.ts'

export type DraftRow = typeof draftTable.$inferSelect

export interface Draft extends DraftRow {
  /** What it replaces of its base, by file. */
  readonly edits: ReadonlyMap<string, Edit>
}

export interface Edit {
  /** Null: the file is removed. */
  readonly value: DocumentValue | null
  readonly revision: number
  readonly changedBy: string
  readonly changedAt: number
}

/** Who does something, and when. */
export interface Doing {
  /** `staff:<id>` */
  readonly by: string
  /** Milliseconds since 1970. */
  readonly at: number
}

const LISTED = 200

/** The one that changed last first. */
export function listDrafts(db: RegionReader): Promise<DraftRow[]> {
  return db.select().from(draftTable).orderBy(desc(draftTable.changedAt)).limit(LISTED)
}

/** Throws `not-found`. */
export async function readDraft(db: RegionReader, id: string): Promise<Draft> {
  const [[row], documents] = await db.together([
    db.select().from(draftTable).where(eq(draftTable.id, id)),
    db.select().from(draftDocument).where(eq(draftDocument.draft, id)).orderBy(draftDocument.file),
  ])
  if (row === undefined) throw problem('not-found')
  const edits = documents.map(({ file, value, revision, changedBy, changedAt }) => {
    return [file, { value, revision, changedBy, changedAt }] as const
  })
  return { ...row, edits: new Map(edits) }
}

export interface NewDraft extends Doing {
  readonly title: string
  /** The version in force. */
  readonly base: number
}

/** Returns its id. */
export async function createDraft(platform: Platform, db: RegionDb, input: NewDraft): Promise<string> {
  const { title, base, by, at } = input
  const id = randomText(platform.random, 12)
  const row = { id, title, base, createdBy: by, createdAt: at, changedBy: by, changedAt: at }
  await db.commit([insertOne(draftTable, row), logStep({ at, by, action: 'draft-created', draft: id })])
  return id
}

/** Throws `wrong-state` unless it is open. */
export async function renameDraft(db: RegionDb, id: string, title: string, doing: Doing): Promise<void> {
  await db.commit([
    isOpen(id),
    db.update(draftTable).set({ title }).where(eq(draftTable.id, id)),
    touched(id, doing),
  ])
}

/** Ends a draft, whose changes never take effect. Throws `wrong-state` unless it is open. */
export async function discardDraft(db: RegionDb, id: string, { by, at }: Doing): Promise<void> {
  await db.commit([
    isOpen(id),
    db
      .update(draftTable)
      .set({ state: 'discarded', changedBy: by, changedAt: at })
      .where(eq(draftTable.id, id)),
    logStep({ at, by, action: 'draft-discarded', draft: id }),
    ...removeSandboxSteps(id, at),
  ])
}

export interface DocumentEdit {
  readonly file: string
  /** From what the draft has now (undefined: no such file) to what it shall have; null removes the file. */
  readonly edit: (value: DocumentValue | undefined) => DocumentValue | null | Promise<DocumentValue | null>
}

// How often an edit is done again because somebody saved the same document between its reading and its writing.
const TRIES = 4

/**
 * Edits documents of a draft, all or none. Each edit starts from what is stored now, so that two people who change
 * different parts of a document keep both changes; an edit whose own part has changed throws `changed-meanwhile`.
 * `base`: the values of the version that the draft starts from. Throws `wrong-state` unless it is open.
 */
export async function editDocuments(
  db: RegionDb,
  id: string,
  base: ReadonlyMap<string, DocumentValue>,
  edits: readonly DocumentEdit[],
  doing: Doing,
): Promise<void> {
  for (let tries = TRIES; ; tries--) {
    const draft = await readDraft(db, id)
    const steps = await Promise.all(
      edits.map(async ({ file, edit }) => {
        if (!isDocument(file)) throw problem('bad-request', { detail: 'There is no such document.' })
        const earlier = draft.edits.get(file)
        const before = earlier === undefined ? base.get(file) : (earlier.value ?? undefined)
        const value = await edit(before)
        if (JSON.stringify(value) === JSON.stringify(before ?? null)) return []
        return saveSteps(draft, { file, value, seen: earlier?.revision }, doing)
      }),
    )
    if (steps.flat().length === 0) return
    try {
      await db.commit([isOpen(id), ...steps.flat(), touched(id, doing)])
      return
    } catch (error) {
      if (tries <= 1 || asProblem(error).slug !== 'changed-meanwhile') throw error
    }
  }
}

interface Saved {
  readonly file: string
  readonly value: DocumentValue | null
  /** The revision of the row that it replaces; undefined: there is none. */
  readonly seen: number | undefined
}

function saveSteps({ id, revision }: Draft, { file, value, seen }: Saved, { by, at }: Doing): Step[] {
  const stored = sql`(SELECT revision FROM ${draftDocument} WHERE draft = ${id} AND file = ${file})`
  const next = Math.max(revision, seen ?? 0) + 1
  const action = value === null ? 'document-removed' : 'document-saved'
  return [
    guard(sql`coalesce(${stored}, -1) = ${seen ?? -1}`, 'changed-meanwhile'),
    storeStep(id, file, { value, revision: next, changedBy: by, changedAt: at }),
    logStep({ at, by, action, draft: id, subject: file }),
  ]
}

function storeStep(id: string, file: string, { value, revision, changedBy, changedAt }: Edit): Step {
  return sql`INSERT INTO ${draftDocument} (draft, file, value, revision, changed_by, changed_at)
    VALUES (${id}, ${file}, ${JSON.stringify(value)}, ${revision}, ${changedBy}, ${changedAt})
    ON CONFLICT (draft, file) DO UPDATE SET value = excluded.value, revision = excluded.revision,
      changed_by = excluded.changed_by, changed_at = excluded.changed_at`
}

/** Takes a document's edit back: the draft has what its base has. Throws `wrong-state` unless it is open. */
export async function restoreDocument(db: RegionDb, id: string, file: string, doing: Doing): Promise<void> {
  const { by, at } = doing
  await db.commit([
    isOpen(id),
    sql`DELETE FROM ${draftDocument} WHERE draft = ${id} AND file = ${file}`,
    logStep({ at, by, action: 'document-restored', draft: id, subject: file }),
    touched(id, doing),
  ])
}

/** Replaces what a draft starts from and all that it holds. Throws `changed-meanwhile` if it was saved since it was read. */
export async function replaceEdits(
  db: RegionDb,
  draft: Draft,
  { base, values }: { readonly base: number; readonly values: ReadonlyMap<string, DocumentValue | null> },
  doing: Doing,
): Promise<void> {
  const { by, at } = doing
  const { id, revision } = draft
  const unchanged = sql`EXISTS (SELECT 1 FROM ${draftTable} WHERE id = ${id} AND revision = ${revision})`
  await db.commit([
    isOpen(id),
    guard(unchanged, 'changed-meanwhile'),
    sql`DELETE FROM ${draftDocument} WHERE draft = ${id}`,
    ...[...values].map(([file, value]) => {
      const { changedBy = by, changedAt = at } = draft.edits.get(file) ?? {}
      return storeStep(id, file, { value, revision: revision + 1, changedBy, changedAt })
    }),
    sql`UPDATE ${draftTable} SET base = ${base} WHERE id = ${id}`,
    logStep({ at, by, action: 'draft-rebased', draft: id, subject: String(base) }),
    touched(id, doing),
  ])
}

/** Throws `wrong-state` unless the draft is open. */
export function isOpen(id: string) {
  const open = sql`EXISTS (SELECT 1 FROM ${draftTable} WHERE id = ${id} AND state = 'open')`
  return guard(open, 'wrong-state')
}

function touched(id: string, { by, at }: Doing): Step {
  return sql`UPDATE ${draftTable} SET revision = revision + 1, changed_by = ${by}, changed_at = ${at} WHERE id = ${id}`
}

/** Ends a draft whose documents are being applied. `hash`: of those documents. */
export async function endApplied(
  db: RegionDb,
  { id, revision }: DraftRow,
  hash: string,
  doing: Doing,
): Promise<void> {
  const { by, at } = doing
  const unchanged = sql`EXISTS (SELECT 1 FROM ${draftTable} WHERE id = ${id} AND revision = ${revision})`
  await db.commit([
    isOpen(id),
    guard(unchanged, 'changed-meanwhile'),
    db
      .update(draftTable)
      .set({ state: 'applied', hash, changedBy: by, changedAt: at })
      .where(eq(draftTable.id, id)),
    logStep({ at, by, action: 'draft-applied', draft: id }),
    ...removeSandboxSteps(id, at),
  ])
}
