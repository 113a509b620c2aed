import { ErrorSummary, fieldId, HintAndError, titled } from '../../web/components/fields.tsx'
import { Page } from '../../web/components/layout.tsx'
import type { PageView } from '../../web/view.ts'

interface Props {
  view: PageView
  typed?: string
  error?: string | undefined
}

/** The check character tells a typing mistake from a number that does not exist. */
export function TrackPage({ view, typed = '', error }: Props) {
  const { t } = view
  const errors = error === undefined ? [] : [{ field: 'number', label: undefined, message: error }]
  return (
    <Page view={view} title={titled(view, t('track-title'), errors)} section="/track">
      <div class="narrow">
        <ErrorSummary view={view} errors={errors} />
        <h1>{t('track-title')}</h1>
        <form action={view.href('/track')}>
          <NumberField view={view} typed={typed} error={error} />
          <button class="usa-button usa-button--big" type="submit">
            {t('track-go')}
          </button>
        </form>
        <p class="usa-hint">
          {t('track-lost', { phone: view.phone(view.site.region.documents.region.phone) })}
        </p>
      </div>
    </Page>
  )
}

export function TrackForm({ view }: { view: PageView }) {
  const { t } = view
  return (
    <section class="panel" aria-labelledby="track">
      <h2 id="track">{t('track-title')}</h2>
      <form action={view.href('/track')}>
        <NumberField view={view} />
        <button class="usa-button usa-button--outline" type="submit">
          {t('track-go')}
        </button>
      </form>
    </section>
  )
}

export function exampleNumber({ site }: PageView): string {
  const code = (site.jurisdiction ?? site.region.documents.jurisdictions[0])?.code ?? ''
  return `${code}-4KT7X-9QXC2`
}

function NumberField({ view, typed = '', error }: Props) {
  const { t } = view
  const label = t('track-number')
  const errors = error === undefined ? [] : [{ field: 'number', label: undefined, message: error }]
  return (
    <div class={`usa-form-group${error ? ' usa-form-group--error' : ''}`}>
      <label class="usa-label" for={fieldId('number')}>
        {label}
      </label>
      <HintAndError
        view={view}
        name="number"
        label={label}
        hint={t('track-hint', { example: exampleNumber(view) })}
        errors={errors}
      />
      <input
        class={`usa-input number-input${error ? ' usa-input--error' : ''}`}
        id={fieldId('number')}
        name="number"
        value={typed}
        autocomplete="off"
        autocapitalize="characters"
        spellcheck={false}
        aria-describedby={`${fieldId('number')}-hint${error ? ` ${fieldId('number')}-error` : ''}`}
        aria-invalid={error ? 'true' : undefined}
      />
    </div>
  )
}
