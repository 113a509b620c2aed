import { formatStep } from '../../routing/format.ts'
import type { TraceStep } from '../../routing/types.ts'
import type { PageView } from '../view.ts'

export function Trace({ view, trace }: { view: PageView; trace: readonly TraceStep[] }) {
  return (
    <details class="trace">
      <summary>{view.t('trace-title')}</summary>
      <ol class="usa-list">
        {trace.map(step => (
          <li>{formatStep(view.t, view.units, step)}</li>
        ))}
      </ol>
    </details>
  )
}
