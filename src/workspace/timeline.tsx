import type { EventRow } from '../requests/find.ts'
import { Moment } from '../web/components.tsx'
import type { View } from '../web/view.ts'
import { staffWords } from './event-words.ts'
import { actorName, bodyName } from './names.ts'
import type { Parts } from './request-parts.tsx'
import type { Whole } from './whole.ts'

/** What happened, oldest first, each marked as public or for staff, with who did it. */
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
  view: View
  event: EventRow
  whole: Whole
  zone: string
}

function Entry({ view, event, whole, zone }: EntryProps) {
  const told = staffWords(view, event)
  if (told === undefined) return null
  const { slug } = whole.office.jurisdiction
  const isTold = event.source !== null && event.source !== slug
  const by = isTold
    ? bodyName(view.site.region, event.source ?? '')
    : actorName(view, whole.names, event.actor)
  return (
    <li class={`timeline__entry${event.public ? '' : ' timeline__entry--private'}`}>
      <p class="timeline__title">{told.title}</p>
      <p class="timeline__time">
        <span class="mark">{view.t(event.public ? 'work-public' : 'work-private')}</span>{' '}
        <Moment view={view} at={event.at} zone={zone} exact />
        {` · ${by}`}
      </p>
      {told.words !== '' && <p class="timeline__text">{told.words}</p>}
    </li>
  )
}
