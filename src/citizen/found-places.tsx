import type { PlaceSearch } from '../places/find.ts'
import type { FoundPlace } from '../regions/places/search.ts'
import { Icon } from '../web/components/icon.tsx'
import type { PageView } from '../web/view.ts'

interface Props {
  view: PageView
  places: readonly FoundPlace[]
  hrefOf: (place: FoundPlace) => string
}

/** To choose from; says of each what is not as it was typed. */
export function FoundPlaces({ view: { t }, places, hrefOf }: Props) {
  return (
    <section aria-labelledby="found">
      <h2 id="found">{t('places-found', { count: places.length })}</h2>
      <ul class="choices">
        {places.map(place => (
          <li>
            <a class="choice" href={hrefOf(place)}>
              <Icon name="location_on" />
              <span class="choice__name">{place.label}</span>
              <span class="choice__note">
                {[
                  t(`place-${place.kind}`),
                  ...(place.contradicts ?? []).map(part => t(`place-differs-${part}`)),
                  ...(place.attribution === undefined ? [] : [place.attribution]),
                ].join(' · ')}
              </span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Why nothing was found. */
export function notFound(
  { t }: PageView,
  typed: string,
  { addressesLoaded, isPostBox }: PlaceSearch,
): string {
  if (isPostBox) return t('places-post-box', { typed })
  return t(addressesLoaded ? 'places-none' : 'places-not-loaded', { typed })
}

/** A found place as the report form takes it. */
export function placeQuery({ lat, long, accuracy, label }: FoundPlace): string {
  const query = { lat: lat.toFixed(6), long: long.toFixed(6), accuracy: String(accuracy), address: label }
  return new URLSearchParams(query).toString()
}
