import { problem } from '../../core/problem.ts'
import { keepSessionOf } from '../../identity/sessions/cookies.ts'
import { deviceWords } from '../../identity/sessions/device.ts'
import { startSession } from '../../identity/sessions/sessions.ts'
import { Alert } from '../../web/components/components.tsx'
import { type PageView, viewOf } from '../../web/view.ts'
import { ActionForm } from '../../workspace/shell/form.tsx'
import { checkDraft } from '../drafts/documents.ts'
import { type DraftContext, openDraft, openDraftToEdit } from '../drafts/open-draft.ts'
import { type AdminPageContext, doingNow, isRegionAdmin, requireAdminStepUp } from '../shell/context.ts'
import { AdminPage, adminDone, draftPath } from '../shell/frame.tsx'
import { MAX_JURISDICTIONS, makeSandbox, removeSandbox, type Sandbox, sandboxOf } from './sandbox.ts'

const REFRESH_SECONDS = 3

/** The draft as a site of its own, to try it out. */
export async function sandboxPage(c: AdminPageContext) {
  const view = viewOf(c)
  const { t } = view
  const context = await openDraft(c)
  const { draft, db, me, platform } = context
  const found = await sandboxOf(db, draft.id)
  if (found?.state === 'making') c.header('Refresh', String(REFRESH_SECONDS))
  const title = t('admin-sandbox-title')
  const { documents } = await checkDraft(platform, context.region, context.values)
  const count = documents?.jurisdictions.length ?? 0
  const refusal =
    documents === undefined
      ? t('admin-sandbox-errors')
      : count > MAX_JURISDICTIONS
        ? t('admin-sandbox-too-large', { count, max: MAX_JURISDICTIONS })
        : undefined
  return c.html(
    <AdminPage {...{ c, view, context, draft, me }} section="drafts" title={title}>
      <h1>{title}</h1>
      <p class="usa-intro">{t('admin-sandbox-intro')}</p>
      <ul class="usa-list">
        <li>{t('admin-sandbox-apart')}</li>
        <li>{t('admin-sandbox-nobody')}</li>
        <li>{t('admin-sandbox-hidden')}</li>
        <li>{t('admin-sandbox-ends')}</li>
      </ul>
      {found && <State {...{ c, view, context }} sandbox={found} />}
      {context.isOpen && isRegionAdmin(context) && (
        <Start {...{ c, view, context, refusal }} sandbox={found} />
      )}
    </AdminPage>,
  )
}

interface Props {
  c: AdminPageContext
  view: PageView
  context: DraftContext
  sandbox: Sandbox
}

function State({ c, view, context, sandbox }: Props) {
  const { t } = view
  const path = `${draftPath(context.draft)}/sandbox`
  if (sandbox.state === 'making') {
    return (
      <Alert type="info" live>
        <p>{t('admin-sandbox-making')}</p>
      </Alert>
    )
  }
  const isBehind = sandbox.revision !== context.draft.revision
  return (
    <>
      <Alert type={isBehind ? 'warning' : 'success'}>
        <p>{t(isBehind ? 'admin-sandbox-behind' : 'admin-sandbox-ready')}</p>
      </Alert>
      <p>
        <a class="usa-link" href={`/r/${sandbox.region}/`}>
          {t('admin-sandbox-visit')}
        </a>
      </p>
      {isRegionAdmin(context) && (
        <ActionForm c={c} view={view} action={`${path}/enter`}>
          <button class="usa-button" type="submit">
            {t('admin-sandbox-enter')}
          </button>
        </ActionForm>
      )}
    </>
  )
}

interface StartProps extends Omit<Props, 'sandbox'> {
  sandbox: Sandbox | undefined
  /** Why there can be none. */
  refusal: string | undefined
}

function Start({ c, view, context, sandbox, refusal }: StartProps) {
  const { t } = view
  const path = `${draftPath(context.draft)}/sandbox`
  return (
    <>
      {refusal === undefined ? (
        <ActionForm c={c} view={view} action={path}>
          <button
            class={sandbox === undefined ? 'usa-button' : 'usa-button usa-button--outline'}
            type="submit"
          >
            {t(sandbox === undefined ? 'admin-sandbox-start' : 'admin-sandbox-update')}
          </button>
        </ActionForm>
      ) : (
        <Alert type="warning">
          <p>{refusal}</p>
        </Alert>
      )}
      {sandbox !== undefined && (
        <details class="action">
          <summary>{t('admin-sandbox-remove')}</summary>
          <p>{t('admin-sandbox-remove-text')}</p>
          <ActionForm c={c} view={view} action={`${path}/remove`}>
            <button class="usa-button usa-button--secondary" type="submit">
              {t('admin-sandbox-remove')}
            </button>
          </ActionForm>
        </details>
      )}
    </>
  )
}

/** Makes the test site, or brings it up to date. Throws `bad-request` for a draft with errors, `too-large`. */
export async function startSandbox(c: AdminPageContext) {
  const view = viewOf(c)
  const context = await openDraftToEdit(c)
  const { platform, region, draft, db } = context
  const { documents } = await checkDraft(platform, region, context.values)
  if (documents === undefined) throw problem('bad-request', { detail: view.t('admin-sandbox-errors') })
  if (documents.jurisdictions.length > MAX_JURISDICTIONS) {
    const params = { count: documents.jurisdictions.length, max: MAX_JURISDICTIONS }
    throw problem('bad-request', { detail: view.t('admin-sandbox-too-large', params) })
  }
  await makeSandbox(platform, db, draft, documents, doingNow(context))
  return c.redirect(view.href(`${draftPath(draft)}/sandbox`), 303)
}

/** Signs the administrator in on the test site, as its administrator. Throws `step-up-required`, `wrong-state` before it is ready. */
export async function enterSandbox(c: AdminPageContext) {
  const context = await openDraft(c)
  const { platform, draft, db, signedIn } = context
  if (!isRegionAdmin(context)) throw problem('not-allowed')
  requireAdminStepUp(context)
  const found = await sandboxOf(db, draft.id)
  if (found?.state !== 'ready' || found.staff === null) throw problem('wrong-state')
  const shown = [{ method: signedIn.authentications[0]?.method ?? 'email', source: 'operator' }] as const
  const device = deviceWords(c.req.header('user-agent'))
  const session = { kind: 'staff', holder: found.staff, shown, device } as const
  keepSessionOf(c, found.region, 'staff', await startSession(platform, found.region, session))
  return c.redirect(`/r/${found.region}/work`, 303)
}

export async function removeSandboxPage(c: AdminPageContext) {
  const view = viewOf(c)
  const context = await openDraft(c)
  if (!isRegionAdmin(context)) throw problem('not-allowed')
  await removeSandbox(context.db, context.draft.id, doingNow(context))
  return adminDone(c, view, `${draftPath(context.draft)}/sandbox`, 'sandbox-removed')
}
