import { translator } from '../core/i18n.ts'
import type { ServiceDocument } from '../regions/documents.ts'
import type { Draft } from '../requests/draft.ts'
import type { PublicRequest } from '../requests/public-index.ts'
import type { Resolution } from '../routing/types.ts'
import { Alert, BackLink, Emergency, NoMailNote, Steps } from '../web/components.tsx'
import { Checkbox, FaultSummary, type FieldMessage, TextArea, TextField, titled } from '../web/fields.tsx'
import { Icon } from '../web/icon.tsx'
import { offeredLanguages, Page } from '../web/layout.tsx'
import type { View } from '../web/view.ts'
import { contactFields, placeParams } from './form.ts'
import { Handles } from './handles.tsx'
import { Nearby } from './nearby.tsx'
import { PhotoField } from './photos.tsx'
import { PlaceLine } from './place.tsx'
import { QuestionFields } from './questions.tsx'
import { isHazard } from './where.tsx'

export interface DetailsProps {
  view: View
  service: ServiceDocument
  draft: Draft
  resolution: Resolution
  /** Null: cannot be looked up now. */
  nearby: readonly PublicRequest[] | null
  faults: readonly FieldMessage[]
  /** Names this sending, so that sent twice it is filed once. */
  once: string
  /** The databases did not answer: nothing was filed, nothing is lost. */
  away?: boolean
  /** The address of the resident who has signed in. */
  signedIn?: string | undefined
  /** They had signed in, and no longer have. */
  signedOut?: boolean
}

/** Third step: who will handle it, what is already known nearby, then the questions. */
export function DetailsPage(props: DetailsProps) {
  const { service, draft, resolution, nearby, faults, away } = props
  const path = `/report/${encodeURIComponent(service.code)}`
  // After a form was sent, the page is not at its own address.
  const here = `${path}/details?${new URLSearchParams([...placeParams(draft), ['asked', 'before']])}`
  const view = { ...props.view, here: props.view.href(here) }
  const { t } = view
  const where = `${path}?${new URLSearchParams({ [draft.place === null ? 'words' : 'q']: draft.address })}`
  return (
    <Page view={view} title={titled(view, t('details-title'), faults)} section="/report" personal>
      <div class="wide columns">
        <div class="columns__all">
          <BackLink href={view.href(where)}>{t('back-where')}</BackLink>
          <Steps view={view} current={3} />
          {(isHazard(service) || resolution.triage) && <Emergency view={view} />}
          {away && (
            <Alert type="error" heading={t('away-title')} live>
              <p>{t('away-text')}</p>
            </Alert>
          )}
          {props.signedOut && (
            <Alert type="warning" live>
              <p>{t('account-signed-out')}</p>
            </Alert>
          )}
          <FaultSummary view={view} faults={faults} />
          <h1>
            <span class="kicker">{t('details-title')}</span> {view.say(service.name)}
          </h1>
          <PlaceLine view={view} draft={draft}>
            <a class="usa-link" href={view.href(where)}>
              {t('change-place')}
            </a>
          </PlaceLine>
        </div>
        <aside class="columns__side">
          <Handles view={view} service={service} resolution={resolution} />
          {!service.private && <Nearby view={view} draft={draft} nearby={nearby} />}
        </aside>
        <DetailsForm {...props} action={view.href(`${path}/send`)} />
      </div>
    </Page>
  )
}

function DetailsForm(props: DetailsProps & { action: string }) {
  const { view, service, draft, faults, once, action } = props
  const { t } = view
  return (
    <form
      class="columns__main report-form"
      method="post"
      action={action}
      enctype="multipart/form-data"
      novalidate
    >
      {placeParams(draft).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <input type="hidden" name="once" value={once} />
      <QuestionFields view={view} service={service} answers={draft.answers} faults={faults} />
      <TextArea
        view={view}
        name="description"
        label={t('field-description')}
        hint={service.private ? t('description-hint-private') : t('description-hint')}
        required={false}
        value={draft.description}
        faults={faults}
      />
      <PhotoField view={view} kept={draft.media} faults={faults} />
      <fieldset class="usa-fieldset contact">
        <legend class="usa-legend usa-legend--large">{t('contact-title')}</legend>
        {props.signedIn && <p>{t('account-signed-in-as', { address: props.signedIn })}</p>}
        <p class="usa-hint">{t('contact-why')}</p>
        <div class="contact__fields">
          {contactFields.map(field => (
            <TextField
              view={view}
              name={field}
              label={t(`field-${field}`)}
              required={false}
              value={draft.contact[field]}
              faults={faults}
              {...contactTypes[field]}
            />
          ))}
        </div>
        <NoMailNote view={view} />
        <Checkbox
          name="follow"
          label={t('follow-box')}
          hint={t('follow-box-hint')}
          checked={draft.follow === true}
        />
        <Checkbox
          name="shareContact"
          label={t('share-contact')}
          hint={t('share-contact-hint')}
          checked={draft.contact.shared}
        />
      </fieldset>
      {service.private && (
        <p class="private-note">
          <Icon name="lock" /> {t('private-note')}
        </p>
      )}
      <button class="usa-button usa-button--big" type="submit">
        {props.away ? t('send-again') : t('send')}
      </button>
      <p class="usa-hint">{t('send-note')}</p>
      <Speak view={view} action={action} />
    </form>
  )
}

/** The same form in the other languages, with what was typed. */
function Speak({ view, action }: { view: View; action: string }) {
  const others = offeredLanguages(view).filter(language => language !== view.language)
  return (
    <p class="speak">
      {others.map(language => (
        <button
          class="usa-button usa-button--unstyled"
          type="submit"
          name="speak"
          value={language}
          formaction={`${action}?lang=${language}`}
          lang={language}
        >
          {translator(language)('language-name')}
        </button>
      ))}
    </p>
  )
}

const contactTypes = {
  firstName: { autocomplete: 'given-name' },
  lastName: { autocomplete: 'family-name' },
  email: { type: 'email', autocomplete: 'email' },
  phone: { type: 'tel', autocomplete: 'tel' },
} as const
