import type { MessageKey } from '../../core/i18n.ts'
import { Alert, Empty, Moment } from '../../web/components/components.tsx'
import { TextField } from '../../web/components/fields.tsx'
import { type PageView, viewOf } from '../../web/view.ts'
import { ActionForm, readSubmitted } from '../../workspace/shell/form.tsx'
import { actorName, type Names, namesOf } from '../../workspace/shell/names.ts'
import { type AdminPageContext, doingNow, mayEdit, mayEditAnything } from '../shell/context.ts'
import { AdminPage, adminDone, draftPath } from '../shell/frame.tsx'
import { discardDraft, type Edit, renameDraft, restoreDocument } from './drafts.ts'
import { type DraftContext, openDraft, openDraftToEdit } from './open-draft.ts'
import { MAX_TITLE, titleOf } from './title.ts'

/** What a draft holds, and what can be done with it. */
export async function draftPage(c: AdminPageContext) {
  const view = viewOf(c)
  const { t } = view
  const context = await openDraft(c)
  const { draft } = context
  const names = await namesOf(
    context.platform,
    context.signedIn,
    [...draft.edits.values()].map(({ changedBy }) => changedBy),
  )
  const path = draftPath(draft)
  return c.html(
    <AdminPage {...{ c, view, context, draft }} me={context.me} section="drafts" title={draft.title}>
      <h1>{draft.title}</h1>
      {!context.isOpen && <Alert type="info">{t(`admin-draft-is-${endedState(context)}`)}</Alert>}
      <h2>{t('admin-draft-contents')}</h2>
      {draft.edits.size === 0 ? (
        <Empty>
          <p>{t('admin-draft-empty')}</p>
        </Empty>
      ) : (
        <EditList {...{ c, view, context, names }} />
      )}
      {context.isOpen && mayEditAnything(context) && (
        <p>
          <a class="usa-button" href={view.href(`${path}/plan`)}>
            {t('admin-draft-check')}
          </a>
        </p>
      )}
      {context.isOpen && mayDiscard(context) && (
        <details class="action">
          <summary>{t('admin-draft-rename')}</summary>
          <ActionForm c={c} view={view} action={`${path}/rename`}>
            <TextField
              view={view}
              name="rename.title"
              label={t('admin-draft-title')}
              value={draft.title}
              maxlength={MAX_TITLE}
              required
              errors={[]}
            />
            <button class="usa-button" type="submit">
              {t('admin-save')}
            </button>
          </ActionForm>
        </details>
      )}
      {context.isOpen && mayDiscard(context) && (
        <details class="action">
          <summary>{t('admin-draft-discard')}</summary>
          <p>{t('admin-draft-discard-text')}</p>
          <ActionForm c={c} view={view} action={`${path}/discard`}>
            <button class="usa-button usa-button--secondary" type="submit">
              {t('admin-draft-discard')}
            </button>
          </ActionForm>
        </details>
      )}
    </AdminPage>,
  )
}

function endedState({ draft }: DraftContext): 'applied' | 'discarded' {
  return draft.state === 'applied' ? 'applied' : 'discarded'
}

function mayDiscard({ role, by, draft }: DraftContext): boolean {
  return role === 'administrator' || (role === 'jurisdiction' && draft.createdBy === by)
}

interface ListProps {
  c: AdminPageContext
  view: PageView
  context: DraftContext
  names: Names
}

function EditList({ c, view, context, names }: ListProps) {
  const { t } = view
  const zone = context.base.region.timezone
  return (
    <ul class="queue">
      {[...context.draft.edits].map(([file, edit]) => (
        <li class="queue__item">
          <div class="queue__what">
            <strong>{documentName(view, context, file)}</strong>
            {edit.value === null && <span class="mark">{t('admin-document-removed')}</span>}
          </div>
          <div class="queue__when">
            <ChangedBy {...{ view, names, edit, zone }} />
            {context.isOpen && mayEdit(context, file) && (
              <ActionForm c={c} view={view} action={`${draftPath(context.draft)}/restore`}>
                <input type="hidden" name="restore.file" value={file} />
                <button class="usa-button usa-button--unstyled" type="submit">
                  {t('admin-document-restore')}
                  <span class="usa-sr-only"> {documentName(view, context, file)}</span>
                </button>
              </ActionForm>
            )}
          </div>
        </li>
      ))}
    </ul>
  )
}

function ChangedBy({ view, names, edit, zone }: { view: PageView; names: Names; edit: Edit; zone: string }) {
  return (
    <span>
      {actorName(view, names, edit.changedBy)}, <Moment view={view} at={edit.changedAt} zone={zone} />
    </span>
  )
}

const documentNames: Readonly<Record<string, MessageKey>> = {
  'region.yaml': 'admin-part-region',
  'services.yaml': 'admin-services',
  'agreements.yaml': 'admin-agreements',
  'districts.yaml': 'admin-districts',
  'areas.geojson': 'admin-areas',
  'roads.geojson': 'admin-roads',
  'places.geojson': 'admin-places',
  'backdrop.geojson': 'admin-backdrop',
  'demonstration.yaml': 'admin-demonstration',
}

const ownNames: Readonly<Record<string, MessageKey>> = {
  'jurisdiction.yaml': 'admin-document-profile',
  'boundary.geojson': 'admin-document-boundary',
  'districts.yaml': 'admin-document-districts',
}

/** A document as people call it. */
export function documentName(view: PageView, { values, base }: DraftContext, file: string): string {
  return nameOfDocument(view, file, slug => {
    const name = values.get(`${slug}/jurisdiction.yaml`)?.name
    return typeof name === 'string' ? name : base.jurisdictions.find(one => one.slug === slug)?.name
  })
}

/** `nameOf`: the name of a jurisdiction; undefined for one that is not known. */
export function nameOfDocument(
  view: PageView,
  file: string,
  nameOf: (slug: string) => string | undefined,
): string {
  const known = documentNames[file]
  if (known !== undefined) return view.t(known)
  const slug = file.slice(0, file.indexOf('/'))
  const key = ownNames[file.slice(slug.length + 1)]
  return key === undefined ? file : view.t(key, { name: nameOf(slug) ?? slug })
}

/** Takes back what the draft has of one document. */
export async function restoreInDraft(c: AdminPageContext) {
  const view = viewOf(c)
  const file = (await readSubmitted(c, 'restore')).one('file')
  const context = await openDraftToEdit(c, context => mayEdit(context, file))
  await restoreDocument(context.db, context.draft.id, file, doingNow(context))
  return adminDone(c, view, draftPath(context.draft), 'restored')
}

export async function rename(c: AdminPageContext) {
  const view = viewOf(c)
  const title = titleOf(await readSubmitted(c, 'rename'))
  const context = await openDraftToEdit(c, mayDiscard)
  const path = draftPath(context.draft)
  if (title === undefined) return c.redirect(view.href(path), 303)
  await renameDraft(context.db, context.draft.id, title, doingNow(context))
  return adminDone(c, view, path, 'saved')
}

export async function discard(c: AdminPageContext) {
  const view = viewOf(c)
  const context = await openDraftToEdit(c, mayDiscard)
  await discardDraft(context.db, context.draft.id, doingNow(context))
  return adminDone(c, view, '/admin/drafts', 'draft-discarded')
}
