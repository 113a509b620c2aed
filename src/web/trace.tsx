import { sayStep } from '../routing/say.ts'
import type { TraceStep } from '../routing/types.ts'
import type { View } from './view.ts'

/** The whole reasoning, on demand. */
export function Trace({ view, trace }: { view: View; trace: readonly TraceStep[] }) {
  return (
    <details class="trace">
      <summary>{view.t('trace-title')}</summary>
      <ol class="usa-list">
        {trace.map(step => (
          <li>{sayStep(view.t, step)}</li>
        ))}
      </ol>
    </details>
  )
}
