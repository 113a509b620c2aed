import { bodyName } from '../../regions/runtime/names.ts'
import { Moment, StatusTag } from '../../web/components/components.tsx'
import { serviceLabel } from '../shell/names.ts'
import type { Parts } from './request-parts.tsx'

export function History({ view, whole: { history }, zone }: Parts) {
  const { t, site } = view
  const { found, unavailable } = history
  if (found.length === 0 && unavailable.length === 0) return null
  return (
    <section class="panel" aria-labelledby="history">
      <h2 id="history">{t('work-history')}</h2>
      <p class="usa-hint">{t('work-history-hint')}</p>
      <ul class="plain">
        {found.map(({ id, jurisdiction, serviceCode, serviceName, status, requestedAt }) => (
          <li>
            <a class="usa-link number" href={view.href(`/cases/${id}`)}>
              {id}
            </a>{' '}
            <StatusTag view={view} status={status} />
            <br />
            {serviceLabel(view, jurisdiction, serviceCode, serviceName)}
            <br />
            <span class="quiet">
              {bodyName(site.region, jurisdiction)} · <Moment view={view} at={requestedAt} zone={zone} />
            </span>
          </li>
        ))}
      </ul>
      {unavailable.map(slug => (
        <p>{t('work-history-unavailable', { name: bodyName(site.region, slug) })}</p>
      ))}
    </section>
  )
}
