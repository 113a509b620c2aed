import { problem } from '../core/problem.ts'
import { takesForwards } from '../partners/forward.ts'
import { passToPartner } from '../partners/to-partner.ts'
import { BackLink } from '../web/components.tsx'
import { viewOf } from '../web/view.ts'
import { ActForm, type Again, againFor, Refused, readSent, statusOf } from './form.tsx'
import { done, requestPath, StaffPage } from './frame.tsx'
import { type ChangeOffice, openToAct, type PageContext } from './office.ts'
import { readWhole } from './whole.ts'

/* Passing a request on to a partner cannot be called back, so a page of its own says what happens. */

export async function forwardPage(c: PageContext) {
  const id = c.req.param('id') ?? ''
  const office = await openToAct(c, 'handoffs', { request: id })
  const partner = c.req.query('partner') ?? ''
  if (partner === '') return c.redirect(viewOf(c).href(requestPath(office, id)), 303)
  return showForward(c, office, partner, undefined)
}

export async function forwardIt(c: PageContext): Promise<Response> {
  const id = c.req.param('id') ?? ''
  const office = await openToAct(c, 'handoffs', { request: id })
  const view = viewOf(c)
  const sent = await readSent(c, 'forward')
  const partner = sent.one('partner')
  const { version, key: idempotencyKey } = sent
  try {
    const wish = { request: id, partner, version, idempotencyKey }
    await passToPartner(c.get('platform'), office.db, c.get('site').region, wish)
    return done(c, view, requestPath(office, id), 'forwarded')
  } catch (error) {
    return showForward(c, office, partner, againFor(view, sent, error))
  }
}

/** Throws `not-found` for a partner to whom nothing is passed on. */
async function showForward(c: PageContext, office: ChangeOffice, id: string, again: Again | undefined) {
  const view = viewOf(c)
  const { t, site } = view
  const partner = site.region.partner(id)
  if (partner === undefined || !takesForwards(partner)) throw problem('not-found')
  const { me, request } = await readWhole(c)
  const path = requestPath(office, request.id)
  const { name, forward: method = 'none' } = partner
  return c.html(
    <StaffPage {...{ c, view, office, me }} section="requests" title={t('work-forward-title', { name })}>
      <BackLink href={view.href(path)}>{t('work-back', { number: request.id })}</BackLink>
      <Refused view={view} again={again} />
      <h1>{t('work-forward-title', { name })}</h1>
      <p>{t('work-forward-what', { name, method })}</p>
      <p>{t('work-forward-then', { name })}</p>
      {partner.note && <p class="usa-hint">{view.say(partner.note)}</p>}
      <ActForm {...{ c, view }} version={request.version} action={`${path}/forward`}>
        <input type="hidden" name="forward.partner" value={id} />
        <button class="usa-button" type="submit">
          {t('work-forward-go', { name })}
        </button>
      </ActForm>
    </StaffPage>,
    again === undefined ? 200 : statusOf(again),
  )
}
