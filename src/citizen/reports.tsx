import type { PublicRequest } from '../requests/public-index.ts'
import { Empty } from '../web/components.tsx'
import { SelectField } from '../web/fields.tsx'
import { Icon } from '../web/icon.tsx'
import { Page } from '../web/layout.tsx'
import { RegionMap } from '../web/map.tsx'
import type { View } from '../web/view.ts'
import { grouped, siteServices } from './catalogue.ts'
import { ReportList } from './report-list.tsx'

export interface ReportsFilter {
  readonly group: string
  readonly status: string
  readonly jurisdiction: string
}

interface Props {
  view: View
  filter: ReportsFilter
  /** Where the map finds the reports that the filter lets through. */
  drawn: string
  /** Null: the index is away. */
  rows: readonly PublicRequest[] | null
  /** This is not the first page. */
  isOlder: boolean
  /** Where the older ones begin; null on the last page. */
  next: string | null
}

/** What is being reported: a list that is whole without the map, and the map of the same reports. */
export function ReportsPage({ view, filter, drawn, rows, isOlder, next }: Props) {
  const { t, site } = view
  const { map } = site.region.documents.region
  const isFiltered = Object.values(filter).some(value => value !== '')
  const older = new URLSearchParams({ ...filter, after: next ?? '' })
  return (
    <Page view={view} title={t('reports-title')} section="/reports">
      <div class="wide">
        <h1>{t('reports-title')}</h1>
        <p class="usa-intro">{t('reports-intro')}</p>
        <Filters view={view} filter={filter} />
        <div class="reports-page">
          <RegionMap
            view={view}
            label={t('map-of-reports')}
            center={map.center}
            zoom={map.zoom ?? 11}
            reports={drawn}
            class="reports-page__map"
          />
          <div class="reports-page__list">
            {rows === null && <Empty>{t('reports-away')}</Empty>}
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

function NoReports({ view, isFiltered }: { view: View; isFiltered: boolean }) {
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

function Filters({ view, filter }: { view: View; filter: ReportsFilter }) {
  const { t, site } = view
  const groups = grouped(view, siteServices(view)).map(({ id, name }) => ({ value: id, label: name }))
  const bodies = site.region.documents.jurisdictions.map(({ slug, name }) => ({ value: slug, label: name }))
  const statuses = (['open', 'closed'] as const).map(value => ({ value, label: t(`filter-${value}`) }))
  const fields = [
    ['group', t('filter-group'), groups],
    ['status', t('filter-status'), statuses],
    ['jurisdiction', t('filter-jurisdiction'), bodies],
  ] as const
  return (
    <search>
      <form class="filters" action={view.href('/reports')}>
        {fields.map(([name, label, options]) => (
          <SelectField
            view={view}
            name={name}
            label={label}
            values={[filter[name]]}
            options={options}
            any={t('filter-any')}
            faults={[]}
          />
        ))}
        <button class="usa-button usa-button--outline" type="submit">
          {t('filter-go')}
        </button>
      </form>
    </search>
  )
}
