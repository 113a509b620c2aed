import type { Region } from '../../regions/runtime/compile.ts'
import { localizedText } from '../../regions/runtime/localized.ts'
import { type PastRequest, refusalText } from '../../requests/past/record.ts'
import { Alert, Moment } from '../../web/components/components.tsx'
import type { PageView } from '../../web/view.ts'
import type { StaffContext } from '../../workspace/shell/context.ts'
import { zoneOf } from '../../workspace/shell/frame.tsx'
import { DataTable } from '../shell/data-table.tsx'
import type { Preview } from './preview.ts'

const SHOWN_REASONS = 10

/** How many rows can be imported, and why the others cannot. */
export function Outlook({ view, preview }: { view: PageView; preview: Preview }) {
  const { t } = view
  const { taken, refused } = preview
  const left = refused.reduce((sum, { count }) => sum + count, 0)
  return (
    <Alert type={left === 0 ? 'success' : taken === 0 ? 'error' : 'warning'}>
      <p>{t('admin-moving-outlook', { taken, count: taken + left })}</p>
      {left > 0 && (
        <ul class="usa-list">
          {refused.slice(0, SHOWN_REASONS).map(({ refusal, count }) => (
            <li>{t('admin-moving-refused', { count, reason: refusalText(t, refusal) })}</li>
          ))}
        </ul>
      )}
    </Alert>
  )
}

interface Props {
  view: PageView
  context: StaffContext
  preview: Preview
  region: Region
}

export function FirstRows({ view, context, preview, region }: Props) {
  const { t } = view
  const label = t('admin-moving-first-rows')
  const columns = (['id', 'service', 'status', 'opened', 'address', 'description'] as const).map(field => ({
    text: t(`past-field-${field}`),
  }))
  return (
    <>
      <h2>{label}</h2>
      <DataTable label={label} columns={columns}>
        {preview.rows.map(row => (
          <tr>
            {'code' in row ? (
              <td colspan={columns.length}>{refusalText(t, row)}</td>
            ) : (
              <Cells {...{ view, context, region, row }} />
            )}
          </tr>
        ))}
      </DataTable>
    </>
  )
}

const SHOWN_CHARACTERS = 80

function Cells({ view, context, region, row }: Omit<Props, 'preview'> & { row: PastRequest }) {
  const { t, language } = view
  const service = region.service(row.service)
  const place = row.place === null ? '' : `${row.place.lat}, ${row.place.long}`
  const { description } = row
  return (
    <>
      <td>{row.externalId}</td>
      <td>{service === undefined ? row.service : localizedText(service.name, language)}</td>
      <td>{t(`status-${row.status}`)}</td>
      <td>
        <Moment view={view} at={row.openedAt} zone={zoneOf(view, context)} exact />
      </td>
      <td>{row.address ?? place}</td>
      <td>
        {description.length > SHOWN_CHARACTERS ? `${description.slice(0, SHOWN_CHARACTERS)}…` : description}
      </td>
    </>
  )
}
