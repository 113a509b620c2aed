import { isoDate } from '../../core/dates.ts'
import { areaText } from '../../core/measures.ts'
import { nameOf } from '../../regions/coverage/on-day.ts'
import type { Ground } from '../../regions/versions/plan/ground.ts'
import type { Plan } from '../../regions/versions/plan/plan.ts'
import type { PlanArea } from '../../regions/versions/plan/plan-areas.ts'
import { Alert } from '../../web/components/components.tsx'
import type { PageView } from '../../web/view.ts'
import type { DraftContext } from '../drafts/open-draft.ts'
import { jurisdictionName } from '../municipality/checklist-page.tsx'
import type { RehearsalProgress } from '../rehearsal/progress.ts'
import { AreaMap, MapKey } from '../shell/area-map.tsx'
import { DataTable } from '../shell/data-table.tsx'

interface Props {
  view: PageView
  context: DraftContext
  plan: Plan
  /** Of a rehearsal of the same draft: how many requests of the last year fell there. */
  fell: RehearsalProgress['fell'] | undefined
}

interface Row {
  readonly kind: PlanArea['kind']
  readonly who: string
  readonly day: string | null
  readonly ground: Ground
  readonly requests: number | undefined
}

const kinds = {
  gap: 'admin-area-gap',
  overlap: 'admin-area-overlap',
  lost: 'admin-area-lost',
  gained: 'admin-area-gained',
} as const

/** Ground that changes hands, and gaps and overlaps that the draft opens, on a map and in a table. */
export function PlanAreas({ view, context, plan, fell }: Props) {
  const { t } = view
  const rows = rowsOf(view, context, plan, fell)
  if (rows.length === 0) return null
  const { jurisdictions } = context.region.documents
  const used = [...new Set(rows.map(({ kind }) => kind))]
  return (
    <section>
      <h2>{t('admin-plan-areas')}</h2>
      <AreaMap
        label={t('admin-plan-map')}
        base={jurisdictions.flatMap(({ boundary }) => boundary.map(({ coordinates }) => coordinates))}
        areas={rows.map(({ kind, who, ground }) => ({
          kind,
          geometry: ground.geometry,
          label: `${t(kinds[kind])}: ${who}`,
        }))}
      />
      <MapKey kinds={used.map(kind => [kind, t(kinds[kind])])} />
      <DataTable
        label={t('admin-plan-areas')}
        columns={[
          { text: t('admin-area-what') },
          { text: t('admin-area-who') },
          { text: t('admin-matrix-day') },
          { text: t('admin-area-size'), isNumber: true },
          { text: t('admin-area-requests'), isNumber: true },
        ]}
      >
        {rows.map(({ kind, who, day, ground, requests }) => (
          <tr>
            <td>{t(kinds[kind])}</td>
            <td>{who}</td>
            <td>{day === null ? '' : isoDate(t, day)}</td>
            <td class="table__number">{areaText(view.units, ground.squareMeters)}</td>
            <td class="table__number">
              {requests === undefined ? t('admin-not-rehearsed') : t('admin-number', { count: requests })}
            </td>
          </tr>
        ))}
      </DataTable>
    </section>
  )
}

function rowsOf(view: PageView, context: DraftContext, plan: Plan, fell: Props['fell']): Row[] {
  const { ground, gaps, overlaps } = plan
  const { region } = context
  const serviceName = (code: string) => {
    const known = region.service(code)
    return known ? view.localize(known.name) : code
  }
  const rows: Row[] = [
    ...gaps.map(({ services, day, opened }, index) => ({
      kind: 'gap' as const,
      who: services.map(serviceName).join(', '),
      day,
      ground: opened,
      requests: fell?.gap[index],
    })),
    ...overlaps.map(({ bodies, opened }, index) => ({
      kind: 'overlap' as const,
      who: bodies.map(({ jurisdiction }) => jurisdiction.name).join(', '),
      day: null,
      ground: opened,
      requests: fell?.overlap[index],
    })),
    ...ground.flatMap(({ jurisdiction, day, lost, gained }, index) => [
      {
        kind: 'lost' as const,
        who: bodyName(context, jurisdiction),
        day,
        ground: lost,
        requests: fell?.lost[index],
      },
      {
        kind: 'gained' as const,
        who: bodyName(context, jurisdiction),
        day,
        ground: gained,
        requests: fell?.gained[index],
      },
    ]),
  ]
  return rows.filter(row => row.ground.squareMeters > 0)
}

// One that the draft removes has a name in its base only.
function bodyName(context: DraftContext, slug: string): string {
  return context.values.has(`${slug}/jurisdiction.yaml`)
    ? jurisdictionName(context, slug)
    : nameOf(context.base, slug)
}

/** Agreements that end soon, or have ended, and that no other one follows. */
export function Endings({ view, plan }: { view: PageView; plan: Plan }) {
  const { t } = view
  if (plan.ends.length === 0) return null
  return (
    <Alert type="warning" heading={t('admin-plan-ends')}>
      <ul class="usa-list">
        {plan.ends.map(({ agreement, accountable, daysLeft }) => {
          const who = view.site.region.jurisdiction(accountable)?.name ?? accountable
          return (
            <li>
              {agreement}:{' '}
              {daysLeft > 0 ? t('admin-ends-in', { days: daysLeft, who }) : t('admin-ended', { who })}
            </li>
          )
        })}
      </ul>
    </Alert>
  )
}
