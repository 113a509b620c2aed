import type { PartnerDocument } from '../regions/documents.ts'
import { goesOnIn } from '../requests/duplicates.ts'
import { eventWords } from '../requests/event-words.ts'
import type { EventRow, PublicCase } from '../requests/find.ts'
import { explain } from '../routing/explain.ts'
import { sayStep } from '../routing/say.ts'
import type { Resolution } from '../routing/types.ts'
import { Alert, Emergency, Moment, StatusTag, Until } from '../web/components.tsx'
import { Icon } from '../web/icon.tsx'
import { Page } from '../web/layout.tsx'
import { RegionMap } from '../web/map.tsx'
import { Trace } from '../web/trace.tsx'
import type { View } from '../web/view.ts'
import { serviceName } from './catalogue.ts'
import { FollowForm } from './follow.tsx'
import { PartnerContact, partnerStatus } from './handles.tsx'
import { PassedOn, Shares } from './shares.tsx'

interface Props {
  view: View
  found: PublicCase
  /** Whose database keeps it. */
  keeper: string
  /** Just filed: `followed`, by somebody who wants to hear of it. */
  thanks: string | undefined
  /** Theirs who look at it, though it is private: they see of it what anyone sees of another. */
  own: boolean
}

/** A case as anyone with its number may see it: how it stands, who has it, what happened. Of a private one only how it stands. */
export function CasePage({ view, found, keeper, thanks, own }: Props) {
  const { t } = view
  const { request } = found
  const name = serviceName(view, request.serviceCode, request.serviceName)
  const zone = view.site.region.calendar(keeper).zone
  const resolution = JSON.parse(request.resolution) as Resolution
  const { region } = view.site
  const { partners = [] } = region.documents.region
  const { kind, id } = resolution.performer
  const known = [...partners, kind === 'partner' ? region.partner(id) : undefined]
  const partner = known.find(one => one?.name === request.agencyResponsible)
  const goesOn = goesOnIn(request, found.timeline)
  const isHidden = request.private && !own
  return (
    <Page view={view} title={t('case-title', { number: request.id })} section="/track" personal>
      <div class="wide columns">
        <div class="columns__all">
          {resolution.triage && request.status === 'submitted' && <Emergency view={view} />}
          {thanks !== undefined && <Thanks view={view} number={request.id} thanks={thanks} />}
          <h1>
            <span class="kicker">{t('case-title', { number: request.id })}</span> {name}
          </h1>
          <p class="case__status">
            <StatusTag view={view} status={request.status} /> <span>{statusText(view, found, partner)}</span>
          </p>
          {goesOn && (
            <p>
              <a class="usa-link" href={view.href(`/cases/${goesOn.number}`)}>
                {t('case-goes-on', { number: goesOn.number })}
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
          <h2>{t('timeline-title')}</h2>
          <ol class="timeline">
            {found.timeline.map(event => (
              <TimelineEntry {...{ view, event, zone, keeper }} hideText={isHidden} />
            ))}
          </ol>
          {!request.private && thanks !== 'followed' && <FollowForm view={view} number={request.caseId} />}
        </div>
        <aside class="columns__side">
          <section class="handles" aria-labelledby="handles">
            <h2 id="handles" class="handles__title">
              {t('case-who')}
            </h2>
            <p class="handles__name">
              {resolution.accountable.kind === 'none' ? resolution.desk.name : request.agencyResponsible}
            </p>
            {!isHidden && isStillSo(request, resolution) && <p>{sayStep(t, explain(resolution))}</p>}
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

/** Whether routing's answer is how it stands: nobody else has it since, and it is not over. */
function isStillSo({ status, agencyResponsible }: PublicCase['request'], resolution: Resolution): boolean {
  const { accountable, performer } = resolution
  const has = [accountable.name, performer.name].includes(agencyResponsible)
  return status !== 'closed' && (has || accountable.kind === 'none')
}

function Thanks({ view, number, thanks }: { view: View; number: string; thanks: string }) {
  const { t } = view
  return (
    <Alert type="success" heading={t('thanks-title')} live>
      <p>
        {t('thanks-number')} <strong class="number">{number}</strong>
      </p>
      <p>{t('thanks-text')}</p>
      {thanks === 'followed' && <p>{t('thanks-follow')}</p>}
      <p>
        <a class="usa-link" href={view.href('/report')}>
          {t('thanks-more')}
        </a>
      </p>
    </Alert>
  )
}

/** The status in a sentence; a partner's matter is with them, and never reads as done because we hear nothing (S2). */
function statusText(view: View, { request }: PublicCase, partner: PartnerDocument | undefined): string {
  const { t } = view
  if (request.status === 'closed') return t(`closed-${request.closeReason ?? 'completed'}`)
  if (partner !== undefined) return partnerStatus(view, partner)
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
  /** Whose database keeps the case: what others did carries their name. */
  keeper: string
  hideText: boolean
}

function TimelineEntry({ view, event, zone, keeper, hideText }: EntryProps) {
  const { region } = view.site
  const { source } = event
  const by = source === null || source === keeper ? undefined : region.jurisdiction(source)?.name
  const told = eventWords(region, view.language, event)
  if (told === undefined || (hideText && event.type === 'note')) return null
  return (
    <li class="timeline__entry">
      <p class="timeline__title">{told.title}</p>
      <p class="timeline__time">
        <Moment view={view} at={event.at} zone={zone} exact />
        {by !== undefined && !told.title.includes(by) && ` · ${by}`}
      </p>
      {told.words !== '' && !hideText && <p class="timeline__text">{told.words}</p>}
    </li>
  )
}
