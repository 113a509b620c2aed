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
              <WhichReport row={row} />
            </a>
            <StatusTag view={view} status={row.status} />
          </div>
          <Thumbnail view={view} row={row} />
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

/** So that links to reports of one kind have names of their own. */
export function WhichReport({ row: { id, address } }: { row: PublicRequest }) {
  return (
    <span class="usa-sr-only">
      {address && (
        <>
          , <bdi>{address}</bdi>
        </>
      )}
      , {id}
    </span>
  )
}

/** The index has public reports only, so their photos are public too. */
export function Thumbnail({ view, row: { jurisdiction, media } }: { view: PageView; row: PublicRequest }) {
  if (media === null) return null
  const url = view.href(`/media/${jurisdiction}/${media}`)
  return <img class="report__photo" src={url} alt="" loading="lazy" decoding="async" width="96" height="96" />
}
