import type { Context } from 'hono'
import { html } from 'hono/html'
import type { Child } from 'hono/jsx'
import { catalogues, type Translate, translator } from '../../core/i18n.ts'
import type { Mail } from '../../platform/platform.ts'
import type { AppEnv } from '../../regions/runtime/site.ts'
import { StepIndicator } from '../../web/components/components.tsx'
import { ErrorSummary, type FieldMessage, fieldId, titled } from '../../web/components/fields.tsx'
import { Icon } from '../../web/components/icon.tsx'
import { chooseLanguage } from '../../web/language.ts'
import { type Step, steps } from './answers.ts'

// These pages belong to no region: they have no site, no brand and no session.

export interface SetupView {
  readonly t: Translate
  readonly language: string
  readonly here: string
  readonly mail: Mail
}

export type SetupContext = Context<AppEnv>

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

export function setupView(c: SetupContext): SetupView {
  const language = chooseLanguage(c, Object.keys(catalogues))
  c.set('language', language)
  c.header('content-security-policy', policy)
  const { pathname } = new URL(c.req.url)
  return { language, t: translator(language), here: pathname, mail: c.get('platform').mail }
}

interface Props {
  view: SetupView
  title: string
  step?: Step | undefined
  errors?: readonly FieldMessage[]
  children?: Child
}

export function SetupPage({ view, title, step, errors = [], children }: Props) {
  const { t, language } = view
  const current = step === undefined ? 0 : steps.indexOf(step) + 1
  return html`<!doctype html>${(
    <html lang={language} dir="ltr">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>{`${titled(view, title, errors)} – ${t('setup-title')}`}</title>
        <link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/assets/site.css" />
        <script type="module" src="/assets/site.js" />
      </head>
      <body>
        <a class="usa-skipnav" href="#main">
          {t('skip')}
        </a>
        <header class="masthead">
          <div class="masthead__strip">
            <div class="wide row">
              <LanguageLinks view={view} />
            </div>
          </div>
          <div class="wide masthead__bar">
            <span class="masthead__name">
              <strong>{t('setup-title')}</strong>
            </span>
          </div>
        </header>
        <main id="main" class="page" tabindex={-1}>
          <div class="narrow">
            {step && (
              <StepIndicator
                {...{ t, current }}
                label={t('setup-steps')}
                steps={steps.map(each => t(`setup-step-${each}`))}
              />
            )}
            <ErrorSummary view={view} errors={errors} />
            <h1>{title}</h1>
            {children}
          </div>
        </main>
      </body>
    </html>
  )}`
}

function LanguageLinks({ view: { t, language, here } }: { view: SetupView }) {
  return (
    <nav aria-label={t('languages')} class="languages">
      <Icon name="language" />
      <ul>
        {Object.keys(catalogues).map(each => (
          <li>
            <a
              href={`${here}?lang=${each}`}
              lang={each}
              hreflang={each}
              aria-current={each === language ? 'true' : undefined}
            >
              {translator(each)('language-name')}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

/** A step's form: its version, the way back, and the button. */
export function StepForm({
  view: { t },
  step,
  version,
  files,
  children,
}: {
  view: SetupView
  step: Exclude<Step, 'check'>
  version: string
  files?: boolean
  children?: Child
}) {
  const before = steps[steps.indexOf(step) - 1]
  return (
    <form
      id={fieldId('form')}
      method="post"
      action={`/setup/${step}`}
      enctype={files ? 'multipart/form-data' : undefined}
      novalidate
    >
      <input type="hidden" name="version" value={version} />
      {children}
      <div class="setup-actions">
        <button class="usa-button usa-button--big" type="submit">
          {t('continue')}
        </button>
        {before && (
          <a class="usa-link" href={`/setup/${before}`}>
            {t('setup-back')}
          </a>
        )}
      </div>
    </form>
  )
}
