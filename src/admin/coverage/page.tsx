import { isoDate } from '../../core/dates.ts'
import { areaText } from '../../core/measures.ts'
import { comingChanges, type Ending, endings } from '../../regions/coverage/endings.ts'
import {
  type CoverageShare,
  coverageOn,
  nameOf,
  type ServiceCoverage,
} from '../../regions/coverage/on-day.ts'
import { localDay } from '../../regions/runtime/calendar.ts'
import { Alert } from '../../web/components/components.tsx'
import { SelectField, TextField } from '../../web/components/fields.tsx'
import { type PageView, viewOf } from '../../web/view.ts'
import { namesOf } from '../../workspace/shell/names.ts'
import { type AdminContext, type AdminPageContext, authorizeAdmin } from '../shell/context.ts'
import { DataTable } from '../shell/data-table.tsx'
import { AdminPage } from '../shell/frame.tsx'
import { CoverageMap } from './map.tsx'

const LISTED = 12

/** Who serves a service where, today or on a day to come. */
export async function coveragePage(c: AdminPageContext) {
  const view = viewOf(c)
  const { t } = view
  const context = await authorizeAdmin(c)
  const { platform, region, signedIn } = context
  const { documents } = region
  const today = localDay(view.now, documents.region.timezone)
  const asked = c.req.query('date') ?? ''
  const day = isDay(asked) ? asked : today
  const service = c.req.query('service') ?? documents.services[0]?.code ?? ''
  const coverage = coverageOn(documents, service, day)
  const names = await namesOf(platform, signedIn)
  const title = t('admin-section-coverage')
  return c.html(
    <AdminPage {...{ c, view, context, title }} me={names.get(signedIn.holder) ?? ''} section="coverage">
      <h1>{title}</h1>
      <p class="usa-intro">{t('admin-coverage-intro')}</p>
      <Endings view={view} context={context} ending={endings(documents, region.routing, view.now)} />
      {asked !== '' && asked !== day && (
        <Alert type="error" live>
          <p>{t('admin-coverage-no-day')}</p>
        </Alert>
      )}
      <Choice {...{ view, context, service, day }} />
      <ComingDays {...{ view, context, service, today, day }} />
      {coverage && <Coverage {...{ view, context, coverage }} />}
    </AdminPage>,
  )
}

function isDay(written: string): boolean {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(written) ? Date.parse(written) : Number.NaN
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(written)
}

interface Props {
  view: PageView
  context: AdminContext
}

function Choice({ view, context, service, day }: Props & { service: string; day: string }) {
  const { t } = view
  const options = context.region.documents.services.map(({ code, name }) => ({
    value: code,
    label: view.localize(name),
  }))
  return (
    <form method="get" class="filters">
      <SelectField
        view={view}
        name="service"
        label={t('admin-coverage-service')}
        required
        options={options}
        values={[service]}
        errors={[]}
      />
      <TextField
        view={view}
        name="date"
        type="date"
        label={t('admin-coverage-date')}
        required
        value={day}
        errors={[]}
      />
      <button class="usa-button usa-button--outline" type="submit">
        {t('filter-go')}
      </button>
    </form>
  )
}

interface ComingProps extends Props {
  service: string
  today: string
  day: string
}

function ComingDays({ view, context, service, today, day }: ComingProps) {
  const { t } = view
  const days = comingChanges(context.region.documents, today).slice(0, LISTED)
  if (days.length === 0) return null
  return (
    <p>
      {t('admin-coverage-coming')}{' '}
      {days.map((coming, index) => (
        <>
          {index > 0 && ', '}
          <a
            class="usa-link"
            href={view.href(`/admin/coverage?service=${encodeURIComponent(service)}&date=${coming}`)}
            aria-current={coming === day ? 'true' : undefined}
          >
            {isoDate(t, coming)}
          </a>
        </>
      ))}
    </p>
  )
}

function Coverage({ view, context, coverage }: Props & { coverage: ServiceCoverage }) {
  const { t } = view
  const { shares, gap, overlaps, roadOwners, day } = coverage
  const { documents } = context.region
  const size = (squareMeters: number) => areaText(view.units, squareMeters)
  return (
    <section aria-labelledby="who">
      <h2 id="who">{t('admin-coverage-on', { day: isoDate(t, day) })}</h2>
      {gap.squareMeters > 0 && (
        <Alert type="warning">
          <p>{t('admin-coverage-gap', { size: size(gap.squareMeters) })}</p>
        </Alert>
      )}
      {overlaps.map(({ bodies, ground }) => (
        <Alert type="warning">
          <p>
            {t('admin-coverage-overlap', {
              one: nameOf(documents, bodies[0]),
              other: nameOf(documents, bodies[1]),
              size: size(ground.squareMeters),
            })}
          </p>
        </Alert>
      ))}
      {roadOwners.length > 0 && <p>{t('admin-coverage-roads', { owners: roadOwners.join(', ') })}</p>}
      <CoverageMap view={view} documents={documents} coverage={coverage} />
      <DataTable
        label={t('admin-coverage-table')}
        columns={[
          { text: t('admin-coverage-body') },
          { text: t('admin-coverage-work') },
          { text: t('admin-area-size'), isNumber: true },
          { text: t('admin-coverage-until') },
        ]}
      >
        {shares.map(share => (
          <tr>
            <th scope="row">{share.name}</th>
            <td>
              <Work view={view} share={share} />
            </td>
            <td class="table__number">{size(share.ground.squareMeters)}</td>
            <td>{share.to === null ? '' : isoDate(t, share.to)}</td>
          </tr>
        ))}
      </DataTable>
    </section>
  )
}

function Work({ view, share }: { view: PageView; share: CoverageShare }) {
  const { t } = view
  if (share.agreements.length === 0) return <>{share.name}</>
  return (
    <ul class="usa-list">
      {share.agreements.map(({ title, performerName, hours, urgentOnly, where, ground, to }) => (
        <li>
          {performerName}: “{title}”
          {where === 'part' &&
            `, ${t('admin-coverage-part', { size: areaText(view.units, ground.squareMeters) })}`}
          {where === 'roads' && `, ${t('admin-coverage-some-roads')}`}
          {hours !== 'always' && `, ${t(`admin-coverage-hours-${hours}`)}`}
          {urgentOnly && `, ${t('admin-coverage-urgent')}`}
          {to !== null && `, ${t('admin-coverage-to', { day: isoDate(t, to) })}`}
        </li>
      ))}
    </ul>
  )
}

function Endings({ view, context, ending }: Props & { ending: readonly Ending[] }) {
  const { t } = view
  if (ending.length === 0) return null
  const { documents } = context.region
  return (
    <Alert type="warning" heading={t('admin-plan-ends')}>
      <ul class="usa-list">
        {ending.map(({ agreement, daysLeft }) => (
          <li>
            {agreement.title}:{' '}
            {t('admin-ends-in', { days: daysLeft, who: nameOf(documents, agreement.accountable) })}
          </li>
        ))}
      </ul>
    </Alert>
  )
}
