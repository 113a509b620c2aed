import { publicReason } from '../regions/reasons.ts'
import type { RequestEvent } from '../requests/events.ts'
import type { PublicCase } from '../requests/find.ts'
import { StatusTag, Until } from '../web/components.tsx'
import type { View } from '../web/view.ts'

interface Props {
  view: View
  found: PublicCase
}

/** Every government that works on a case of several, each with how far it is and by when it means to be done (S10). */
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

/** Who passed the case on to whoever has it now, and why. */
export function PassedOn({ view, found: { timeline } }: Props) {
  const { t, site, language } = view
  const received = timeline
    .map(({ type, payload }) => ({ type, ...JSON.parse(payload) }) as RequestEvent)
    .findLast(event => event.type === 'received' && event.kind === 'transfer')
  if (received?.type !== 'received') return null
  const from = site.region.jurisdiction(received.from)?.name ?? received.from
  const reason = publicReason(site.region, received.reason, language)
  return (
    <p>
      {t('case-passed', { from })} {reason && `${reason}.`}
    </p>
  )
}
