import { problem } from '../core/problem.ts'
import { hasProvider } from '../identity/federation/issuers.ts'
import { availableSignInMethods } from '../identity/sessions/methods.ts'
import {
  acceptsSignInForGrants,
  isNeutralSource,
  issuerSource,
  type SignInSource,
} from '../identity/sessions/sources.ts'
import { decryptMailbox, staffById } from '../identity/staff/staff.ts'
import { SignOut } from '../web/components/components.tsx'
import { viewOf } from '../web/view.ts'
import { destinationOf, readTo } from './destination.ts'
import { ownAccount } from './own-account/page.tsx'
import { PASSKEY_SCRIPT, PasskeyForm } from './own-account/passkey-form.tsx'
import type { SignInPageContext } from './session.ts'
import { Providers } from './sign-in.tsx'
import { Simple } from './simple.tsx'

export async function stepUpPage(c: SignInPageContext) {
  const view = viewOf(c)
  const { t } = view
  const { platform, region, signedIn, db } = await ownAccount(c)
  const to = readTo(c, c.req.query('to'))
  const at = destinationOf(c, to)
  const [row, methods] = await Promise.all([
    staffById(db, signedIn.holder),
    availableSignInMethods(platform, db, region, signedIn.holder),
  ])
  if (row === undefined) throw problem('sign-in-needed')
  const counts = (source: SignInSource) =>
    at === undefined ||
    (at === 'region' ? isNeutralSource(source) : acceptsSignInForGrants(region, at.slug, source))
  const email = methods.link && counts('mailbox') ? await decryptMailbox(platform, db, row.email) : ''
  const providers = methods.known.filter(hasProvider).filter(({ signIn }) => counts(issuerSource(signIn)))
  const hidden = (
    <>
      <input type="hidden" name="to" value={to} />
      <input type="hidden" name="again" value="1" />
    </>
  )
  return c.html(
    <Simple view={view} title={t('problem-step-up-required')} script={PASSKEY_SCRIPT}>
      <p class="usa-intro">{t('again-text', { name: row.name })}</p>
      {methods.passkeys.some(counts) && (
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
      <Providers view={view} to={to} providers={providers} again />
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
