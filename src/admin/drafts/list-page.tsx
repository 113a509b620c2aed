import { problem } from '../../core/problem.ts'
import { Empty, Moment } from '../../web/components/components.tsx'
import { type PageView, viewOf } from '../../web/view.ts'
import { readSubmitted } from '../../workspace/shell/form.tsx'
import { actorName, type Names, namesOf } from '../../workspace/shell/names.ts'
import { type AdminPageContext, authorizeAdmin, doingNow, mayEditAnything } from '../shell/context.ts'
import { AdminPage, draftPath } from '../shell/frame.tsx'
import { createDraft, type DraftRow, listDrafts } from './drafts.ts'
import { titleOf } from './title.ts'

export async function draftsPage(c: AdminPageContext) {
  const view = viewOf(c)
  const { t } = view
  const context = await authorizeAdmin(c)
  const drafts = await listDrafts(context.db)
  const names = await namesOf(
    context.platform,
    context.signedIn,
    drafts.map(({ changedBy }) => changedBy),
  )
  const [open, ended] = [drafts.filter(isOpen), drafts.filter(draft => !isOpen(draft))]
  return c.html(
    <AdminPage
      {...{ c, view, context }}
      me={names.get(context.signedIn.holder) ?? ''}
      section="drafts"
      title={t('admin-section-drafts')}
    >
      <h1>{t('admin-section-drafts')}</h1>
      <p class="usa-intro">{t('admin-drafts-intro')}</p>
      {open.length === 0 ? (
        <Empty>
          <p>{t('admin-no-drafts')}</p>
        </Empty>
      ) : (
        <DraftList {...{ view, names }} drafts={open} />
      )}
      {ended.length > 0 && (
        <>
          <h2>{t('admin-drafts-ended')}</h2>
          <DraftList {...{ view, names }} drafts={ended} />
        </>
      )}
    </AdminPage>,
  )
}

const isOpen = ({ state }: DraftRow) => state === 'open'

export function DraftList({
  view,
  drafts,
  names,
}: {
  view: PageView
  drafts: readonly DraftRow[]
  names: Names
}) {
  const { t } = view
  const zone = view.site.region.documents.region.timezone
  return (
    <ul class="queue">
      {drafts.map(draft => (
        <li class="queue__item">
          <div class="queue__what">
            <a class="usa-link" href={view.href(draftPath(draft))}>
              <strong>{draft.title}</strong>
            </a>
          </div>
          <div class="queue__state">
            <span class="mark">{t(`admin-draft-${draft.state}`)}</span>
          </div>
          <div class="queue__when">
            {actorName(view, names, draft.changedBy)}, <Moment view={view} at={draft.changedAt} zone={zone} />
          </div>
        </li>
      ))}
    </ul>
  )
}

// Where a new draft may begin.
const BEGINNINGS = /^(?:\/(?:region|jurisdictions(?:\/new)?|plan))?$/

/** Begins a draft and leads to its first page. */
export async function startDraft(c: AdminPageContext) {
  const view = viewOf(c)
  const context = await authorizeAdmin(c)
  if (!mayEditAnything(context)) throw problem('not-allowed')
  const sent = await readSubmitted(c, '/admin/drafts')
  const title = titleOf(sent) ?? view.t('admin-edit')
  const to = BEGINNINGS.test(sent.one('to')) ? sent.one('to') : ''
  const base = context.region.snapshot.version
  const id = await createDraft(context.platform, context.db, { title, base, ...doingNow(context) })
  return c.redirect(view.href(draftPath({ id }) + to), 303)
}
