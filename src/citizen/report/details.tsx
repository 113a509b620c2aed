import { translator } from '../../core/i18n.ts'
import type { ServiceDocument } from '../../regions/documents/schemas/services.ts'
import type { Draft } from '../../requests/draft.ts'
import type { PublicRequest } from '../../requests/list/public-index.ts'
import type { Resolution } from '../../routing/types.ts'
import { Alert, BackLink, Emergency, NoMailNote, Steps } from '../../web/components/components.tsx'
import { EmergencyWatch } from '../../web/components/emergency.tsx'
import {
  Checkbox,
  ErrorSummary,
  type FieldMessage,
  TextArea,
  TextField,
  titled,
} from '../../web/components/fields.tsx'
import { Icon } from '../../web/components/icon.tsx'
import { offeredLanguages, Page } from '../../web/components/layout.tsx'
import { QuestionFields } from '../../web/components/question-fields.tsx'
import type { PageView } from '../../web/view.ts'
import { Handles } from '../handles.tsx'
import { ANSWER, contactFields, placeParams } from './form.ts'
import { Nearby } from './nearby.tsx'
import { PhotoField } from './photos.tsx'
import { PlaceLine } from './place.tsx'
import { isHazard } from './where.tsx'

export interface DetailsProps {
  view: PageView
  service: ServiceDocument
  draft: Draft
  resolution: Resolution
  /** Null: cannot be looked up now. */
  nearby: readonly PublicRequest[] | null
  errors: readonly FieldMessage[]
  /** Idempotency key of the form: a form sent twice files one report. */
  once: string
  unavailable?: boolean
  signedIn?: string | undefined
  signedOut?: boolean
}

/** The view of a page that is not at its own address, because its form was sent. */
export function detailsHere(view: PageView, draft: Draft): PageView {
  const query = new URLSearchParams([...placeParams(draft), ['asked', 'before']])
  return { ...view, here: view.href(`/report/${encodeURIComponent(draft.service)}/details?${query}`) }
}

export function DetailsPage(props: DetailsProps) {
  const { service, draft, resolution, nearby, errors, unavailable } = props
  const path = `/report/${encodeURIComponent(service.code)}`
  const view = detailsHere(props.view, draft)
  const { t } = view
  const where = `${path}?${new URLSearchParams({ [draft.place === null ? 'words' : 'q']: draft.address })}`
  return (
    <Page view={view} title={titled(view, t('details-title'), errors)} section="/report" personal>
      <div class="wide columns">
        <div class="columns__all">
          <BackLink href={view.href(where)}>{t('back-where')}</BackLink>
          <Steps view={view} current={3} />
          {(isHazard(service) || resolution.triage) && <Emergency view={view} />}
          {unavailable && (
            <Alert type="error" heading={t('away-title')} live>
              <p>{t('away-text')}</p>
            </Alert>
          )}
          {props.signedOut && (
            <Alert type="warning" live>
              <p>{t('account-signed-out')}</p>
            </Alert>
          )}
          <ErrorSummary view={view} errors={errors} />
          <h1>
            <span class="kicker">{t('details-title')}</span> {view.localize(service.name)}
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
  const { view, service, draft, errors, once, action } = props
  const { t } = view
  return (
    <form
      class="columns__main report-form"
      id="report-form"
      method="post"
      action={action}
      enctype="multipart/form-data"
      novalidate
    >
      {placeParams(draft).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <input type="hidden" name="once" value={once} />
      <QuestionFields
        {...{ view, errors }}
        questions={service.questions ?? []}
        prefix={ANSWER}
        answers={draft.answers}
      />
      <TextArea
        view={view}
        name="description"
        label={t('field-description')}
        hint={service.private ? t('description-hint-private') : t('description-hint')}
        required={false}
        value={draft.description}
        errors={errors}
      />
      <EmergencyWatch view={view} field="report-form" typed={`${draft.description}\n${draft.address}`} />
      <PhotoField view={view} kept={draft.media} errors={errors} />
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
              errors={errors}
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
        {props.unavailable ? t('send-again') : t('send')}
      </button>
      <p class="usa-hint">{t('send-note')}</p>
      <Speak view={view} action={action} />
    </form>
  )
}

export function Speak({ view, action }: { view: PageView; action: string }) {
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
