import { problem } from '../../core/problem.ts'
import { requireStepUp } from '../../identity/sessions/authentications.ts'
import {
  mayChangePasskeys,
  type PasskeyRow,
  passkeysOf,
  removePasskey,
  renamePasskey,
} from '../../identity/sessions/passkeys.ts'
import type { SignedIn } from '../../identity/sessions/sessions.ts'
import { Empty, Moment } from '../../web/components/components.tsx'
import { TextField } from '../../web/components/fields.tsx'
import { readForm } from '../../web/form.ts'
import { type PageView, viewOf } from '../../web/view.ts'
import { formText } from '../destination.ts'
import type { SignInPageContext } from '../session.ts'
import { Own } from '../simple.tsx'
import { ownAccount } from './page.tsx'
import { PasskeyForm } from './passkey-form.tsx'

interface Props {
  view: PageView
  passkeys: readonly PasskeyRow[]
  /** They have stepped up recently; otherwise the page asks for that first. */
  mayAdd: boolean
}

export function MyPasskeys({ view, passkeys, mayAdd }: Props) {
  const { t } = view
  return (
    <section aria-labelledby="my-passkeys">
      <h2 id="my-passkeys">{t('my-passkeys-title')}</h2>
      <p>{t('my-passkeys-text')}</p>
      {passkeys.length === 0 ? (
        <Empty>
          <p>{t('my-passkeys-none')}</p>
        </Empty>
      ) : (
        <List view={view} passkeys={passkeys} />
      )}
      {mayAdd ? (
        <PasskeyForm
          view={view}
          action="/me/passkeys"
          options="/me/passkeys/options"
          label={t('my-passkeys-add')}
        >
          <NameField view={view} value="" />
        </PasskeyForm>
      ) : (
        <p>
          <a class="usa-button usa-button--outline" href={view.href(`/sign-in/again?${toMe(view)}`)}>
            {t('my-passkeys-add')}
          </a>
        </p>
      )}
    </section>
  )
}

function toMe(view: PageView): URLSearchParams {
  return new URLSearchParams({ to: view.href('/me') })
}

function List({ view, passkeys }: { view: PageView; passkeys: readonly PasskeyRow[] }) {
  const { t, site } = view
  const zone = site.region.documents.region.timezone
  return (
    <ul class="own-list">
      {passkeys.map(({ id, name, createdAt, usedAt }) => (
        <li>
          <div>
            <strong>{name}</strong>
            <span class="own-list__note">
              {t('my-passkeys-made')} <Moment view={view} at={createdAt} zone={zone} />
              {usedAt !== null && (
                <>
                  {' · '}
                  {t('my-passkeys-used')} <Moment view={view} at={usedAt} zone={zone} exact />
                </>
              )}
            </span>
          </div>
          <a class="usa-button usa-button--unstyled" href={view.href(`/me/passkeys/${id}`)}>
            {t('my-passkeys-change')}
            <span class="usa-sr-only"> {name}</span>
          </a>
        </li>
      ))}
    </ul>
  )
}

function NameField({ view, value }: { view: PageView; value: string }) {
  return (
    <TextField
      view={view}
      name="name"
      label={view.t('my-passkeys-name')}
      hint={view.t('my-passkeys-name-hint')}
      maxlength={100}
      value={value}
      errors={[]}
    />
  )
}

async function one(c: SignInPageContext) {
  const found = await ownAccount(c)
  const all = await passkeysOf(found.db, found.signedIn.holder)
  const passkey = all.find(({ id }) => id === c.req.param('id'))
  if (passkey === undefined) throw problem('not-found')
  return { ...found, passkey }
}

export async function passkeyPage(c: SignInPageContext) {
  const view = viewOf(c)
  const { t } = view
  const { passkey } = await one(c)
  return c.html(
    <Own view={view} title={t('passkey-title', { name: passkey.name })}>
      <form method="post">
        <NameField view={view} value={passkey.name} />
        <button class="usa-button" type="submit">
          {t('passkey-rename')}
        </button>
      </form>
      <h2>{t('passkey-remove-title')}</h2>
      <p>{t('passkey-remove-text', { name: passkey.name })}</p>
      <form method="post" action={view.href(`/me/passkeys/${passkey.id}/remove`)} class="sign-in__ways-on">
        <button class="usa-button usa-button--secondary" type="submit">
          {t('passkey-remove')}
        </button>
        <a class="usa-link" href={view.href('/me')}>
          {t('keep-it')}
        </a>
      </form>
    </Own>,
  )
}

/** Renaming or removing a passkey takes the same proof as adding it. Throws `step-up-required`. */
function refuseOthers(c: SignInPageContext, signedIn: SignedIn, passkey: PasskeyRow): void {
  requireStepUp(signedIn, c.get('platform').clock.now(), source => mayChangePasskeys(passkey, source))
}

export async function rename(c: SignInPageContext) {
  const { db, signedIn, passkey } = await one(c)
  refuseOthers(c, signedIn, passkey)
  await renamePasskey(db, signedIn.holder, passkey.id, formText(await readForm(c), 'name'))
  return c.redirect(viewOf(c).href('/me'), 303)
}

export async function remove(c: SignInPageContext) {
  const { db, signedIn, passkey } = await one(c)
  refuseOthers(c, signedIn, passkey)
  await removePasskey(db, signedIn.holder, passkey.id)
  return c.redirect(viewOf(c).href('/me'), 303)
}
