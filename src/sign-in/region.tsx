import { asProblem, problem } from '../core/problem.ts'
import { requireStepUp } from '../identity/sessions/authentications.ts'
import { isNeutralSource } from '../identity/sessions/sources.ts'
import { type Administered, appointFirst, whoAdministers } from '../identity/staff/administrators.ts'
import type { Mail } from '../platform/platform.ts'
import { isLongList, narrowed } from '../regions/runtime/jurisdiction-list.ts'
import { NoMail } from '../web/components/components.tsx'
import { ErrorSummary, type FieldMessage, fieldMessage, TextField } from '../web/components/fields.tsx'
import { JurisdictionSearch, typedAgency } from '../web/components/jurisdiction-search.tsx'
import { readForm } from '../web/form.ts'
import { type PageView, viewOf } from '../web/view.ts'
import { formText } from './destination.ts'
import { currentSignIn, type SignInPageContext } from './session.ts'
import { Own } from './simple.tsx'

/** Which people administer which jurisdiction. `not-found` for anyone who is not an administrator of the region. */
export async function regionPage(c: SignInPageContext) {
  const view = viewOf(c)
  const { t } = view
  const { region } = c.get('site')
  const typed = typedAgency(c)
  const asked = narrowed(region.documents, typed)
  const all = await whoAdministers(c.get('platform'), region, await currentSignIn(c), asked)
  return c.html(
    <Own view={view} title={t('region-title')}>
      <p class="usa-intro">{t('region-text')}</p>
      {isLongList(region.documents) && <JurisdictionSearch view={view} action="/region" typed={typed} />}
      <ul class="own-list">
        {all.map(one => (
          <li>
            <div>
              <strong>{one.name}</strong>
              <span class="own-list__note">{administratorsOf(view, one)}</span>
            </div>
            {one.administrators?.length === 0 && !one.hadOne && (
              <a class="usa-button usa-button--unstyled" href={view.href(`/region/${one.slug}`)}>
                {t('region-appoint')}
                <span class="usa-sr-only"> {one.name}</span>
              </a>
            )}
          </li>
        ))}
      </ul>
    </Own>,
  )
}

function administratorsOf({ t }: PageView, { slug, administrators, hadOne }: Administered): string {
  if (administrators === undefined) return t('region-unavailable')
  if (administrators.length > 0) return administrators.join(', ')
  return hadOne ? t('region-none-left', { command: grantCommand(slug) }) : t('region-none')
}

/** The operator's command for a jurisdiction with no administrator left. */
function grantCommand(slug: string): string {
  return `countyline grants create --jurisdiction ${slug} --role administrator --email …`
}

interface AppointProps {
  view: PageView
  mail: Mail
  name: string
  typed: { readonly email: string; readonly name: string }
  errors: readonly FieldMessage[]
}

function AppointPage({ view, mail, name, typed, errors }: AppointProps) {
  const { t } = view
  return (
    <Own
      view={view}
      title={t('region-appoint-title', { name })}
      back={{ path: '/region', title: t('region-title') }}
    >
      <ErrorSummary view={view} errors={errors} />
      {mail.isConfigured && (
        <p>
          {t('region-appoint-text')} {t('region-appoint-told', { name })}
        </p>
      )}
      <NoMail view={view} mail={mail} />
      <form method="post" novalidate>
        <TextField
          view={view}
          name="name"
          label={t('field-name')}
          autocomplete="off"
          maxlength={200}
          required={false}
          value={typed.name}
          errors={errors}
        />
        <TextField
          view={view}
          name="email"
          label={t('field-email')}
          type="email"
          autocomplete="off"
          maxlength={200}
          required
          value={typed.email}
          errors={errors}
        />
        <button class="usa-button" type="submit">
          {t('region-appoint-go')}
        </button>
      </form>
    </Own>
  )
}

async function unadministered(c: SignInPageContext) {
  const platform = c.get('platform')
  const { region } = c.get('site')
  const signedIn = await currentSignIn(c)
  const asked = region.documents.jurisdictions.filter(({ slug }) => slug === c.req.param('jurisdiction'))
  const [found] = await whoAdministers(platform, region, signedIn, asked)
  if (found === undefined) throw problem('not-found')
  if (found.administrators?.length !== 0 || found.hadOne) throw problem('wrong-state')
  requireStepUp(signedIn, platform.clock.now(), isNeutralSource)
  return { platform, region, signedIn, found }
}

export async function appointPage(c: SignInPageContext) {
  const { found, platform } = await unadministered(c)
  const { mail } = platform
  const typed = { email: '', name: '' }
  return c.html(<AppointPage view={viewOf(c)} {...{ mail, typed }} name={found.name} errors={[]} />)
}

export async function appoint(c: SignInPageContext) {
  const view = viewOf(c)
  const { t } = view
  const { platform, region, signedIn, found } = await unadministered(c)
  const form = await readForm(c)
  const typed = { email: formText(form, 'email'), name: formText(form, 'name') }
  try {
    const invitation = { ...typed, language: view.language }
    await appointFirst(platform, region, signedIn, found.slug, invitation)
  } catch (error) {
    const { slug, fields } = asProblem(error)
    if (slug !== 'invalid-fields') throw error
    const errors = fields.map(error => fieldMessage(t, error.field, t('field-email'), error))
    return c.html(<AppointPage {...{ view, typed, errors }} mail={platform.mail} name={found.name} />, 400)
  }
  return c.redirect(view.href('/region'), 303)
}
