import type { PlaceSearch } from '../../places/find.ts'
import type { OutsidePlace } from '../../places/outside.ts'
import type { ServiceDocument } from '../../regions/documents/schemas/services.ts'
import { BackLink, Emergency, Empty, Steps } from '../../web/components/components.tsx'
import { EmergencyWatch } from '../../web/components/emergency.tsx'
import { ErrorSummary, type FieldMessage, HintAndError, titled } from '../../web/components/fields.tsx'
import { Page } from '../../web/components/layout.tsx'
import { RegionMap } from '../../web/components/map.tsx'
import { SearchField } from '../../web/components/search-field.tsx'
import { isNearMe } from '../../web/near-me.ts'
import type { PageView } from '../../web/view.ts'
import { FoundPlaces, notFound, placeQuery } from '../found-places.tsx'
import { OutsideNotice } from './outside.tsx'

interface Props {
  view: PageView
  service: ServiceDocument
  typed: string
  search: PlaceSearch
  words: string
  errors: readonly FieldMessage[]
  /** The place that was chosen, and cannot be taken. */
  outside?: OutsidePlace
}

/** For a page on which nothing has been searched for. */
export const noSearch: PlaceSearch = { places: [], addressesLoaded: true }

/** Search, plain words or, with script, the map or the phone's location: each is enough by itself. */
export function WherePage({ view, service, typed, search, words, errors, outside }: Props) {
  const { t } = view
  const details = view.href(`/report/${encodeURIComponent(service.code)}/details`)
  return (
    <Page view={view} title={titled(view, t('where-title'), errors)} section="/report">
      <div class="narrow">
        <BackLink href={view.href('/report')}>{t('back-what')}</BackLink>
        <Steps view={view} current={2} />
        {isHazard(service) && <Emergency view={view} />}
        <ErrorSummary view={view} errors={errors} />
        {outside && <OutsideNotice view={view} outside={outside} />}
        <h1>
          <span class="kicker">{view.localize(service.name)}</span> {t('where-title')}
        </h1>
        <place-picker
          data-base={view.site.base}
          data-who={view.href(`/report/${encodeURIComponent(service.code)}/who`)}
          data-messages={JSON.stringify(pickerMessages(view))}
        >
          <search>
            <form class="where__search" id="field-place">
              <SearchField
                view={view}
                id="place"
                name="q"
                label={t('where-search')}
                hint={t('where-search-hint')}
                typed={typed}
              />
            </form>
          </search>
          <EmergencyWatch view={view} field="place" typed={typed} />
          {typed !== '' && <Results view={view} details={details} typed={typed} search={search} />}
          <div class="locate" data-locate />
          <p class="map-help">{t('picker-map-help')}</p>
          <RegionMap view={view} label={t('picker-map')} pick />
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
          <div class={`usa-form-group${errors.length > 0 ? ' usa-form-group--error' : ''}`}>
            <label class="usa-label" for="field-address">
              {t('where-words')}
            </label>
            <HintAndError view={view} name="address" label="" hint={t('where-words-hint')} errors={errors} />
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
          <EmergencyWatch view={view} field="field-address" typed={words} />
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
  search,
}: {
  view: PageView
  details: string
  typed: string
  search: PlaceSearch
}) {
  const { t } = view
  if (isNearMe(typed, t('near-me-words'))) {
    return (
      <Empty>
        <p>{t('near-me-help')}</p>
      </Empty>
    )
  }
  const { places } = search
  if (places.length === 0) {
    return (
      <Empty>
        <p>{notFound(view, typed, search)}</p>
        <p>{t(search.addressesLoaded ? 'places-none-help' : 'places-not-loaded-help')}</p>
      </Empty>
    )
  }
  return <FoundPlaces view={view} places={places} hrefOf={place => `${details}?${placeQuery(place)}`} />
}

/** The emergency number comes first if the service is urgent, or an answer may make it so (S2). */
export function isHazard({ urgent, urgentAnswers }: ServiceDocument): boolean {
  return urgent === true || urgentAnswers !== undefined
}

function pickerMessages({ t }: PageView) {
  return {
    locate: t('picker-locate'),
    locating: t('picker-locating'),
    located: t('picker-located'),
    refused: t('picker-refused'),
    failed: t('picker-failed'),
    suggestions: t('picker-suggestions', { count: '{count}' }),
    none: t('picker-none'),
    nearMe: t('near-me-words'),
  }
}
