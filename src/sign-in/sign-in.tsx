import { hasProvider, type WithProvider } from '../people/issuers.ts'
import { roles } from '../people/roles.ts'
import type { StaffRow } from '../people/staff.ts'
import type { Jurisdiction } from '../regions/snapshot.ts'
import { Alert, NoMailNote } from '../web/components.tsx'
import { EmailField, FaultSummary, type FieldMessage, titled } from '../web/fields.tsx'
import { Icon } from '../web/icon.tsx'
import { Page } from '../web/layout.tsx'
import type { View } from '../web/view.ts'
import { PASSKEY_SCRIPT, PasskeyForm } from './passkey-form.tsx'

export interface SignInProps {
  view: View
  to: string
  /** Whoever is signed in already. */
  here?: StaffRow | undefined
  email?: string
  faults?: readonly FieldMessage[]
}

/** Every way to sign in, side by side: none of them says whether somebody is known. */
export function SignInPage({ view, to, here, email = '', faults = [] }: SignInProps) {
  const { t, site } = view
  const ours = site.jurisdiction === undefined ? site.region.documents.jurisdictions : [site.jurisdiction]
  return (
    <Page view={view} title={titled(view, t('sign-in-title'), faults)} script={PASSKEY_SCRIPT} personal>
      <div class="narrow sign-in">
        <FaultSummary view={view} faults={faults} />
        <h1>{t('sign-in-title')}</h1>
        <p class="usa-intro">{t('sign-in-intro')}</p>
        {here && <Here view={view} name={here.name} />}
        {view.demo && <Roles view={view} to={to} jurisdictions={ours} />}
        <Providers view={view} to={to} providers={ours.filter(hasProvider)} />
        <section class="panel" aria-labelledby="by-passkey">
          <h2 id="by-passkey">{t('sign-in-passkey-title')}</h2>
          <p>{t('sign-in-passkey-text')}</p>
          <PasskeyForm
            view={view}
            action="/sign-in/passkey"
            options="/sign-in/passkey/options"
            label={t('sign-in-passkey-go')}
          >
            <input type="hidden" name="to" value={to} />
          </PasskeyForm>
        </section>
        <section class="panel" aria-labelledby="by-email">
          <h2 id="by-email">{t('sign-in-email-title')}</h2>
          <p>{t('sign-in-email-text')}</p>
          <NoMailNote view={view} />
          <EmailForm view={view} to={to} email={email} faults={faults} />
        </section>
      </div>
    </Page>
  )
}

function Here({ view, name }: { view: View; name: string }) {
  const { t } = view
  return (
    <Alert type="info">
      <p>
        {t('sign-in-here', { name })}{' '}
        <a class="usa-link" href={view.href('/me')}>
          {t('me-title')}
        </a>
      </p>
    </Alert>
  )
}

interface ProvidersProps {
  view: View
  to: string
  providers: readonly WithProvider[]
  again?: boolean
}

/** Links, not forms: browsers hold what follows a form to our own site. */
export function Providers({ view, to, providers, again }: ProvidersProps) {
  if (providers.length === 0) return null
  const { t } = view
  const query = new URLSearchParams({ to, ...(again ? { again: '1' } : {}) })
  return (
    <section class="panel" aria-labelledby="by-provider">
      <h2 id="by-provider">{t('sign-in-provider-title')}</h2>
      <p>{t('sign-in-provider-text')}</p>
      <ul class="choices">
        {providers.map(({ slug, name }) => (
          <li>
            <a class="choice" href={view.href(`/sign-in/oidc/${slug}?${query}`)} rel="nofollow">
              <span class="choice__name">{name}</span>
              <Icon name="navigate_next" />
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}

interface EmailProps {
  view: View
  to: string
  email: string
  faults: readonly FieldMessage[]
}

function EmailForm({ view, to, email, faults }: EmailProps) {
  const { t } = view
  return (
    <form method="post" action={view.href('/sign-in/email')} novalidate>
      <input type="hidden" name="to" value={to} />
      <EmailField view={view} value={email} faults={faults} />
      <button class="usa-button usa-button--outline" type="submit">
        {t('sign-in-email-go')}
      </button>
    </form>
  )
}

interface RolesProps {
  view: View
  to: string
  jurisdictions: readonly Jurisdiction[]
}

/** In a demonstration only. */
function Roles({ view, to, jurisdictions }: RolesProps) {
  const { t } = view
  return (
    <section class="panel" aria-labelledby="by-role">
      <h2 id="by-role">{t('demo-title')}</h2>
      <p>{t('demo-text')}</p>
      {jurisdictions.map(({ slug, name }) => (
        <form method="post" action={view.href('/sign-in/demo')}>
          <input type="hidden" name="to" value={to} />
          <input type="hidden" name="jurisdiction" value={slug} />
          <fieldset class="usa-fieldset sign-in__roles">
            <legend class="usa-legend">{name}</legend>
            {roles.map(role => (
              <button class="usa-button usa-button--outline" name="role" value={role} type="submit">
                {t(`role-${role}`)}
              </button>
            ))}
          </fieldset>
        </form>
      ))}
      <form method="post" action={view.href('/sign-in/demo')}>
        <input type="hidden" name="to" value={view.href('/region')} />
        <fieldset class="usa-fieldset sign-in__roles">
          <legend class="usa-legend">{view.site.region.documents.region.name}</legend>
          <button class="usa-button usa-button--outline" name="role" value="region" type="submit">
            {t('role-region')}
          </button>
        </fieldset>
      </form>
    </section>
  )
}
