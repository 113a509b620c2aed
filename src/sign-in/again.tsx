import { problem } from '../core/problem.ts'
import { hasProvider } from '../people/issuers.ts'
import { openMailbox, staffById } from '../people/staff.ts'
import { waysOf } from '../people/ways.ts'
import { SignOut } from '../web/components.tsx'
import { viewOf } from '../web/view.ts'
import type { PageContext } from './arrive.ts'
import { mine } from './me.tsx'
import { PASSKEY_SCRIPT, PasskeyForm } from './passkey-form.tsx'
import { Providers } from './sign-in.tsx'
import { Simple } from './simple.tsx'
import { readTo } from './to.ts'

/** Before a dangerous act: by what they have, the strongest first. */
export async function againPage(c: PageContext) {
  const view = viewOf(c)
  const { t } = view
  const { platform, region, signedIn, db } = await mine(c)
  const to = readTo(c, c.req.query('to'))
  const [row, ways] = await Promise.all([
    staffById(db, signedIn.holder),
    waysOf(platform, db, region, signedIn.holder),
  ])
  if (row === undefined) throw problem('sign-in-needed')
  const email = ways.link ? await openMailbox(platform, db, row.email) : ''
  const hidden = (
    <>
      <input type="hidden" name="to" value={to} />
      <input type="hidden" name="again" value="1" />
    </>
  )
  return c.html(
    <Simple view={view} title={t('problem-prove-again')} script={PASSKEY_SCRIPT}>
      <p class="usa-intro">{t('again-text', { name: row.name })}</p>
      {ways.passkey && (
        <section class="panel" aria-labelledby="by-passkey">
          <h2 id="by-passkey">{t('sign-in-passkey-title')}</h2>
          <PasskeyForm
            view={view}
            action="/sign-in/passkey"
            options="/sign-in/passkey/options"
            label={t('sign-in-passkey-go')}
          >
            {hidden}
          </PasskeyForm>
        </section>
      )}
      <Providers view={view} to={to} providers={ways.known.filter(hasProvider)} again />
      {email !== '' && (
        <section class="panel" aria-labelledby="by-email">
          <h2 id="by-email">{t('sign-in-email-title')}</h2>
          <p>{t('again-email-text', { email })}</p>
          <form method="post" action={view.href('/sign-in/email')}>
            {hidden}
            <input type="hidden" name="email" value={email} />
            <button class="usa-button" type="submit">
              {t('sign-in-email-go')}
            </button>
          </form>
        </section>
      )}
      {view.demo && (
        <form method="post" action={view.href('/sign-in/demo/again')}>
          {hidden}
          <button class="usa-button" type="submit">
            {t('demo-again')}
          </button>
        </form>
      )}
      <p>{t('again-otherwise')}</p>
      <SignOut view={view} kind="outline" />
    </Simple>,
  )
}
