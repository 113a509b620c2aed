import { bodyName } from '../../regions/runtime/names.ts'
import type { EventRow } from '../../requests/list/find.ts'
import { Moment } from '../../web/components/components.tsx'
import type { PageView } from '../../web/view.ts'
import { actorName } from '../shell/names.ts'
import type { WholeRequest } from './read.ts'
import type { Parts } from './request-parts.tsx'

export function Timeline({ view, whole, zone }: Parts) {
  const { t } = view
  return (
    <section aria-labelledby="timeline">
      <h2 id="timeline">{t('timeline-title')}</h2>
      {!whole.sees('notes') && <p class="usa-hint">{t('work-notes-hidden')}</p>}
      <ol class="timeline">
        {whole.timeline.map(event => (
          <Entry {...{ view, event, whole, zone }} />
        ))}
      </ol>
    </section>
  )
}

interface EntryProps {
  view: PageView
  event: EventRow
  whole: WholeRequest
  zone: string
}

function Entry({ view, event, whole, zone }: EntryProps) {
  const shown = view.eventTypes.staffText(view.site.region, view.language, event)
  if (shown === undefined) return null
  const { slug } = whole.context.jurisdiction
  const hasText = event.source !== null && event.source !== slug
  const by = hasText
    ? bodyName(view.site.region, event.source ?? '')
    : actorName(view, whole.names, event.actor)
  return (
    <li class={`timeline__entry${event.public ? '' : ' timeline__entry--private'}`}>
      <p class="timeline__title">{shown.title}</p>
      <p class="timeline__time">
        <span class="mark">{view.t(event.public ? 'work-public' : 'work-private')}</span>{' '}
        <Moment view={view} at={event.at} zone={zone} exact />
        {` · ${by}`}
      </p>
      {shown.text !== '' && (
        <p class="timeline__text" dir="auto">
          {shown.text}
        </p>
      )}
    </li>
  )
}
