import { problem } from '../../core/problem.ts'
import { documentValues } from '../../regions/documents/export.ts'
import { changesBetween } from '../../regions/versions/plan/changes.ts'
import { Alert } from '../../web/components/components.tsx'
import { ChoiceField } from '../../web/components/fields.tsx'
import { type PageView, viewOf } from '../../web/view.ts'
import { ActionForm, readSubmitted, type SubmittedForm } from '../../workspace/shell/form.tsx'
import { documentName } from '../drafts/draft-page.tsx'
import { replaceEdits } from '../drafts/drafts.ts'
import { pathKey } from '../drafts/merge.ts'
import { type DraftContext, openDraftToEdit } from '../drafts/open-draft.ts'
import { type FileConflict, type Rebased, rebaseDraft } from '../drafts/rebase.ts'
import { type AdminPageContext, doingNow, mayEditAnything } from '../shell/context.ts'
import { adminDone, draftPath } from '../shell/frame.tsx'
import { ChangeList } from './change-list.tsx'

/** What a draft becomes on top of the version in force; undefined while it starts from that. */
export function rebaseOf(context: DraftContext, choices?: Choices): Rebased | undefined {
  const { draft, base, region } = context
  if (draft.base === region.snapshot.version) return undefined
  return rebaseDraft(draft, documentValues(base), documentValues(region.documents), choices)
}

type Choices = ReadonlyMap<string, 'mine' | 'theirs'>

interface Props {
  c: AdminPageContext
  view: PageView
  context: DraftContext
  rebased: Rebased
}

/** What somebody else applied since the draft began, and the form that takes it in. */
export function Behind({ c, view, context, rebased }: Props) {
  const { t } = view
  const { draft, region, base } = context
  return (
    <Alert type="warning" heading={t('admin-behind', { version: region.snapshot.version })}>
      <p>{t('admin-behind-text')}</p>
      <ChangeList
        view={view}
        changes={changesBetween(base, region.documents)}
        documents={[region.documents, base]}
      />
      {mayEditAnything(context) && (
        <ActionForm c={c} view={view} action={`${draftPath(draft)}/rebase`} version={draft.revision}>
          {rebased.conflicts.map(conflict => (
            <Conflict {...{ view, context, conflict }} />
          ))}
          <button class="usa-button" type="submit">
            {t('admin-rebase')}
          </button>
        </ActionForm>
      )}
    </Alert>
  )
}

interface ConflictProps {
  view: PageView
  context: DraftContext
  conflict: FileConflict
}

function Conflict({ view, context, conflict }: ConflictProps) {
  const { t } = view
  const { file, path, mine, theirs } = conflict
  const label = `${documentName(view, context, file)}: ${path.join(' › ')}`
  return (
    <ChoiceField
      view={view}
      name={`rebase.${keyOf(conflict)}`}
      label={label}
      required
      values={['mine']}
      options={[
        { value: 'mine', label: t('admin-keep-mine'), note: shown(view, mine) },
        { value: 'theirs', label: t('admin-keep-theirs'), note: shown(view, theirs) },
      ]}
      errors={[]}
    />
  )
}

function keyOf({ file, path }: Pick<FileConflict, 'file' | 'path'>): string {
  return `${file}:${pathKey(path)}`
}

const MAX_SHOWN = 200

function shown({ t }: PageView, value: unknown): string {
  if (value === undefined || value === null) return t('admin-nothing')
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text
}

/** Moves the draft onto the version in force. */
export async function rebase(c: AdminPageContext) {
  const view = viewOf(c)
  const context = await openDraftToEdit(c, mayEditAnything)
  const { draft, region, db } = context
  const path = `${draftPath(draft)}/plan`
  const asked = rebaseOf(context)
  if (asked === undefined) return adminDone(c, view, path, 'draft-rebased')
  const sent = await readSubmitted(c, 'rebase')
  const rebased = rebaseOf(context, choicesOf(sent, asked.conflicts))
  if (rebased === undefined || rebased.conflicts.length > 0) throw problem('changed-meanwhile')
  const { version } = region.snapshot
  await replaceEdits(db, draft, { base: version, values: rebased.values }, doingNow(context))
  return adminDone(c, view, path, 'draft-rebased')
}

function choicesOf(sent: SubmittedForm, conflicts: readonly FileConflict[]): Choices {
  const choices = conflicts.flatMap(conflict => {
    const key = keyOf(conflict)
    const choice = sent.one(key)
    return choice === 'mine' || choice === 'theirs' ? [[key, choice] as const] : []
  })
  return new Map(choices)
}
