import { Moment, StatusTag } from '../web/components.tsx'
import { bodyName, serviceLabel } from './names.ts'
import type { Parts } from './request-parts.tsx'

/** What the resident has reported to others, as far as they let this jurisdiction see it; else not a word. */
export function History({ view, whole: { history }, zone }: Parts) {
  const { t, site } = view
  const { found, away } = history
  if (found.length === 0 && away.length === 0) return null
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
      {away.map(slug => (
        <p>{t('work-history-away', { name: bodyName(site.region, slug) })}</p>
      ))}
    </section>
  )
}
