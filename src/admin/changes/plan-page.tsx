import { type IssueAtPath, isError } from '../../regions/documents/issue.ts'
import { planRegion } from '../../regions/versions/plan.ts'
import { Alert } from '../../web/components/components.tsx'
import { type PageView, viewOf } from '../../web/view.ts'
import { ActionForm } from '../../workspace/shell/form.tsx'
import { checkDraft } from '../drafts/documents.ts'
import { documentName } from '../drafts/draft-page.tsx'
import { type DraftContext, openDraft } from '../drafts/open-draft.ts'
import type { AdminPageContext } from '../shell/context.ts'
import { AdminPage, draftPath } from '../shell/frame.tsx'
import { ChangeList } from './change-list.tsx'
import { Behind, rebaseOf } from './rebase-page.tsx'

/** What the draft would change, and what is wrong with it. */
export async function planPage(c: AdminPageContext) {
  const view = viewOf(c)
  const { t } = view
  const context = await openDraft(c)
  const { draft, base, me, platform, region } = context
  const rebased = context.isOpen ? rebaseOf(context) : undefined
  const { documents, draft: readable, issues } = await checkDraft(platform, region, context.values)
  const before = { region: region.slug, version: draft.base, hash: '', documents: base }
  const plan = readable && planRegion(before, readable, view.now)
  const mayApply = context.isOpen && context.role === 'administrator' && rebased === undefined
  const title = t('admin-part-plan')
  return c.html(
    <AdminPage {...{ c, view, context, draft, me }} section="drafts" title={title}>
      <h1>{title}</h1>
      {rebased && <Behind {...{ c, view, context, rebased }} />}
      <Issues {...{ view, context, issues }} />
      {plan && (
        <section aria-labelledby="changes">
          <h2 id="changes">{t('admin-plan-changes')}</h2>
          <ChangeList view={view} changes={plan.changes} />
        </section>
      )}
      {mayApply && documents && plan && plan.changes.length > 0 && (
        <ActionForm c={c} view={view} action={`${draftPath(draft)}/apply`} version={draft.revision}>
          <p>{t('admin-apply-text')}</p>
          <button class="usa-button" type="submit">
            {t('admin-apply')}
          </button>
        </ActionForm>
      )}
    </AdminPage>,
  )
}

interface IssuesProps {
  view: PageView
  context: DraftContext
  issues: readonly IssueAtPath[]
}

const SHOWN = 50

/** Errors stop it from being applied, warnings do not. */
function Issues({ view, context, issues }: IssuesProps) {
  const { t } = view
  const kinds = [
    ['error', 'admin-plan-errors', issues.filter(isError)],
    ['warning', 'admin-plan-warnings', issues.filter(issue => !isError(issue))],
  ] as const
  return (
    <>
      {kinds.map(
        ([type, heading, found]) =>
          found.length > 0 && (
            <Alert type={type} heading={t(heading, { count: found.length })}>
              <ul class="usa-list">
                {found.slice(0, SHOWN).map(({ file, message, repair }) => (
                  <li>
                    <strong>{documentName(view, context, file)}:</strong> {message}. {repair}.
                  </li>
                ))}
              </ul>
            </Alert>
          ),
      )}
    </>
  )
}
