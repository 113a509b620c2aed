import { bodyName } from '../../regions/runtime/names.ts'
import { photoPath } from '../../requests/list/view.ts'
import { explain } from '../../routing/explain.ts'
import { formatStep } from '../../routing/format.ts'
import { Moment, StatusTag, Until } from '../../web/components/components.tsx'
import { Icon } from '../../web/components/icon.tsx'
import { RegionMap } from '../../web/components/map.tsx'
import { Trace } from '../../web/components/trace.tsx'
import type { PageView } from '../../web/view.ts'
import { handoffPath } from '../handoffs/list.tsx'
import type { StaffPageContext } from '../shell/context.ts'
import type { FormState } from '../shell/form.tsx'
import type { WholeRequest } from './read.ts'

export interface Parts {
  c: StaffPageContext
  view: PageView
  whole: WholeRequest
  zone: string
  formState: FormState | undefined
}

export function RequestSummary({ view, whole, zone }: Parts) {
  const { t } = view
  const { request, photos, context } = whole
  const { answers } = request
  return (
    <section aria-labelledby="what">
      <h2 id="what" class="work__first">
        {t('work-what')}
      </h2>
      {request.description ? (
        <p class="case__text" dir="auto">
          {request.description}
        </p>
      ) : (
        <p class="usa-hint">{t('work-no-description')}</p>
      )}
      <RequestPlace view={view} place={request} />
      {answers.length > 0 && (
        <dl class="facts">
          {answers.map(({ question, values }) => (
            <div>
              <dt>{question}</dt>
              <dd dir="auto">{values.map(({ label }) => label).join(', ')}</dd>
            </div>
          ))}
        </dl>
      )}
      <Photos view={view} paths={photos.map(id => photoPath(context.jurisdiction.slug, id))} />
      <dl class="facts">
        {request.caseId !== request.id && (
          <>
            <div>
              <dt>{t('work-case')}</dt>
              <dd class="number">{request.caseId}</dd>
            </div>
            <div>
              <dt>{t('work-own-number')}</dt>
              <dd class="number">{request.id}</dd>
            </div>
          </>
        )}
        <Fact label={t('work-reported')} at={request.requestedAt} {...{ view, zone }} />
        {request.incidentAt !== null && (
          <Fact label={t('work-incident')} at={request.incidentAt} {...{ view, zone }} />
        )}
        {request.receivedAt !== request.requestedAt && request.receivedAt > 0 && (
          <Fact label={t('work-received')} at={request.receivedAt} {...{ view, zone }} />
        )}
        {request.expectedAt !== null && (
          <Fact label={t('work-promised')} at={request.expectedAt} {...{ view, zone }} isEnd />
        )}
        {whole.rating !== undefined && (
          <div>
            <dt>{t('work-rating')}</dt>
            <dd>{t('work-rating-score', { score: whole.rating })}</dd>
          </div>
        )}
        <div>
          <dt>{t('work-channel')}</dt>
          <dd>{t('work-channel-name', { channel: request.channel })}</dd>
        </div>
      </dl>
    </section>
  )
}

interface FactProps {
  view: PageView
  label: string
  at: number
  zone: string
  isEnd?: boolean
}

function Fact({ view, label, at, zone, isEnd }: FactProps) {
  const When = isEnd ? Until : Moment
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <When view={view} at={at} zone={zone} exact />
      </dd>
    </div>
  )
}

interface Place {
  readonly address: string | null
  readonly lat: number | null
  readonly long: number | null
}

/** The position is a `geo:` link, which opens the device's own map. */
export function RequestPlace({ view, place: { address, lat, long } }: { view: PageView; place: Place }) {
  const { t } = view
  if (lat === null || long === null) {
    return (
      <p class="place-line">
        <bdi>{address ?? t('place-none')}</bdi>
      </p>
    )
  }
  return (
    <>
      <p class="place-line">
        <Icon name="location_on" />
        <bdi>{address ?? t('place-on-map')}</bdi>
        <a class="usa-link" href={`geo:${lat},${long}`}>
          {lat.toFixed(5)}, {long.toFixed(5)}
        </a>
      </p>
      <RegionMap view={view} label={t('map-of-place')} place={[long, lat]} class="map--place" />
    </>
  )
}

export function Photos({ view, paths }: { view: PageView; paths: readonly string[] }) {
  if (paths.length === 0) return null
  return (
    <ul class="photos">
      {paths.map((path, index) => {
        const url = view.href(path)
        return (
          <li>
            <a href={url}>
              <img src={url} alt={view.t('photo-number', { number: index + 1 })} loading="lazy" />
            </a>
          </li>
        )
      })}
    </ul>
  )
}

export function Contact({ view, whole }: Parts) {
  const { t } = view
  const { contact, request } = whole
  const from =
    request.caseId === request.id
      ? undefined
      : view.site.region.caseNumber(request.caseId)?.jurisdiction?.slug
  const name = [contact?.firstName, contact?.lastName].filter(Boolean).join(' ')
  const isNamed = [name, contact?.phone, contact?.email].some(Boolean)
  return (
    <section class="panel" aria-labelledby="contact">
      <h2 id="contact">{t('work-contact')}</h2>
      {!whole.sees('contacts') && <p>{t('work-contact-hidden')}</p>}
      {whole.sees('contacts') && contact === null && (
        <p>
          {from === undefined
            ? t('work-contact-none')
            : t('work-contact-not-passed', { name: bodyName(view.site.region, from) })}
        </p>
      )}
      {contact !== null && !isNamed && <p>{t('work-contact-account')}</p>}
      {contact !== null && isNamed && (
        <>
          <ul class="contacts">
            {name && (
              <li>
                <Icon name="people" /> <bdi>{name}</bdi>
              </li>
            )}
            {contact.phone && (
              <li>
                <Icon name="phone" />
                <a class="usa-link" href={`tel:${contact.phone}`}>
                  {view.phone(contact.phone)}
                </a>
              </li>
            )}
            {contact.email && (
              <li>
                <Icon name="mail" />
                <a class="usa-link" href={`mailto:${contact.email}`}>
                  {contact.email}
                </a>
              </li>
            )}
          </ul>
          <p class="usa-hint">{t(contact.shared ? 'work-contact-shared' : 'work-contact-kept')}</p>
        </>
      )}
    </section>
  )
}

export function Reasoning({ view, whole: { request } }: Parts) {
  const { t } = view
  const { resolution } = request
  const { accountable, performer, trace, snapshot } = resolution
  return (
    <section class="panel" aria-labelledby="whose">
      <h2 id="whose">{t('work-whose')}</h2>
      <p>{formatStep(t, view.units, explain(resolution))}</p>
      <dl class="facts">
        <div>
          <dt>{t('work-accountable')}</dt>
          <dd>{accountable.kind === 'none' ? t('work-nobody') : accountable.name}</dd>
        </div>
        {performer.id !== accountable.id && (
          <div>
            <dt>{t('work-performer')}</dt>
            <dd>{performer.name}</dd>
          </div>
        )}
        <div>
          <dt>{t('work-snapshot')}</dt>
          <dd>{snapshot}</dd>
        </div>
      </dl>
      <Trace view={view} trace={trace} />
    </section>
  )
}

export function Custody({ view, whole, zone }: Parts) {
  const { t, site } = view
  const { holders, shares, handoffs, context, request } = whole
  return (
    <section class="panel" aria-labelledby="custody">
      <h2 id="custody">{t('work-custody')}</h2>
      {request.passedTo !== null && (
        <p>{t('work-passed-to', { name: bodyName(site.region, request.passedTo) })}</p>
      )}
      <ul class="plain">
        {holders.map(({ jurisdiction, from, to }) => (
          <li>
            <strong>{bodyName(site.region, jurisdiction)}</strong>{' '}
            <span class="number">{shares.find(share => share.jurisdiction === jurisdiction)?.request}</span>{' '}
            <span class="quiet">
              <Moment view={view} at={from} zone={zone} /> –{' '}
              {to === null ? t('work-until-now') : <Moment view={view} at={to} zone={zone} />}
            </span>
          </li>
        ))}
      </ul>
      {shares.length > 1 && (
        <>
          <h3>{t('case-shares-title')}</h3>
          <ul class="plain">
            {shares.map(({ agency, status }) => (
              <li>
                {agency} <StatusTag view={view} status={status} />
              </li>
            ))}
          </ul>
        </>
      )}
      {handoffs.length > 0 && (
        <>
          <h3>{t('work-section-handoffs')}</h3>
          <ul class="plain">
            {handoffs.map(({ id, side, sender, receiver, state }) => (
              <li>
                <a class="usa-link" href={view.href(handoffPath(context.jurisdiction.slug, id, side))}>
                  {t('work-from-to', {
                    from: bodyName(site.region, sender),
                    to: bodyName(site.region, receiver),
                  })}
                </a>{' '}
                <span class="mark">{t(`work-handoff-${state}`)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  )
}
