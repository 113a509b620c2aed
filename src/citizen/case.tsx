import type { Child } from 'hono/jsx'
import type { RequestEvent } from '../requests/events.ts'
import type { EventRow, PublicCase } from '../requests/find.ts'
import type { CloseReason, Status } from '../requests/schema.ts'
import { explain } from '../routing/explain.ts'
import { sayStep } from '../routing/say.ts'
import type { Resolution } from '../routing/types.ts'
import { Alert, Emergency, Moment, StatusTag } from '../web/components.tsx'
import { Icon } from '../web/icon.tsx'
import { Page } from '../web/layout.tsx'
import { RegionMap } from '../web/map.tsx'
import type { View } from '../web/view.ts'
import { serviceName } from './catalogue.ts'
import { PartnerContact, Trace } from './handles.tsx'

interface Props {
  view: View
  found: PublicCase
  /** Whose database keeps it. */
  keeper: string
  /** Just filed. */
  thanks: boolean
}

/** A case as anyone with its number may see it: how it stands, who has it, what happened. Of a private one only how it stands. */
export function CasePage({ view, found, keeper, thanks }: Props) {
  const { t } = view
  const { request } = found
  const name = serviceName(view, request.serviceCode, request.serviceName)
  const zone = view.site.region.calendar(keeper).zone
  const resolution = JSON.parse(request.resolution) as Resolution
  return (
    <Page view={view} title={t('case-title', { number: request.id })} section="/track" personal>
      <div class="wide columns">
        <div class="columns__all">
          {resolution.triage && request.status === 'submitted' && <Emergency view={view} />}
          {thanks && <Thanks view={view} number={request.id} />}
          <h1>
            <span class="kicker">{t('case-title', { number: request.id })}</span> {name}
          </h1>
          <p class="case__status">
            <StatusTag view={view} status={request.status} />{' '}
            <span>{statusText(view, found, resolution)}</span>
          </p>
        </div>
        <div class="columns__main">
          {request.private ? (
            <p class="private-note">
              <Icon name="lock" /> {t('case-private')}
            </p>
          ) : (
            <What view={view} found={found} keeper={keeper} />
          )}
          <h2>{t('timeline-title')}</h2>
          <ol class="timeline">
            {found.timeline.map(event => (
              <TimelineEntry view={view} event={event} zone={zone} hideText={request.private} />
            ))}
          </ol>
        </div>
        <aside class="columns__side">
          <section class="handles" aria-labelledby="handles">
            <h2 id="handles" class="handles__title">
              {t('case-who')}
            </h2>
            <p class="handles__name">
              {resolution.accountable.kind === 'none' ? resolution.desk.name : resolution.performer.name}
            </p>
            {!request.private && <p>{sayStep(t, explain(resolution))}</p>}
            <PartnerContact view={view} body={resolution.performer} />
            {request.expectedAt !== null && request.status !== 'closed' && (
              <p>
                <Icon name="schedule" /> {t('handles-by')}{' '}
                <strong>
                  <Moment view={view} at={request.expectedAt} zone={zone} />
                </strong>
              </p>
            )}
            {!request.private && <Trace view={view} trace={resolution.trace} />}
          </section>
        </aside>
      </div>
    </Page>
  )
}

function Thanks({ view, number }: { view: View; number: string }) {
  const { t } = view
  return (
    <Alert type="success" heading={t('thanks-title')} live>
      <p>
        {t('thanks-number')} <strong class="number">{number}</strong>
      </p>
      <p>{t('thanks-text')}</p>
      <p>
        <a class="usa-link" href={view.href('/report')}>
          {t('thanks-more')}
        </a>
      </p>
    </Alert>
  )
}

/** The status in a sentence; a partner's matter is with them, and never reads as done because we hear nothing (S2). */
function statusText({ t }: View, { request }: PublicCase, { performer }: Resolution): string {
  if (request.status === 'closed') return t(`closed-${request.closeReason ?? 'completed'}`)
  if (performer.kind === 'partner') return t('partner-not-updated', { name: performer.name })
  return t(`status-${request.status}-text`)
}

function What({ view, found, keeper }: { view: View; found: PublicCase; keeper: string }) {
  const { t } = view
  const { request, photos } = found
  return (
    <>
      {request.description && <p class="case__text">{request.description}</p>}
      {(request.address || request.lat !== null) && (
        <p class="place-line">
          <Icon name="location_on" />
          {request.address ?? t('place-on-map')}
        </p>
      )}
      {request.lat !== null && request.long !== null && (
        <RegionMap
          view={view}
          label={t('map-of-place')}
          center={[request.long, request.lat]}
          zoom={15}
          marker={[request.long, request.lat]}
          class="map--place"
        />
      )}
      {photos.length > 0 && (
        <ul class="photos">
          {photos.map((id, index) => {
            const url = view.href(`/media/${keeper}/${id}`)
            return (
              <li>
                <a href={url}>
                  <img src={url} alt={t('photo-number', { number: index + 1 })} loading="lazy" />
                </a>
              </li>
            )
          })}
        </ul>
      )}
    </>
  )
}

interface EntryProps {
  view: View
  event: EventRow
  zone: string
  hideText: boolean
}

function TimelineEntry({ view, event, zone, hideText }: EntryProps) {
  const { t } = view
  const told = { type: event.type, ...JSON.parse(event.payload) } as RequestEvent
  const entry = (title: Child, words = '') => (
    <li class="timeline__entry">
      <p class="timeline__title">{title}</p>
      <p class="timeline__time">
        <Moment view={view} at={event.at} zone={zone} exact />
      </p>
      {words !== '' && !hideText && <p class="timeline__text">{words}</p>}
    </li>
  )
  switch (told.type) {
    case 'submitted':
      return entry(t('event-submitted'))
    case 'status':
      return entry(eventTitle(view, told.to, told.reason), told.text)
    case 'note':
      return hideText ? null : entry(t('event-note'), told.text)
  }
}

function eventTitle({ t }: View, to: Status, reason: CloseReason | undefined): string {
  return to === 'closed' && reason !== undefined ? t(`closed-${reason}`) : t(`event-${to}`)
}
