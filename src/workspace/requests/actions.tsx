import { canTake } from '../../handoffs/receiver.ts'
import { handoffKinds } from '../../handoffs/schema.ts'
import { takesForwards } from '../../partners/forward.ts'
import { isLongList, narrowed } from '../../regions/runtime/jurisdiction-list.ts'
import { reasonsOf, reasonText } from '../../regions/runtime/reasons.ts'
import { transitions } from '../../requests/change.ts'
import { closeReasons } from '../../requests/schema.ts'
import { ChoiceField, SelectField, TextArea } from '../../web/components/fields.tsx'
import { JurisdictionSearch, typedAgency } from '../../web/components/jurisdiction-search.tsx'
import { ActionForm, Fold, typedValue } from '../shell/form.tsx'
import { requestPath } from '../shell/frame.tsx'
import { NumberedProposal } from './duplicates.tsx'
import type { Parts } from './request-parts.tsx'
import { ReviewForm } from './review.tsx'

export function RequestActions(parts: Parts) {
  const { view, whole } = parts
  const { t } = view
  const { may, isOpen, isOffered, request } = whole
  if (!may('change') && !may('handoffs')) return null
  const isHeld = request.custody === 'held'
  const canOffer = may('handoffs') && isOpen && !isOffered
  return (
    <section class="panel actions" aria-labelledby="actions">
      <h2 id="actions">{t('work-acts')}</h2>
      {may('change') && isHeld && <StatusButtons {...parts} />}
      {may('change') && isOpen && <ReviewForm {...parts} />}
      {may('change') && isOpen && <Close {...parts} />}
      {may('change') && <Note {...parts} />}
      {may('change') && isOpen && !isOffered && (
        <p class="action action--link">
          <a class="usa-link" href={view.href(`${requestPath(whole.context, request.id)}/place`)}>
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

function StatusButtons(parts: Parts) {
  const { c, view, whole } = parts
  const { request, context } = whole
  const path = requestPath(context, request.id)
  const { id, version, status } = request
  if (status === 'closed') return <Reopen {...parts} />
  const next = transitions[status].filter(to => to === 'acknowledged' || to === 'in_progress')
  return (
    <div class="actions__buttons" id={`status-${id}`}>
      {next.map((to, index) => (
        <ActionForm {...{ c, view, version }} action={`${path}/status`}>
          <input type="hidden" name="status.to" value={to} />
          <button
            class={`usa-button${index > 0 || status === 'in_progress' ? ' usa-button--outline' : ''}`}
            type="submit"
          >
            {view.t(status === 'in_progress' ? 'work-to-put-back' : `work-to-${to}`)}
          </button>
        </ActionForm>
      ))}
    </div>
  )
}

function Reopen({ c, view, whole: { request, context }, formState }: Parts) {
  const { t } = view
  const errors = formState?.errors ?? []
  return (
    <Fold title={t('work-reopen')} open={formState?.sent.action === 'reopen'}>
      <ActionForm
        {...{ c, view }}
        version={request.version}
        action={`${requestPath(context, request.id)}/reopen`}
      >
        <TextArea
          {...{ view, errors }}
          name="reopen.reason"
          label={t('work-field-reason')}
          hint={t('work-public-words-hint')}
          required
          rows={3}
          value={typedValue(formState, 'reopen', 'reason')}
        />
        <button class="usa-button" type="submit">
          {t('work-reopen')}
        </button>
      </ActionForm>
    </Fold>
  )
}

function Close({ c, view, whole: { request, context }, formState }: Parts) {
  const { t } = view
  const errors = formState?.errors ?? []
  // A duplicate is linked to the other case instead, so that its reporter is informed of that case.
  const options = closeReasons
    .filter(reason => reason !== 'duplicate')
    .map(value => ({ value, label: t(`closed-${value}`) }))
  return (
    <Fold title={t('work-close')} open={formState?.sent.action === 'close'}>
      <ActionForm
        {...{ c, view }}
        version={request.version}
        action={`${requestPath(context, request.id)}/close`}
      >
        <SelectField
          {...{ view, options, errors }}
          name="close.reason"
          label={t('work-field-reason')}
          required
          values={[typedValue(formState, 'close', 'reason')]}
        />
        <TextArea
          {...{ view, errors }}
          name="close.text"
          label={t('work-public-words')}
          hint={t('work-public-words-hint')}
          required={false}
          rows={3}
          value={typedValue(formState, 'close', 'text')}
        />
        <button class="usa-button" type="submit">
          {t('work-close-go')}
        </button>
        <p class="usa-hint">{t('work-close-hint')}</p>
      </ActionForm>
    </Fold>
  )
}

function Note({ c, view, whole: { request, context }, formState }: Parts) {
  const { t } = view
  const errors = formState?.errors ?? []
  const isHeld = request.custody === 'held'
  const options = [
    { value: 'staff', label: t('work-note-staff') },
    ...(isHeld ? [{ value: 'everyone', label: t('work-note-everyone') }] : []),
  ]
  return (
    <Fold title={t('work-note')} open={formState?.sent.action === 'note'}>
      <ActionForm {...{ c, view }} action={`${requestPath(context, request.id)}/note`}>
        <TextArea
          {...{ view, errors }}
          name="note.text"
          label={t('work-field-text')}
          required
          rows={4}
          value={typedValue(formState, 'note', 'text')}
        />
        <ChoiceField
          {...{ view, errors, options }}
          name="note.for"
          label={t('work-note-for')}
          values={[typedValue(formState, 'note', 'for', 'staff')]}
        />
        <button class="usa-button" type="submit">
          {t('work-note-go')}
        </button>
      </ActionForm>
    </Fold>
  )
}

function Offer({ c, view, whole: { request, context }, formState }: Parts) {
  const { t, site, language, now } = view
  const { region } = site
  const errors = formState?.errors ?? []
  const { slug } = context.jurisdiction
  const typed = typedAgency(c)
  const chosen = typedValue(formState, 'offer', 'receiver')
  const isLong = isLongList(region.documents)
  const takers = narrowed(region.documents, typed, body => body.slug === chosen)
    .filter(({ slug: body }) => canTake(region, slug, request, { field: 'receiver', body }, now))
    .map(body => ({ value: body.slug, label: body.name }))
  const reasons = reasonsOf(region).map(value => ({ value, label: reasonText(region, value, language) }))
  const kinds = handoffKinds.map(value => ({
    value,
    label: t(`work-kind-${value}`),
    note: t(`work-kind-${value}-note`),
  }))
  if (takers.length === 0 && !isLong) return null
  return (
    <Fold title={t('work-offer')} open={formState?.sent.action === 'offer' || (isLong && typed !== '')}>
      {isLong && (
        <JurisdictionSearch
          view={view}
          action={requestPath(context, request.id)}
          typed={typed}
          id="offer-agency"
        />
      )}
      {takers.length > 0 && (
        <ActionForm
          {...{ c, view }}
          version={request.version}
          action={`${requestPath(context, request.id)}/offer`}
        >
          <SelectField
            {...{ view, errors }}
            name="offer.receiver"
            label={t('work-field-receiver')}
            required
            options={takers}
            values={[chosen]}
          />
          <ChoiceField
            {...{ view, errors }}
            name="offer.kind"
            label={t('work-field-kind')}
            options={kinds}
            values={[typedValue(formState, 'offer', 'kind', 'transfer')]}
          />
          <SelectField
            {...{ view, errors }}
            name="offer.reason"
            label={t('work-field-reason')}
            required
            options={reasons}
            values={[typedValue(formState, 'offer', 'reason')]}
          />
          <TextArea
            {...{ view, errors }}
            name="offer.text"
            label={t('work-offer-text')}
            required={false}
            rows={3}
            value={typedValue(formState, 'offer', 'text')}
          />
          <button class="usa-button" type="submit">
            {t('work-offer-go')}
          </button>
          <p class="usa-hint">{t('work-offer-hint')}</p>
        </ActionForm>
      )}
    </Fold>
  )
}

/** Leads to a confirmation page, because a forward to a partner cannot be recalled. */
function ToPartner({ view, whole: { request, context, forwards } }: Parts) {
  const { t, site } = view
  const partners = (site.region.documents.region.partners ?? []).filter(takesForwards)
  if (partners.length === 0 || forwards.some(({ state }) => state === 'waiting' || state === 'sent'))
    return null
  return (
    <Fold title={t('work-forward')} open={false}>
      <form action={view.href(`${requestPath(context, request.id)}/forward`)} class="action__form">
        <SelectField
          view={view}
          name="partner"
          label={t('work-field-partner')}
          options={partners.map(({ id, name }) => ({ value: id, label: name }))}
          values={[]}
          errors={[]}
        />
        <button class="usa-button usa-button--outline" type="submit">
          {t('work-forward-next')}
        </button>
      </form>
    </Fold>
  )
}
