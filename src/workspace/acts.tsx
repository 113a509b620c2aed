import { canTake } from '../handoffs/receiver.ts'
import { handoffKinds } from '../handoffs/schema.ts'
import { takesForwards } from '../partners/forward.ts'
import { reasonsOf, reasonText } from '../regions/reasons.ts'
import { transitions } from '../requests/change.ts'
import { closeReasons } from '../requests/schema.ts'
import { ChoiceField, SelectField, TextArea } from '../web/fields.tsx'
import { NumberedProposal } from './duplicates.tsx'
import { ActForm, Fold, typed } from './form.tsx'
import { requestPath } from './frame.tsx'
import type { Parts } from './request-parts.tsx'

/** Everything that may be done to a request as it stands, by whoever looks at it; nothing else is shown. */
export function RequestActs(parts: Parts) {
  const { view, whole } = parts
  const { t } = view
  const { may, isOpen, isOffered, request } = whole
  if (!may('change') && !may('handoffs')) return null
  const isHeld = request.custody === 'held'
  const canOffer = may('handoffs') && isOpen && !isOffered
  return (
    <section class="panel acts" aria-labelledby="acts">
      <h2 id="acts">{t('work-acts')}</h2>
      {may('change') && isHeld && <StatusButtons {...parts} />}
      {may('change') && isOpen && <Close {...parts} />}
      {may('change') && <Note {...parts} />}
      {may('change') && isOpen && !isOffered && (
        <p class="act act--link">
          <a class="usa-link" href={view.href(`${requestPath(whole.office, request.id)}/place`)}>
            {t('work-move-pin')}
          </a>
        </p>
      )}
      {canOffer && <Offer {...parts} />}
      {canOffer && <ToPartner {...parts} />}
      {may('change') && isOpen && !request.private && <NumberedProposal {...parts} />}
    </section>
  )
}

function StatusButtons({ c, view, whole: { request, office } }: Parts) {
  const path = requestPath(office, request.id)
  const { id, version, status } = request
  if (status === 'closed') {
    return (
      <ActForm {...{ c, view, version }} action={`${path}/reopen`}>
        <button class="usa-button" type="submit">
          {view.t('work-reopen')}
        </button>
      </ActForm>
    )
  }
  const next = transitions[status].filter(to => to === 'acknowledged' || to === 'in_progress')
  return (
    <div class="acts__buttons" id={`status-${id}`}>
      {next.map((to, index) => (
        <ActForm {...{ c, view, version }} action={`${path}/status`}>
          <input type="hidden" name="status.to" value={to} />
          <button
            class={`usa-button${index > 0 || status === 'in_progress' ? ' usa-button--outline' : ''}`}
            type="submit"
          >
            {view.t(status === 'in_progress' ? 'work-to-put-back' : `work-to-${to}`)}
          </button>
        </ActForm>
      ))}
    </div>
  )
}

function Close({ c, view, whole: { request, office }, again }: Parts) {
  const { t } = view
  const faults = again?.faults ?? []
  // A duplicate is linked to the other case, so that its reporter hears how that goes on.
  const options = closeReasons
    .filter(reason => reason !== 'duplicate')
    .map(value => ({ value, label: t(`closed-${value}`) }))
  return (
    <Fold title={t('work-close')} open={again?.sent.act === 'close'}>
      <ActForm {...{ c, view }} version={request.version} action={`${requestPath(office, request.id)}/close`}>
        <SelectField
          {...{ view, options, faults }}
          name="close.reason"
          label={t('work-field-reason')}
          required
          values={[typed(again, 'close', 'reason')]}
        />
        <TextArea
          {...{ view, faults }}
          name="close.text"
          label={t('work-public-words')}
          hint={t('work-public-words-hint')}
          required={false}
          rows={3}
          value={typed(again, 'close', 'text')}
        />
        <button class="usa-button" type="submit">
          {t('work-close-go')}
        </button>
        <p class="usa-hint">{t('work-close-hint')}</p>
      </ActForm>
    </Fold>
  )
}

function Note({ c, view, whole: { request, office }, again }: Parts) {
  const { t } = view
  const faults = again?.faults ?? []
  const isHeld = request.custody === 'held'
  const options = [
    { value: 'staff', label: t('work-note-staff') },
    ...(isHeld ? [{ value: 'everyone', label: t('work-note-everyone') }] : []),
  ]
  return (
    <Fold title={t('work-note')} open={again?.sent.act === 'note'}>
      <ActForm {...{ c, view }} action={`${requestPath(office, request.id)}/note`}>
        <TextArea
          {...{ view, faults }}
          name="note.text"
          label={t('work-field-text')}
          required
          rows={4}
          value={typed(again, 'note', 'text')}
        />
        <ChoiceField
          {...{ view, faults, options }}
          name="note.for"
          label={t('work-note-for')}
          values={[typed(again, 'note', 'for', 'staff')]}
        />
        <button class="usa-button" type="submit">
          {t('work-note-go')}
        </button>
      </ActForm>
    </Fold>
  )
}

function Offer({ c, view, whole: { request, office }, again }: Parts) {
  const { t, site, language, now } = view
  const { region } = site
  const faults = again?.faults ?? []
  const { slug } = office.jurisdiction
  const takers = region.documents.jurisdictions
    .filter(({ slug: body }) => canTake(region, slug, request, { field: 'receiver', body }, now))
    .map(body => ({ value: body.slug, label: body.name }))
  const reasons = reasonsOf(region).map(value => ({ value, label: reasonText(region, value, language) }))
  const kinds = handoffKinds.map(value => ({
    value,
    label: t(`work-kind-${value}`),
    note: t(`work-kind-${value}-note`),
  }))
  if (takers.length === 0) return null
  return (
    <Fold title={t('work-offer')} open={again?.sent.act === 'offer'}>
      <ActForm {...{ c, view }} version={request.version} action={`${requestPath(office, request.id)}/offer`}>
        <SelectField
          {...{ view, faults }}
          name="offer.receiver"
          label={t('work-field-receiver')}
          required
          options={takers}
          values={[typed(again, 'offer', 'receiver')]}
        />
        <ChoiceField
          {...{ view, faults }}
          name="offer.kind"
          label={t('work-field-kind')}
          options={kinds}
          values={[typed(again, 'offer', 'kind', 'transfer')]}
        />
        <SelectField
          {...{ view, faults }}
          name="offer.reason"
          label={t('work-field-reason')}
          required
          options={reasons}
          values={[typed(again, 'offer', 'reason')]}
        />
        <TextArea
          {...{ view, faults }}
          name="offer.text"
          label={t('work-offer-text')}
          required={false}
          rows={3}
          value={typed(again, 'offer', 'text')}
        />
        <button class="usa-button" type="submit">
          {t('work-offer-go')}
        </button>
        <p class="usa-hint">{t('work-offer-hint')}</p>
      </ActForm>
    </Fold>
  )
}

/** Leads to the page that says what happens, for what is passed on cannot be called back. */
function ToPartner({ view, whole: { request, office, forwards } }: Parts) {
  const { t, site } = view
  const partners = (site.region.documents.region.partners ?? []).filter(takesForwards)
  if (partners.length === 0 || forwards.some(({ state }) => state === 'waiting' || state === 'sent'))
    return null
  return (
    <Fold title={t('work-forward')} open={false}>
      <form action={view.href(`${requestPath(office, request.id)}/forward`)} class="act__form">
        <SelectField
          view={view}
          name="partner"
          label={t('work-field-partner')}
          options={partners.map(({ id, name }) => ({ value: id, label: name }))}
          values={[]}
          faults={[]}
        />
        <button class="usa-button usa-button--outline" type="submit">
          {t('work-forward-next')}
        </button>
      </form>
    </Fold>
  )
}
