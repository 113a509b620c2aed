import { FaultSummary, fieldId, HintAndFault, titled } from '../web/fields.tsx'
import { Page } from '../web/layout.tsx'
import type { View } from '../web/view.ts'

interface Props {
  view: View
  typed?: string
  fault?: string | undefined
}

/** Follow a report by its number. The check character tells a typing mistake from a number nobody has. */
export function TrackPage({ view, typed = '', fault }: Props) {
  const { t } = view
  const faults = fault === undefined ? [] : [{ field: 'number', label: t('track-number'), message: fault }]
  return (
    <Page view={view} title={titled(view, t('track-title'), faults)} section="/track">
      <div class="narrow">
        <FaultSummary view={view} faults={faults} />
        <h1>{t('track-title')}</h1>
        <form action={view.href('/track')}>
          <NumberField view={view} typed={typed} fault={fault} />
          <button class="usa-button usa-button--big" type="submit">
            {t('track-go')}
          </button>
        </form>
        <p class="usa-hint">{t('track-lost', { phone: view.site.region.documents.region.phone })}</p>
      </div>
    </Page>
  )
}

/** The same, small, for the front page. */
export function TrackForm({ view }: { view: View }) {
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

export function exampleNumber({ site }: View): string {
  const code = (site.jurisdiction ?? site.region.documents.jurisdictions[0])?.code ?? ''
  return `${code}-4KT7X-9QXC2`
}

function NumberField({ view, typed = '', fault }: Props) {
  const { t } = view
  const label = t('track-number')
  const faults = fault === undefined ? [] : [{ field: 'number', label, message: fault }]
  return (
    <div class={`usa-form-group${fault ? ' usa-form-group--error' : ''}`}>
      <label class="usa-label" for={fieldId('number')}>
        {label}
      </label>
      <HintAndFault
        view={view}
        name="number"
        label={label}
        hint={t('track-hint', { example: exampleNumber(view) })}
        faults={faults}
      />
      <input
        class={`usa-input number-input${fault ? ' usa-input--error' : ''}`}
        id={fieldId('number')}
        name="number"
        value={typed}
        autocomplete="off"
        autocapitalize="characters"
        spellcheck={false}
        aria-describedby={`${fieldId('number')}-hint${fault ? ` ${fieldId('number')}-fault` : ''}`}
        aria-invalid={fault ? 'true' : undefined}
      />
    </div>
  )
}
