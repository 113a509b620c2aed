import type { ApplyProgress } from '../../../regions/versions/pending.ts'
import { Alert } from '../../../web/components/components.tsx'
import { featuresOf } from '../boundary.ts'
import { type SetupContext, SetupPage, setupView } from '../frame.tsx'
import type { Setup } from '../session.ts'

const REFRESH_SECONDS = 2

/** Loads itself again, without a script, until the region is there. */
export function progressPage(c: SetupContext, progress: ApplyProgress | undefined) {
  const view = setupView(c)
  const { t } = view
  c.header('refresh', String(REFRESH_SECONDS))
  return c.html(
    <SetupPage view={view} title={t('setup-progress-title')}>
      <p class="usa-intro">{t('setup-progress-text')}</p>
      {progress && progress.needed > 0 && (
        <p>
          <progress
            class="setup-progress"
            value={progress.ready}
            max={progress.needed}
            aria-label={t('setup-progress-title')}
          />
          {t('setup-progress-count', { ready: progress.ready, needed: progress.needed })}
        </p>
      )}
      {progress && progress.failed.length > 0 && (
        <Alert type="warning">
          <p>{t('setup-progress-failed')}</p>
        </Alert>
      )}
      <a class="usa-link" href="/setup/progress">
        {t('setup-progress-again')}
      </a>
    </SetupPage>,
  )
}

/** `base`: of the new region's pages on this host. */
export function donePage(c: SetupContext, { answers, row }: Setup, base: string) {
  const view = setupView(c)
  const { t, mail } = view
  const { person, region, county } = answers
  const hasBoundary = featuresOf(row.boundary).length > 0
  return c.html(
    <SetupPage view={view} title={t('setup-done-title', { region: region?.name ?? '' })}>
      <Alert type="success" live>
        <p>{t('setup-done-text')}</p>
      </Alert>
      <h2>{t('setup-done-sign-in')}</h2>
      {mail.isConfigured ? (
        <p>{t('setup-done-mail', { email: person?.email ?? '' })}</p>
      ) : (
        <form method="post" action="/setup/done">
          <p>{t('setup-done-no-mail')}</p>
          <button class="usa-button usa-button--big" type="submit">
            {t('setup-done-go')}
          </button>
        </form>
      )}
      <h2>{t('setup-done-next')}</h2>
      <ul class="usa-list">
        {!hasBoundary && <li>{t('setup-done-boundary', { name: county?.name ?? '' })}</li>}
        <li>{t('setup-done-staff')}</li>
        <li>{t('setup-done-municipalities')}</li>
        <li>{t('setup-done-addresses')}</li>
      </ul>
      <p>
        <a class="usa-link" href={`${base}/`}>
          {t('setup-done-site')}
        </a>
      </p>
    </SetupPage>,
  )
}
