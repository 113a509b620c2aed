import { Alert, Moment } from '../../web/components/components.tsx'
import type { Parts } from './request-parts.tsx'

export function Partners({ view, whole: { forwards }, zone }: Parts) {
  const { t } = view
  if (forwards.length === 0) return null
  return (
    <section class="panel" aria-labelledby="partners">
      <h2 id="partners">{t('work-partners')}</h2>
      <ul class="plain">
        {forwards.map(({ name, state, receipt, sentAt, createdAt, lastError }) => (
          <li>
            <strong>{name}</strong> <span class="mark">{t(`work-forward-${state}`)}</span>{' '}
            <span class="quiet">
              <Moment view={view} at={sentAt ?? createdAt} zone={zone} exact />
              {receipt !== null && ` · ${t('work-receipt', { receipt })}`}
            </span>
            {(state === 'waiting' || state === 'failed') && lastError !== null && (
              <p class="quiet">
                {state === 'waiting' && `${t('work-forward-retried')} `}
                <bdi>{lastError}</bdi>
              </p>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

/** What has not reached a partner or a follower. */
export function Undelivered({ view, whole: { forwards, emails, isOpen } }: Parts) {
  const { t } = view
  const isElsewhere = forwards.some(({ state }) => state === 'waiting' || state === 'sent')
  const failed = isElsewhere ? undefined : forwards.find(({ state }) => state === 'failed')
  return (
    <>
      {failed !== undefined && isOpen && (
        <Alert type="error" heading={t('work-forward-failed-title', { name: failed.name })}>
          {failed.lastError !== null && (
            <p>
              <bdi>{failed.lastError}</bdi>
            </p>
          )}
          <p>{t('work-forward-failed-text', { name: failed.name })}</p>
        </Alert>
      )}
      {emails.failed > 0 && (
        <Alert type="warning">
          <p>{t('work-email-failed', { count: emails.failed })}</p>
        </Alert>
      )}
      {emails.waiting > 0 && (
        <Alert type="warning">
          <p>{t('work-email-waiting', { count: emails.waiting })}</p>
        </Alert>
      )}
    </>
  )
}
