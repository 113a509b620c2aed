import { readNumber } from '../../../core/input.ts'
import { listRerouted } from '../../../handoffs/automatic/reroute.ts'
import { proposedCorrections } from '../../../handoffs/corrections.ts'
import { bodyName } from '../../../regions/runtime/names.ts'
import { formatStep } from '../../../routing/format.ts'
import { Empty, Moment, StatusTag } from '../../../web/components/components.tsx'
import { Icon } from '../../../web/components/icon.tsx'
import { viewOf } from '../../../web/view.ts'
import { authorizeStaffRead, type StaffPageContext } from '../../shell/context.ts'
import { requestPath, StaffPage, zoneOf } from '../../shell/frame.tsx'
import { namesOf, serviceLabel } from '../../shell/names.ts'

const PAGE = 50
const SHOWN_REQUESTS = 5

export async function reroutesPage(c: StaffPageContext) {
  const view = viewOf(c)
  const { t, site } = view
  const context = await authorizeStaffRead(c)
  const after = readNumber('after', c.req.query('after') ?? '', 1, Number.MAX_SAFE_INTEGER).value
  const [names, rows] = await Promise.all([
    namesOf(context.platform, context.signedIn),
    listRerouted(context.db, after, PAGE),
  ])
  const zone = zoneOf(view, context)
  const last = rows.length < PAGE ? undefined : rows.at(-1)
  return c.html(
    <StaffPage
      {...{ c, view, context }}
      me={names.get(context.signedIn.holder) ?? ''}
      section="reroutes"
      title={t('work-section-reroutes')}
    >
      <h1>{t('work-section-reroutes')}</h1>
      <p class="usa-intro">{t('work-reroutes-intro')}</p>
      {rows.length === 0 && (
        <Empty>
          <p>{t('work-reroutes-none')}</p>
        </Empty>
      )}
      <ul class="queue">
        {rows.map(({ at, request, event }) => {
          const { from, to, because, receiver } = event
          return (
            <li class="queue__item">
              <div class="queue__what">
                <a class="queue__name usa-link" href={view.href(requestPath(context, request.id))}>
                  {serviceLabel(view, context.jurisdiction.slug, request.serviceCode, request.serviceName)}
                </a>
                <span class="number">{request.id}</span>
                {request.address && <bdi class="queue__place">{request.address}</bdi>}
              </div>
              <div class="queue__state">
                <StatusTag view={view} status={request.status} />
                <span>{t('work-from-to', { from: from.name, to: to.name })}</span>
                <span class="quiet">{formatStep(t, view.units, because)}</span>
              </div>
              <div class="queue__when">
                <Moment view={view} at={at} zone={zone} exact />
                {receiver !== null && (
                  <span>{t('work-reroute-offered', { name: bodyName(site.region, receiver) })}</span>
                )}
              </div>
            </li>
          )
        })}
      </ul>
      {last !== undefined && (
        <p>
          <a
            class="usa-link more"
            rel="next"
            href={view.href(`/work/${context.jurisdiction.slug}/reroutes?after=${last.seq}`)}
          >
            {t('work-next')}
            <Icon name="arrow_forward" />
          </a>
        </p>
      )}
    </StaffPage>,
  )
}

/** Places where routing seems wrong: handoffs of the same service there have been refused repeatedly (S11). */
export async function correctionsPage(c: StaffPageContext) {
  const view = viewOf(c)
  const { t, site } = view
  const context = await authorizeStaffRead(c)
  const [names, rows] = await Promise.all([
    namesOf(context.platform, context.signedIn),
    proposedCorrections(context.db),
  ])
  const zone = zoneOf(view, context)
  const named = (ids: readonly string[]) => ids.map(id => bodyName(site.region, id)).join(', ')
  return c.html(
    <StaffPage
      {...{ c, view, context }}
      me={names.get(context.signedIn.holder) ?? ''}
      section="corrections"
      title={t('work-section-corrections')}
    >
      <h1>{t('work-section-corrections')}</h1>
      <p class="usa-intro">{t('work-corrections-intro')}</p>
      {rows.length === 0 ? (
        <Empty>
          <p>{t('work-corrections-none')}</p>
        </Empty>
      ) : (
        <>
          <p>{t('work-corrections-do')}</p>
          <ul class="usa-list">
            {(['request', 'place', 'data'] as const).map(what => (
              <li>{t(`work-corrections-do-${what}`)}</li>
            ))}
          </ul>
        </>
      )}
      <ul class="queue">
        {rows.map(row => (
          <li class="queue__item">
            <div class="queue__what">
              <strong>{serviceLabel(view, context.jurisdiction.slug, row.service_code)}</strong>
              <bdi class="queue__place">
                {row.address ?? (row.lat === null ? t('place-none') : `${row.lat}, ${row.long}`)}
              </bdi>
            </div>
            <div class="queue__state">
              <span>{t('work-correction-times', { count: row.times, names: named(row.refused_by) })}</span>
              {row.proposed.length > 0 && (
                <span>{t('work-correction-proposed', { names: named(row.proposed) })}</span>
              )}
            </div>
            <div class="queue__when">
              <Moment view={view} at={Date.parse(row.last_refused_at)} zone={zone} />
            </div>
            <p class="queue__more">
              {row.requests.slice(0, SHOWN_REQUESTS).map(id => (
                <>
                  <a class="usa-link number" href={view.href(`${requestPath(context, id)}#actions`)}>
                    {t('work-declined-open', { number: id })}
                  </a>{' '}
                </>
              ))}
              {row.requests.length > SHOWN_REQUESTS && (
                <span class="quiet">+{row.requests.length - SHOWN_REQUESTS}</span>
              )}
            </p>
          </li>
        ))}
      </ul>
    </StaffPage>,
  )
}
