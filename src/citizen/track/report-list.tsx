import { shortened } from '../../core/text.ts'
import type { PublicRequest } from '../../requests/list/public-index.ts'
import { Moment, StatusTag } from '../../web/components/components.tsx'
import type { PageView } from '../../web/view.ts'
import { serviceName } from '../catalogue.ts'

const SHOWN = 160

export function ReportList({ view, rows }: { view: PageView; rows: readonly PublicRequest[] }) {
  const { region } = view.site.region.documents
  return (
    <ul class="reports">
      {rows.map(row => (
        <li class="report" data-id={row.id} data-lat={row.lat} data-long={row.long} data-status={row.status}>
          <div class="report__head">
            <a class="report__name usa-link" href={view.href(`/cases/${row.id}`)}>
              {serviceName(view, row.serviceCode, row.serviceName)}
            </a>
            <StatusTag view={view} status={row.status} />
          </div>
          {row.address && (
            <p class="report__place" dir="auto">
              {row.address}
            </p>
          )}
          {row.description && (
            <p class="report__text" dir="auto">
              {shortened(row.description, SHOWN)}
            </p>
          )}
          <p class="report__note">
            <Moment view={view} at={row.requestedAt} zone={region.timezone} /> · {row.agencyResponsible}
          </p>
        </li>
      ))}
    </ul>
  )
}
