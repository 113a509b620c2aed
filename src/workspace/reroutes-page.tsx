import { proposedCorrections } from '../handoffs/corrections.ts'
import { listRerouted, reroutedOf } from '../handoffs/reroute.ts'
import { readNumber } from '../regions/inquiry.ts'
import { sayStep } from '../routing/say.ts'
import { Empty, Moment, StatusTag } from '../web/components.tsx'
import { Icon } from '../web/icon.tsx'
import { viewOf } from '../web/view.ts'
import { requestPath, StaffPage, zoneOf } from './frame.tsx'
import { bodyName, namesOf, serviceLabel } from './names.ts'
import { openToSee, type PageContext } from './office.ts'

const PAGE = 50

/** Open requests for which another body has become responsible, because limits or agreements have changed (S7). */
export async function reroutesPage(c: PageContext) {
  const view = viewOf(c)
  const { t, site } = view
  const office = await openToSee(c)
  const after = readNumber('after', c.req.query('after') ?? '', 1, Number.MAX_SAFE_INTEGER).value
  const [names, rows] = await Promise.all([namesOf(c, office.signedIn), listRerouted(office.db, after, PAGE)])
  const zone = zoneOf(view, office)
  const last = rows.length < PAGE ? undefined : rows.at(-1)
  return c.html(
    <StaffPage
      {...{ c, view, office }}
      me={names.get(office.signedIn.holder) ?? ''}
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
        {rows.map(({ at, payload, request }) => {
          const { from, to, because, receiver } = reroutedOf(payload)
          return (
            <li class="queue__item">
              <div class="queue__what">
                <a class="queue__name usa-link" href={view.href(requestPath(office, request.id))}>
                  {serviceLabel(view, office.jurisdiction.slug, request.serviceCode, request.serviceName)}
                </a>
                <span class="number">{request.id}</span>
                {request.address && <span class="queue__place">{request.address}</span>}
              </div>
              <div class="queue__state">
                <StatusTag view={view} status={request.status} />
                <span>{t('work-from-to', { from: from.name, to: to.name })}</span>
                <span class="quiet">{sayStep(t, because)}</span>
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
            href={view.href(`/work/${office.jurisdiction.slug}/reroutes?after=${last.seq}`)}
          >
            {t('work-next')}
            <Icon name="arrow_forward" />
          </a>
        </p>
      )}
    </StaffPage>,
  )
}

/** Places where routing seems to be wrong: the same service there has been refused again and again (S11). */
export async function correctionsPage(c: PageContext) {
  const view = viewOf(c)
  const { t, site } = view
  const office = await openToSee(c)
  const [names, rows] = await Promise.all([namesOf(c, office.signedIn), proposedCorrections(office.db)])
  const zone = zoneOf(view, office)
  const named = (ids: readonly string[]) => ids.map(id => bodyName(site.region, id)).join(', ')
  return c.html(
    <StaffPage
      {...{ c, view, office }}
      me={names.get(office.signedIn.holder) ?? ''}
      section="corrections"
      title={t('work-section-corrections')}
    >
      <h1>{t('work-section-corrections')}</h1>
      <p class="usa-intro">{t('work-corrections-intro')}</p>
      {rows.length === 0 && (
        <Empty>
          <p>{t('work-corrections-none')}</p>
        </Empty>
      )}
      <ul class="queue">
        {rows.map(row => (
          <li class="queue__item">
            <div class="queue__what">
              <strong>{serviceLabel(view, office.jurisdiction.slug, row.service_code)}</strong>
              <span class="queue__place">
                {row.address ?? (row.lat === null ? t('place-none') : `${row.lat}, ${row.long}`)}
              </span>
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
          </li>
        ))}
      </ul>
    </StaffPage>,
  )
}
