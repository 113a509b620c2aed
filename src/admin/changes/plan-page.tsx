import { type IssueAtPath, isError } from '../../regions/documents/issue.ts'
import { planRegion } from '../../regions/versions/plan/plan.ts'
import { Alert } from '../../web/components/components.tsx'
import { type PageView, viewOf } from '../../web/view.ts'
import { namesOf } from '../../workspace/shell/names.ts'
import { Confirmations, confirmationList } from '../agreements/confirm-page.tsx'
import { checkDraft } from '../drafts/documents.ts'
import { documentName } from '../drafts/draft-page.tsx'
import { type DraftContext, openDraft } from '../drafts/open-draft.ts'
import { type HostState, unprovedHosts } from '../hosts/hosts.ts'
import { rehearsalOf } from '../rehearsal/job.ts'
import type { AdminPageContext } from '../shell/context.ts'
import { AdminPage, draftPath } from '../shell/frame.tsx'
import { ApplySection } from './apply-form.tsx'
import { approvalOf } from './approval.ts'
import { ChangeList } from './change-list.tsx'
import { Endings, PlanAreas } from './plan-areas.tsx'
import { Behind, rebaseOf } from './rebase-page.tsx'
import { scheduleOf } from './schedule.ts'

/** What the draft would change, and what is wrong with it. */
export async function planPage(c: AdminPageContext) {
  const view = viewOf(c)
  const { t } = view
  const context = await openDraft(c)
  const { draft, base, me, platform, region, db, signedIn } = context
  const rebased = context.isOpen ? rebaseOf(context) : undefined
  const { documents, draft: readable, issues } = await checkDraft(platform, region, context.values)
  const before = { region: region.slug, version: draft.base, hash: '', documents: base }
  const plan = readable && planRegion(before, readable, view.now)
  const stored = await rehearsalOf(db, draft.id)
  const isCurrent =
    stored?.finishedAt != null &&
    stored.revision === draft.revision &&
    stored.version === region.snapshot.version
  const rehearsal = isCurrent ? stored.progress.own?.rehearsal : undefined
  const fell = isCurrent ? stored.progress.fell : undefined
  const isReady = context.isOpen && rebased === undefined
  const approval = await approvalOf(db, region.documents, draft)
  const planned = await scheduleOf(db, draft.id)
  const names = await namesOf(platform, signedIn, [...approval.by, ...(planned ? [planned.by] : [])])
  const confirmations = await confirmationList(context)
  const isConfirmed = confirmations.states.every(({ confirmed }) => confirmed !== undefined)
  const unproved = await unprovedHosts(context)
  const title = t('admin-part-plan')
  return c.html(
    <AdminPage {...{ c, view, context, draft, me }} section="drafts" title={title}>
      <h1>{title}</h1>
      {rebased && <Behind {...{ c, view, context, rebased }} />}
      <Issues {...{ view, context, issues }} />
      {plan && (
        <section aria-labelledby="changes">
          <h2 id="changes">{t('admin-plan-changes')}</h2>
          <ChangeList view={view} changes={plan.changes} documents={[readable, base]} />
        </section>
      )}
      {plan && <Endings view={view} plan={plan} />}
      {plan && <PlanAreas {...{ view, context, plan, fell }} />}
      {plan && plan.changes.length > 0 && (
        <p>
          <a class="usa-link" href={view.href(`${draftPath(draft)}/rehearsal`)}>
            {rehearsal === undefined
              ? t('admin-rehearse-first')
              : t('admin-rehearsal-result', {
                  moved: rehearsal.moved,
                  total: rehearsal.total,
                })}
          </a>
        </p>
      )}
      <Confirmations {...{ c, view, context }} list={confirmations} />
      <UnprovedHosts {...{ view, context, unproved }} />
      {isReady && documents && plan && plan.changes.length > 0 && isConfirmed && unproved.length === 0 && (
        <ApplySection {...{ c, view, context, approval, planned, names }} />
      )}
    </AdminPage>,
  )
}

interface HostsProps {
  view: PageView
  context: DraftContext
  unproved: readonly HostState[]
}

function UnprovedHosts({ view, context, unproved }: HostsProps) {
  const { t } = view
  if (unproved.length === 0) return null
  return (
    <section aria-labelledby="hosts">
      <h2 id="hosts">{t('admin-hosts')}</h2>
      <Alert type="warning">
        <p>{t('admin-hosts-not-proved-count', { count: unproved.length })}</p>
        <ul class="usa-list">
          {unproved.slice(0, SHOWN).map(({ host }) => (
            <li>{host}</li>
          ))}
        </ul>
        <p>
          <a class="usa-link" href={view.href(`${draftPath(context.draft)}/hosts`)}>
            {t('admin-hosts-prove')}
          </a>
        </p>
      </Alert>
    </section>
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
