import { html } from 'hono/html'
import type { Child } from 'hono/jsx'
import { isLanguage, translator } from '../../core/i18n.ts'
import { isSandbox } from '../../regions/documents/sandbox.ts'
import { type PageView, siteName } from '../view.ts'
import { Icon } from './icon.tsx'

interface Props {
  view: PageView
  title: string
  section?: string | undefined
  /** Not for search engines: a page about one person's data. */
  personal?: boolean | undefined
  script?: string | undefined
  header?: Child
  still?: boolean | undefined
  children?: Child
}

export function Page({ view, title, section, personal, script, header, still, children }: Props) {
  const name = siteName(view.site)
  return html`<!doctype html>${(
    <html lang={view.language} dir="ltr">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{title === name ? name : `${title} – ${name}`}</title>
        {personal || isSandbox(view.site.region.slug) ? (
          <meta name="robots" content="noindex" />
        ) : (
          <Translations view={view} />
        )}
        <link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
        {['regular', 'bold'].map(weight => (
          <link
            rel="preload"
            as="font"
            type="font/woff2"
            href={`/assets/fonts/public-sans-${weight}.woff2`}
            crossorigin=""
          />
        ))}
        <link rel="stylesheet" href="/assets/site.css" />
        <link
          rel="stylesheet"
          href={view.href(`/brand.css?v=${view.site.region.snapshot.hash.slice(0, 12)}`)}
        />
        {still ? null : <script type="module" src="/assets/site.js" nonce={view.nonce} />}
        {script && <script type="module" src={script} nonce={view.nonce} />}
      </head>
      <body>
        <a class="usa-skipnav" href="#main">
          {view.t('skip')}
        </a>
        {view.demo && (
          <aside class="demo-banner" aria-label={view.t('demo-label')}>
            {view.t('demo-banner')} <a href={view.href('/demo/mailbox')}>{view.t('demo-mailbox')}</a>
          </aside>
        )}
        {isSandbox(view.site.region.slug) && (
          <aside class="demo-banner" aria-label={view.t('sandbox-label')}>
            {view.t('sandbox-banner')}
          </aside>
        )}
        {header ?? <Header view={view} section={section} />}
        <main id="main" class="page" tabindex={-1}>
          {children}
        </main>
        <Footer view={view} />
      </body>
    </html>
  )}`
}

function Header({ view, section }: { view: PageView; section: string | undefined }) {
  const { t, site } = view
  const { name, phone } = site.region.documents.region
  const pages = [
    ['/report', t('nav-report')],
    ['/track', t('nav-track')],
    ['/reports', t('nav-reports')],
    ['/jurisdictions', t('nav-jurisdictions')],
  ] as const
  return (
    <header class="masthead">
      <div class="masthead__strip">
        <div class="wide row">
          <Languages view={view} />
          <div class="masthead__own">
            {view.isStaff && (
              <a class="masthead__account" href={view.href('/work')}>
                {t('work-mine')}
              </a>
            )}
            {(view.hasAccount || !view.isStaff) && (
              <a
                class="masthead__account"
                href={view.href(view.hasAccount ? '/account/cases' : '/account/sign-in')}
                aria-current={section === '/account' ? 'page' : undefined}
              >
                {t(view.hasAccount ? 'account-cases-title' : 'account-sign-in')}
              </a>
            )}
            <a class="masthead__call" href={`tel:${phone}`}>
              <Icon name="phone" />
              {t('call', { phone: view.phone(phone) })}
            </a>
          </div>
        </div>
      </div>
      <div class="wide masthead__bar">
        <a class="masthead__name" href={view.href('/')}>
          <strong>{siteName(site)}</strong>
          {site.jurisdiction && <span>{t('part-of', { name })}</span>}
        </a>
        <nav aria-label={t('nav-label')}>
          <ul class="masthead__nav">
            {pages.map(([path, label]) => (
              <li>
                <a href={view.href(path)} aria-current={section === path ? 'page' : undefined}>
                  {label}
                </a>
              </li>
            ))}
          </ul>
        </nav>
      </div>
    </header>
  )
}

export function Languages({ view }: { view: PageView }) {
  const languages = offeredLanguages(view)
  if (languages.length < 2) return null
  return (
    <nav aria-label={view.t('languages')} class="languages">
      <Icon name="language" />
      <ul>
        {languages.map(language => (
          <li>
            <a
              href={inLanguage(view, language)}
              lang={language}
              hreflang={language}
              aria-current={language === view.language ? 'true' : undefined}
            >
              {translator(language)('language-name')}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

/** Tells search engines about the same page in other languages. */
function Translations({ view }: { view: PageView }) {
  return (
    <>
      {offeredLanguages(view).map(language => (
        <link rel="alternate" hreflang={language} href={view.site.origin + inLanguage(view, language)} />
      ))}
    </>
  )
}

export function offeredLanguages(view: PageView) {
  return view.site.region.documents.region.languages.filter(isLanguage)
}

function inLanguage({ here, site }: PageView, language: string): string {
  const url = new URL(here, site.origin)
  url.searchParams.set('lang', language)
  return url.pathname + url.search
}

function Footer({ view }: { view: PageView }) {
  const { t, site } = view
  const { region } = site.region.documents
  const own = site.jurisdiction
  const email = own?.email ?? region.email
  return (
    <footer class="footer">
      <div class="wide footer__columns">
        <div>
          <p class="footer__name">{siteName(site)}</p>
          <p>{t('footer-shared')}</p>
        </div>
        <ul class="footer__links">
          <li>
            <a href={`tel:${region.phone}`}>{t('call', { phone: view.phone(region.phone) })}</a>
          </li>
          {email && (
            <li>
              <a href={`mailto:${email}`}>{email}</a>
            </li>
          )}
          <li>
            <a href={view.href('/about')}>{t('about')}</a>
          </li>
          <li>
            <a href={view.href('/sign-in')}>{t('sign-in-title')}</a>
          </li>
        </ul>
        <p class="footer__emergency">{view.localize(region.emergency.text)}</p>
      </div>
    </footer>
  )
}
