import { survivesAs } from '../../requests/case/duplicates.ts'
import type { GivenAnswer } from '../../requests/draft.ts'
import { noteAdded } from '../../requests/events.ts'
import type { EventRow, PublicCase } from '../../requests/list/find.ts'
import { emergenciesAmong } from '../../requests/triage/reasons.ts'
import { Alert, Emergency, Moment, StatusTag } from '../../web/components/components.tsx'
import { EmergencyAdvice } from '../../web/components/emergency.tsx'
import { Icon } from '../../web/components/icon.tsx'
import { Page } from '../../web/components/layout.tsx'
import { RegionMap } from '../../web/components/map.tsx'
import type { PageView } from '../../web/view.ts'
import { serviceName } from '../catalogue.ts'
import { Agency, deliveryText, partnerOf } from './agency.tsx'
import { type Closed, ClosedPanel, RatingPanel } from './closed.tsx'
import { FollowForm } from './follow.tsx'
import { PrintedLink, ShareNumber } from './number.tsx'
import { Shares } from './shares.tsx'
import { StatusMeanings } from './status.tsx'

interface Props {
  view: PageView
  found: PublicCase
  keeper: string
  /**
   * Just filed: `followed` by someone who gets updates; `confirm` once they have confirmed by email; `not-asked` by
   * someone who left an email address but did not ask for updates.
   */
  thanks: string | undefined
  /** The reader has signed in and reported this case. */
  own: boolean
  closed: Closed | undefined
  done: string | undefined
}

/** What anyone with the number may see: status, holder, timeline. Of a private case, the status only. */
export function CasePage({ view, found, keeper, thanks, own, closed, done }: Props) {
  const { t } = view
  const { request } = found
  const name = serviceName(view, request.serviceCode, request.serviceName)
  const zone = view.site.region.calendar(keeper).zone
  const continuesIn = survivesAs(request, found.timeline)
  const isHidden = request.private && !own
  const isJustSent = thanks !== undefined || done === 'reopened'
  const isFollowing = thanks === 'followed' || thanks === 'confirm'
  return (
    <Page view={view} title={t('case-title', { number: request.id })} section="/track" personal>
      <div class="wide columns">
        <div class="columns__all">
          {request.status === 'submitted' && <WhatToDo {...{ view, request, isJustSent, isHidden }} />}
          {done === 'reopened' && request.status !== 'closed' && (
            <Alert type="success" live>
              <p>{t('reopen-done')}</p>
            </Alert>
          )}
          {done === 'rated' && (
            <Alert type="success" live>
              <p>{t('rating-done')}</p>
            </Alert>
          )}
          {thanks !== undefined && <Thanks {...{ view, request, thanks }} />}
          <h1>
            <span class="kicker">{t('case-title', { number: request.id })}</span> {name}
          </h1>
          <p class="case__status">
            <StatusTag view={view} status={request.status} /> <span>{statusText(view, found)}</span>
          </p>
          <StatusMeanings view={view} status={request.status} />
          <ShareNumber view={view} number={request.id} />
          {continuesIn && (
            <p>
              <a class="usa-link" href={view.href(`/cases/${continuesIn.number}`)}>
                {t('case-goes-on', { number: continuesIn.number })}
              </a>
            </p>
          )}
        </div>
        <div class="columns__main">
          {request.private && (
            <p class="private-note">
              <Icon name="lock" /> {t(own ? 'case-own-private' : 'case-private')}
            </p>
          )}
          {!isHidden && <What view={view} found={found} keeper={keeper} />}
          {own && <Answers view={view} answers={request.answers} />}
          {closed && (
            <>
              <RatingPanel {...{ view, found, closed }} />
              <ClosedPanel {...{ view, found, closed }} />
            </>
          )}
          <h2>{t('timeline-title')}</h2>
          <ol class="timeline">
            {found.timeline.map(event => (
              <TimelineEntry {...{ view, event, zone, keeper }} hideText={isHidden} />
            ))}
          </ol>
          {!request.private && !isFollowing && <FollowForm view={view} number={request.caseId} />}
        </div>
        <aside class="columns__side">
          <Agency {...{ view, found, zone, isHidden }} />
          <Shares view={view} found={found} />
          <PrintedLink view={view} number={request.id} />
        </aside>
      </div>
    </Page>
  )
}

interface WhatToDoProps {
  view: PageView
  request: PublicCase['request']
  isJustSent: boolean
  isHidden: boolean
}

/** Of a private case, and of a private topic, only who has written of it is told which emergency it is. */
function WhatToDo({ view, request, isJustSent, isHidden }: WhatToDoProps) {
  const topics = emergenciesAmong(view.site.region, request.triageReasons)
  const isPrivate = isHidden || (!request.private && topics.some(topic => topic.private))
  const isTold = isJustSent || !isPrivate
  if (topics.length > 0 && isTold) return <EmergencyAdvice view={view} topics={topics} />
  return request.resolution.triage || topics.length > 0 ? <Emergency view={view} /> : null
}

interface ThanksProps {
  view: PageView
  request: PublicCase['request']
  thanks: string
}

function Thanks({ view, request, thanks }: ThanksProps) {
  const { t } = view
  return (
    <Alert type="success" heading={t('thanks-title')} live>
      <p>
        {t('thanks-number')} <strong class="number">{request.id}</strong>
      </p>
      <p>{t('thanks-text')}</p>
      {thanks === 'not-asked' && (
        <p>
          {t('thanks-not-asked')}{' '}
          {!request.private && view.sendsMail && (
            <a class="usa-link" href="#follow">
              {t('follow-title')}
            </a>
          )}
        </p>
      )}
      {thanks === 'followed' && view.sendsMail && <p>{t('thanks-follow')}</p>}
      {thanks === 'confirm' && view.sendsMail && <p>{t('thanks-confirm')}</p>}
      {(thanks === 'followed' || thanks === 'confirm') && !view.sendsMail && <p>{t('no-mail-note')}</p>}
      <p>
        <a class="usa-link" href={view.href('/report')}>
          {t('thanks-more')}
        </a>
      </p>
    </Alert>
  )
}

function statusText(view: PageView, found: PublicCase): string {
  const { t } = view
  const { request } = found
  const partner = partnerOf(view, request)
  if (request.status === 'closed') return t(`closed-${request.closeReason ?? 'completed'}`)
  if (partner !== undefined) return deliveryText(view, found, partner)
  if (request.urgent && request.status === 'submitted') {
    const { phone } = view.site.region.documents.region.emergency
    return t('status-urgent-text', { phone: view.phone(phone) })
  }
  return t(`status-${request.status}-text`)
}

function What({ view, found, keeper }: { view: PageView; found: PublicCase; keeper: string }) {
  const { t } = view
  const { request, photos } = found
  return (
    <>
      {request.description && (
        <p class="case__text" dir="auto">
          {request.description}
        </p>
      )}
      {(request.address || request.lat !== null) && (
        <p class="place-line">
          <Icon name="location_on" />
          <bdi>{request.address ?? t('place-on-map')}</bdi>
        </p>
      )}
      {request.lat !== null && request.long !== null && (
        <RegionMap
          view={view}
          label={t('map-of-place')}
          place={[request.long, request.lat]}
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

/** For the reporter only: an answer can say where they live, or what only staff should read. */
function Answers({ view, answers }: { view: PageView; answers: readonly GivenAnswer[] }) {
  const { t } = view
  if (answers.length === 0) return null
  return (
    <section aria-labelledby="answers">
      <h2 id="answers">{t('own-answers')}</h2>
      <p class="usa-hint">{t('own-answers-hint')}</p>
      <dl class="facts">
        {answers.map(({ question, values }) => (
          <div>
            <dt>{question}</dt>
            <dd dir="auto">{values.map(({ label }) => label).join(', ')}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

interface EntryProps {
  view: PageView
  event: EventRow
  zone: string
  keeper: string
  hideText: boolean
}

function TimelineEntry({ view, event, zone, keeper, hideText }: EntryProps) {
  const { region } = view.site
  const { source } = event
  const by = source === null || source === keeper ? undefined : region.jurisdiction(source)?.name
  const shown = view.eventTypes.publicText(region, view.language, event)
  if (shown === undefined || (hideText && event.type === noteAdded.type)) return null
  return (
    <li class="timeline__entry">
      <p class="timeline__title">{shown.title}</p>
      <p class="timeline__time">
        <Moment view={view} at={event.at} zone={zone} exact />
        {by !== undefined && !shown.title.includes(by) && ` · ${by}`}
      </p>
      {shown.text !== '' && !hideText && (
        <p class="timeline__text" dir="auto">
          {shown.text}
        </p>
      )}
    </li>
  )
}
