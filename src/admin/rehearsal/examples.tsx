import { isoDate } from '../../core/dates.ts'
import type { Cell, Example } from '../../routing/rehearsal/rehearsal.ts'
import { Trace } from '../../web/components/trace.tsx'
import type { PageView } from '../../web/view.ts'
import type { DraftContext } from '../drafts/open-draft.ts'
import { AreaMap } from '../shell/area-map.tsx'
import { nameOf } from './matrix.tsx'

interface Props {
  view: PageView
  context: DraftContext
  cells: readonly Cell[]
}

const SHOWN = 30

/** Requests that would move, on a map, each with the reasons of both versions. Private ones are never among them. */
export function Examples({ view, context, cells }: Props) {
  const { t } = view
  const { jurisdictions } = context.region.documents
  const examples = cells.flatMap(cell => cell.examples).slice(0, SHOWN)
  if (examples.length === 0) return null
  const placed = examples.filter(({ place }) => place !== null)
  const numbers = new Map(placed.map((example, index) => [example, index + 1]))
  return (
    <section aria-labelledby="examples">
      <h2 id="examples">{t('admin-examples')}</h2>
      <AreaMap
        label={t('admin-examples-map')}
        base={jurisdictions.flatMap(({ boundary }) => boundary.map(({ coordinates }) => coordinates))}
        areas={[]}
        points={placed.flatMap(({ place }) => place ?? [])}
        whole
      />
      <ul class="examples">
        {examples.map(example => (
          <li class="panel">
            <ExampleText {...{ view, example, number: numbers.get(example) }} />
          </li>
        ))}
      </ul>
    </section>
  )
}

interface ExampleProps {
  view: PageView
  example: Example
  number: number | undefined
}

function ExampleText({ view, example, number }: ExampleProps) {
  const { t } = view
  const { from, to, day, service, id, address } = example
  const known = view.site.region.service(service)
  return (
    <>
      <h3>
        {number === undefined ? '' : `${number}. `}
        {known ? view.localize(known.name) : service}
      </h3>
      <p>
        {id}
        {address !== null && `, ${address}`}. {t('admin-example-day', { day: isoDate(t, day) })}
      </p>
      {[['admin-example-now', from] as const, ['admin-example-then', to] as const].map(([label, side]) => (
        <div>
          <p>
            <strong>{t(label)}:</strong> {nameOf(view, side.accountable)}
            {side.performer.id !== side.accountable.id &&
              ` (${t('admin-example-performer', { name: nameOf(view, side.performer) })})`}
          </p>
          <Trace view={view} trace={side.trace} />
        </div>
      ))}
    </>
  )
}
