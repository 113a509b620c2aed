import { asProblem, problem } from '../core/problem.ts'
import { type Administered, appointFirst, whoAdministers } from '../people/administrators.ts'
import { refuseStale } from '../people/sessions.ts'
import type { Mail } from '../platform/platform.ts'
import { NoMail } from '../web/components.tsx'
import { FaultSummary, type FieldMessage, TextField } from '../web/fields.tsx'
import { readForm } from '../web/form.ts'
import { type View, viewOf } from '../web/view.ts'
import { type PageContext, whoIsHere } from './arrive.ts'
import { Own } from './simple.tsx'
import { textOf } from './to.ts'

/** Who administers which jurisdiction. For administrators of the region; for everybody else it is not there. */
export async function regionPage(c: PageContext) {
  const view = viewOf(c)
  const { t } = view
  const all = await whoAdministers(c.get('platform'), c.get('site').region, await whoIsHere(c))
  return c.html(
    <Own view={view} title={t('region-title')}>
      <p class="usa-intro">{t('region-text')}</p>
      <ul class="own-list">
        {all.map(one => (
          <li>
            <div>
              <strong>{one.name}</strong>
              <span class="own-list__note">{administratorsOf(view, one)}</span>
            </div>
            {one.administrators?.length === 0 && (
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

function administratorsOf({ t }: View, { administrators }: Administered): string {
  if (administrators === undefined) return t('region-away')
  return administrators.length === 0 ? t('region-none') : administrators.join(', ')
}

interface AppointProps {
  view: View
  mail: Mail
  name: string
  typed: { readonly email: string; readonly name: string }
  faults: readonly FieldMessage[]
}

function AppointPage({ view, mail, name, typed, faults }: AppointProps) {
  const { t } = view
  return (
    <Own
      view={view}
      title={t('region-appoint-title', { name })}
      back={{ path: '/region', title: t('region-title') }}
    >
      <FaultSummary view={view} faults={faults} />
      {mail.isConfigured && <p>{t('region-appoint-text')}</p>}
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
          faults={faults}
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
          faults={faults}
        />
        <button class="usa-button" type="submit">
          {t('region-appoint-go')}
        </button>
      </form>
    </Own>
  )
}

async function unadministered(c: PageContext) {
  const platform = c.get('platform')
  const { region } = c.get('site')
  const signedIn = await whoIsHere(c)
  const all = await whoAdministers(platform, region, signedIn)
  const found = all.find(({ slug }) => slug === c.req.param('jurisdiction'))
  if (found === undefined) throw problem('not-found')
  if (found.administrators?.length !== 0) throw problem('wrong-state')
  refuseStale(signedIn, platform.clock.now())
  return { platform, region, signedIn, found }
}

export async function appointPage(c: PageContext) {
  const { found, platform } = await unadministered(c)
  const { mail } = platform
  const typed = { email: '', name: '' }
  return c.html(<AppointPage view={viewOf(c)} {...{ mail, typed }} name={found.name} faults={[]} />)
}

export async function appoint(c: PageContext) {
  const view = viewOf(c)
  const { t } = view
  const { platform, region, signedIn, found } = await unadministered(c)
  const form = await readForm(c)
  const typed = { email: textOf(form, 'email'), name: textOf(form, 'name') }
  try {
    const invitation = { ...typed, language: view.language }
    await appointFirst(platform, region, signedIn, found.slug, invitation)
  } catch (error) {
    const { slug, fields } = asProblem(error)
    if (slug !== 'invalid-fields') throw error
    const faults = fields.map(({ field, code }) => ({
      field,
      label: t('field-email'),
      message: t(`fault-${code}`),
    }))
    return c.html(<AppointPage {...{ view, typed, faults }} mail={platform.mail} name={found.name} />, 400)
  }
  return c.redirect(view.href('/region'), 303)
}
