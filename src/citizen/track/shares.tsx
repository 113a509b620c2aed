import { publicReason } from '../../regions/runtime/reasons.ts'
import { readEvent } from '../../requests/event-types.ts'
import { caseReceived } from '../../requests/events.ts'
import type { PublicCase } from '../../requests/list/find.ts'
import { StatusTag, Until } from '../../web/components/components.tsx'
import type { PageView } from '../../web/view.ts'

interface Props {
  view: PageView
  found: PublicCase
}

export function Shares({ view, found: { shares } }: Props) {
  if (shares.length < 2) return null
  const { t, site } = view
  return (
    <section class="handles" aria-labelledby="shares">
      <h2 id="shares" class="handles__title">
        {t('case-shares-title')}
      </h2>
      <ul class="usa-list usa-list--unstyled">
        {shares.map(({ jurisdiction, agency, status, expectedAt }) => (
          <li>
            <strong>{agency}</strong> <StatusTag view={view} status={status} />
            {expectedAt !== null && status !== 'closed' && (
              <p>
                {t('handles-by')}{' '}
                <Until view={view} at={expectedAt} zone={site.region.calendar(jurisdiction).zone} />
              </p>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

export function PassedOn({ view, found: { timeline } }: Props) {
  const { t, site, language } = view
  const received = timeline
    .map(row => readEvent(caseReceived, row))
    .findLast(event => event?.kind === 'transfer')
  if (received === undefined) return null
  const from = site.region.jurisdiction(received.from)?.name ?? received.from
  const reason = publicReason(site.region, received.reason, language)
  return (
    <p>
      {t('case-passed', { from })} {reason && `${reason}.`}
    </p>
  )
}
