import { isLongList, narrowed } from '../../regions/runtime/jurisdiction-list.ts'
import type { PublicRequest } from '../../requests/list/public-index.ts'
import { Empty } from '../../web/components/components.tsx'
import { SelectField } from '../../web/components/fields.tsx'
import { Icon } from '../../web/components/icon.tsx'
import { Page } from '../../web/components/layout.tsx'
import { RegionMap } from '../../web/components/map.tsx'
import type { PageView } from '../../web/view.ts'
import { grouped, siteServices } from '../catalogue.ts'
import type { ReportsFilter } from './points.ts'
import { ReportList } from './report-list.tsx'

interface Props {
  view: PageView
  filter: ReportsFilter
  /** Where the map gets them. */
  points: string
  /** Null: the index is unavailable. */
  rows: readonly PublicRequest[] | null
  isOlder: boolean
  next: string | null
}

export function ReportsPage({ view, filter, points, rows, isOlder, next }: Props) {
  const { t } = view
  const isFiltered = Object.values(filter).some(value => value !== '')
  const older = new URLSearchParams({ ...filter, after: next ?? '' })
  return (
    <Page view={view} title={t('reports-title')} section="/reports">
      <div class="wide">
        <h1>{t('reports-title')}</h1>
        <p class="usa-intro">{t('reports-intro')}</p>
        <Filters view={view} filter={filter} />
        <a class="usa-skipnav map-skip" href="#reports-list">
          {t('map-skip')}
        </a>
        <p class="map-help">{t('map-reports-help')}</p>
        <div class="reports-page">
          <RegionMap
            view={view}
            label={t('map-of-reports')}
            reports={points}
            services={Object.fromEntries(
              siteServices(view).map(({ code, name }) => [code, view.localize(name)]),
            )}
            class="reports-page__map"
          />
          <div class="reports-page__list" id="reports-list" tabindex={-1}>
            {rows === null && <Empty>{t('reports-unavailable')}</Empty>}
            {rows?.length === 0 && <NoReports view={view} isFiltered={isFiltered} />}
            {rows && rows.length > 0 && <ReportList view={view} rows={rows} />}
            {isOlder && (
              <p>
                <a class="usa-link" href={`${view.href('/reports')}?${new URLSearchParams({ ...filter })}`}>
                  {t('newest')}
                </a>
              </p>
            )}
            {next !== null && (
              <p>
                <a class="usa-link more" rel="next" href={`${view.href('/reports')}?${older}`}>
                  {t('older')}
                  <Icon name="arrow_forward" />
                </a>
              </p>
            )}
          </div>
        </div>
      </div>
    </Page>
  )
}

function NoReports({ view, isFiltered }: { view: PageView; isFiltered: boolean }) {
  const { t } = view
  return (
    <Empty>
      <p>{isFiltered ? t('reports-none-filtered') : t('reports-none')}</p>
      <a class="usa-button usa-button--outline" href={view.href(isFiltered ? '/reports' : '/report')}>
        {isFiltered ? t('recent-all') : t('report-first')}
      </a>
    </Empty>
  )
}

function Filters({ view, filter }: { view: PageView; filter: ReportsFilter }) {
  const { t, site } = view
  const groups = grouped(view, siteServices(view)).map(({ id, name }) => ({ value: id, label: name }))
  const { documents } = site.region
  // One of many is chosen on their own page.
  const isLong = isLongList(documents)
  const bodies = narrowed(documents, '', ({ slug }) => slug === filter.jurisdiction).map(
    ({ slug, name }) => ({ value: slug, label: name }),
  )
  const statuses = (['open', 'closed'] as const).map(value => ({ value, label: t(`filter-${value}`) }))
  const fields = [
    ['group', t('filter-group'), groups],
    ['status', t('filter-status'), statuses],
    ['jurisdiction', t('filter-jurisdiction'), bodies],
  ] as const
  return (
    <search>
      <form class="filters" action={view.href('/reports')}>
        {fields
          .filter(([, , options]) => options.length > 0)
          .map(([name, label, options]) => (
            <SelectField
              view={view}
              name={name}
              label={label}
              values={[filter[name]]}
              options={options}
              any={t('filter-any')}
              errors={[]}
            />
          ))}
        <button class="usa-button usa-button--outline" type="submit">
          {t('filter-go')}
        </button>
        {isLong && (
          <a class="usa-link" href={view.href('/jurisdictions')}>
            {t('filter-agencies')}
          </a>
        )}
      </form>
    </search>
  )
}
