import type { Child } from 'hono/jsx'
import { translator } from '../../../core/i18n.ts'
import { localizedText } from '../../../regions/runtime/localized.ts'
import { Alert } from '../../../web/components/components.tsx'
import type { Step } from '../answers.ts'
import { featuresOf } from '../boundary.ts'
import { chosenServices, type SetupIssue } from '../documents.ts'
import { type SetupContext, SetupPage, type SetupView, setupView } from '../frame.tsx'
import type { Setup } from '../session.ts'

/** Everything in plain words, with what keeps it from being created. */
export async function checkPage(c: SetupContext, current: Setup, issues: readonly SetupIssue[]) {
  const view = setupView(c)
  const { t, language } = view
  const { person, region, county } = current.answers
  const services = await chosenServices(c.get('platform'), current)
  const names = services.map(({ name }) => localizedText(name, language))
  if (person === undefined || region === undefined || county === undefined) return c.redirect('/setup', 303)
  const hours =
    county.hours === 'always'
      ? t('setup-hours-always')
      : t('setup-check-hours', { opens: county.opens, closes: county.closes })
  const hasBoundary = featuresOf(current.row.boundary).length > 0
  return c.html(
    <SetupPage view={view} title={t('setup-check-title')} step="check">
      <Issues view={view} issues={issues} />
      <p class="usa-intro">{t('setup-check-text')}</p>
      <Part view={view} step="you">
        <p>{t('setup-check-person', { name: person.name, email: person.email })}</p>
      </Part>
      <Part view={view} step="region">
        <p>
          {t('setup-check-region', {
            name: region.name,
            phone: region.phone,
            emergency: region.emergency,
            host: region.host,
          })}
        </p>
        <p>
          {t('setup-check-languages', {
            languages: region.languages.map(each => translator(each)('language-name')).join(', '),
            timezone: region.timezone.replaceAll('_', ' '),
          })}
        </p>
        <p>{t('setup-check-slug', { slug: region.slug })}</p>
      </Part>
      <Part view={view} step="services">
        <p>{t('setup-check-services', { count: names.length })}</p>
        <details>
          <summary>{t('setup-check-list')}</summary>
          <ul class="usa-list">
            {names.map(name => (
              <li>{name}</li>
            ))}
          </ul>
        </details>
      </Part>
      <Part view={view} step="county">
        <p>{t('setup-check-county', { name: county.name, kind: t(kindKey(county.kind)), hours })}</p>
        <p>{t(hasBoundary ? 'setup-check-boundary' : 'setup-check-no-boundary', { name: county.name })}</p>
      </Part>
      <form method="post" action="/setup/check">
        <input type="hidden" name="version" value={String(current.row.revision)} />
        <button class="usa-button usa-button--big" type="submit">
          {t('setup-create')}
        </button>
      </form>
    </SetupPage>,
    issues.length > 0 ? 400 : 200,
  )
}

function kindKey(kind: string) {
  const kinds = ['county', 'municipality', 'special-district', 'agency'] as const
  return `kind-${kinds.find(each => each === kind) ?? 'county'}` as const
}

function Issues({ view: { t }, issues }: { view: SetupView; issues: readonly SetupIssue[] }) {
  if (issues.length === 0) return null
  return (
    <Alert type="error" heading={t('errors-heading')} live>
      <ul class="usa-list">
        {issues.map(({ step, text }) => (
          <li>
            {text}{' '}
            <a class="usa-link" href={`/setup/${step}`}>
              {t('setup-change')}
            </a>
          </li>
        ))}
      </ul>
    </Alert>
  )
}

function Part({ view: { t }, step, children }: { view: SetupView; step: Step; children?: Child }) {
  return (
    <section class="setup-part">
      <div class="row">
        <h2>{t(`setup-step-${step}`)}</h2>
        <a class="usa-link" href={`/setup/${step}`}>
          {t('setup-change')}
          <span class="usa-sr-only"> {t(`setup-step-${step}`)}</span>
        </a>
      </div>
      {children}
    </section>
  )
}
