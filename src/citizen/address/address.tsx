import type { Context } from 'hono'
import { readNumber } from '../../core/input.ts'
import { cleanLine } from '../../core/text.ts'
import { factsAt, type PlaceFacts } from '../../places/facts.ts'
import { type PlaceSearch, placesAt, searchPlaces } from '../../places/find.ts'
import { MAX_ACCURACY } from '../../places/routes.ts'
import { readPlace } from '../../regions/inquiry.ts'
import type { FoundPlace } from '../../regions/places/search.ts'
import type { AppEnv } from '../../regions/runtime/site.ts'
import { Empty } from '../../web/components/components.tsx'
import { Page } from '../../web/components/layout.tsx'
import { RegionMap } from '../../web/components/map.tsx'
import { type PageView, viewOf } from '../../web/view.ts'
import { FoundPlaces, notFound, placeQuery } from '../found-places.tsx'
import { OutsideNotice } from '../report/outside.tsx'
import { Districts } from './districts.tsx'
import { AddressSearch } from './search.tsx'
import { Served } from './served.tsx'

const MAX_TYPED = 200
const CHOICES = 8

/** Who serves an address. What is typed is in the query, which is in no log. */
export async function addressPage(c: Context<AppEnv>) {
  const { region } = c.get('site')
  const view = viewOf(c)
  const query = (name: string) => cleanLine(c.req.query(name) ?? '').slice(0, MAX_TYPED)
  const typed = query('q')
  const { place, errors } = readPlace(query('lat'), query('long'), region.routing.atlas)
  if (place !== null) {
    const { value: accuracy = 0, errors: rough } = readNumber('accuracy', query('accuracy'), 0, MAX_ACCURACY)
    if (rough.length > 0)
      return c.html(<SearchPage view={view} typed={query('address')} wrong="address-rough" />, 400)
    const [near] =
      query('address') === '' ? await placesAt(c.get('platform'), region, place, { limit: 1 }) : []
    const known = query('address') || (near?.label ?? '')
    const label = known || view.t('place-on-map')
    return show({ ...place, accuracy, label, kind: 'coordinates' }, known)
  }
  if (typed === '') {
    const wrong = errors.length > 0 ? 'address-wrong' : undefined
    return c.html(<SearchPage view={view} typed="" wrong={wrong} />, wrong === undefined ? 200 : 400)
  }
  const search = await searchPlaces(c.get('platform'), region, { text: typed, limit: CHOICES })
  const right = search.places.filter(
    ({ contradicts = [], accuracy }) => contradicts.length === 0 && accuracy <= MAX_ACCURACY,
  )
  const exact = right.find(({ label }) => label.toLowerCase() === typed.toLowerCase())
  const only = exact ?? (right.length === 1 ? right[0] : undefined)
  if (only !== undefined) return show(only)
  return c.html(<SearchPage view={view} typed={typed} search={search} />)

  async function show(found: FoundPlace, known = found.label) {
    const { lat, long, accuracy } = found
    const inquiry = { place: { lat, long }, accuracy, at: view.now, language: view.language }
    const facts = await factsAt(c.get('platform'), region, inquiry)
    return c.html(<AddressPage view={view} found={found} typed={typed || known} facts={facts} />)
  }
}

interface SearchProps {
  view: PageView
  typed: string
  search?: PlaceSearch
  wrong?: 'address-wrong' | 'address-rough' | undefined
}

function SearchPage({ view, typed, search, wrong }: SearchProps) {
  const { t } = view
  const found = search?.places
  return (
    <Page view={view} title={t('address-title')} section="/place">
      <div class="narrow">
        <h1>{t('address-title')}</h1>
        <p class="usa-intro">{t('address-lead')}</p>
        <AddressSearch view={view} typed={typed} />
        {wrong && <Empty>{t(wrong)}</Empty>}
        {search?.places.length === 0 && (
          <Empty>
            <p>{notFound(view, typed, search)}</p>
            <p>{t('address-none-help', { phone: view.phone(view.site.region.documents.region.phone) })}</p>
          </Empty>
        )}
        {found !== undefined && found.length > 0 && (
          <FoundPlaces
            view={view}
            places={found}
            hrefOf={place => `${view.href('/place')}?${placeQuery(place)}`}
          />
        )}
      </div>
    </Page>
  )
}

interface AddressProps {
  view: PageView
  found: FoundPlace
  typed: string
  facts: PlaceFacts
}

function AddressPage({ view, found, typed, facts }: AddressProps) {
  const { t } = view
  const at = [found.long, found.lat] as const
  return (
    <Page view={view} title={`${t('address-yours')}: ${found.label}`} section="/place">
      <div class="wide address">
        <header class="address__head">
          <h1>
            <span class="kicker">{t('address-yours')}</span> <bdi>{found.label}</bdi>
          </h1>
          <Where view={view} found={found} facts={facts} />
          {facts.isInside && (
            <p>
              <a class="usa-button" href={`${view.href('/report')}?${placeQuery(found)}`}>
                {t('address-report')}
              </a>
            </p>
          )}
        </header>
        <div class="address__main">
          {facts.isInside && (
            <>
              <Districts view={view} sets={facts.districts} />
              <Served view={view} found={found} responsible={facts.responsible} />
            </>
          )}
        </div>
        <aside class="address__side">
          <RegionMap view={view} label={t('address-map', { place: found.label })} place={at} />
          {found.attribution !== undefined && <p class="usa-hint">{found.attribution}</p>}
          {facts.nearby.length > 0 && (
            <section class="panel" aria-labelledby="nearby">
              <h2 id="nearby">{t('address-nearby')}</h2>
              <ul class="address__nearby">
                {facts.nearby.map(({ name, address, meters }) => (
                  <li>
                    <strong>{name}</strong> {address} ({view.distance(meters)})
                  </li>
                ))}
              </ul>
            </section>
          )}
          <section class="panel" aria-labelledby="other">
            <h2 id="other">{t('address-other')}</h2>
            <AddressSearch view={view} typed={typed} />
          </section>
        </aside>
      </div>
    </Page>
  )
}

function Where({
  view,
  found,
  facts: { isInside, county, jurisdictions, partners },
}: Omit<AddressProps, 'typed'>) {
  const { t } = view
  if (!isInside) return <OutsideNotice view={view} outside={{ county: county ?? undefined }} />
  const bodies = [...jurisdictions].sort((a, b) => rank(view, a.id) - rank(view, b.id))
  const names = (wanted: boolean) =>
    [...bodies, ...partners].filter(({ isCertain }) => isCertain === wanted).map(({ name }) => name)
  const maybe = names(false)
  return (
    <>
      <p>{names(true).join(' · ')}</p>
      {maybe.length > 0 && <p>{t('address-near', { names: listed(view, maybe) })}</p>}
      {found.accuracy > 0 && (
        <p class="usa-hint">{t('place-accuracy', { distance: view.distance(found.accuracy) })}</p>
      )}
    </>
  )
}

const ranks = ['municipality', 'county', 'special-district', 'agency']

/** The nearest government first. */
function rank({ site }: PageView, id: string): number {
  return ranks.indexOf(site.region.jurisdiction(id)?.kind ?? '')
}

function listed({ t }: PageView, names: readonly string[]): string {
  const last = names.at(-1) ?? ''
  return names.length < 2 ? last : t('list-or', { first: names.slice(0, -1).join(', '), last })
}
