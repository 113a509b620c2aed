import type { Context } from 'hono'
import { html } from 'hono/html'
import { catalogues, translator } from '../../core/i18n.ts'
import type { Problem } from '../../core/problem.ts'
import { type AppEnv, type ListedSite, sitesListedAt } from '../../regions/runtime/site.ts'
import { stillPolicy } from '../headers.ts'
import { chooseLanguage } from '../language.ts'
import { type PageView, viewOf } from '../view.ts'
import { Page } from './layout.tsx'

export function problemPage(c: Context<AppEnv>, problem: Problem): Response | Promise<Response> {
  if (problem.retryAfterSeconds !== undefined) c.header('Retry-After', String(problem.retryAfterSeconds))
  // No nonce: the pages for what does not exist and what may not be seen must be identical byte for byte.
  c.header('content-security-policy', stillPolicy)
  const view = viewOf(c)
  return c.html(<ProblemPage view={view} problem={problem} requestId={c.get('requestId')} />, problem.status)
}

/** For problems without a site: an unknown host, region or jurisdiction, or an error before the site was read. */
export async function barePage(c: Context<AppEnv>, problem: Problem): Promise<Response> {
  if (problem.retryAfterSeconds !== undefined) c.header('Retry-After', String(problem.retryAfterSeconds))
  c.header('content-security-policy', stillPolicy)
  const language = chooseLanguage(c, Object.keys(catalogues))
  const t = translator(language)
  const title = t(`problem-${problem.slug}`)
  const isUnknownHost = problem.slug === 'unknown-host'
  // A problem is being shown: none may come of it.
  const list = () => sitesListedAt(c.get('platform'), new URL(c.req.url)).catch(() => [])
  const sites = isUnknownHost ? await list() : []
  return c.html(
    html`<!doctype html>${(
      <html lang={language} dir="ltr">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="robots" content="noindex" />
          <title>{title}</title>
          <link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
          <link rel="stylesheet" href="/assets/site.css" />
        </head>
        <body>
          <main class="page">
            <div class="narrow">
              <h1>{title}</h1>
              <p class="usa-intro">{t(`problem-${problem.slug}-help`)}</p>
              {sites.length > 0 && <SiteList heading={t('problem-unknown-host-sites')} sites={sites} />}
              {isUnknownHost ? (
                <p>{t('problem-unknown-host-operator')}</p>
              ) : (
                <>
                  <p>{t('problem-reference', { id: c.get('requestId') })}</p>
                  <a class="usa-link" href="/">
                    {t('go-home')}
                  </a>
                </>
              )}
            </div>
          </main>
        </body>
      </html>
    )}`,
    problem.status,
  )
}

function SiteList({ heading, sites }: { heading: string; sites: readonly ListedSite[] }) {
  return (
    <>
      <h2>{heading}</h2>
      <ul class="usa-list">
        {sites.map(({ name, address }) => (
          <li>
            <a class="usa-link" href={address}>
              {name}
            </a>
          </li>
        ))}
      </ul>
    </>
  )
}

function ProblemPage({ view, problem, requestId }: { view: PageView; problem: Problem; requestId: string }) {
  const { t, site } = view
  const { phone } = site.region.documents.region
  const title = t(`problem-${problem.slug}`)
  return (
    <Page view={view} title={title} personal still>
      <div class="narrow">
        <h1>{title}</h1>
        <p class="usa-intro">{t(`problem-${problem.slug}-help`)}</p>
        {problem.status >= 500 && <p>{t('problem-reference', { id: requestId })}</p>}
        <ul class="usa-list">
          {view.isStaff && (
            <li>
              <a class="usa-link" href={view.href('/work')}>
                {t('work-mine')}
              </a>
            </li>
          )}
          <li>
            <a class="usa-link" href={view.href('/')}>
              {t('go-home')}
            </a>
          </li>
          <li>
            <a class="usa-link" href={view.href('/track')}>
              {t('go-track')}
            </a>
          </li>
          <li>
            <a class="usa-link" href={`tel:${phone}`}>
              {t('go-call', { phone: view.phone(phone) })}
            </a>
          </li>
        </ul>
      </div>
    </Page>
  )
}
