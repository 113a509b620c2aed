import { randomText } from '../../core/ids.ts'
import { asProblem, problem } from '../../core/problem.ts'
import { limit } from '../../identity/limits.ts'
import { isTestable, sendTestMessage } from '../../partners/test-message.ts'
import { isSandbox } from '../../regions/documents/sandbox.ts'
import type { PartnerDocument } from '../../regions/documents/schemas/partner.ts'
import { Alert, BackLink } from '../../web/components/components.tsx'
import { type PageView, viewOf } from '../../web/view.ts'
import { ActionForm, readSubmitted } from '../../workspace/shell/form.tsx'
import { type DraftContext, openDraft } from '../drafts/open-draft.ts'
import { logStep } from '../log.ts'
import { type AdminPageContext, doingNow, isRegionAdmin, requireAdminStepUp } from '../shell/context.ts'
import { AdminPage, draftPath } from '../shell/frame.tsx'

const results = ['sent', 'refused', 'later', 'unavailable', 'not-configured'] as const
type TestResult = (typeof results)[number]

/** What a test sends and where, and how the last one went. */
export async function testPage(c: AdminPageContext) {
  const view = viewOf(c)
  const { t } = view
  const context = await openDraft(c)
  const { draft, me } = context
  const partner = partnerInForce(c, context)
  const path = `${draftPath(draft)}/partners/${encodeURIComponent(partner.id)}`
  const title = t('admin-partner-test-title', { name: partner.name })
  const result = results.find(known => known === c.req.query('result'))
  return c.html(
    <AdminPage {...{ c, view, context, draft, me }} section="drafts" title={title}>
      <BackLink href={view.href(`${draftPath(draft)}/partners`)}>{t('admin-partners')}</BackLink>
      {result && <Result {...{ view, result, partner }} />}
      <h1>{title}</h1>
      {mayTest(context, partner) ? (
        <>
          <p class="usa-intro">{t('admin-partner-test-intro', { email: partner.email ?? '' })}</p>
          <p>{t('admin-partner-test-in-force')}</p>
          <ActionForm c={c} view={view} action={`${path}/test`}>
            <input type="hidden" name="test.sure" value="yes" />
            <button class="usa-button" type="submit">
              {t('admin-partner-test-send')}
            </button>
          </ActionForm>
        </>
      ) : (
        <p class="usa-intro">{whyNot(view, context, partner)}</p>
      )}
    </AdminPage>,
  )
}

function Result({ view, result, partner }: { view: PageView; result: TestResult; partner: PartnerDocument }) {
  const text = view.t(`admin-partner-test-${result}`, { email: partner.email ?? '' })
  return (
    <Alert type={result === 'sent' ? 'success' : 'error'} live>
      <p>{text}</p>
    </Alert>
  )
}

// A test site sends to nobody but its testers.
function mayTest({ region }: DraftContext, partner: PartnerDocument): boolean {
  return isTestable(partner) && !isSandbox(region.slug)
}

function whyNot({ t }: PageView, { region }: DraftContext, { forward, name }: PartnerDocument): string {
  if (isSandbox(region.slug)) return t('admin-partner-test-site')
  return t(forward === 'open311' ? 'admin-partner-test-open311' : 'admin-partner-test-none', { name })
}

/** Throws `not-allowed`, and `not-found` for a partner of the draft that is not in force. */
function partnerInForce(c: AdminPageContext, context: DraftContext): PartnerDocument {
  if (!isRegionAdmin(context)) throw problem('not-allowed')
  const { partners = [] } = context.region.documents.region
  const found = partners.find(({ id }) => id === c.req.param('partner'))
  if (found === undefined) throw problem('not-found')
  return found
}

/** Throws as `testPage` does, `step-up-required`, `too-many-requests`, and `wrong-state` for what cannot be tested. */
export async function sendTest(c: AdminPageContext) {
  const view = viewOf(c)
  const context = await openDraft(c)
  const { platform, region, draft, db } = context
  const partner = partnerInForce(c, context)
  const sent = await readSubmitted(c, 'test')
  if (sent.one('sure') !== 'yes') throw problem('bad-request')
  if (!mayTest(context, partner)) throw problem('wrong-state')
  requireAdminStepUp(context)
  await limit(c, 'partner-tests', partner.id)
  const entry = { ...doingNow(context), draft: draft.id, subject: partner.name }
  await db.commit([logStep({ ...entry, action: 'partner-tested' })])
  const id = randomText(platform.random, 16)
  const result = await sendTestMessage(platform, region, partner, id).catch(resultOfError)
  if (result !== 'sent') await db.commit([logStep({ ...entry, action: 'partner-test-failed' })])
  const path = `${draftPath(draft)}/partners/${encodeURIComponent(partner.id)}/test`
  return c.redirect(view.href(`${path}?result=${result}`), 303)
}

function resultOfError(error: unknown): TestResult {
  const { slug } = asProblem(error)
  if (slug === 'not-configured') return 'not-configured'
  if (slug === 'mail-unavailable') return 'unavailable'
  throw error
}
