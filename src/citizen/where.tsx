import type { ServiceDocument } from '../regions/documents.ts'
import type { FoundPlace } from '../regions/places.ts'
import { BackLink, Emergency, Empty, Steps } from '../web/components.tsx'
import { FaultSummary, type FieldMessage, HintAndFault, titled } from '../web/fields.tsx'
import { Icon } from '../web/icon.tsx'
import { Page } from '../web/layout.tsx'
import { RegionMap } from '../web/map.tsx'
import type { View } from '../web/view.ts'

interface Props {
  view: View
  service: ServiceDocument
  /** What was searched for, and what that found; none when nothing was searched for. */
  typed: string
  found: readonly FoundPlace[]
  words: string
  faults: readonly FieldMessage[]
}

/**
 * Second step: where is it? Search, plain words and, with script, the map and the phone's own location: each is
 * enough by itself. Searching and choosing are plain links and forms.
 */
export function WherePage({ view, service, typed, found, words, faults }: Props) {
  const { t } = view
  const { map } = view.site.region.documents.region
  const details = view.href(`/report/${encodeURIComponent(service.code)}/details`)
  return (
    <Page view={view} title={titled(view, t('where-title'), faults)} section="/report">
      <div class="narrow">
        <BackLink href={view.href('/report')}>{t('back-what')}</BackLink>
        <Steps view={view} current={2} />
        {isHazard(service) && <Emergency view={view} />}
        <FaultSummary view={view} faults={faults} />
        <h1>
          <span class="kicker">{view.say(service.name)}</span> {t('where-title')}
        </h1>
        <place-picker
          data-base={view.site.base}
          data-who={view.href(`/report/${encodeURIComponent(service.code)}/who`)}
          data-messages={JSON.stringify(pickerMessages(view))}
        >
          <search>
            <form class="where__search" id="field-place">
              <label class="usa-label" for="place">
                {t('where-search')}
              </label>
              <span class="usa-hint" id="place-hint">
                {t('where-search-hint')}
              </span>
              <div class="search">
                <input
                  class="usa-input"
                  id="place"
                  name="q"
                  type="search"
                  value={typed}
                  autocomplete="off"
                  aria-describedby="place-hint"
                />
                <button class="usa-button" type="submit">
                  <Icon name="search" />
                  <span class="search__word">{t('search')}</span>
                </button>
              </div>
            </form>
          </search>
          {typed !== '' && <Results view={view} details={details} typed={typed} found={found} />}
          <div class="locate" data-locate />
          <p class="map-help">{t('picker-map-help')}</p>
          <RegionMap view={view} label={t('picker-map')} center={map.center} zoom={map.zoom ?? 11} pick />
          <form class="where__chosen" action={details} hidden data-chosen>
            <input type="hidden" name="lat" />
            <input type="hidden" name="long" />
            <input type="hidden" name="accuracy" />
            <input type="hidden" name="address" />
            <div data-handles aria-live="polite" />
            <button class="usa-button usa-button--big" type="submit">
              {t('continue')}
            </button>
          </form>
        </place-picker>
        <form class="where__words" action={details}>
          <h2>{t('where-words-title')}</h2>
          <div class={`usa-form-group${faults.length > 0 ? ' usa-form-group--error' : ''}`}>
            <label class="usa-label" for="field-address">
              {t('where-words')}
            </label>
            <HintAndFault view={view} name="address" label="" hint={t('where-words-hint')} faults={faults} />
            <textarea
              class="usa-textarea usa-textarea--short"
              id="field-address"
              name="address"
              rows={3}
              aria-describedby="field-address-hint"
            >
              {words}
            </textarea>
          </div>
          <button class="usa-button usa-button--outline" type="submit">
            {t('where-words-go')}
          </button>
        </form>
        {service.location === 'optional' && (
          <p>
            <a class="usa-link" href={`${details}?nowhere=1`}>
              {t('where-none')}
            </a>
          </p>
        )}
      </div>
    </Page>
  )
}

function Results({
  view,
  details,
  typed,
  found,
}: {
  view: View
  details: string
  typed: string
  found: readonly FoundPlace[]
}) {
  const { t } = view
  if (found.length === 0) {
    return (
      <Empty>
        <p>{t('places-none', { typed })}</p>
        <p>{t('places-none-help')}</p>
      </Empty>
    )
  }
  return (
    <section aria-labelledby="found">
      <h2 id="found">{t('places-found', { count: found.length })}</h2>
      <ul class="choices">
        {found.map(place => (
          <li>
            <a class="choice" href={`${details}?${placeQuery(place)}`}>
              <Icon name="location_on" />
              <span class="choice__name">{place.label}</span>
              <span class="choice__note">{t(`place-${place.kind}`)}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}

function placeQuery({ lat, long, accuracy, label }: FoundPlace): string {
  const query = { lat: lat.toFixed(6), long: long.toFixed(6), accuracy: String(accuracy), address: label }
  return new URLSearchParams(query).toString()
}

/** The emergency number comes first where the matter is urgent by itself, or an answer may make it so (S2). */
export function isHazard({ urgent, urgentAnswers }: ServiceDocument): boolean {
  return urgent === true || urgentAnswers !== undefined
}

/** What the script says, in the reader's language; it fills in what stands in braces. */
function pickerMessages({ t }: View) {
  return {
    locate: t('picker-locate'),
    locating: t('picker-locating'),
    located: t('picker-located', { metres: '{metres}' }),
    refused: t('picker-refused'),
    failed: t('picker-failed'),
    suggestions: t('picker-suggestions', { count: '{count}' }),
    none: t('picker-none'),
  }
}
