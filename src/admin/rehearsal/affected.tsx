import { isoDate } from '../../core/dates.ts'
import type { PageView } from '../../web/view.ts'
import { DataTable } from '../shell/data-table.tsx'
import type { AffectedGroup } from './progress.ts'

/** Open requests with another responsible agency: how many, and what happens to them. */
export function Affected({ view, affected }: { view: PageView; affected: readonly AffectedGroup[] }) {
  const { t } = view
  if (affected.length === 0) return null
  const title = t('admin-affected', { count: affected.reduce((sum, { count }) => sum + count, 0) })
  return (
    <section>
      <h2>{title}</h2>
      <DataTable
        label={title}
        columns={[
          { text: t('admin-coverage-service') },
          { text: t('admin-matrix-from') },
          { text: t('admin-matrix-to') },
          { text: t('admin-matrix-day') },
          { text: t('admin-affected-then') },
          { text: t('admin-requests'), isNumber: true },
        ]}
      >
        {affected.map(({ service, from, to, day, policy, count }) => {
          const known = view.site.region.service(service)
          return (
            <tr>
              <td>{known ? view.localize(known.name) : service}</td>
              <td>{from || t('admin-nobody')}</td>
              <td>{to || t('admin-nobody')}</td>
              <td>{isoDate(t, day)}</td>
              <td>{t(`admin-affected-${policy}`)}</td>
              <td class="table__number">{t('admin-number', { count })}</td>
            </tr>
          )
        })}
      </DataTable>
    </section>
  )
}
