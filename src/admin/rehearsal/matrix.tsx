import { isoDate } from '../../core/dates.ts'
import type { Cell } from '../../routing/rehearsal/rehearsal.ts'
import type { BodyRef } from '../../routing/types.ts'
import type { PageView } from '../../web/view.ts'
import { DataTable } from '../shell/data-table.tsx'

interface Props {
  view: PageView
  caption: string
  cells: readonly Cell[]
}

/** More columns than this do not fit a page: then each pair of agencies has a line. */
const MAX_COLUMNS = 6

/** From whom (rows) to whom (columns) requests would move. */
export function Matrix({ view, caption, cells }: Props) {
  const receivers = bodiesOf(cells.map(({ to }) => to))
  if (receivers.length > MAX_COLUMNS) return <Pairs {...{ view, caption, cells }} />
  const { t } = view
  const givers = bodiesOf(cells.map(({ from }) => from))
  return (
    <DataTable
      label={caption}
      columns={[
        { text: t('admin-matrix-from') },
        ...receivers.map(to => ({ text: `→ ${nameOf(view, to)}`, isNumber: true })),
      ]}
    >
      {givers.map(from => (
        <tr>
          <th scope="row">{nameOf(view, from)}</th>
          {receivers.map(to => (
            <td class="table__number">{countOf(cells, from, to)}</td>
          ))}
        </tr>
      ))}
    </DataTable>
  )
}

function Pairs({ view, caption, cells }: Props) {
  const { t } = view
  return (
    <DataTable
      label={caption}
      columns={[
        { text: t('admin-matrix-from') },
        { text: t('admin-matrix-to') },
        { text: t('admin-matrix-day') },
        { text: t('admin-requests'), isNumber: true },
      ]}
    >
      {cells.map(({ from, to, count, days }) => (
        <tr>
          <td>{nameOf(view, from)}</td>
          <td>{nameOf(view, to)}</td>
          <td>
            {Object.keys(days)
              .sort()
              .map(day => isoDate(t, day))
              .join(', ')}
          </td>
          <td class="table__number">{t('admin-number', { count })}</td>
        </tr>
      ))}
    </DataTable>
  )
}

function bodiesOf(refs: readonly BodyRef[]): BodyRef[] {
  return [...new Map(refs.map(ref => [keyOf(ref), ref])).values()]
}

function countOf(cells: readonly Cell[], from: BodyRef, to: BodyRef): string {
  const cell = cells.find(one => keyOf(one.from) === keyOf(from) && keyOf(one.to) === keyOf(to))
  return cell === undefined ? '' : String(cell.count)
}

function keyOf({ kind, id }: BodyRef): string {
  return `${kind} ${id}`
}

export function nameOf({ t }: PageView, { kind, name }: BodyRef): string {
  return kind === 'none' ? t('admin-nobody') : name
}
