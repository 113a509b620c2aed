import { BackLink, Empty } from '../../web/components/components.tsx'
import { viewOf } from '../../web/view.ts'
import { namesOf } from '../../workspace/shell/names.ts'
import { type DraftContext, openDraft, openDraftToEdit } from '../drafts/open-draft.ts'
import { jurisdictionName } from '../municipality/checklist-page.tsx'
import { type AdminPageContext, isRegionAdmin } from '../shell/context.ts'
import { AdminPage, adminDone, draftPath } from '../shell/frame.tsx'
import { hostStates } from './hosts.ts'
import { type FailedCheck, proofsLeft, StateText } from './proof.tsx'
import { runCheck } from './run-check.ts'

/** The host names of a draft, shared ones and each municipality's own, and how to prove those that are new. */
export async function regionHostsPage(c: AdminPageContext) {
  return page(c, await openDraft(c))
}

export async function checkRegionHost(c: AdminPageContext) {
  const context = await openDraftToEdit(c)
  const failed = await runCheck(c, context, () => true)
  if (failed !== undefined) return page(c, context, failed)
  return adminDone(c, viewOf(c), `${draftPath(context.draft)}/hosts`, 'host-proved')
}

async function page(c: AdminPageContext, context: DraftContext, failed?: FailedCheck) {
  const view = viewOf(c)
  const { t } = view
  const { draft, me, platform, signedIn, base } = context
  const states = await hostStates(context)
  const names = await namesOf(
    platform,
    signedIn,
    states.flatMap(({ proof }) => proof?.by ?? []),
  )
  const title = t('admin-hosts')
  const path = draftPath(draft)
  const isEditor = context.isOpen && isRegionAdmin(context)
  const left = await proofsLeft(
    { c, view, action: `${path}/hosts/check`, failed },
    context,
    states,
    () => isEditor,
  )
  return c.html(
    <AdminPage {...{ c, view, context, draft, me, title }} section="drafts">
      <BackLink href={view.href(`${path}/region`)}>{t('admin-part-region')}</BackLink>
      <h1>{title}</h1>
      <p class="usa-intro">{t('admin-hosts-intro')}</p>
      {states.length === 0 && (
        <Empty>
          <p>{t('admin-hosts-none')}</p>
        </Empty>
      )}
      <ul class="queue">
        {states.map(state => (
          <li class="queue__item">
            <div class="queue__what">
              <strong>{state.host}</strong>
              <span class="queue__place">
                {state.jurisdiction === undefined
                  ? t('admin-host-shared')
                  : jurisdictionName(context, state.jurisdiction)}
              </span>
            </div>
            <div class="queue__state">
              <StateText {...{ view, state, names }} zone={base.region.timezone} />
            </div>
          </li>
        ))}
      </ul>
      {left}
    </AdminPage>,
  )
}
