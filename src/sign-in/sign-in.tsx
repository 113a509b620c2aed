import { hasProvider, type WithProvider } from '../identity/federation/issuers.ts'
import { roles } from '../identity/roles.ts'
import {
  acceptsSignIn,
  isNeutralSource,
  issuerSource,
  type SignInSource,
} from '../identity/sessions/sources.ts'
import type { StaffRow } from '../identity/staff/staff.ts'
import type { Jurisdiction } from '../regions/documents/snapshot.ts'
import { isLongList, narrowed } from '../regions/runtime/jurisdiction-list.ts'
import { Alert, NoMailNote } from '../web/components/components.tsx'
import { EmailField, ErrorSummary, type FieldMessage, titled } from '../web/components/fields.tsx'
import { Icon } from '../web/components/icon.tsx'
import { JurisdictionSearch } from '../web/components/jurisdiction-search.tsx'
import { Page } from '../web/components/layout.tsx'
import type { PageView } from '../web/view.ts'
import type { Destination } from './destination.ts'
import { PASSKEY_SCRIPT, PasskeyForm } from './own-account/passkey-form.tsx'

export interface SignInProps {
  view: PageView
  to: string
  at: Destination
  here?: StaffRow | undefined
  /** Part of a name, where the agencies are many. */
  typed?: string
  email?: string
  errors?: readonly FieldMessage[]
}

export function SignInPage({ view, to, at, here, typed = '', email = '', errors = [] }: SignInProps) {
  const { t, site } = view
  const { documents } = site.region
  const listed = narrowed(documents, typed)
  const ours = site.jurisdiction === undefined ? listed : [site.jurisdiction]
  const isLong = site.jurisdiction === undefined && isLongList(documents)
  const takes = (source: SignInSource) =>
    at === undefined ||
    (at === 'region' ? isNeutralSource(source) : acceptsSignIn(site.region, at.slug, source))
  const all = at === undefined ? ours : listed
  const providers = all.filter(hasProvider).filter(({ signIn }) => takes(issuerSource(signIn)))
  return (
    <Page view={view} title={titled(view, t('sign-in-title'), errors)} script={PASSKEY_SCRIPT} personal>
      <div class="narrow sign-in">
        <ErrorSummary view={view} errors={errors} />
        <h1>{t('sign-in-title')}</h1>
        <p class="usa-intro">{t('sign-in-intro')}</p>
        {here && <Here view={view} name={here.name} at={at} />}
        {isLong && (view.demo || documents.jurisdictions.some(hasProvider)) && (
          <JurisdictionSearch view={view} action="/sign-in" typed={typed} fields={[['to', to]]} />
        )}
        {view.demo && <Roles view={view} to={to} jurisdictions={ours} />}
        <Providers view={view} to={to} providers={providers} />
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
        {takes('mailbox') && (
          <section class="panel" aria-labelledby="by-email">
            <h2 id="by-email">{t('sign-in-email-title')}</h2>
            <p>{t('sign-in-email-text')}</p>
            <NoMailNote view={view} />
            <EmailForm view={view} to={to} email={email} errors={errors} />
          </section>
        )}
      </div>
    </Page>
  )
}

function Here({ view, name, at }: { view: PageView; name: string; at: Destination }) {
  const { t } = view
  const place = at === 'region' ? view.site.region.documents.region.name : at?.name
  return (
    <Alert type="info">
      {place !== undefined && <p>{t('sign-in-other', { place })}</p>}
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
  view: PageView
  to: string
  providers: readonly WithProvider[]
  again?: boolean
}

/** Links, not forms: a page's `form-action` policy also applies to redirects after a form. */
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
  view: PageView
  to: string
  email: string
  errors: readonly FieldMessage[]
}

function EmailForm({ view, to, email, errors }: EmailProps) {
  const { t } = view
  return (
    <form method="post" action={view.href('/sign-in/email')} novalidate>
      <input type="hidden" name="to" value={to} />
      <EmailField view={view} value={email} errors={errors} />
      <button class="usa-button usa-button--outline" type="submit">
        {t('sign-in-email-go')}
      </button>
    </form>
  )
}

interface RolesProps {
  view: PageView
  to: string
  jurisdictions: readonly Jurisdiction[]
}

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
