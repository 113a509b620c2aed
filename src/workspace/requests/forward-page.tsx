import { problem } from '../../core/problem.ts'
import { takesForwards } from '../../partners/forward.ts'
import { passToPartner } from '../../partners/to-partner.ts'
import { BackLink } from '../../web/components/components.tsx'
import { viewOf } from '../../web/view.ts'
import { authorizeStaff, type ChangeContext, type StaffPageContext } from '../shell/context.ts'
import { ActionForm, type FormState, formStateFor, Refused, readSubmitted, statusOf } from '../shell/form.tsx'
import { done, requestPath, StaffPage } from '../shell/frame.tsx'
import { readWholeRequest } from './read.ts'

/* A forward to a partner cannot be recalled, so a page of its own says what will happen. */

export async function forwardPage(c: StaffPageContext) {
  const id = c.req.param('id') ?? ''
  const context = await authorizeStaff(c, 'handoffs', { request: id })
  const partner = c.req.query('partner') ?? ''
  if (partner === '') return c.redirect(viewOf(c).href(requestPath(context, id)), 303)
  return showForward(c, context, partner, undefined)
}

export async function forwardIt(c: StaffPageContext): Promise<Response> {
  const id = c.req.param('id') ?? ''
  const context = await authorizeStaff(c, 'handoffs', { request: id })
  const view = viewOf(c)
  const sent = await readSubmitted(c, 'forward')
  const partner = sent.one('partner')
  const { version, key: idempotencyKey } = sent
  try {
    const input = { request: id, partner, version, idempotencyKey }
    await passToPartner(c.get('platform'), context.db, c.get('site').region, input)
    return done(c, view, requestPath(context, id), 'forwarded')
  } catch (error) {
    return showForward(c, context, partner, formStateFor(view, sent, error))
  }
}

/** Throws `not-found` for a partner that takes no forwards. */
async function showForward(
  c: StaffPageContext,
  context: ChangeContext,
  id: string,
  formState: FormState | undefined,
) {
  const view = viewOf(c)
  const { t, site } = view
  const partner = site.region.partner(id)
  if (partner === undefined || !takesForwards(partner)) throw problem('not-found')
  const { me, request } = await readWholeRequest(c)
  const path = requestPath(context, request.id)
  const { name, forward: method = 'none' } = partner
  return c.html(
    <StaffPage {...{ c, view, context, me }} section="requests" title={t('work-forward-title', { name })}>
      <BackLink href={view.href(path)}>{t('work-back', { number: request.id })}</BackLink>
      <Refused view={view} formState={formState} />
      <h1>{t('work-forward-title', { name })}</h1>
      <p>{t('work-forward-what', { name, method })}</p>
      <p>{t('work-forward-then', { name })}</p>
      {partner.note && <p class="usa-hint">{view.localize(partner.note)}</p>}
      <ActionForm {...{ c, view }} version={request.version} action={`${path}/forward`}>
        <input type="hidden" name="forward.partner" value={id} />
        <button class="usa-button" type="submit">
          {t('work-forward-go', { name })}
        </button>
      </ActionForm>
    </StaffPage>,
    formState === undefined ? 200 : statusOf(formState),
  )
}
