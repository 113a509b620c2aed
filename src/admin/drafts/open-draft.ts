import { problem } from '../../core/problem.ts'
import { type DocumentValue, documentValues } from '../../regions/documents/export.ts'
import type { Documents } from '../../regions/documents/snapshot.ts'
import { namesOf } from '../../workspace/shell/names.ts'
import { type AdminContext, type AdminPageContext, authorizeAdmin, isRegionAdmin } from '../shell/context.ts'
import { baseDocuments, draftValues } from './documents.ts'
import { type Draft, readDraft } from './drafts.ts'

/** What every page of a draft needs. */
export interface DraftContext extends AdminContext {
  readonly draft: Draft
  readonly base: Documents
  /** Each document as the draft has it, by file. */
  readonly values: ReadonlyMap<string, DocumentValue>
  readonly isOpen: boolean
  /** Of the signed-in person. */
  readonly me: string
}

/** Throws as `authorizeAdmin` does, and `not-found` for a draft that does not exist. */
export async function openDraft(c: AdminPageContext): Promise<DraftContext> {
  const context = await authorizeAdmin(c)
  const { platform, region, signedIn, db } = context
  const draft = await readDraft(db, c.req.param('draft') ?? '')
  const base = await baseDocuments(platform, region, draft.base)
  const names = await namesOf(platform, signedIn)
  return {
    ...context,
    draft,
    base,
    values: draftValues(base, draft),
    isOpen: draft.state === 'open',
    me: names.get(signedIn.holder) ?? '',
  }
}

/**
 * For a change in a draft, by those whom `mayChange` lets. Throws `not-allowed` for others, and `wrong-state` for a
 * draft that has ended.
 */
export async function openDraftToEdit(
  c: AdminPageContext,
  mayChange: (context: DraftContext) => boolean = isRegionAdmin,
): Promise<DraftContext> {
  const context = await openDraft(c)
  if (!mayChange(context)) throw problem('not-allowed')
  if (!context.isOpen) throw problem('wrong-state')
  return context
}

export function baseValues({ base }: DraftContext): ReadonlyMap<string, DocumentValue> {
  return documentValues(base)
}

/** The slugs of the jurisdictions that the draft has, in order. */
export function jurisdictionsOf({ values }: DraftContext): string[] {
  return [...values.keys()]
    .filter(file => file.endsWith('/jurisdiction.yaml'))
    .map(file => file.slice(0, file.indexOf('/')))
    .sort()
}
