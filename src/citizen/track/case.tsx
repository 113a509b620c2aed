import type { PartnerDocument } from '../../regions/documents/schemas.ts'
import { survivesAs } from '../../requests/case/duplicates.ts'
import { emergenciesAmong } from '../../requests/case/triage.ts'
import { noteAdded } from '../../requests/events.ts'
import type { EventRow, PublicCase } from '../../requests/list/find.ts'
import { explain } from '../../routing/explain.ts'
import { formatStep } from '../../routing/format.ts'
import type { Resolution } from '../../routing/types.ts'
import { Alert, Emergency, Moment, StatusTag, Until } from '../../web/components/components.tsx'
import { EmergencyAdvice } from '../../web/components/emergency.tsx'
import { Icon } from '../../web/components/icon.tsx'
import { Page } from '../../web/components/layout.tsx'
import { RegionMap } from '../../web/components/map.tsx'
import { Trace } from '../../web/components/trace.tsx'
import type { PageView } from '../../web/view.ts'
import { serviceName } from '../catalogue.ts'
import { PartnerContact, partnerStatus } from '../handles.tsx'
import { type Closed, ClosedPanel } from './closed.tsx'
import { FollowForm } from './follow.tsx'
import { PassedOn, Shares } from './shares.tsx'

interface Props {
  view: PageView
  found: PublicCase
  keeper: string
  /** Just filed: `followed` by someone who gets updates; `confirm` once they have confirmed by email. */
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
  const { resolution } = request
  const { region } = view.site
  const { partners = [] } = region.documents.region
  const { kind, id } = resolution.performer
  const known = [...partners, kind === 'partner' ? region.partner(id) : undefined]
  const partner = known.find(one => one?.name === request.agencyResponsible)
  const continuesIn = survivesAs(request, found.timeline)
  const isHidden = request.private && !own
  const isFollowing = thanks === 'followed' || thanks === 'confirm'
  return (
    <Page view={view} title={t('case-title', { number: request.id })} section="/track" personal>
      <div class="wide columns">
        <div class="columns__all">
{request.status === 'submitted' && (
            <WhatToDo view={view} request={request} isTold={!isHidden || thanks !== undefined} />
          )}
          {done === 'reopened' && request.status !== 'closed' && (
            <Alert type="success" live>
              <p>{t('reopen-done')}</p>
            </Alert>
          )}
          {thanks !== undefined && <Thanks view={view} number={request.id} thanks={thanks} />}
          <h1>
            <span class="kicker">{t('case-title', { number: request.id })}</span> {name}
          </h1>
          <p class="case__status">
            <StatusTag view={view} status={request.status} /> <span>{statusText(view, found, partner)}</span>
          </p>
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
          {closed && <ClosedPanel {...{ view, found, closed }} />}
          <h2>{t('timeline-title')}</h2>
          <ol class="timeline">
            {found.timeline.map(event => (
              <TimelineEntry {...{ view, event, zone, keeper }} hideText={isHidden} />
            ))}
          </ol>
          {!request.private && !isFollowing && <FollowForm view={view} number={request.caseId} />}
        </div>
        <aside class="columns__side">
          <section class="handles" aria-labelledby="handles">
            <h2 id="handles" class="handles__title">
              {t('case-who')}
            </h2>
            <p class="handles__name">
              {resolution.accountable.kind === 'none' ? resolution.desk.name : request.agencyResponsible}
            </p>
            {!isHidden && isStillSo(request, resolution) && (
              <p>{formatStep(t, view.units, explain(resolution))}</p>
            )}
            <PassedOn view={view} found={found} />
            {partner && <PartnerContact view={view} partner={partner} />}
            {request.expectedAt !== null && request.status !== 'closed' && (
              <p>
                <Icon name="schedule" /> {t('handles-by')}{' '}
                <strong>
                  <Until view={view} at={request.expectedAt} zone={zone} />
                </strong>
              </p>
            )}
            {!isHidden && <Trace view={view} trace={resolution.trace} />}
          </section>
          <Shares view={view} found={found} />
        </aside>
      </div>
    </Page>
  )
}

interface WhatToDoProps {
  view: PageView
  request: PublicCase['request']
  /** Of a private case only its reporter is told which emergency it is. */
  isTold: boolean
}

function WhatToDo({ view, request, isTold }: WhatToDoProps) {
  const topics = emergenciesAmong(view.site.region, request.triageReasons)
  if (topics.length > 0 && isTold) return <EmergencyAdvice view={view} topics={topics} />
  return request.resolution.triage || topics.length > 0 ? <Emergency view={view} /> : null
}

/** Whether routing's explanation still applies: the case is open, and no other body has taken it over. */
function isStillSo({ status, agencyResponsible }: PublicCase['request'], resolution: Resolution): boolean {
  const { accountable, performer } = resolution
  const has = [accountable.name, performer.name].includes(agencyResponsible)
  return status !== 'closed' && (has || accountable.kind === 'none')
}

function Thanks({ view, number, thanks }: { view: PageView; number: string; thanks: string }) {
  const { t } = view
  return (
    <Alert type="success" heading={t('thanks-title')} live>
      <p>
        {t('thanks-number')} <strong class="number">{number}</strong>
      </p>
      <p>{t('thanks-text')}</p>
      {thanks === 'followed' && <p>{t('thanks-follow')}</p>}
      {thanks === 'confirm' && <p>{t('thanks-confirm')}</p>}
      <p>
        <a class="usa-link" href={view.href('/report')}>
          {t('thanks-more')}
        </a>
      </p>
    </Alert>
  )
}

function statusText(view: PageView, { request }: PublicCase, partner: PartnerDocument | undefined): string {
  const { t } = view
  if (request.status === 'closed') return t(`closed-${request.closeReason ?? 'completed'}`)
  if (partner !== undefined) return partnerStatus(view, partner)
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
